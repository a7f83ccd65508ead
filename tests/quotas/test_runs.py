"""Runs: idempotent, affected-only, one at a time per period, and nothing written by whoever lost the claim."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.errors import Conflict, RuleViolation
from quotas import services, tasks
from quotas.models import Quota, Run, ShortfallReason, Summary, Tally
from quotas.services import FigureEntry, TallyRow, runs
from tests.factories import (
    CITY_OFFICER,
    Y2024,
    Y2025,
    a_city,
    a_city_plan,
    a_district_plan,
    a_division,
    a_hospital,
    an_authority,
    computed,
    district_officer,
    enter,
    promotions,
    quota_of,
    sign_all,
    unit_hr,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def test_computing_again_changes_nothing_and_says_so():
    a_city_plan()
    promotions(a_hospital(), 5)
    first = computed()
    assert first.counts == {
        "quotas": 2, "added": 2, "changed": 0, "removed": 0, "unchanged": 0, "verdicts": 0, "undetermined": 0,
    }  # fmt: skip
    rows = set(Quota.objects.values_list("pk", "digest", "updated_at"))
    second = computed()
    assert (second.counts["unchanged"], second.counts["added"], second.inputs_digest) == (2, 0, first.inputs_digest)
    assert set(Quota.objects.values_list("pk", "digest", "updated_at")) == rows
    assert second.previous == first


def test_a_run_keeps_what_it_rested_on_and_what_it_changed():
    version = a_city_plan()
    hospital, other = a_hospital(), a_hospital()
    promotions(hospital, 5)
    promotions(other, 5)
    computed()
    promotions_of = hospital.figures.current().get(practice_category="clinical")
    services.correct_figures(
        [FigureEntry(hospital.pk, promotions_of.measure, Y2024, 13, practice_category="clinical")],
        reason="补报",
        by=SYSTEM,
    )
    sign_all()
    services.run_waiting(Y2025)
    run = Run.objects.published().latest("id")
    assert (run.is_partial, run.institution_ids) == (True, [hospital.pk])
    assert run.revisions == [
        {"version": version.pk, "policy": version.policy.slug, "revision": 1, "digest": version.digest}
    ]
    assert (run.counts["changed"], run.counts["unchanged"]) == (1, 1)
    (difference,) = services.differences(run)
    assert (difference.kind, difference.before.required, difference.after.required) == ("changed", 2, 6)
    assert run.as_of == date(2025, 12, 31)
    assert run.duration_ms is not None


def test_a_unit_that_no_longer_owes_loses_its_quota_and_it_is_kept_as_removed():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 5)
    computed()
    hospital.profiles.update(affiliation="district")
    run = computed()
    assert run.counts["removed"] == 2
    assert {difference.kind for difference in services.differences(run)} == {"removed"}
    assert not Quota.objects.current().exists()


def test_a_partial_run_brings_a_district_total_along():
    city = a_city()
    district = a_division("示范一区", parent=city, code="500101", name_en="Model District One")
    authority = an_authority(district)
    a_district_plan(district)
    units = [a_hospital(affiliation="district", division=district) for _ in range(2)]
    for unit in units:
        enter(unit, "recruited_physicians", Y2024, 10)
        enter(unit, "recruited_physicians", Y2025, 10)
    computed()
    assert quota_of(authority, "share_of_recruits").required == 16
    enter_again = FigureEntry(units[0].pk, "recruited_physicians", Y2025, 5)
    services.correct_figures([enter_again], reason="核减", by=SYSTEM)
    services.run_waiting(Y2025)
    assert quota_of(authority, "share_of_recruits").required == 12


def test_requests_that_arrive_while_one_waits_join_it():
    one = services.ask_for_recompute(Y2025, institution_ids=[1, 2], trigger="sign_off", by=SYSTEM)
    two = services.ask_for_recompute(Y2025, institution_ids=[2, 3], trigger="correction", by=CITY_OFFICER)
    run = Run.objects.get()
    assert one == two == run.pk
    assert (sorted(run.institution_ids), len(run.asked_for)) == ([1, 2, 3], 2)
    services.ask_for_recompute(Y2025, trigger="nightly", by=SYSTEM)
    run.refresh_from_db()
    assert run.institution_ids is None


def test_one_run_works_and_one_waits_per_period():
    services.ask_for_recompute(Y2025, trigger="hand", by=SYSTEM)
    assert runs.claim(Y2025) is not None
    services.ask_for_recompute(Y2025, trigger="hand", by=SYSTEM)
    assert runs.claim(Y2025) is None
    assert runs.claim(Y2024) is None
    with pytest.raises(IntegrityError, match="run_one_under_way"), transaction.atomic():
        Run.objects.filter(state="queued").update(state="running")


def test_a_silent_run_is_taken_over_and_the_old_claim_writes_nothing():
    a_city_plan()
    promotions(a_hospital(), 5)
    services.ask_for_recompute(Y2025, trigger="hand", by=SYSTEM)
    old = runs.claim(Y2025)
    Run.objects.update(heartbeat_at=clock.now() - timedelta(minutes=5))
    new = runs.claim(Y2025)
    assert (new.run_id, new.token) == (old.run_id, old.token + 1)
    assert runs._work(old) is False
    assert not Quota.objects.exists()
    assert runs._work(new) is True
    assert Quota.objects.current().count() == 2
    assert runs._work(new) is False  # published once


def test_what_nobody_holds_is_picked_up():
    a_city_plan()
    promotions(a_hospital(), 5)
    services.ask_for_recompute(Y2025, trigger="hand", by=SYSTEM)
    runs.claim(Y2025)  # its worker dies here
    assert tasks.pick_up() == 0
    Run.objects.update(heartbeat_at=clock.now() - timedelta(minutes=5))
    assert tasks.pick_up() == 1
    assert Quota.objects.current().count() == 2


def test_a_failing_run_says_why_and_blocks_nothing(monkeypatch):
    monkeypatch.setattr(runs, "compute", lambda *args, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        computed()
    run = Run.objects.get()
    assert (run.state, run.failure) == ("failed", "ZeroDivisionError: division by zero")
    monkeypatch.undo()
    assert computed().state == "published"


def test_the_number_of_queries_does_not_grow_with_the_units():
    a_city_plan()

    def queries(units):
        for _ in range(units):
            promotions(a_hospital(), 5)
        with CaptureQueriesContext(connection) as caught:
            computed()
        return len(caught)

    computed()
    assert queries(2) == queries(12)


def test_everything_known_is_computed_at_night():
    a_city_plan()
    computed(Y2024)
    assert tasks.recompute_everything() == 2
    periods = {(run.period_start.year, run.trigger) for run in Run.objects.published()}
    assert periods == {(2024, "hand"), (2024, "nightly"), (2026, "nightly")}


def test_an_adoption_asks_for_the_units_in_its_jurisdiction():
    hospital = a_hospital()
    version = a_city_plan()
    computed()
    tasks.after_adoption(version.pk)
    asked = Run.objects.filter(state="queued")
    assert {(run.period, run.trigger) for run in asked} == {(Y2025, "adoption"), (Y2025.next, "adoption")}
    assert all(run.institution_ids == [hospital.pk] for run in asked)


def test_the_command_says_what_it_did():
    a_city_plan()
    promotions(a_hospital(), 5)
    out = StringIO()
    call_command("recompute_quotas", "2025", stdout=out)
    assert "quotas 2, added 2" in out.getvalue()
    with pytest.raises(CommandError, match="not a period"):
        call_command("recompute_quotas", "soon", stdout=out)


def test_a_clause_of_the_school_year_is_computed_in_its_own_period():
    from tests.factories import a_policy
    from tests.policies.factories import a_clause, a_text

    a_city()
    a_policy(
        a_text("school", "500000", a_clause(period="{twelve_from: 9, labelled_by: first_year}"), since="2024-01-01"),
        quotas_from=date(2024, 9, 1),
    )
    a_hospital()
    out = StringIO()
    call_command("recompute_quotas", "2025", stdout=out)
    quota = Quota.objects.current().get()
    assert quota.period.iso == "2025-09-01--2026-08-31"


def test_a_tally_that_stays_the_same_writes_nothing_and_a_bad_one_is_refused():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 5)
    computed()
    topic = "municipal_county.physicians"
    row = TallyRow(hospital.pk, "municipal_county", topic, Y2025, nominated=3, on_post=2, forecast=5, batches=(1, 2))
    assert services.record_tallies([row], by=SYSTEM) == 1
    assert services.record_tallies([row], by=SYSTEM) == 0
    shown = Quota.objects.current().with_tallies().get(topic=row.topic)
    assert (shown.nominated, shown.on_post, shown.shortfall, shown.forecast, shown.verdict) == (3, 2, 0, 5, "met")
    assert shown.batches == [1, 2]
    bad = TallyRow(hospital.pk, "municipal_county", row.topic, Y2025, on_post=-1)
    with pytest.raises(RuleViolation) as refused:
        services.record_tallies([bad], by=SYSTEM)
    assert refused.value.code == "tally_negative"
    assert Tally.objects.visible_to(unit_hr(a_hospital(), TODAY)).count() == 0


def a_short_total():
    district = a_division("示范一区", parent=a_city(), code="500101", name_en="Model District One")
    authority = an_authority(district)
    a_district_plan(district)
    unit = a_hospital(affiliation="district", division=district)
    for period in (Y2024, Y2025):
        enter(unit, "recruited_physicians", period, 10)
    computed()
    quota = quota_of(authority, "share_of_recruits")
    services.record_tallies([TallyRow(authority.pk, quota.scheme, quota.topic, Y2025, on_post=3)], by=SYSTEM)
    quota.refresh_from_db()
    return quota, authority


def test_a_shortfall_in_principle_is_explained_by_an_accepted_reason_only():
    quota, authority = a_short_total()
    assert quota.verdict == "short"
    reason = services.give_reason(quota=quota, text="当年招聘人员尚在规培", by=district_officer(authority, TODAY))
    with pytest.raises(RuleViolation) as refused, transaction.atomic():
        services.give_reason(quota=quota, text="再写一次", by=SYSTEM)
    assert refused.value.code == "reason_twice"
    with pytest.raises(RuleViolation) as refused:  # nobody decides on the reason of one's own authority
        services.decide_reason(reason=reason, accept=True, by=district_officer(authority, TODAY))
    assert refused.value.code == "second_person"
    services.decide_reason(reason=reason, accept=True, by=CITY_OFFICER)
    quota.refresh_from_db()
    assert quota.verdict == "explained"
    with pytest.raises(Conflict):
        services.decide_reason(reason=reason, accept=False, remark="重复", by=CITY_OFFICER)
    computed()
    quota.refresh_from_db()
    assert quota.verdict == "explained"


def test_a_declined_reason_changes_nothing_and_another_may_be_written():
    quota, _authority = a_short_total()
    reason = services.give_reason(quota=quota, text="理由", by=SYSTEM)
    with pytest.raises(RuleViolation):
        services.decide_reason(reason=reason, accept=False, by=CITY_OFFICER)
    services.decide_reason(reason=reason, accept=False, remark="不充分", by=CITY_OFFICER)
    quota.refresh_from_db()
    assert quota.verdict == "short"
    services.give_reason(quota=quota, text="补充理由", by=SYSTEM)
    assert ShortfallReason.objects.standing().count() == 1


def test_a_mandatory_quota_cannot_be_explained_away():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 5)
    computed()
    with pytest.raises(RuleViolation) as refused:
        services.give_reason(quota=quota_of(hospital, "physicians"), text="理由", by=SYSTEM)
    assert refused.value.code == "not_in_principle"


def test_results_are_superseded_and_never_edited():
    a_city_plan()
    promotions(a_hospital(), 5)
    computed()
    with pytest.raises(IntegrityError, match="new row"), transaction.atomic():
        Quota.objects.update(required=0)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        Quota.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, "quota_one_current"),
        ({"required": None}, "quota_state_fits_result"),
        ({"required": -1}, "quota_state_fits_result"),
        ({"state": "undetermined", "required": None}, "quota_undetermined_says_what_is_missing"),
        ({"binding": "optional"}, "quota_binding_known"),
        ({"verdict": "fine"}, "quota_verdict_known"),
        ({"period_end": date(2024, 1, 1)}, "quota_days_in_order"),
    ],
)
def test_every_constraint_of_a_quota_holds(change, name):
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 5)
    computed()
    row = quota_of(hospital, "physicians")
    row.pk = None
    for field, value in change.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name):
        row.save(force_insert=True)


def test_what_an_actor_sees_of_quotas_runs_and_contributions():
    quota, authority = a_short_total()
    outside = a_hospital()
    officer = district_officer(authority, TODAY)
    assert quota in Quota.objects.visible_to(officer)
    assert not Quota.objects.visible_to(unit_hr(outside, TODAY)).exists()
    assert Run.objects.visible_to(officer).exists()
    assert not Run.objects.visible_to(unit_hr(outside, TODAY)).exists()


def test_the_summary_counts_what_the_rows_say_and_follows_every_change():
    a_city_plan()
    hospital, late = a_hospital(), a_hospital()
    promotions(hospital, 5)
    computed()

    def lines(level):
        rows = Summary.objects.filter(level=level).order_by("topic", "verdict")
        return [(row.topic, row.verdict, row.quotas, row.units, row.required) for row in rows]

    assert lines("all") == [("", "pending", 3, 2, 6), ("", "undetermined", 1, 1, None)]
    assert lines("topic") == [
        ("municipal_county.non_clinical", "pending", 2, 2, 4),
        ("municipal_county.physicians", "pending", 1, 1, 2),
        ("municipal_county.physicians", "undetermined", 1, 1, None),
    ]
    topic = "municipal_county.non_clinical"
    row = TallyRow(late.pk, "municipal_county", topic, Y2025, nominated=1, on_post=0, forecast=1)
    services.record_tallies([row], by=SYSTEM)
    assert ("", "short", 1, 1, 2) in lines("all")
    short = Summary.objects.get(level="all", verdict="short")
    assert (short.nominated, short.shortfall, short.forecast) == (1, 2, 1)
    assert not Summary.objects.visible_to(unit_hr(hospital, TODAY)).exists()
