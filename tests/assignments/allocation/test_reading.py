"""What the pages read of a plan: places and who has them, who is left, what differs, whom one could place."""

from __future__ import annotations

import pytest
from django.utils import translation

from assignments.allocation import reading
from assignments.kinds import MarkKind
from assignments.models import AllocationPlan, PlanLine
from tests.assignments.allocation.factories import World, a_gap, a_line, a_mark, a_plan
from tests.assignments.postings import CITY_OFFICER

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with translation.override("en"):
        yield World()


def board(plan: AllocationPlan, **asked: str) -> reading.Board:
    return reading.Board(AllocationPlan.objects.get(pk=plan.pk), CITY_OFFICER, asked)


class TestTheBoard:
    def test_one_row_per_place_in_the_units_own_order(self, world):
        second = world.asks(speciality="儿科", rank=2)
        first = world.asks(speciality="内科", rank=1, number=2)
        rows = board(world.plan()).rows
        assert [(row.request_id, row.seat, row.filled) for row in rows] == [
            (first.pk, 1, False),
            (first.pk, 2, False),
            (second.pk, 1, False),
        ]

    def test_figures_count_places_people_and_marks(self, world):
        asked, person, plan = world.asks(number=2), world.named(), world.plan()
        spare = world.named(at=world.second)
        world.place(plan, asked, person)
        a_mark(plan, asked, spare, MarkKind.BAN)
        told = board(plan).figures_data
        assert (told.requests, told.places, told.receivers) == (1, 2, 1)
        assert (told.people, told.senders) == (2, 2)
        assert (told.filled, told.unfilled, told.left) == (1, 1, 1)
        assert (told.pins, told.bans, told.changed, told.before) == (1, 1, 0, None)

    def test_what_differs_from_the_plan_before_is_marked(self, world):
        one, two = world.asks(), world.asks(world.township)
        stays, moves = world.named(), world.named()
        old = a_plan(world.campaign)
        a_line(old, one, stays)
        new = a_plan(world.campaign, based_on=old)
        a_line(new, two, stays)
        a_line(new, one, moves)
        rows = {row.request_id: row.changed for row in board(new).rows}
        assert rows == {one.pk: "new", two.pk: "moved"}
        assert board(new).figures_data.before == {"filled": 1, "unfilled": 1}

    def test_a_place_that_lost_its_person_is_marked(self, world):
        asked = world.asks()
        old = a_plan(world.campaign)
        a_line(old, asked, world.named())
        new = a_plan(world.campaign, based_on=old)
        assert [row.changed for row in board(new).rows] == ["emptied"]
        assert board(new).counts["changed"] == 1

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [({"show": "unfilled"}, 2), ({"show": "pinned"}, 1), ({"show": "hand"}, 1), ({"q": "示范县医院"}, 2), ({}, 3)],
    )
    def test_the_list_is_filtered(self, world, asked, expected):
        plan = world.plan()
        world.place(plan, world.asks(number=2), world.named("示范壬"))
        world.asks(world.township, speciality="儿科")
        assert len(board(plan, **asked).rows) == expected

    def test_words_find_people_specialities_and_initials(self, world):
        plan = world.plan()
        world.place(plan, world.asks(), world.named("示范壬"))
        world.asks(world.township, speciality="儿科")
        assert [row.filled for row in board(plan, q="示范壬").rows] == [True]
        assert [row.unit_id for row in board(plan, q="儿科").rows] == [world.township.pk]
        assert board(plan, q="儿科 示范壬").rows == []

    def test_a_page_is_told_in_words(self, world):
        asked = world.asks(minimum_title="intermediate", priority=1)
        plan = world.plan()
        world.place(plan, asked, world.named("示范壬"))
        shown = board(plan)
        (place,) = shown.detail(shown.rows)
        assert (place.unit, place.speciality, place.minimum_title) == ("示范县医院", "内科", "intermediate")
        assert (place.person, place.person_about, place.sender) == ("示范壬", "内科 · intermediate", "示范甲医院")
        assert (place.months, place.priority_label, place.pinned) == (12, "urgent", True)
        assert [(mark.criterion, mark.verdict) for mark in place.marks] == [("speciality", "yes")]
        assert place.gap == ""

    def test_an_empty_place_says_why(self, world):
        plan = world.plan()
        waits, looked = world.asks(), world.asks(world.township, speciality="口腔科")
        a_gap(plan, request=looked, reason={"code": "nobody_of_speciality"})
        shown = board(plan)
        told = {place.request_id: place.gap for place in shown.detail(shown.rows)}
        assert told == {waits.pk: "Not placed yet.", looked.pk: "Nobody of this speciality is nominated."}

    def test_what_stands_no_more_is_shown_while_somebody_has_it(self, world):
        plan = world.plan()
        line = a_line(plan, world.asks(state="struck"), world.named())
        assert [row.line_id for row in board(plan).rows] == [line.pk]
        assert [each.code for each in reading.findings(plan)] == ["request_gone"]

    def test_the_cost_is_flat(self, world, django_assert_num_queries, django_assert_max_num_queries):
        plan, before = world.plan(), world.plan()
        world.place(plan, world.asks(number=2), world.named())
        world.named(at=world.second)
        AllocationPlan.objects.filter(pk=plan.pk).update(based_on=before)

        def look() -> None:
            shown = board(plan, q="示范")
            assert shown.detail(shown.rows)
            assert shown.figures_data.places == len(shown.all_rows)
            assert shown.counts
            assert shown.districts
            reading.left(plan, CITY_OFFICER)
            reading.findings(plan)

        with django_assert_max_num_queries(60) as first:
            look()
        for _ in range(3):
            world.place(plan, world.asks(world.township), world.named())
            world.asks()
            world.named()
        with django_assert_num_queries(len(first)):
            look()


