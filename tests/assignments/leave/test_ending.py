"""Last days in the database: from rows, by the rules of the place and day, set-based, refused where it must be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Absence, Assignment, Leave
from assignments.services import ending, ending_all
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import Notice
from deploy_admin.registry.calendar import work_calendar
from tests.assignments.leave.world import a_place, adopted, another_unit, posted
from tests.assignments.postings import a_leave, a_segment, an_absence, an_assignment, receiver_head

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return a_place()


def again(assignment):
    return Assignment.objects.get(pk=assignment.pk)


def test_the_worked_example_in_the_database(place):
    assignment = posted(place, starts_on=date(2023, 1, 3))
    leave = a_leave(assignment, date(2023, 5, 8), date(2023, 5, 12))
    assert ending.recompute([assignment.pk], by=SYSTEM) == {assignment.pk}
    now = again(assignment)
    assert (now.term_ends_on, now.extended_days, now.ends_on) == (date(2024, 1, 2), 5, date(2024, 1, 7))
    assert (now.version, now.updated_at > assignment.updated_at) == (2, True)
    leave.refresh_from_db()
    assert (leave.counted_days, leave.episode_from, leave.filing_required) == (5, date(2023, 5, 8), True)


def test_computing_again_changes_nothing(place):
    assignment = posted(place)
    a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
    ending.recompute([assignment.pk], by=SYSTEM)
    version = again(assignment).version
    assert ending.recompute([assignment.pk], by=SYSTEM) == set()
    assert again(assignment).version == version


def test_what_is_not_approved_counts_nothing_and_what_was_counted_is_taken_back(place):
    assignment = posted(place)
    leave = a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
    ending.recompute([assignment.pk], by=SYSTEM)
    Leave.objects.filter(pk=leave.pk).update(state="withdrawn")
    ending.recompute([assignment.pk], by=SYSTEM)
    leave.refresh_from_db()
    assert (leave.counted_days, leave.episode_from, leave.filing_required) == (0, None, False)
    assert again(assignment).ends_on == date(2027, 3, 9)


def test_without_an_adopted_rule_the_term_stands_and_the_explanation_says_so():
    place = a_place(plan=False)
    assignment = posted(place)
    a_leave(assignment, date(2026, 5, 11), date(2026, 5, 22))
    ending.recompute([assignment.pk], by=SYSTEM)
    assert again(assignment).ends_on == date(2027, 3, 9)
    assert "no_leave_rule" in [step.operation for step in ending.explain(again(assignment)).steps]


def test_the_rule_is_that_of_the_unit_where_the_person_is_on_the_day(place):
    """Moved to a place without a rule: leave there lengthens nothing, leave before did."""
    elsewhere = another_unit(place)
    elsewhere.profiles.update(division=place.second)
    assignment = posted(place)
    assignment.segments.update(valid_to=date(2026, 6, 30))
    a_segment(assignment, elsewhere, valid_from=date(2026, 7, 1), reason="moved")
    a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
    a_leave(assignment, date(2026, 8, 10), date(2026, 8, 14))
    ending.recompute([assignment.pk], by=SYSTEM)
    assert again(assignment).extended_days == 5


def test_a_clause_that_speaks_of_others_lengthens_nothing():
    place = a_place(plan=False)
    adopted(leave="\n    applies_to: {sex: female}")
    him, her = posted(place), posted(place)
    her.worker.sex = "2"
    her.worker.save(update_fields=["sex"])
    for each in (him, her):
        a_leave(each, date(2026, 5, 11), date(2026, 5, 15))
    ending.recompute([him.pk, her.pk], by=SYSTEM)
    assert (again(him).extended_days, again(her).extended_days) == (0, 5)


def test_an_actual_last_day_wins(place):
    assignment = posted(place, state="ended_early", ended_on=date(2026, 9, 30))
    a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
    ending.recompute([assignment.pk], by=SYSTEM)
    now = again(assignment)
    assert (now.ends_on, now.term_ends_on, now.extended_days) == (date(2026, 9, 30), date(2027, 3, 9), 5)


def test_duty_days_of_absences_are_counted(place):
    assignment, shifts = posted(place), posted(place, roster_pattern="shift")
    absence = an_absence(assignment, date(2026, 6, 11), date(2026, 6, 15))
    stated = an_absence(shifts, date(2026, 6, 11), date(2026, 6, 15), stated_duty_days=4)
    ending.recompute([assignment.pk, shifts.pk], by=SYSTEM)
    assert Absence.objects.get(pk=absence.pk).duty_days == 3
    assert Absence.objects.get(pk=stated.pk).duty_days == 4


def test_nobody_is_in_two_places_for_leave_either(place):
    assignment = posted(place)
    other = an_assignment(
        assignment.worker, sender=place.hospital, receiver=another_unit(place), starts_on=date(2027, 3, 12)
    )
    a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
    with pytest.raises(RuleViolation) as refused:
        ending.recompute([assignment.pk], by=SYSTEM)
    assert refused.value.code == "in_two_places"
    assert other.starts_on.isoformat() in refused.value.message
    assert again(assignment).ends_on == date(2027, 3, 9)


def test_the_other_place_is_named_to_those_only_who_may_know_it(place):
    assignment = posted(place)
    other = another_unit(place)
    an_assignment(assignment.worker, sender=place.hospital, receiver=other, starts_on=date(2027, 3, 12))
    a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
    with pytest.raises(RuleViolation) as refused:
        ending.recompute([assignment.pk], by=receiver_head(place.centre))
    assert refused.value.code == "in_two_places"
    assert other.profile.name not in refused.value.message


def test_a_renewal_that_has_not_begun_steps_back_behind_the_longer_term(place):
    assignment = posted(place)
    renewal = an_assignment(
        assignment.worker, sender=place.hospital, receiver=place.centre, starts_on=date(2027, 3, 10), renews=assignment
    )
    a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
    ending.recompute([assignment.pk], by=SYSTEM)
    assert again(assignment).ends_on == date(2027, 3, 14)
    assert again(renewal).starts_on == date(2027, 3, 15)


def test_a_preview_writes_nothing(place):
    assignment = posted(place)
    kept = a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
    ending.recompute([assignment.pk], by=SYSTEM)
    now = again(assignment)
    supposed = ending.preview(now, with_leave=[("personal", date(2026, 7, 6), date(2026, 7, 15), None)])
    assert supposed.ends_on == date(2027, 3, 22)
    assert supposed.counts()[-1].days == 8
    assert ending.preview(now, without=[kept.pk]).ends_on == date(2027, 3, 9)
    assert ending.preview(now, granted_days=10).ends_on == date(2027, 3, 24)
    assert ending.preview(now, ended_on=date(2026, 9, 30)).ends_on == date(2026, 9, 30)
    assert ending.preview(now, starts_on=date(2026, 3, 11), months=6).term_ends_on == date(2026, 9, 10)
    assert again(assignment).ends_on == date(2027, 3, 14)


def test_many_take_as_many_statements_as_one(place):
    def changed(n):
        found = []
        for k in range(n):
            assignment = posted(place)
            a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15 + 7 * (k % 2)))
            an_absence(assignment, date(2026, 6, 11 + k % 3))
            found.append(assignment.pk)
        return found

    one, many = changed(1), changed(12)
    work_calendar()  # kept between
    with CaptureQueriesContext(connection) as first:
        assert ending.recompute(one, by=SYSTEM) == set(one)
    with CaptureQueriesContext(connection) as second:
        assert ending.recompute(many, by=SYSTEM) == set(many)
    assert len(first) == len(second)


# ------------------------------------------------------------------------------------------ everybody


def test_the_nightly_check_finds_what_contradicts_the_rows_and_mends_nothing(place):
    fine, wrong = posted(place), posted(place)
    leave = a_leave(wrong, date(2026, 5, 11), date(2026, 5, 15))
    assert ending_all.check_all() == [wrong.pk]
    assert again(wrong).ends_on == date(2027, 3, 9)
    assert Event.objects.filter(act="assignments.ends_checked", result="refused").exists()
    assert Notice.objects.open().get(key="assignments.ends_drift").params == {"count": 1}
    ending.recompute([fine.pk, wrong.pk], by=SYSTEM)
    assert ending_all.check_all() == []
    assert not Notice.objects.open().filter(key="assignments.ends_drift").exists()
    Leave.objects.filter(pk=leave.pk).update(counted_days=4)
    assert ending_all.check_all() == [wrong.pk]


def test_an_adopted_rule_reaches_everybody_on_post_and_leaves_whoever_is_elsewhere_next():
    place = a_place(plan=False)
    free, bound, over = posted(place), posted(place), posted(place, starts_on=date(2024, 1, 8), state="returned")
    an_assignment(bound.worker, sender=place.hospital, receiver=another_unit(place), starts_on=date(2027, 3, 11))
    for each in (free, bound):
        a_leave(each, date(2026, 5, 11), date(2026, 5, 15))
    a_leave(over, date(2024, 5, 13), date(2024, 5, 17))
    adopted()
    found = ending_all.recompute_running()
    assert free.pk in found.changed
    assert found.refused == [bound.pk]
    assert again(free).ends_on - again(bound).ends_on == timedelta(days=5)
    assert again(over).extended_days == 0  # closed: what was decided stands
    assert Event.objects.get(act="assignments.ends_recomputed").detail["refused"] == [bound.pk]
