"""A list's way: begun, handed in, taken back, sent back, approved, reopened, on behalf; refusals beside each."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from assignments.filing import services_moving as moving
from assignments.filing.services_requests import RequestRow, save_requests
from assignments.models import FiledList, ListStep
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from tests.assignments.filing.factories import a_list, a_request, a_round, a_scan
from tests.assignments.filing.world import INTERNAL, NOMINATIONS, REQUESTS, Place, a_centre, fresh, open_notes
from tests.assignments.postings import receiver_clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return Place()


@contextmanager
def refused(code: str):
    with pytest.raises(RuleViolation) as found:
        yield
    assert found.value.code == code


def steps(filed: FiledList) -> list[str]:
    return list(ListStep.objects.filter(filed_list=filed).order_by("pk").values_list("act", flat=True))


class TestTheUnitsWay:
    def test_begun_entered_submitted_approved(self, place):
        filed = place.approved()
        assert (fresh(filed).state, fresh(filed).submitted_by_name, fresh(filed).is_late) == (
            "approved", "示范文员", False,
        )  # fmt: skip
        assert steps(filed) == ["begun", "saved", "submitted", "approved"]
        acts = Event.objects.filter(act__startswith="lists.").order_by("pk").values_list("act", flat=True)
        assert list(acts) == ["lists.begun", "lists.saved", "lists.submitted", "lists.approved"]

    def test_begun_twice_it_is_the_same_list(self, place):
        first = place.begun()
        again = moving.open_list(campaign=place.round, institution=place.unit, kind=REQUESTS, by=place.head)
        assert again.pk == first.pk
        assert steps(first).count("begun") == 1

    def test_taken_back_inside_the_window_and_submitted_again(self, place):
        filed = moving.take_back(filed=place.submitted(), by=place.head)
        assert (filed.state, filed.submitted_at) == ("draft", None)
        assert moving.submit(filed=filed, by=place.clerk).state == "submitted"

    def test_after_the_window_it_is_not_taken_back_as_it_could_not_be_handed_in_again(self, place):
        filed = place.submitted()
        place.round.requests_to = date(2026, 11, 20)
        place.round.save()
        with refused("window_closed"):
            moving.take_back(filed=filed, by=place.clerk)

    def test_sent_back_says_why_and_is_handed_in_again_after_the_window(self, place):
        filed = moving.send_back(filed=place.submitted(), reason="  人数过多 ", by=place.officer)
        assert (filed.state, filed.reason) == ("returned", "人数过多")
        place.round.requests_to = date(2026, 11, 20)
        place.round.save()
        again = moving.submit(filed=fresh(filed), by=place.clerk)
        assert (again.state, again.reason, again.is_late) == ("submitted", "", False)

    def test_sent_back_without_a_reason_is_refused(self, place):
        with refused("reason_missing"):
            moving.send_back(filed=place.submitted(), reason=" ", by=place.officer)

    def test_what_was_approved_is_opened_again_by_sending_it_back(self, place):
        filed = moving.send_back(filed=place.approved(), reason="示范", by=place.officer)
        assert filed.state == "returned"
        assert steps(filed)[-1] == "reopened"

    def test_an_empty_list_is_not_handed_in_unless_it_says_so(self, place):
        filed = moving.open_list(campaign=place.round, institution=place.unit, kind=REQUESTS, by=place.clerk)
        with refused("list_empty"):
            moving.submit(filed=filed, by=place.clerk)
        filed = moving.save_head(filed=filed, nothing=True, remark="", version=filed.version, by=place.clerk)
        assert moving.submit(filed=filed, by=place.clerk).nothing

    def test_nobody_this_time_is_not_said_of_a_list_with_lines(self, place):
        filed = place.begun()
        with refused("lines_there"):
            moving.save_head(filed=filed, nothing=True, remark="", version=filed.version, by=place.clerk)

    def test_an_old_version_is_refused_with_both_values(self, place):
        filed = place.begun()
        with pytest.raises(Conflict) as found:
            moving.save_head(filed=filed, nothing=False, remark="甲", version=filed.version - 1, by=place.clerk)
        assert found.value.context["yours"] == {"nothing": False, "remark": "甲"}
        assert found.value.context["theirs"]["remark"] == ""


class TestTheWindow:
    def test_before_and_after_the_unit_may_not_enter(self):
        early = Place(requests_from=date(2026, 12, 1), requests_to=date(2026, 12, 31))
        filed = moving.open_list(campaign=early.round, institution=early.unit, kind=REQUESTS, by=early.clerk)
        with refused("window_not_yet"):
            save_requests(filed=filed, rows=[INTERNAL], version=None, by=early.clerk)
        early.round.requests_from, early.round.requests_to = date(2026, 10, 1), date(2026, 10, 31)
        early.round.save()
        with refused("window_closed"):
            save_requests(filed=filed, rows=[INTERNAL], version=None, by=early.clerk)

    def test_more_time_lets_it_be_handed_in_late(self, place):
        place.round.requests_to = date(2026, 11, 20)
        place.round.save()
        filed = moving.exempt(
            campaign=place.round, institution=place.unit, kind=REQUESTS, until=date(2026, 11, 25), reason="停电",
            by=place.officer,
        )  # fmt: skip
        assert filed.state == "draft"
        filed = save_requests(filed=filed, rows=[INTERNAL], version=filed.version, by=place.clerk)
        assert moving.submit(filed=filed, by=place.clerk).is_late
        with refused("list_moved"):
            moving.exempt(filed=filed, until=date(2026, 11, 26), reason="再延", by=place.officer)

    def test_more_time_lies_ahead_and_is_the_authoritys_to_give(self, place):
        filed = place.begun()
        with refused("in_the_past"):
            moving.exempt(filed=filed, until=date(2026, 11, 21), reason="示范", by=place.officer)
        with refused("not_permitted"):
            moving.exempt(filed=filed, until=date(2026, 12, 21), reason="示范", by=place.clerk)

    def test_in_a_closed_campaign_nothing_moves(self, place):
        filed = place.submitted()
        place.round.state = "closed"
        place.round.save()
        for act in (
            lambda: moving.approve(lists=[filed], by=place.officer),
            lambda: moving.take_back(filed=filed, by=place.clerk),
            lambda: moving.send_back(filed=filed, reason="示范", by=place.officer),
            lambda: moving.strike(line=filed.requests.get(), reason="示范", by=place.officer),
        ):
            with refused("campaign_not_open"):
                act()


class TestWhoMay:
    def test_another_unit_and_another_district_see_no_such_list(self, place):
        filed = place.submitted()
        other = receiver_clerk(a_centre("示范别院"), user_id=7301)
        with refused("list_unknown"):
            moving.take_back(filed=filed, by=other)
        with refused("list_unknown"):
            moving.approve(lists=[filed], by=place.foreign)

    def test_the_unit_does_not_approve_and_the_authority_does_not_enter_as_the_unit(self, place):
        filed = place.submitted()
        with refused("not_permitted"):
            moving.approve(lists=[filed], by=place.head)
        with refused("not_permitted"):
            moving.open_list(campaign=place.round, institution=place.unit, kind=REQUESTS, by=place.officer)

    def test_a_unit_begins_no_list_for_another_one_and_none_of_the_other_kind(self, place):
        with refused("not_permitted"):
            moving.open_list(campaign=place.round, institution=place.hospital, kind=REQUESTS, by=place.clerk)
        with refused("not_permitted"):
            moving.open_list(campaign=place.round, institution=place.unit, kind=NOMINATIONS, by=place.clerk)

    def test_the_city_decides_for_a_districts_campaign_and_a_district_not_for_the_citys(self, place):
        assert moving.approve(lists=[place.submitted()], by=place.city_officer)[0].state == "approved"
        of_city = a_list(place.unit, campaign=a_round(authority=place.city), state="submitted")
        with refused("not_permitted"):
            moving.approve(lists=[of_city], by=place.officer)

    def test_an_authority_files_no_list(self, place):
        with refused("not_a_unit"):
            moving.open_list(
                campaign=place.round, institution=place.office, kind=REQUESTS, on_behalf=True,
                scan=a_scan(place.office), by=place.city_officer,
            )  # fmt: skip


class TestOnBehalf:
    def test_entered_from_a_scan_and_checked_by_a_second_person(self, place):
        filed = place.on_behalf()
        assert (filed.state, filed.on_behalf, filed.scan_id is not None) == ("to_be_checked", True, True)
        with refused("checked_by_same"):
            moving.check(filed=filed, by=place.officer)
        filed = moving.check(filed=filed, by=place.second)
        assert (filed.state, filed.checked_by_id) == ("submitted", 8002)
        assert moving.approve(lists=[filed], by=place.officer)[0].state == "approved"

    def test_it_is_not_approved_before_it_is_checked(self, place):
        with refused("list_moved"):
            moving.approve(lists=[place.on_behalf()], by=place.second)

    def test_without_a_scan_it_is_not_handed_on(self, place):
        filed = moving.open_list(
            campaign=place.round, institution=place.unit, kind=REQUESTS, on_behalf=True, by=place.officer
        )
        filed = save_requests(filed=filed, rows=[INTERNAL], version=filed.version, by=place.officer)
        with refused("scan_missing"):
            moving.submit(filed=filed, by=place.officer)

    def test_the_authority_is_not_bound_by_the_window_but_late_is_late(self, place):
        place.round.requests_to = date(2026, 11, 20)
        place.round.save()
        assert place.on_behalf().is_late

    def test_the_units_own_authority_enters_in_a_campaign_of_the_city(self, place):
        of_city = a_round(authority=place.city)
        place.round = of_city
        assert place.on_behalf(by=place.officer).state == "to_be_checked"
        with refused("not_permitted"):
            moving.open_list(campaign=of_city, institution=place.unit, kind=REQUESTS, on_behalf=True, by=place.foreign)

    def test_what_does_not_agree_with_the_scan_goes_back_and_is_entered_again(self, place):
        filed = moving.send_back(filed=place.on_behalf(), reason="与扫描件不符", by=place.second)
        assert filed.state == "returned"
        assert moving.submit(filed=filed, by=place.officer).state == "to_be_checked"

    def test_a_unit_takes_its_list_over(self, place):
        filed = moving.send_back(filed=place.on_behalf(), reason="示范", by=place.second)
        with refused("not_permitted"):
            save_requests(filed=filed, rows=[INTERNAL], version=None, by=place.clerk)
        held = moving.open_list(campaign=place.round, institution=place.unit, kind=REQUESTS, by=place.clerk)
        assert (held.pk, held.on_behalf, held.scan_id) == (filed.pk, False, None)
        assert moving.submit(filed=held, by=place.clerk).state == "submitted"


class TestLines:
    def test_a_line_is_struck_with_a_reason_and_stands_again(self, place):
        line = place.submitted().requests.get()
        with refused("reason_missing"):
            moving.strike(line=line, reason="", by=place.officer)
        struck = moving.strike(line=line, reason="超编", by=place.officer)
        assert (struck.state, struck.struck_reason) == ("struck", "超编")
        with refused("line_moved"):
            moving.strike(line=struck, reason="再次", by=place.officer)
        assert moving.restore(line=struck, by=place.officer).state == "standing"

    def test_it_is_the_authoritys_to_strike_and_not_while_the_unit_enters(self, place):
        filed = place.begun()
        with refused("list_moved"):
            moving.strike(line=filed.requests.get(), reason="示范", by=place.officer)
        filed = moving.submit(filed=filed, by=place.clerk)
        with refused("not_permitted"):
            moving.strike(line=filed.requests.get(), reason="示范", by=place.clerk)


class TestApprovingSeveral:
    def test_all_or_none(self, place):
        first = place.submitted()
        second = a_list(a_centre(), campaign=place.round, state="draft")
        a_request(filed=second)
        with refused("list_moved"):
            moving.approve(lists=[first, second], by=place.officer)
        assert fresh(first).state == "submitted"

    def test_one_that_changed_since_it_was_shown_is_not_approved_unseen(self, place):
        filed = place.submitted()
        with pytest.raises(Conflict):
            moving.approve(lists=[filed], versions={filed.pk: filed.version - 1}, by=place.officer)

    def test_the_number_of_queries_does_not_grow_with_the_lists(self, place, django_assert_max_num_queries):
        def some(number: int) -> list[FiledList]:
            made = [a_list(a_centre(), campaign=place.round, state="submitted") for _ in range(number)]
            return made

        few, many = some(2), some(12)
        with django_assert_max_num_queries(60) as counted:
            moving.approve(lists=few, by=place.officer)
        with django_assert_max_num_queries(len(counted)):
            moving.approve(lists=many, by=place.officer)


class TestTheInbox:
    def test_what_waits_comes_and_goes_with_the_list(self, place):
        filed = place.submitted(INTERNAL, RequestRow("外科"))
        assert open_notes() == [("lists.to_approve", place.office.pk)]
        filed = moving.send_back(filed=filed, reason="示范", by=place.officer)
        assert open_notes() == [("lists.requests_returned", place.unit.pk)]
        filed = moving.submit(filed=filed, by=place.clerk)
        moving.approve(lists=[filed], by=place.officer)
        assert open_notes() == [("lists.requests_approved", place.unit.pk)]

    def test_a_second_person_is_asked_for_until_it_is_checked(self, place):
        filed = place.on_behalf()
        assert open_notes() == [("lists.to_check", place.office.pk)]
        moving.check(filed=filed, by=place.second)
        assert open_notes() == [("lists.to_approve", place.office.pk)]


class TestTheDatabase:
    """Each constraint, violated once by hand."""

    @pytest.mark.parametrize(
        "values",
        [
            {"state": "submitted", "submitted_at": None, "submitted_by_name": ""},
            {"state": "returned", "reason": ""},
            {"state": "gone"},
            {"on_behalf": True, "scan": None, "state": "submitted"},
            {"kind": "other"},
        ],
    )
    def test_rows_that_cannot_be(self, values):
        filed = a_list(state="submitted")
        with pytest.raises(IntegrityError), transaction.atomic():
            FiledList.objects.filter(pk=filed.pk).update(**values)

    def test_checked_by_the_one_who_entered(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            a_list(state="submitted", on_behalf=True, checked_by_id=7101)

    def test_two_lists_of_a_kind_in_one_campaign(self):
        filed = a_list()
        with pytest.raises(IntegrityError), transaction.atomic():
            a_list(filed.institution, campaign=filed.campaign)

    @pytest.mark.parametrize(
        "values",
        [
            {"number": 0},
            {"number": 100},
            {"speciality": ""},
            {"minimum_title": "x"},
            {"state": "struck"},
            {"priority": 9},
        ],
    )
    def test_lines_that_cannot_be(self, values):
        line = a_request()
        with pytest.raises(IntegrityError), transaction.atomic():
            type(line).objects.filter(pk=line.pk).update(**values)
