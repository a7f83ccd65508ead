"""Registering a person by hand, correcting what is recorded, seeing a whole ID number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from deploy_admin.access import Permission, Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.people import services
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.services import EmploymentFacts, LicenceFacts, PersonFacts, PostFacts, TitleFacts, identity
from tests.people.factories import a_worker, an_id, hr, refused
from tests.registry.factories import FakeActor, an_institution

pytestmark = pytest.mark.django_db

HIRED = date(2026, 9, 1)


def person(**more):
    return PersonFacts(**({"name": "示范张三", "national_id": an_id(), "education": "bachelor"} | more))


def post_at(unit, **more):
    fields = {"institution_id": unit.pk, "valid_from": HIRED, "hired_on": HIRED, "began_as": "recruited"} | more
    return EmploymentFacts(**fields)


def test_a_person_is_entered_with_post_title_and_licence_in_one_act(unit, own_hr):
    worker = services.register_worker(
        person=person(name="𬱖䶮"),
        employment=post_at(unit, post=PostFacts(department="内科", staff_category="physician")),
        titles=[TitleFacts("233", date(2024, 12, 20))],
        licences=[LicenceFacts("physician", practice_category="clinical")],
        by=own_hr,
    )
    assert worker.number.startswith("P")
    assert (worker.name, worker.sex, worker.birth_month) == ("𬱖䶮", "1", "1985-03")
    held = worker.employments.get()
    assert (held.institution, held.department, held.hired_on, held.is_current) == (unit, "内科", HIRED, True)
    assert worker.titles.get().level == "intermediate"
    assert worker.licences.get().practice_category == "clinical"
    assert list(Event.objects.values_list("act", flat=True)) == ["people.registered"]


def test_who_is_known_is_named_to_those_who_see_them_and_asked_for_by_others(unit, other, own_hr, other_hr):
    worker = a_worker("示范李四", at=unit)
    facts = person(name="示范李四", national_id=identity.opened(worker).number)
    with refused("id_taken") as taken:
        services.register_worker(person=facts, employment=post_at(unit), by=own_hr)
    assert taken.value.context == {"worker": worker.pk}
    with refused("elsewhere") as elsewhere:
        services.register_worker(person=facts, employment=post_at(other), by=other_hr)
    assert "示范" not in str(elsewhere.value.message)
    assert elsewhere.value.context == {}


def test_who_left_elsewhere_is_taken_on_with_the_same_record(unit, other, other_hr):
    worker = a_worker("示范李四", at=unit, education="master", post={"valid_to": date(2026, 8, 31)})
    facts = PersonFacts("示范李四", identity.opened(worker).number)
    taken = services.register_worker(person=facts, employment=post_at(other), by=other_hr)
    assert taken == worker
    assert (taken.education, taken.employments.count()) == ("master", 2)
    assert taken.employments.get(is_current=True).institution == other
    with refused("name_disagrees"):
        services.register_worker(
            person=replace(facts, name="示范王五", national_id=identity.opened(_left(unit)).number),
            employment=post_at(other),
            by=other_hr,
        )


def _left(unit):
    return a_worker(at=unit, post={"valid_to": date(2026, 8, 31)})


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"national_id": ""}, "id_missing"),
        ({"national_id": "50990119850304"}, "wrong_id"),
        ({"national_id": an_id(3)[:-1] + "A"}, "wrong_id"),
        ({"national_id": "509901850304123"}, "wrong_id"),
        ({"sex": "2"}, "sex_disagrees"),
        ({"born_on": date(1985, 4, 1)}, "birth_disagrees"),
        ({"name": "  "}, "name_missing"),
        ({"ethnicity": "57"}, "code_unknown"),
        ({"clinical_since": date(2027, 1, 1)}, "day_in_future"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_beside_its_field(unit, own_hr, facts, code):
    with refused(code) as refusal:
        services.register_worker(person=person(**facts), employment=post_at(unit), by=own_hr)
    assert set(refusal.value.fields) == {"national_id" if "id" in code else next(iter(facts))}
    assert not HealthWorker.objects.exists()


def test_people_are_entered_at_ones_own_units_that_exist(unit, own_hr, other_hr):
    with refused("not_your_unit"):
        services.register_worker(person=person(), employment=post_at(unit), by=other_hr)
    with refused("day_in_future"):
        services.register_worker(person=person(), employment=post_at(unit, valid_from=date(2026, 12, 1)), by=own_hr)
    closed = an_institution(closed_on=date(2025, 12, 31))
    with refused("unit_closed"):
        services.register_worker(person=person(), employment=post_at(closed), by=hr(closed))
    with refused("not_permitted"):
        services.register_worker(person=person(), employment=post_at(unit), by=FakeActor(role=Role.FINANCE_SECTION))


# ---------------------------------------------------------------- correcting


def test_facts_are_brought_up_to_date_and_the_audit_keeps_both(unit, own_hr):
    worker = a_worker(at=unit, education="bachelor")
    services.correct_worker(worker=worker, facts={"education": "master", "major": "内科学"}, version=1, by=own_hr)
    worker.refresh_from_db()
    assert (worker.education, worker.major, worker.version) == ("master", "内科学", 2)
    event = Event.objects.get(act="people.corrected")
    assert event.detail["old"] == {"education": "bachelor", "major": ""}


def test_another_name_needs_a_reason_and_brings_its_pinyin(unit, own_hr):
    worker = a_worker("示范李四", at=unit)
    with refused("reason_missing"):
        services.correct_worker(worker=worker, facts={"name": "单小四"}, version=1, by=own_hr)
    services.correct_worker(worker=worker, facts={"name": "单小四"}, reason="改名", version=1, by=own_hr)
    worker.refresh_from_db()
    assert (worker.pinyin, worker.initials) == ("shan xiao si", "sxs")


def test_another_id_is_sealed_anew_and_the_audit_keeps_the_old_one_masked(unit, own_hr):
    worker = a_worker(at=unit)
    before, wanted = identity.opened(worker).number, an_id(born_on=date(1986, 5, 6), sex="2")
    with refused("reason_missing"):
        services.correct_worker(worker=worker, facts={}, national_id=wanted, version=1, by=own_hr)
    worker.refresh_from_db()
    services.correct_worker(worker=worker, facts={}, national_id=wanted, reason="录入有误", version=1, by=own_hr)
    worker.refresh_from_db()
    assert identity.opened(worker).number == wanted
    assert (worker.born_on, worker.sex, worker.birth_month) == (date(1986, 5, 6), "2", "1986-05")
    detail = Event.objects.get(act="people.corrected").detail
    assert detail["old"]["id_masked"] == f"{before[:6]}********{before[14:]}"
    assert detail["new"]["born"] == "1986-05"
    assert before not in str(detail)
    assert wanted not in str(detail)


def test_somebody_elses_id_cannot_be_given(unit, own_hr):
    taken = identity.opened(a_worker()).number
    with refused("id_taken"):
        services.correct_worker(
            worker=a_worker(at=unit), facts={}, national_id=taken, reason="录入有误", version=1, by=own_hr
        )


def test_where_there_is_an_id_it_says_sex_and_birth(unit, own_hr):
    worker = a_worker(at=unit)
    with refused("sex_disagrees"):
        services.correct_worker(worker=worker, facts={"sex": "2"}, version=1, by=own_hr)
    without = a_worker(at=unit, number_of_id="", sex="0", born_on=date(1980, 1, 1))
    services.correct_worker(worker=without, facts={"sex": "2"}, version=1, by=own_hr)
    assert HealthWorker.objects.get(pk=without.pk).sex == "2"


def test_an_older_version_is_refused_with_both_values(unit, own_hr):
    worker = a_worker(at=unit, major="外科学")
    services.correct_worker(worker=worker, facts={"major": "内科学"}, version=1, by=own_hr)
    with refused("stale_version") as stale:
        services.correct_worker(worker=worker, facts={"major": "儿科学"}, version=1, by=own_hr)
    assert isinstance(stale.value, Conflict)
    assert (stale.value.context["yours"], stale.value.context["theirs"]["major"]) == ({"major": "儿科学"}, "内科学")


def test_nothing_new_is_nothing_to_change(unit, own_hr):
    with refused("nothing_to_change"):
        services.correct_worker(worker=a_worker(at=unit), facts={"degree": ""}, version=1, by=own_hr)


def test_another_units_people_and_merged_records_are_left_alone(unit, own_hr, other_hr, officer):
    worker = a_worker(at=unit)
    with refused("person_unknown"):
        services.correct_worker(worker=worker, facts={"major": "内科学"}, version=1, by=other_hr)
    HealthWorker.objects.filter(pk=worker.pk).update(merged_into=a_worker())
    with refused("merged_away"):
        services.correct_worker(worker=worker, facts={"major": "内科学"}, version=1, by=officer)
    assert HealthWorker.objects.get(pk=worker.pk).version == 1


def test_a_reader_corrects_nothing(unit):
    reader = FakeActor(role=Role.AUDITOR)
    with refused("not_permitted"):
        services.correct_worker(worker=a_worker(at=unit), facts={"major": "内科学"}, version=1, by=reader)


# ---------------------------------------------------------------- the whole ID


def test_a_whole_id_is_seen_with_a_reason_and_that_stays_on_the_record(unit, own_hr):
    number = an_id(sex="2")
    worker = a_worker(at=unit, number_of_id=number)
    seen = services.reveal_id(worker=worker, reason="办理备案", by=own_hr)
    assert (seen.number, seen.born_on) == (number, date(1985, 3, 4))
    assert number not in repr(seen)
    event = Event.objects.get()
    assert (event.act, event.detail) == ("people.id_revealed", {"id": worker.id_masked, "reason": "办理备案"})


def test_a_whole_id_is_refused_without_reason_permission_or_sight(unit, own_hr, other_hr):
    worker = a_worker(at=unit)
    with refused("reason_missing"):
        services.reveal_id(worker=worker, reason=" 看看 ", by=own_hr)
    with refused("not_permitted"):
        services.reveal_id(
            worker=worker, reason="办理备案", by=FakeActor(permissions=frozenset({Permission.PEOPLE_VIEW}))
        )
    with refused("person_unknown"):
        services.reveal_id(worker=worker, reason="办理备案", by=other_hr)
    with refused("id_unknown"):
        services.reveal_id(worker=a_worker(at=unit, number_of_id=""), reason="办理备案", by=own_hr)
    assert not Event.objects.exists()