class TestWhoIsLeft:
    def test_people_without_a_place_with_reason_and_ban(self, world):
        plan, asked = world.plan(), world.asks()
        person = world.named("示范癸")
        a_gap(plan, nomination=person, reason={"code": "no_request_of_speciality"})
        a_mark(plan, asked, person, MarkKind.BAN)
        placed = world.named()
        world.place(plan, asked, placed)
        (row,) = reading.left(plan, CITY_OFFICER)
        assert (row.person, row.sender, row.reason) == ("示范癸", "示范甲医院", "Nobody asks for this speciality.")
        assert row.banned_at == ("示范县医院 · 内科",)

    def test_words_narrow_them(self, world):
        plan = world.plan()
        world.named("示范癸")
        world.named("示范子", speciality="儿科")
        assert [row.person for row in reading.left(plan, CITY_OFFICER, {"q": "儿科"})] == ["示范子"]


class TestComparing:
    def changes(self, new, old):
        return [(each.was, each.now, each.why) for each in reading.compare(new, old)]

    def test_who_stays_is_no_change(self, world):
        asked, person = world.asks(), world.named()
        old, new = a_plan(world.campaign), a_plan(world.campaign)
        a_line(old, asked, person)
        a_line(new, asked, person)
        assert reading.compare(new, old) == []

    def test_by_hand_and_banned(self, world):
        asked, went, came = world.asks(), world.named("示范丑"), world.named("示范寅")
        old, new = a_plan(world.campaign), a_plan(world.campaign)
        a_line(old, asked, went)
        a_line(new, asked, came, source="hand")
        mark = a_mark(new, asked, went, MarkKind.BAN)
        mark.reason = "示范理由"
        mark.save()
        assert self.changes(new, old) == [
            ("示范丑", "示范寅", "示范丑 is ruled out here by hand: 示范理由. 示范寅 was placed by hand.")
        ]

    def test_where_somebody_goes_instead_and_what_decided(self, world):
        asked, other = world.asks(), world.asks(world.township)
        went, came = world.named("示范丑"), world.named("示范寅")
        old, new = a_plan(world.campaign), a_plan(world.campaign)
        a_line(old, asked, went)
        a_line(new, other, went)
        reason = {"against": [{"nomination": went.pk, "criterion": "wishes"}], "decided_by": "wishes"}
        a_line(new, asked, came, reason=reason)
        told = {(was, now): why for was, now, why in self.changes(new, old)}
        assert told["示范丑", "示范寅"] == "示范丑 goes to 示范卫生院 · 内科 now. “wishes” speaks for 示范寅."
        assert ("", "示范丑") in told

    def test_withdrawn_and_nominated_since(self, world):
        asked, went, came = world.asks(), world.named("示范丑", state="struck"), world.named("示范寅")
        old = a_plan(world.campaign, solved_at="2026-11-20T00:00:00Z")
        new = a_plan(world.campaign)
        a_line(old, asked, went)
        a_line(new, asked, came)
        ((_was, _now, why),) = self.changes(new, old)
        assert why == "示范丑 is not nominated any more. 示范寅 was nominated since."

    def test_the_cost_is_flat(self, world, django_assert_num_queries, django_assert_max_num_queries):
        old, new = a_plan(world.campaign), a_plan(world.campaign)

        def more() -> None:
            asked = world.asks()
            a_line(old, asked, world.named())
            a_line(new, asked, world.named())

        more()
        with django_assert_max_num_queries(30) as first:
            reading.compare(new, old)
        more()
        more()
        with django_assert_num_queries(len(first)):
            reading.compare(new, old)


