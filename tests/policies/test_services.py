"""Drafts, adoption and withdrawal: what is written, what is refused, who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from deploy_admin import celery
from deploy_admin.access import SYSTEM, Permission, Reach, Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from deploy_admin.policies import services, tasks
from deploy_admin.policies.models import Adoption, OnPost, Policy, PolicyVersion, State, VersionTransition
from deploy_admin.policies.refusals import PolicyRefused
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.adopting import Transition
from tests.policies.factories import a_city, a_clause, a_draft, a_rule, a_text, adopt, an_adopted, transition
from tests.registry.factories import CITY, FakeActor, an_authority, district_officer, unit_hr

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2025, 1, 1)


@pytest.fixture
def places():
    return a_city()


@pytest.fixture
def first_officer(places):
    return district_officer(an_authority(places["first"]), date(2026, 11, 22))


def refused(code, call, **arguments):
    with pytest.raises(RuleViolation) as refusal, transaction.atomic():
        call(**arguments)
    assert refusal.value.code == code
    return refusal.value


def test_a_text_becomes_a_draft_of_its_policy(places):
    version = services.import_document(text=a_text(), by=CITY).version
    assert (version.policy.slug, version.revision, version.state) == ("city-plan", 1, State.DRAFT)
    assert (version.policy.division, version.policy.level) == (places["city"], "province")
    assert (version.title_zh, version.topics) == ("示范市方案", ["municipal_county.physicians"])
    assert version.in_force_from == NEW_YEAR
    assert Event.objects.get(act="policies.drafted").object_id == version.pk


def test_a_text_that_says_the_same_changes_nothing(places):
    first = services.import_document(text=a_text(), by=CITY)
    again = services.import_document(text="# 备注\n" + a_text(), by=CITY)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.version == first.version
    adopt(first.version)
    assert not services.import_document(text=a_text(), by=CITY).is_new
    assert services.import_document(text=a_text("city-plan", "500000", a_clause(n=3)), by=CITY).version.revision == 2


def test_every_fault_is_named_with_path_line_and_remedy(places):
    text = a_text().replace("binding: mandatory", "binding: perhaps").replace("{fixed: 2}", "{fixed: 0.5}")
    refusal = refused("policy_faults", services.import_document, text=text, by=CITY)
    assert isinstance(refusal, PolicyRefused)
    assert {fault.path for fault in refusal.faults} >= {"quotas[0].binding", "quotas[0].amount.fixed"}
    assert all(fault.line and fault.message and fault.remedy for fault in refusal.faults)
    assert not Policy.objects.exists()


def test_a_division_that_the_registry_does_not_know_is_a_fault_with_its_line(places):
    text = a_text("city-plan", "509999", a_clause(pilot='["500101", "509998"]'))
    refusal = refused("policy_faults", services.import_document, text=text, by=CITY)
    assert [(fault.path, fault.code) for fault in refusal.faults] == [
        ("jurisdiction", "division_unknown"),
        ("quotas[0].pilot", "division_unknown"),
    ]
    assert refusal.faults[0].line == 8


def test_a_policy_keeps_its_jurisdiction_through_all_versions(places):
    an_adopted()
    refused("policy_is_another", services.import_document, text=a_text("city-plan", "500101"), by=CITY)


def test_a_lone_draft_may_still_correct_its_jurisdiction(places):
    draft = a_draft()
    services.update_draft(draft=draft, text=a_text("city-plan", "500101"), version_read=1, by=CITY)
    assert Policy.objects.get().division == places["first"]


def test_a_draft_can_be_edited_and_carries_its_number(places):
    draft = a_draft()
    services.update_draft(draft=draft, text=a_text("city-plan", "500000", a_clause(n=4)), version_read=1, by=CITY)
    draft.refresh_from_db()
    assert (draft.version, draft.revision) == (2, 1)
    assert "不少于4名" in draft.source_text
    with pytest.raises(Conflict) as conflict:
        services.update_draft(draft=draft, text=a_text(), version_read=1, by=CITY)
    assert conflict.value.context["yours"] == a_text()
    assert "不少于4名" in conflict.value.context["theirs"]


def test_a_draft_cannot_turn_into_another_policys(places):
    refused("other_policy", services.update_draft, draft=a_draft(), text=a_text("other-plan"), version_read=1, by=CITY)


def test_a_discarded_draft_stays_readable_for_those_who_draft(places):
    draft = a_draft()
    services.discard_draft(draft=draft, reason="不再需要", version_read=1, by=CITY)
    draft.refresh_from_db()
    assert draft.state == State.WITHDRAWN
    assert draft in PolicyVersion.objects.visible_to(CITY)
    refused("not_a_draft", services.update_draft, draft=draft, text=a_text(), version_read=2, by=CITY)


def test_adoption_keeps_number_date_body_and_transition(places):
    version = adopt(a_draft(), NEW_YEAR, by=CITY)
    adoption = version.adoption
    assert (adoption.number, adoption.adopted_on, adoption.quotas_from) == (
        "示范卫发〔2024〕1号",
        date(2024, 12, 1),
        NEW_YEAR,
    )
    assert (adoption.on_post, adoption.by_name) == (OnPost.OLD, CITY.name)
    assert [(move.from_state, move.to_state) for move in version.transitions.all()] == [
        ("", "draft"),
        ("draft", "adopted"),
    ]
    assert Event.objects.get(act="policies.adopted").detail["quotas_from"] == "2025-01-01"


def test_a_draft_waits_in_the_inbox_until_it_is_adopted(places):
    draft = a_draft(by=CITY)
    assert Notice.objects.open().get().code == "policies.draft_waits"
    adopt(draft, by=CITY)
    assert not Notice.objects.open().exists()


def test_what_lies_under_later_cannot_be_adopted(places):
    draft = a_draft(a_text() + "later:\n  payments:\n    - id: subsidy\n")
    refusal = refused("not_interpreted", adopt, version=draft)
    assert [fault.path for fault in refusal.faults] == ["later.payments"]


def test_a_version_is_adopted_once(places):
    version = an_adopted()
    refused("not_a_draft", adopt, version=version)


def test_a_version_that_changed_since_it_was_read_is_not_adopted(places):
    draft = a_draft()
    services.update_draft(draft=draft, text=a_text("city-plan", "500000", a_clause(n=4)), version_read=1, by=CITY)
    refused("changed_meanwhile", adopt, version=draft, version_read=1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"number": ""}, "number_or_note"),
        ({"adopted_on": None}, "number_or_note"),
        ({"deciding_body": " "}, "deciding_body_missing"),
        ({"transition": replace(transition(), on_post="perhaps")}, "on_post_unknown"),
        ({"transition": replace(transition(), adverse={"maternity_leave_extends": True})}, "switch_not_asked"),
    ],
)
def test_an_adoption_says_everything_it_must(places, wrong, code):
    refused(code, adopt, version=a_draft(), **wrong)


def test_an_unknown_number_needs_a_note(places):
    version = adopt(a_draft(), number="", adopted_on=None, source_note="文号未见")
    assert str(version.adoption) == "文号未见"


def test_a_transition_has_no_default():
    with pytest.raises(TypeError):
        Transition(NEW_YEAR, NEW_YEAR)


def test_a_district_writes_and_adopts_for_itself_only(places, first_officer):
    own = a_draft(a_text("first-plan", "500101"), by=first_officer)
    adopt(own, by=first_officer)
    for place in ("500000", "500102", "000000"):
        refused("outside_jurisdiction", services.import_document, text=a_text("x-plan", place), by=first_officer)
    refused("outside_jurisdiction", adopt, version=a_draft(), by=first_officer)


def test_the_city_may_adopt_a_districts_plan(places):
    adopt(a_draft(a_text("first-plan", "500101")), by=CITY)


def test_who_may_not_adopt_is_refused_by_the_service_too(places):
    officer = FakeActor(permissions=frozenset({Permission.POLICIES_VIEW, Permission.POLICIES_DRAFT}))
    draft = services.import_document(text=a_text(), by=officer).version
    refused("outside_jurisdiction", adopt, version=draft, by=officer)


def test_drafts_are_seen_by_those_who_draft_for_the_place(places, first_officer):
    city, first, second = a_draft(), a_draft(a_text("first-plan", "500101")), a_draft(a_text("second-plan", "500102"))
    hospital = unit_hr(an_authority(places["second"]), date(2026, 11, 22))
    seen = PolicyVersion.objects.visible_to
    assert set(seen(CITY)) == {city, first, second}
    assert set(seen(first_officer)) == {first}
    assert set(seen(hospital)) == set()
    assert not seen(FakeActor(role=Role.SECURITY_ADMIN, reach=Reach.NONE)).exists()
    adopt(second)
    assert set(seen(hospital)) == {second}
    assert {policy.slug for policy in Policy.objects.visible_to(hospital)} == {"second-plan"}


def test_withdrawal_needs_a_reason_and_an_adopted_version(places):
    draft = a_draft()
    arguments = {"last_day": NEW_YEAR, "reason": "废止", "by": CITY}
    refused("not_adopted", services.withdraw, version=draft, version_read=1, **arguments)
    version = adopt(draft)
    refused("reason_missing", services.withdraw, version=version, version_read=2, **arguments | {"reason": " "})
    services.withdraw(version=version, version_read=2, **arguments)
    version.refresh_from_db()
    assert (version.state, version.in_force_to) == (State.WITHDRAWN, NEW_YEAR)


def test_a_version_cannot_be_withdrawn_to_a_day_after_its_end(places):
    version = an_adopted(a_text(until="2025-12-31"))
    refused(
        "ends_earlier",
        services.withdraw,
        version=version,
        version_read=version.version,
        last_day=date(2026, 1, 1),
        reason="废止",
        by=CITY,
    )


@pytest.mark.parametrize(
    "column", ["title_zh = 'x'", "document = '{}'", "source_text = ''", "topics = '{}'", "revision = 9"]
)
def test_the_database_refuses_to_change_an_adopted_text(places, column):
    version = an_adopted()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE policies_policyversion SET {column} WHERE id = %s", [version.pk])  # noqa: S608


@pytest.mark.parametrize("model", [PolicyVersion, Adoption, VersionTransition])
def test_the_database_refuses_to_delete_what_was_adopted(places, model):
    an_adopted()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608


@pytest.mark.parametrize("model", [Adoption, VersionTransition])
def test_the_trail_is_never_rewritten(places, model):
    an_adopted()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET by_name = 'x'")  # noqa: S608


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("policy_level_known", {"level": "street"}),
        ("policy_division_unless_national", {"division": None}),
        ("policy_slug_plain", {"slug": "City Plan"}),
        ("policy_scheme_plain", {"scheme": "市聘县用"}),
    ],
)
def test_a_policys_constraints(places, name, wrong):
    right = {"slug": "x", "scheme": "municipal_county", "division": places["city"], "level": "province"}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Policy.objects.create(**right | wrong)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("policy_version_state_known", {"state": "lost"}),
        ("policy_version_digest_is_sha256", {"digest": "x"}),
        ("policy_version_revision_once", {"revision": 1}),
    ],
)
def test_a_versions_constraints(places, name, wrong):
    draft = a_draft()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        PolicyVersion.objects.create(
            **{
                "policy": draft.policy,
                "revision": 2,
                "title_zh": "x",
                "document": {},
                "schema_number": 1,
                "source_text": "x",
                "digest": "0" * 64,
                "created_by_name": "x",
            }
            | wrong
        )


def test_a_policy_has_one_adopted_version(places):
    an_adopted()
    second = a_draft(a_text("city-plan", "500000", a_clause(n=3)))
    with pytest.raises(IntegrityError, match="policy_version_one_adopted"), transaction.atomic():
        PolicyVersion.objects.filter(pk=second.pk).update(state=State.ADOPTED)


def test_states_move_by_their_table():
    assert State.DRAFT.may_become(State.ADOPTED)
    assert not State.WITHDRAWN.may_become(State.ADOPTED)
    assert not State.DRAFT.may_become(State.SUPERSEDED)


def test_the_preview_says_what_stands_before_and_behind(places):
    an_adopted()
    an_adopted(a_text("town-plan", "500102"))
    new = a_draft(a_text("city-plan", "500000", a_clause(n=3)))
    (change,) = services.preview(new, date(2027, 1, 1))
    assert (change.replaces, change.stands_before, change.stands_behind) == (("city-plan #1",), (), ("town-plan",))


def test_the_machine_loads_without_telling_anybody(places, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        an_adopted(by=SYSTEM)
    assert callbacks == []


def test_a_change_by_a_person_is_announced_on_commit_and_quotas_and_eligibility_follow(
    places, django_capture_on_commit_callbacks, monkeypatch
):
    sent: list[object] = []
    monkeypatch.setattr(tasks.announce_change, "apply_async", lambda args, **more: sent.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        version = adopt(a_draft(), by=CITY)
    assert sent == [(version.pk,)]
    monkeypatch.setattr(celery.app, "send_task", lambda name, args: sent.append((name, args)))
    celery.follow_up(sender=tasks.announce_change, result=version.pk)
    assert ("quotas.after_adoption", [version.pk]) in sent[1:]
    assert ("assignments.after_adoption", [version.pk]) in sent[1:]


def test_a_broker_out_of_reach_costs_the_news_not_the_adoption(
    places, django_capture_on_commit_callbacks, monkeypatch, caplog
):
    def unreachable(*args, **more):
        raise ConnectionError

    monkeypatch.setattr(tasks.announce_change, "apply_async", unreachable)
    with django_capture_on_commit_callbacks(execute=True):
        version = adopt(a_draft(), by=CITY)
    assert version.state == State.ADOPTED
    assert "was not announced" in caplog.text


def test_a_policy_of_eligibility_alone_is_adopted_without_a_period(places):
    version = adopt(a_draft(a_text("who-may-go", "500000", section="eligibility")), date(2025, 3, 10))
    assert version.state == State.ADOPTED
    assert version.topics == ["municipal_county.who"]
    assert governing.on(date(2026, 1, 1)).clauses == ()
    (held,) = governing.eligibility_on(date(2025, 3, 10)).clauses
    assert (held.policy, held.clause_id) == ("who-may-go", "who")


def test_the_preview_speaks_of_eligibility_too(places):
    an_adopted(a_text("city-plan", "500000", section="eligibility"))
    draft = a_draft(a_text("first-plan", "500101", section="eligibility"))
    (change,) = services.preview(draft, date(2026, 1, 1))
    assert (change.topic, change.stands_before) == ("municipal_county.who", ("city-plan",))


def test_a_pilot_of_an_eligibility_clause_names_divisions_that_exist(places):
    clause = a_rule(pilot='["509999"]')
    with pytest.raises(PolicyRefused) as refused:
        a_draft(a_text("who-may-go", "500000", clause, section="eligibility"))
    assert [(fault.code, fault.path) for fault in refused.value.faults] == [
        ("division_unknown", "eligibility[0].pilot")
    ]
