"""Two at one month at the same moment: it is accepted, released and corrected once, and the second one is told."""

from __future__ import annotations

import pytest

from appraisals.models import MonthCorrection, MonthRelease, ReleasedScore
from appraisals.review import services
from assignments.models import SheetStep
from assignments.states import SheetState
from tests.appraisals.review.test_corrections import asking
from tests.appraisals.review.world import OCTOBER, World, fresh
from tests.assignments.assignments.world import a_receiver
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_a_month_accepted_by_two_at_once_is_accepted_once():
    world = World()
    rows = [world.row(a_receiver(f"示范{n}卫生院"), f"人{n}") for n in "甲乙丙"]
    shown = {row.sheet_id: fresh(row.sheet).revision for row in rows}
    answers = together(
        *(
            lambda actor=actor: services.accept_all(month=OCTOBER, shown=shown, by=actor)
            for actor in (world.officer, world.second)
        )
    )
    assert sorted(len(answer.accepted) for answer in answers) == [0, 3]
    assert all(answer.changed == () for answer in answers)
    assert SheetStep.objects.filter(act="accepted").count() == 3


def test_a_month_released_by_two_at_once_is_released_once():
    world = World()
    row = world.accepted()
    answers = together(
        *(
            lambda actor=actor: services.release(sheets=[row.sheet_id], by=actor)
            for actor in (world.officer, world.second)
        )
    )
    assert [answer for answer in answers if isinstance(answer, str)] == ["released_already"]
    assert (MonthRelease.objects.count(), ReleasedScore.objects.count()) == (1, 1)


def test_a_month_released_while_it_is_opened_again_is_one_or_the_other():
    world = World()
    row = world.accepted()
    answers = together(
        lambda: services.release(sheets=[row.sheet_id], by=world.officer),
        lambda: services.send_back(sheet=row.sheet, reason="核对", by=world.second),
    )
    refusals = [answer for answer in answers if isinstance(answer, str)]
    assert len(refusals) == 1
    released = fresh(row.sheet).state == SheetState.RELEASED
    assert refusals == (["sheet_moved"] if released else ["not_accepted"])
    assert MonthRelease.objects.count() == int(released)


def test_of_two_corrections_asked_for_at_once_one_waits():
    world = World()
    released = world.released()
    answers = together(
        *(
            lambda actor=actor: services.ask_correction(**asking(released), by=actor)
            for actor in (world.clerk(), world.officer)
        )
    )
    assert [answer for answer in answers if isinstance(answer, str)] == ["correction_open"]
    assert MonthCorrection.objects.count() == 1


def test_a_correction_approved_by_two_at_once_is_released_once():
    world = World()
    released = world.released()
    correction = services.ask_correction(**asking(released), by=world.clerk())
    answers = together(
        *(
            lambda actor=actor: services.approve_correction(correction=fresh(correction), by=actor)
            for actor in (world.officer, world.second)
        )
    )
    assert [answer for answer in answers if isinstance(answer, str)] == ["correction_decided"]
    assert ReleasedScore.objects.filter(corrects=released).count() == 1


def test_a_correction_approved_while_it_is_taken_back_is_one_or_the_other():
    world = World()
    released = world.released()
    correction = services.ask_correction(**asking(released), by=world.clerk())
    answers = together(
        lambda: services.approve_correction(correction=fresh(correction), by=world.officer),
        lambda: services.withdraw_correction(correction=fresh(correction), by=world.clerk()),
    )
    assert [answer for answer in answers if isinstance(answer, str)] == ["correction_decided"]
    assert ReleasedScore.objects.filter(corrects=released).count() == int(fresh(correction).state == "approved")