class TestCandidates:
    def test_who_could_go_stands_before_who_could_not_with_the_reason(self, world):
        asked, plan = world.asks(minimum_title="associate_senior"), world.plan()
        fits, low = world.named(world.physician("示范卯", title="232")), world.named("示范辰")
        found = reading.candidates(plan, asked)
        assert [(each.nomination_id, each.possible) for each in found] == [(fits.pk, True), (low.pk, False)]
        assert found[1].hindrance == "The title is intermediate; at least associate-senior is asked for."
        assert (found[0].eligibility.word, found[0].destination.word) == ("eligible", "among the destinations")
        assert (found[0].community, found[0].distance_km) == ("unknown", None)
        assert found[0].balance == "0 of 1 filled"

    def test_other_specialities_are_found_by_words_alone(self, world):
        asked, plan = world.asks(speciality="儿科"), world.plan()
        world.named("示范卯")
        assert reading.candidates(plan, asked) == []
        (found,) = reading.candidates(plan, asked, "示范卯")
        assert (found.possible, found.hindrance) == (False, "儿科 is asked for; this person's is 内科.")

    def test_where_somebody_is_placed_already_is_told(self, world):
        asked, other, plan = world.asks(), world.asks(world.township), world.plan()
        person = world.named()
        world.place(plan, other, person)
        (found,) = reading.candidates(plan, asked)
        assert (found.placed_at, found.placed_request_id) == ("示范卫生院 · 内科", other.pk)

    def test_from_the_other_side_each_request_says_who_sits_there(self, world):
        asked, plan = world.asks(number=2), world.plan()
        sits, person = world.named("示范巳"), world.named()
        world.place(plan, asked, sits)
        (found,) = reading.requests_for(plan, person)
        assert (found.request_id, found.filled, found.people, found.full) == (asked.pk, 1, ("示范巳",), False)
        assert found.possible

    def test_requests_are_found_by_words(self, world):
        world.asks(speciality="儿科")
        person, plan = world.named(), world.plan()
        assert reading.requests_for(plan, person) == []
        (found,) = reading.requests_for(plan, person, "儿科")
        assert not found.possible

    def test_the_cost_is_flat(self, world, django_assert_num_queries, django_assert_max_num_queries):
        asked, plan = world.asks(number=9), world.plan()
        person = world.named()

        def look() -> None:
            assert reading.candidates(plan, asked, "示范")
            assert reading.requests_for(plan, person)

        world.place(plan, asked, world.named(at=world.second))
        with django_assert_max_num_queries(120) as first:
            look()
        for _ in range(3):
            world.place(plan, asked, world.named())
            world.asks(world.township)
        with django_assert_num_queries(len(first)):
            look()


class TestWhy:
    def test_a_pairing_is_compared_with_who_came_after(self, world):
        asked, plan = world.asks(also_accepts=["外科"]), world.plan()
        chosen, other = world.named("示范午"), world.named("示范未", speciality="外科")
        reason = {
            "decided_by": "speciality",
            "against": [{"nomination": other.pk, "criterion": "speciality", "placed_at": None}],
        }
        a_line(plan, asked, chosen, reason=reason)
        told = reading.why(plan, asked, chosen)
        assert told.heads == ("示范午", "示范未")
        assert told.told.result == "What decides: speciality."
        assert told.told.basis == "示范未 comes after in “speciality”."
        (row,) = [each for each in told.compared if each.decides]
        assert [cell.verdict for cell in row.cells] == ["yes", "relaxed"]
        assert told.results == ("has this place", "without a place")
        assert dict(told.checks)["Who may go"] == "eligible"
        assert told.source is None

    def test_two_who_do_not_go_together_say_why_not(self, world):
        asked, person, plan = world.asks(speciality="儿科"), world.named(), world.plan()
        told = reading.why(plan, asked, person).told
        assert told.result == "儿科 is asked for; this person's is 内科."

    def test_a_stored_gap_is_told_without_computing(self, world, monkeypatch):
        asked, plan = world.asks(), world.plan()
        a_gap(plan, request=asked, reason={"code": "all_placed_elsewhere", "binds": "wishes"})
        told = reading.why(plan, asked, None)
        assert told.title == "示范县医院 · 内科"
        assert told.told.result == "Everybody who could go has another place."
        assert told.told.basis == "What decides: wishes."

    def test_a_person_asked_about_alone_is_told_with_the_place_they_have(self, world):
        asked, person, plan = world.asks(), world.named(), world.plan()
        world.place(plan, asked, person)
        told = reading.why(plan, None, person)
        assert (told.request_id, told.pinned, told.told.result) == (asked.pk, True, "Placed by hand.")


class TestTheOrder:
    def test_without_a_policy_the_order_is_neutral_and_has_no_source(self, world):
        plan = world.plan()
        assert [each.by for each in reading.criteria(plan)] == [
            "requests", "priority", "speciality", "wishes", "balance", "distance", "least_change",
        ]  # fmt: skip
        assert reading.source(plan) is None
        assert PlanLine.objects.filter(plan=plan).count() == 0
