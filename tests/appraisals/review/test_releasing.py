"""Releasing: what is frozen, when it is refused, first release and supplement, who is told; what stands, stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisals.models import MonthRelease, ReleasedScore
from appraisals.review import freezing, services
from appraisals.review.services import ReleaseBasis
from appraisals.states import ReleaseKind, ScoreState, ValueSource
from appraisals.workload import services as workload
from appraisals.workload.saving import Entry
from assignments.models import MonthSheet
from assignments.services import months_entry, months_hooks, months_moving
from assignments.states import SheetState
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import Notice
from deploy_admin.policies.language.explained import Explained
from tests.accounts.factories import a_membership
from tests.appraisals.review.world import SEPTEMBER, VISITS, World, fresh, score_of
from tests.appraisals.scoring.factories import compute
from tests.assignments.assignments.world import a_receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def refused(code, act, **asked):
    with pytest.raises(RuleViolation) as refusal:
        act(**asked)
    assert refusal.value.code == code
    return refusal.value


def release(world, *rows, by=None, **more):
    return services.release(sheets=[row.sheet_id for row in rows], by=by or world.officer, **more)


def test_a_release_freezes_values_points_and_explanation(world):
    row = world.accepted(cells={12: "S", 13: "Sh"})
    [made] = release(world, row)
    told = ReleasedScore.objects.get(row=row)
    score = score_of(row)
    assert (told.points, told.state, told.clause_id) == (score.points, ScoreState.SCORED, "month")
    assert told.policy_version == world.version
    assert told.values["totals"] == {
        "attended": "15.5", "leave": "1.5", "absent": "0", "unchecked": "0", "night": "0", "extra": "0", "rounds": "0"
    }  # fmt: skip
    assert told.values["workload"][VISITS] == "160"
    assert told.values["days"] == row.days
    assert Explained.from_json(told.explanation).value == str(score.points)
    assert freezing.digest(told) == told.sha256
    assert (made.people, made.undetermined, made.kind) == (1, 0, ReleaseKind.FIRST)
    assert (made.authority, made.institution_id) == (world.office, world.unit.pk)
    assert fresh(row.sheet).state == SheetState.RELEASED


def test_a_release_may_say_on_what_it_rests(world):
    basis = ReleaseBasis("示范区考核领导小组", date(2026, 11, 20), "示卫〔2026〕12号", "按月考核")
    [made] = release(world, world.accepted(), basis=basis)
    assert (made.deciding_body, made.meeting_on) == ("示范区考核领导小组", date(2026, 11, 20))
    assert (made.document_number, made.remark) == ("示卫〔2026〕12号", "按月考核")
    event = Event.objects.get(act="appraisals.months_released")
    assert event.detail["document_number"] == "示卫〔2026〕12号"
    assert event.detail["people"] == 1


def test_each_unit_has_its_release_and_one_that_is_late_holds_nobody_back(world):
    first, second = world.accepted(), world.accepted(a_receiver("示范戊卫生院"), name="白初级")
    late = world.row(a_receiver("示范己卫生院"), "陈在外", is_late=True)
    assert len(release(world, first, second)) == 2
    assert fresh(late.sheet).state == SheetState.SUBMITTED


def test_what_comes_after_the_letters_of_the_month_went_out_is_a_supplement(world):
    world.told(world.released())
    [made] = release(world, world.accepted(a_receiver("示范戊卫生院"), name="白初级"))
    assert made.kind == ReleaseKind.SUPPLEMENT
    [other_month] = release(world, world.accepted(name="丁未知", month=SEPTEMBER))
    assert other_month.kind == ReleaseKind.FIRST


def test_nothing_is_released_that_is_not_accepted_or_not_seen(world):
    row = world.row()
    refused("nothing_chosen", services.release, sheets=[], by=world.officer)
    refusal = refused("not_accepted", services.release, sheets=[row.sheet_id], by=world.officer)
    assert "示范丁卫生院" in str(refusal)
    refused("sheet_unknown", services.release, sheets=[row.sheet_id], by=world.foreign)


def test_only_who_releases_may(world):
    row = world.accepted()
    for actor in (world.section, world.clerk(), world.head()):
        refused("not_permitted", services.release, sheets=[row.sheet_id], by=actor)
    assert len(services.release(sheets=[row.sheet_id], by=world.city_officer)) == 1
    assert MonthRelease.objects.get().authority == world.office


def test_a_score_that_is_not_computed_for_the_sheet_as_it_is_holds_the_release(world):
    row = world.accepted()
    months_hooks.touch({row.sheet_id})
    refusal = refused("not_scored_yet", services.release, sheets=[row.sheet_id], by=world.officer)
    assert refusal.context == {"sheets": [row.sheet_id]}
    compute(row)
    assert len(release(world, row)) == 1


def test_undetermined_scores_go_out_only_knowingly(world):
    row = world.accepted(counts={})
    assert score_of(row).state == ScoreState.UNDETERMINED
    refusal = refused("undetermined", services.release, sheets=[row.sheet_id], by=world.officer)
    assert "安可往" in str(refusal)
    assert refusal.context == {"rows": [row.pk]}
    [made] = release(world, row, undetermined=True)
    told = ReleasedScore.objects.get(row=row)
    assert (told.state, told.points, made.undetermined) == (ScoreState.UNDETERMINED, None, 1)
    assert "value:outpatient_emergency_visits" in told.missing


def test_without_a_rule_the_values_are_released_all_the_same():
    world = World(plan=False)
    row = world.accepted()
    release(world, row)
    told = ReleasedScore.objects.get(row=row)
    assert (told.state, told.policy_version, told.values["workload"][VISITS]) == (ScoreState.NO_RULE, None, "160")


def test_what_is_released_is_not_released_again(world):
    row = world.accepted()
    release(world, row)
    refusal = refused("released_already", services.release, sheets=[row.sheet_id], by=world.officer)
    assert "示范丁卫生院" in str(refusal)
    assert MonthRelease.objects.count() == 1


def test_the_database_keeps_what_was_released(world):
    told = world.released()
    for attempt in (
        lambda: ReleasedScore.objects.filter(pk=told.pk).update(points=Decimal(1)),
        lambda: ReleasedScore.objects.filter(pk=told.pk).delete(),
        lambda: MonthRelease.objects.filter(pk=told.release_id).update(remark="改"),
        lambda: MonthRelease.objects.filter(pk=told.release_id).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert fresh(told).points == told.points


def test_a_month_of_a_unit_is_released_once_by_the_database_too(world):
    told = world.released()
    twin = fresh(told)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    held = MonthRelease.objects.get()
    held.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        held.save(force_insert=True)


def test_unit_and_person_are_told(world):
    row = world.accepted()
    member = a_membership("deployed_person", world.sender)
    member.worker = row.assignment.worker
    member.save()
    release(world, row)
    mine = Notice.objects.open().get(code="appraisals.own_month_released")
    assert (mine.user_id, mine.params) == (member.user_id, {"month": "2026-10"})
    assert Notice.objects.open().get(code="appraisals.month_released").institution_id == world.unit.pk


def test_the_number_of_statements_does_not_grow_with_the_units(world):
    def statements(*rows):
        with CaptureQueriesContext(connection) as asked:
            release(world, *rows)
        return len(asked)

    few = [world.accepted(a_receiver(f"示范少{n}卫生院"), name=f"少{n}") for n in range(2)]
    many = [world.accepted(a_receiver(f"示范多{n}卫生院"), name=f"多{n}") for n in range(6)]
    assert statements(*many) <= statements(*few)


EDITS = st.lists(
    st.sampled_from(["cell", "count", "say", "touch", "send_back", "withdraw", "accept", "submit", "recompute"]),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_a_released_score_never_changes_whatever_is_tried_afterwards(world, edits):
    with transaction.atomic():
        told = world.released()
        row, sheet = told.row, told.row.sheet
        before = (told.sha256, told.points, told.values, told.explanation)
        days = list(fresh(row).days)
        for edit in edits:
            if edit in ("touch", "recompute"):
                months_hooks.touch({sheet.pk})
                compute(row)
                continue
            with pytest.raises(RuleViolation), transaction.atomic():
                _try(edit, world, row, fresh(sheet))
        held = fresh(told)
        assert (held.sha256, held.points, held.values, held.explanation) == before
        assert freezing.digest(held) == held.sha256
        assert fresh(sheet).state == SheetState.RELEASED
        assert fresh(row).days == days
        transaction.set_rollback(True)


def _try(edit, world, row, sheet: MonthSheet):
    """Change what is released by every way there is for a month that is not."""
    clerk = world.clerk()
    match edit:
        case "cell":
            cell = months_entry.Cell(row.pk, 12, "K", row.days[11])
            months_entry.save_cells(sheet=sheet, changes=[cell], by=clerk)
        case "count":
            workload.save(entries=[Entry(row.pk, VISITS, 999)], source=ValueSource.CLERK, by=clerk)
        case "say":
            workload.confirm_all(sheet=sheet, by=clerk)
        case "send_back":
            services.send_back(sheet=sheet, reason="核对", by=world.officer)
        case "withdraw":
            months_moving.withdraw(sheet=sheet, by=clerk)
        case "accept":
            services.accept(sheets=[sheet.pk], by=world.officer)
        case "submit":
            months_moving.submit(sheet=sheet, by=clerk)
