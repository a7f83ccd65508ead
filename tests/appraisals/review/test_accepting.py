"""Accepting: all without anomaly at once, one that was looked at, sending back, opening again, more time, by whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from appraisals.review import services
from assignments.models import MonthSheet, SheetStep
from assignments.services import months_hooks
from assignments.states import MonthAnswer, SheetState
from deploy_admin import clock
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from tests.appraisals.review.world import OCTOBER, TODAY, World, fresh
from tests.assignments.assignments.world import a_receiver
from tests.assignments.months.factories import a_row, a_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def shown(*rows):
    return {row.sheet_id: fresh(row.sheet).revision for row in rows}


def refused(code, act, **asked):
    with pytest.raises(RuleViolation) as refusal:
        act(**asked)
    assert refusal.value.code == code
    return refusal.value


def test_everything_without_anomaly_is_accepted_at_once_and_the_odd_ones_stay(world):
    first, second = world.row(), world.row(a_receiver("示范戊卫生院"), "白初级")
    odd = world.row(a_receiver("示范己卫生院"), "陈在外", is_late=True)
    done = services.accept_all(month=OCTOBER, shown=shown(first, second, odd), by=world.officer)
    assert set(done.accepted) == {first.sheet_id, second.sheet_id}
    assert done.changed == (odd.sheet_id,)
    assert {fresh(row.sheet).state for row in (first, second)} == {SheetState.ACCEPTED}
    assert fresh(odd.sheet).state == SheetState.SUBMITTED
    assert fresh(first.sheet).accepted_by_name == world.officer.name
    [event] = Event.objects.filter(act="assignments.month_accepted")
    assert event.detail["sheets"] == sorted(done.accepted)


def test_accepting_all_twice_does_nothing_the_second_time_and_says_so(world):
    row = world.row()
    asked = shown(row)
    assert services.accept_all(month=OCTOBER, shown=asked, by=world.officer).accepted == (row.sheet_id,)
    again = services.accept_all(month=OCTOBER, shown=asked, by=world.second)
    assert (again.accepted, again.changed) == ((), ())
    assert SheetStep.objects.filter(sheet=row.sheet, act="accepted").count() == 1


def test_what_changed_since_it_was_shown_waits_for_a_look_of_its_own(world):
    row = world.row()
    asked = shown(row)
    months_hooks.touch({row.sheet_id})
    MonthSheet.objects.filter(pk=row.sheet_id).update(scored_revision=fresh(row.sheet).revision)
    done = services.accept_all(month=OCTOBER, shown=asked, by=world.officer)
    assert (done.accepted, done.changed) == ((), (row.sheet_id,))


def test_what_has_come_to_contradict_something_since_is_found_before_it_is_accepted(world):
    row = world.row()
    a_row(a_sheet(a_receiver("示范戊卫生院"), OCTOBER, "submitted", people=0), row.assignment)
    done = services.accept_all(month=OCTOBER, shown=shown(row), by=world.officer)
    assert done.changed == (row.sheet_id,)
    assert "two_sheets" in fresh(row.sheet).findings


def test_a_dispute_an_open_score_or_one_being_computed_is_no_month_without_anomaly(world):
    disputed = world.row()
    row = disputed
    row.answer, row.answer_remark, row.answered_at = MonthAnswer.DISPUTED, "10月9日到岗", clock.now()
    row.save()
    unknown = world.row(a_receiver("示范戊卫生院"), "白初级", counts={})
    waiting = world.row(a_receiver("示范己卫生院"), "陈在外", scored=False)
    plain = world.row(a_receiver("示范庚卫生院"), "丁未知")
    assert [sheet.pk for sheet in services.clean(world.officer, OCTOBER)] == [plain.sheet_id]
    done = services.accept_all(month=OCTOBER, shown=shown(disputed, unknown, waiting, plain), by=world.officer)
    assert done.accepted == (plain.sheet_id,)


def test_who_entered_on_behalf_does_not_accept_it_alone_or_among_all(world):
    row = world.row(on_behalf=True, submitted_by_id=world.officer.user_id, submitted_by_name=world.officer.name)
    assert services.clean(world.officer, OCTOBER) == []
    assert [sheet.pk for sheet in services.clean(world.second, OCTOBER)] == [row.sheet_id]
    refused("second_person", services.accept, sheets=[row.sheet_id], by=world.officer)
    assert services.accept_all(month=OCTOBER, shown=shown(row), by=world.officer).accepted == ()
    assert services.accept(sheets=[row.sheet_id], by=world.second) == [row.sheet_id]


def test_the_unit_is_told_that_its_month_is_accepted_and_no_longer_when_it_is_released(world):
    row = world.accepted()
    notes = Notice.objects.open().filter(institution_id=world.unit.pk, code="appraisals.month_accepted")
    assert notes.get().params["month"] == "2026-10"
    services.release(sheets=[row.sheet_id], by=world.officer)
    assert not notes.exists()
    assert Notice.objects.open().filter(institution_id=world.unit.pk, code="appraisals.month_released").exists()


def test_nobody_but_the_authority_of_the_unit_decides(world):
    row = world.row()
    for actor in (world.clerk(), world.head()):
        refused("not_permitted", services.accept, sheets=[row.sheet_id], by=actor)
        refused("not_permitted", services.send_back, sheet=row.sheet, reason="核对", by=actor)
        refused("not_permitted", services.accept_all, month=OCTOBER, shown=shown(row), by=actor)
        refused("not_permitted", services.more_time, sheet=row.sheet, until=TODAY, reason="停电", by=actor)
    refused("sheet_unknown", services.accept, sheets=[row.sheet_id], by=world.foreign)
    refused("sheet_unknown", services.send_back, sheet=row.sheet, reason="核对", by=world.foreign)
    assert services.accept_all(month=OCTOBER, shown=shown(row), by=world.foreign).accepted == ()
    assert services.accept(sheets=[row.sheet_id], by=world.section) == [row.sheet_id]


def test_the_city_accepts_for_every_district(world):
    row = world.row()
    assert services.accept(sheets=[row.sheet_id], by=world.city_officer) == [row.sheet_id]


def test_nothing_chosen_and_a_month_still_with_its_unit_are_refused(world):
    refused("nothing_chosen", services.accept, sheets=[], by=world.officer)
    draft = a_sheet(world.unit, OCTOBER)
    refused("sheet_moved", services.accept, sheets=[draft.pk], by=world.officer)


def test_a_month_is_sent_back_with_a_reason_and_the_unit_may_enter_again(world):
    row = world.row()
    refused("reason_missing", services.send_back, sheet=row.sheet, reason="  ", by=world.officer)
    sheet = services.send_back(sheet=row.sheet, reason="10月9日请假与报表不符", by=world.officer)
    assert (sheet.state, sheet.reason) == (SheetState.RETURNED, "10月9日请假与报表不符")
    note = Notice.objects.open().get(code="assignments.month_returned")
    assert (note.institution_id, note.params["reason"]) == (world.unit.pk, "10月9日请假与报表不符")


def test_an_accepted_month_is_opened_again_only_by_the_district_with_a_reason(world):
    row = world.accepted()
    sheet = services.send_back(sheet=row.sheet, reason="补录巡诊", by=world.officer)
    assert sheet.state == SheetState.RETURNED
    assert sheet.accepted_by_name == ""
    assert SheetStep.objects.filter(sheet=sheet).latest("pk").act == "reopened"


def test_a_month_moved_since_it_was_shown_is_not_sent_back_unseen(world):
    row = world.row()
    with pytest.raises(Conflict):
        services.send_back(sheet=row.sheet, reason="核对", version=row.sheet.version + 1, by=world.officer)


def test_a_released_month_is_neither_sent_back_nor_accepted(world):
    score = world.released()
    refused("sheet_moved", services.send_back, sheet=score.row.sheet, reason="核对", by=world.officer)
    refused("sheet_moved", services.accept, sheets=[score.row.sheet_id], by=world.officer)


def test_more_time_has_a_day_to_come_and_a_reason(world):
    sheet = a_sheet(world.unit, OCTOBER)
    until = TODAY + timedelta(days=3)
    refused("in_the_past", services.more_time, sheet=sheet, until=date(2026, 11, 21), reason="停电", by=world.officer)
    refused("reason_missing", services.more_time, sheet=sheet, until=until, reason=" ", by=world.officer)
    held = services.more_time(sheet=sheet, until=until, reason="停电", by=world.officer)
    assert (held.exempt_until, held.exemption_reason) == (until, "停电")
    assert Notice.objects.open().filter(code="assignments.month_exempted", institution_id=world.unit.pk).exists()


def test_a_unit_without_a_sheet_gets_one_where_somebody_serves(world):
    row = world.row()
    other = a_receiver("示范空卫生院")
    refused("nobody_serves", services.begin_for, institution_id=other.pk, month=OCTOBER, by=world.officer)
    assert services.begin_for(institution_id=world.unit.pk, month=OCTOBER, by=world.officer).pk == row.sheet_id
