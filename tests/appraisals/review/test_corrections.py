"""Corrections of released months: what they move is shown first, a second person decides, the old one stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from appraisals.models import MonthCorrection, MonthRelease, ReleasedScore, Workload
from appraisals.review import freezing, services
from appraisals.states import CorrectionState, ReleaseKind, ScoreState, ValueSource
from assignments.states import SheetState
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from deploy_admin.months import Month
from tests.appraisals.review.world import NOVEMBER, VISITS, World, fresh, score_of
from tests.appraisals.scoring.factories import AGAINST_ONESELF, compute
from tests.assignments.postings import a_leave

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = Month(date(2026, 8, 1)), Month(date(2026, 9, 1))


@pytest.fixture
def world():
    return World()


def refused(code, act, **asked):
    with pytest.raises(RuleViolation) as refusal:
        act(**asked)
    assert refusal.value.code == code
    return refusal.value


def days_with(released, changes):
    return [changes.get(n, cell) for n, cell in enumerate(released.values["days"], 1)]


def asking(released, *, days=None, counts=None, reason="核对原始登记后更正", **more):
    """Return what is asked: the released month with these days and counts instead."""
    return {
        "row": released.row,
        "days": days_with(released, days or {}),
        "workload": counts if counts is not None else {VISITS: "80"},
        "reason": reason,
        **more,
    }


def asked(world, released, *, by=None, **more):
    return services.ask_correction(**asking(released, **more), by=by or world.clerk())


class TestPreview:
    def test_it_shows_old_and_new_score_with_both_explanations_and_writes_nothing(self, world):
        released = world.released()
        moves = services.preview_correction(row=released.row, days=released.values["days"], workload={VISITS: "80"})
        assert (moves.data["was"]["points"], moves.data["now"]["points"]) == ("100", "80")
        assert moves.data["was"]["explanation"] == released.explanation
        assert moves.data["now"]["explanation"]["value"] == "80.00"
        assert moves.data["workload"] == [(VISITS, "160", "80")]
        assert (moves.data["days"], moves.data["totals"]) == ([], [])
        assert moves.data["pay_month"] == "2026-10"
        assert Workload.objects.get(row=released.row, indicator__code=VISITS).value == 160

    def test_changed_days_are_listed_with_their_totals_and_what_lies_beside(self, world):
        released = world.released()
        moves = services.preview_correction(
            row=released.row, days=days_with(released, {12: "S", 13: "K"}), workload={}
        )
        assert moves.data["days"] == [[12, "P", "S"], [13, "P", "K"]]
        assert moves.data["totals"] == [["attended", "17", "15"], ["leave", "0", "1"], ["absent", "0", "1"]]
        assert moves.data["beside"] == ["leave", "absence"]

    def test_everybody_who_was_told_gets_another_letter_and_nobody_else(self, world):
        released = world.released()
        plain = services.preview_correction(row=released.row, days=released.values["days"], workload={VISITS: "80"})
        assert plain.data["letters"] == []
        letter = world.told(released)
        moves = services.preview_correction(row=released.row, days=released.values["days"], workload={VISITS: "80"})
        [told] = moves.data["letters"]
        assert (told["unit"], told["name"]) == (world.sender.pk, "示范甲医院")
        assert [each["letter"] for each in told["letters"]] == [letter.pk]

    def test_later_months_against_oneself_are_listed_released_ones_stand(self):
        world = World(indicators=AGAINST_ONESELF)
        first = world.released(month=SEPTEMBER)
        assignment = first.assignment
        second = world.released(month=Month(date(2026, 10, 1)), worker=assignment)
        third = world.row(month=NOVEMBER, worker=assignment)
        moves = services.preview_correction(row=first.row, days=first.values["days"], workload={VISITS: "80"})
        assert [(each["month"], each["released"]) for each in moves.data["later"]] == [
            ("2026-10", second.pk),
            ("2026-11", None),
        ]
        assert moves.data["later"][0]["points"] == freezing.exact(second.points)
        assert moves.data["later"][0]["computed_on"].startswith("2026-11-22")
        other = services.preview_correction(row=first.row, days=first.values["days"], workload={"rounds": "9"})
        assert other.data["later"] == []
        assert third.sheet.state == SheetState.SUBMITTED

    def test_without_targets_against_oneself_no_later_month_moves(self, world):
        first = world.released(month=SEPTEMBER)
        world.released(worker=first.assignment)
        moves = services.preview_correction(row=first.row, days=first.values["days"], workload={VISITS: "80"})
        assert moves.data["later"] == []


class TestAsking:
    @pytest.mark.parametrize("who", ["clerk", "head", "officer", "section", "city"])
    def test_the_unit_and_its_authority_ask(self, world, who):
        actor = {
            "clerk": world.clerk(),
            "head": world.head(),
            "officer": world.officer,
            "section": world.section,
            "city": world.city_officer,
        }[who]
        correction = asked(world, world.released(), by=actor)
        assert (correction.state, correction.recorded_by_name) == (CorrectionState.ASKED, actor.name)

    def test_nobody_else_does(self, world):
        released = world.released()
        refused("month_unknown", services.ask_correction, **asking(released), by=world.foreign)
        from tests.assignments.postings import oneself, sender_hr

        refused("not_permitted", services.ask_correction, **asking(released), by=sender_hr(world.sender))
        refused("not_permitted", services.ask_correction, **asking(released), by=oneself(released.assignment))

    def test_it_needs_a_reason_a_change_and_a_released_month(self, world):
        released = world.released()
        refused("reason_missing", services.ask_correction, **asking(released, reason="  "), by=world.clerk())
        refused("nothing_changes", services.ask_correction, **asking(released, counts={}), by=world.clerk())
        same = asking(released, counts={VISITS: "160.00"})
        refused("nothing_changes", services.ask_correction, **same, by=world.clerk())
        row = world.row(month=NOVEMBER)
        plain = {"row": row, "days": row.days, "workload": {VISITS: "1"}, "reason": "更正"}
        refused("not_released", services.ask_correction, **plain, by=world.clerk())

    @pytest.mark.parametrize(
        ("code", "change"),
        [
            ("code_unknown", {"days": {12: "?"}}),
            ("day_closed", {"days": {12: "Z"}}),
            ("below_lowest", {"counts": {VISITS: "-1"}}),
            ("not_a_number", {"counts": {VISITS: "many"}}),
            ("indicator_unknown", {"counts": {"nothing_of_the_kind": "1"}}),
        ],
    )
    def test_what_no_sheet_may_say_no_correction_says(self, world, code, change):
        refused(code, services.ask_correction, **asking(world.released(), **change), by=world.clerk())

    def test_a_row_has_as_many_cells_as_its_month_has_days(self, world):
        released = world.released()
        short = asking(released) | {"days": ["P"]}
        refused("days_of_month", services.ask_correction, **short, by=world.clerk())

    def test_a_day_on_approved_leave_is_not_made_a_day_at_the_post(self, world):
        released = world.released(cells={12: "S"})
        leave = a_leave(released.assignment, date(2026, 10, 12))
        refusal = refused("on_leave", services.ask_correction, **asking(released, days={12: "P"}), by=world.clerk())
        assert refusal.context == {"leave": leave.pk}
        assert asked(world, released, days={13: "S"}).days[12] == "S"

    def test_one_correction_of_a_month_waits_at_a_time(self, world):
        released = world.released()
        asked(world, released)
        refused("correction_open", services.ask_correction, **asking(released), by=world.officer)

    def test_what_was_corrected_since_it_was_shown_is_looked_at_again(self, world):
        released = world.released()
        with pytest.raises(Conflict) as refusal:
            asked(world, released, released_id=released.pk + 1)
        assert refusal.value.code == "corrected_meanwhile"

    def test_the_authority_is_told_and_no_longer_once_it_is_decided(self, world):
        correction = asked(world, world.released())
        notes = Notice.objects.open().filter(code="appraisals.correction_asked")
        assert notes.get().institution_id == world.office.pk
        services.decline_correction(correction=correction, remark="登记无误", by=world.officer)
        assert not notes.exists()
        assert Notice.objects.open().filter(code="appraisals.correction_declined").count() == 2


class TestDeciding:
    def test_an_approved_correction_is_a_release_of_its_own_that_points_to_the_old_one(self, world):
        released = world.released()
        correction = asked(world, released, days={12: "S"}, counts={VISITS: "80", "rounds": ""})
        release = services.approve_correction(correction=correction, remark="同意", by=world.officer)
        new = ReleasedScore.objects.get(release=release)
        assert (release.kind, release.people, release.authority) == (ReleaseKind.CORRECTION, 1, world.office)
        assert (new.corrects_id, new.points) == (released.pk, Decimal("77.65"))
        assert new.values["workload"] | {VISITS: "80", "rounds": None} == new.values["workload"]
        assert new.values["days"][11] == "S"
        assert freezing.digest(new) == new.sha256
        assert list(ReleasedScore.objects.standing()) == [new]
        old = fresh(released)
        assert (old.points, old.sha256) == (released.points, released.sha256)
        held = fresh(correction)
        assert (held.state, held.release, held.decided_by_name) == ("approved", release, world.officer.name)
        assert held.moves["now"]["points"] == "77.65"

    def test_days_and_counts_follow_and_the_sheet_stays_released(self, world):
        released = world.released()
        correction = asked(world, released, days={12: "S"}, counts={VISITS: "80", "rounds": ""})
        services.approve_correction(correction=correction, by=world.officer)
        row = fresh(released.row)
        assert (row.days[11], row.attended_halves, row.leave_halves) == ("S", 32, 2)
        count = Workload.objects.get(row=row, indicator__code=VISITS)
        assert (count.value, count.source, count.version) == (80, ValueSource.CORRECTION, 2)
        assert Workload.objects.get(row=row, indicator__code="rounds").value is None
        untouched = Workload.objects.get(row=row, indicator__code="teaching_sessions")
        assert (untouched.source, untouched.version) == (ValueSource.CLERK, 1)
        sheet = fresh(row.sheet)
        assert sheet.state == SheetState.RELEASED
        assert sheet.scored_revision != sheet.revision

    def test_the_live_score_computed_afterwards_is_the_corrected_one(self, world):
        released = world.released()
        correction = asked(world, released, days={12: "S"})
        release = services.approve_correction(correction=correction, by=world.officer)
        compute(released.row)
        new = ReleasedScore.objects.get(release=release)
        assert score_of(released.row).points == new.points == Decimal("77.65")

    def test_who_asked_does_not_decide(self, world):
        correction = asked(world, world.released(), by=world.officer)
        refused("second_person", services.approve_correction, correction=correction, by=world.officer)
        services.approve_correction(correction=correction, by=world.second)
        assert fresh(correction).state == CorrectionState.APPROVED

    def test_only_the_authority_decides(self, world):
        correction = asked(world, world.released())
        for actor in (world.head(), world.clerk()):
            refused("not_permitted", services.approve_correction, correction=correction, by=actor)
            refused("not_permitted", services.decline_correction, correction=correction, remark="不", by=actor)
        refused("month_unknown", services.approve_correction, correction=correction, by=world.foreign)

    def test_a_declined_correction_says_why_and_changes_nothing(self, world):
        released = world.released()
        correction = asked(world, released)
        refused("reason_missing", services.decline_correction, correction=correction, remark=" ", by=world.officer)
        services.decline_correction(correction=correction, remark="登记无误", by=world.officer)
        held = fresh(correction)
        assert (held.state, held.decision_remark) == (CorrectionState.DECLINED, "登记无误")
        assert ReleasedScore.objects.standing().get() == released
        assert MonthRelease.objects.count() == 1
        asked(world, released)

    def test_what_is_decided_is_not_decided_again(self, world):
        correction = asked(world, world.released())
        services.approve_correction(correction=correction, by=world.officer)
        refused("correction_decided", services.approve_correction, correction=correction, by=world.second)
        refused("correction_decided", services.decline_correction, correction=correction, remark="不", by=world.second)
        refused("correction_decided", services.withdraw_correction, correction=correction, by=world.clerk())

    def test_who_read_another_version_looks_again(self, world):
        correction = asked(world, world.released())
        with pytest.raises(Conflict):
            services.approve_correction(correction=correction, version=7, by=world.officer)

    def test_the_side_that_asked_takes_it_back_and_no_other(self, world):
        released = world.released()
        correction = asked(world, released)
        refused("not_permitted", services.withdraw_correction, correction=correction, by=world.officer)
        assert services.withdraw_correction(correction=correction, by=world.head()).state == CorrectionState.WITHDRAWN
        assert not Notice.objects.open().filter(code="appraisals.correction_asked").exists()
        correction = asked(world, released, by=world.officer)
        refused("not_permitted", services.withdraw_correction, correction=correction, by=world.clerk())
        services.withdraw_correction(correction=correction, by=world.second)
        assert MonthCorrection.objects.filter(state=CorrectionState.WITHDRAWN).count() == 2

    def test_a_correction_is_corrected_in_its_turn_and_its_letters_are_all_known(self, world):
        released = world.released()
        first_letter = world.told(released)
        release = services.approve_correction(correction=asked(world, released), by=world.officer)
        second = ReleasedScore.objects.select_related("row__sheet", "assignment").get(release=release)
        second_letter = world.told(second, sequence=2)
        correction = asked(world, second, counts={VISITS: "120"})
        [told] = correction.moves["letters"]
        assert [each["letter"] for each in told["letters"]] == [first_letter.pk, second_letter.pk]
        services.approve_correction(correction=correction, by=world.officer)
        last = ReleasedScore.objects.standing().get()
        assert (last.corrects, last.points) == (second, Decimal("90.00"))
        assert freezing.exact(last.points) == fresh(correction).moves["now"]["points"]

    def test_a_count_taken_away_leaves_the_corrected_score_undetermined_and_the_release_says_so(self, world):
        released = world.released()
        correction = asked(world, released, counts={VISITS: ""})
        release = services.approve_correction(correction=correction, by=world.officer)
        new = ReleasedScore.objects.get(release=release)
        assert (new.state, new.points, release.undetermined) == (ScoreState.UNDETERMINED, None, 1)

    def test_every_step_is_on_record(self, world):
        released = world.released()
        services.withdraw_correction(correction=asked(world, released), by=world.clerk())
        services.decline_correction(correction=asked(world, released), remark="不", by=world.officer)
        services.approve_correction(correction=asked(world, released), by=world.officer)
        acts = Event.objects.filter(act__startswith="appraisals.month_correction").order_by("pk")
        names = [act.removeprefix("appraisals.month_correction_") for act in acts.values_list("act", flat=True)]
        assert names == ["asked", "withdrawn", "asked", "declined", "asked", "approved"]
