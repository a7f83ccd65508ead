"""A corrected work calendar is followed by what rests on it, and by nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.services import calendar_change, ending
from assignments.tasks.calendar import after_calendar
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.registry import holiday_library
from deploy_admin.registry.services import calendar
from tests.assignments.postings import CITY_OFFICER, an_absence, on_post

pytestmark = pytest.mark.django_db
WORKED = date(2026, 10, 7)


@pytest.fixture
def corrected():
    """Return what corrects 2026, so that 7 October is worked."""
    calendar.load(by=SYSTEM)

    def correct():
        days = [day for day in holiday_library.known(2026).days if day.day != WORKED]
        calendar.correct_year(year=2026, days=days, reason="示范", version=1, by=CITY_OFFICER)

    return correct


def test_duty_days_follow_a_corrected_calendar(corrected):
    absence = an_absence(on_post(), date(2026, 10, 6), date(2026, 10, 9))
    other = an_absence(on_post(), date(2026, 6, 1), date(2026, 6, 3))
    ending.recompute([absence.assignment_id, other.assignment_id], by=SYSTEM)
    absence.refresh_from_db()
    assert absence.duty_days == 2  # Thursday and Friday; 6 and 7 October are off
    corrected()
    assert after_calendar(2026) == 1
    absence.refresh_from_db()
    other.refresh_from_db()
    assert (absence.duty_days, other.duty_days) == (3, 3)
    event = Event.objects.get(act="assignments.calendar_followed")
    assert event.detail == {"year": 2026, "assignments": 2, "changed": 1, "refused": []}


def test_following_twice_changes_nothing_more(corrected):
    absence = an_absence(on_post(), date(2026, 10, 6), date(2026, 10, 9))
    ending.recompute([absence.assignment_id], by=SYSTEM)
    corrected()
    assert calendar_change.follow_calendar(year=2026, by=SYSTEM) == {absence.assignment_id}
    assert calendar_change.follow_calendar(year=2026, by=SYSTEM) == set()


def test_a_year_nobody_was_away_in_concerns_nobody(corrected):
    an_absence(on_post(), date(2026, 10, 6), date(2026, 10, 9))
    assert calendar_change.follow_calendar(year=2023, by=SYSTEM) == set()
    assert not Event.objects.filter(act="assignments.calendar_followed").exists()


def test_credit_of_everybody_on_post_in_the_year_follows(corrected, django_capture_on_commit_callbacks, monkeypatch):
    assignment = on_post()
    sent: list[object] = []
    monkeypatch.setattr(
        "assignments.services.following.current_app.send_task", lambda name, args, **_: sent.append((name, args))
    )
    with django_capture_on_commit_callbacks(execute=True):
        calendar_change.follow_calendar(year=2026, by=SYSTEM)
    assert sent == [("assignments.follow", [[assignment.pk]])]


def test_whoever_would_be_in_two_places_is_left_and_named(corrected, monkeypatch):
    from deploy_admin.errors import RuleViolation

    fine = an_absence(on_post(), date(2026, 10, 6), date(2026, 10, 9))
    clash = an_absence(on_post(), date(2026, 10, 6), date(2026, 10, 9))
    whole = ending.recompute

    def refusing(ids, *, by):
        if clash.assignment_id in ids:
            raise RuleViolation("示范", "in_two_places")
        return whole(ids, by=by)

    monkeypatch.setattr(calendar_change.ending, "recompute", refusing)
    corrected()
    assert calendar_change.follow_calendar(year=2026, by=SYSTEM) == {fine.assignment_id}
    assert Event.objects.get(act="assignments.calendar_followed").detail["refused"] == [clash.assignment_id]
