"""The pages of lists: the table of lines with and without script, both entries, the authority's page, the home."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.filing import inbox
from assignments.filing import services_moving as moving
from assignments.filing.services_requests import RequestRow
from assignments.kinds import ListKind
from assignments.models import FiledList
from deploy_admin.access import Role
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.filing.factories import a_list, a_nomination, a_request
from tests.assignments.filing.world import INTERNAL, Place, a_centre, fresh
from tests.assignments.postings import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    with translation.override("en"):
        yield Place()


def browser(role: Role, unit: Any) -> Client:
    """Return a browser of a member of this unit, in English."""
    return of(a_membership(role, unit))


def of(membership: Any) -> Client:
    client = signed_in(Client(), membership)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def clerk_of(place: Place) -> Client:
    return browser(Role.RECEIVER_CLERK, place.unit)


def officer_of(place: Place) -> Client:
    return browser(Role.DISTRICT_OFFICER, place.office)


def sent(filed: FiledList, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what the page of the list would send with these lines."""
    data = {"lines": len(lines), "version": filed.version, "remark": ""} | more
    for n, line in enumerate(lines, start=1):
        for name, value in ({"number": 1, "priority": 2} | line).items():
            data[f"l{n}-{name}"] = value
    return data


def lines_url(filed: FiledList) -> str:
    return reverse("assignments:request_lines", args=[filed.pk])


class TestBeginning:
    def test_a_unit_sees_the_open_campaign_begins_and_comes_to_its_table(self, place):
        client = clerk_of(place)
        new = f"{reverse('assignments:request_list_new')}?campaign={place.round.pk}"
        assert new in client.get(reverse("assignments:request_lists")).content.decode()
        answer = client.post(new)
        filed = FiledList.objects.get(institution=place.unit)
        assert answer.url == filed.get_absolute_url()
        page = client.get(answer.url).content.decode()
        assert 'name="l3-speciality"' in page
        assert client.get(new).url == filed.get_absolute_url()

    def test_an_authority_begins_on_behalf_with_a_scan_only(self, place, scan):
        client = officer_of(place)
        new = f"{reverse('assignments:request_list_new')}?campaign={place.round.pk}&unit={place.unit.pk}"
        assert "示范卫生院" in client.get(new).content.decode()
        assert client.post(new, {"unit": "示范卫生院"}).status_code == 422
        answer = client.post(new, {"unit": "示范卫生院", "scan": scan})
        filed = FiledList.objects.get(institution=place.unit)
        assert (answer.url, filed.on_behalf, filed.scan_id is not None) == (filed.get_absolute_url(), True, True)
        assert client.get(filed.scan.get_absolute_url()).status_code == 200


class TestTheTable:
    def test_saved_and_submitted_in_one_press(self, place):
        filed, client = place.begun(), clerk_of(place)
        one = {"id": filed.requests.get().pk, "speciality": "内科", "number": 4, "also_accepts": "全科，老年医学科"}
        answer = client.post(lines_url(filed), sent(filed, one, {"speciality": "外科"}, {}, submit=1))
        assert answer.url == filed.get_absolute_url()
        told = list(filed.requests.order_by("rank").values_list("speciality", "number", "also_accepts"))
        assert told == [("内科", 4, ["全科", "老年医学科"]), ("外科", 1, [])]
        assert fresh(filed).state == "submitted"

    def test_what_is_wrong_stands_beside_its_cell_and_nothing_is_lost(self, place):
        filed, client = place.begun(), clerk_of(place)
        lines = {"speciality": "儿科", "number": 0, "reason": "示范理由"}, {"speciality": "", "reason": "没有专业"}
        answer = client.post(lines_url(filed), sent(filed, *lines, save=1))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'id="id_l1-number_error"' in page
        assert 'id="id_l2-speciality_error"' in page
        assert "示范理由" in page
        assert "没有专业" in page
        assert filed.requests.get().speciality == "内科"

    def test_what_only_the_rule_knows_stands_beside_its_cell_too(self, place):
        filed, client = place.begun(), clerk_of(place)
        late = {"speciality": "儿科", "starts_on": "2028-03-10"}
        answer = client.post(lines_url(filed), sent(filed, {}, late, save=1))
        assert answer.status_code == 422
        assert 'id="id_l2-starts_on_error"' in answer.content.decode()

    @pytest.mark.parametrize(
        ("button", "order"),
        [
            ({"up": 2}, ["乙", "甲"]),
            ({"down": 1}, ["乙", "甲"]),
            ({"remove": 1}, ["乙"]),
            ({"add": 1}, ["甲", "乙", None]),
        ],
    )
    def test_lines_are_moved_added_and_removed_without_saving(self, place, button, order):
        filed, client = place.begun(), clerk_of(place)
        data = sent(filed, {"speciality": "甲"}, {"speciality": "乙", "number": 0}, **button)
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.post(lines_url(filed), data, headers=headers)
            lines = answer.context["lines"]
            assert [form["speciality"].value() for form in lines] == order
            assert answer.status_code == 200
            assert ("<html" in answer.content.decode()) is (not headers)
            assert "_error" not in answer.content.decode()
        assert filed.requests.get().speciality == "内科"

    def test_two_clerks_both_entries_are_shown_and_the_next_press_saves_knowingly(self, place):
        filed, client = place.begun(), clerk_of(place)
        line = filed.requests.get().pk
        mine = sent(filed, {"id": line, "speciality": "儿科", "number": 3}, save=1)
        clerk_of(place).post(lines_url(filed), sent(filed, {"speciality": "外科"}, save=1))
        answer = client.post(lines_url(filed), mine)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "外科 × 1" in page
        assert 'value="儿科"' in page
        again = sent(fresh(filed), {"speciality": "儿科", "number": 3}, save=1)
        assert answer.context["head"]["version"].value() == str(again["version"])
        assert client.post(lines_url(filed), again).status_code == 302
        assert filed.requests.get().speciality == "儿科"

    def test_after_the_window_what_was_typed_is_shown_again_with_the_reason(self, place):
        filed, client = place.begun(), clerk_of(place)
        place.round.requests_to = date(2026, 11, 20)
        place.round.save()
        answer = client.post(lines_url(filed), sent(filed, {"speciality": "儿科"}, save=1))
        assert answer.status_code == 422
        assert "儿科" in answer.content.decode()
        assert filed.requests.get().speciality == "内科"

    def test_an_authority_does_not_write_in_the_units_own_table(self, place):
        filed = place.submitted()
        answer = officer_of(place).post(lines_url(filed), sent(filed, {"speciality": "儿科"}, save=1))
        assert answer.status_code == 409
        assert filed.requests.get().speciality == "内科"

    def test_handed_in_it_is_read_only(self, place):
        filed, client = place.submitted(), clerk_of(place)
        page = client.get(filed.get_absolute_url()).content.decode()
        assert "l1-speciality" not in page
        assert "take_back" in page
        url = reverse("assignments:request_list_move", args=[filed.pk])
        client.post(url, {"act": "take_back", "version": filed.version})
        assert fresh(filed).state == "draft"


class TestDeciding:
    def decide(self, place, filed, **data):
        return officer_of(place).post(reverse("assignments:list_decide", args=[filed.pk]), data)

    def test_approved_sent_back_and_given_more_time(self, place):
        filed = place.submitted()
        self.decide(place, filed, act="approve", version=filed.version)
        assert fresh(filed).state == "approved"
        assert self.decide(place, filed, act="send_back", **{"back-reason": ""}).status_code == 422
        self.decide(place, filed, act="send_back", **{"back-reason": "请补充理由"})
        assert fresh(filed).reason == "请补充理由"
        assert (
            self.decide(place, filed, act="more_time", **{"time-until": "2026-01-01", "time-reason": "x"}).status_code
            == 422
        )
        self.decide(place, filed, act="more_time", **{"time-until": "2026-12-31", "time-reason": "停电"})
        assert fresh(filed).exempt_until == date(2026, 12, 31)

    def test_a_list_of_nominations_goes_through_the_same_panel(self, place):
        filed = a_list(place.hospital, campaign=place.round, kind=ListKind.NOMINATIONS, state="submitted")
        a_nomination(filed=filed)
        self.decide(place, filed, act="send_back", **{"back-reason": "示范"})
        assert fresh(filed).state == "returned"

    def test_a_line_is_struck_and_restored(self, place):
        filed = place.submitted()
        line, client = filed.requests.get(), officer_of(place)
        url = reverse("assignments:request_strike", args=[line.pk])
        assert url in client.get(filed.get_absolute_url()).content.decode()
        client.post(url, {"act": "strike", "reason": "超编"})
        assert filed.requests.get().struck_reason == "超编"
        client.post(url, {"act": "restore"})
        assert filed.requests.get().state == "standing"

    def test_the_second_person_is_offered_the_check_and_the_first_is_not(self, place):
        first = a_membership(Role.DISTRICT_OFFICER, place.office)
        filed = place.on_behalf()
        FiledList.objects.filter(pk=filed.pk).update(submitted_by_id=first.user_id)
        assert 'value="check"' not in of(first).get(filed.get_absolute_url()).content.decode()
        assert 'value="check"' in officer_of(place).get(filed.get_absolute_url()).content.decode()
        self.decide(place, filed, act="check")
        assert fresh(filed).state == "submitted"


class TestTheAuthoritysPage:
    def url(self, place, query=""):
        return reverse("assignments:lists", args=[place.round.pk]) + query

    def test_who_filed_who_owes_and_the_text_to_copy(self, place):
        second = a_centre("示范乙卫生院")
        place.submitted()
        answer = officer_of(place).get(self.url(place))
        rows = {row.name: row for row in answer.context["page"].object_list}
        assert (rows["示范卫生院"].state, rows["示范卫生院"].people) == ("submitted", 2)
        assert (rows["示范乙卫生院"].filed, rows["示范乙卫生院"].owed.unit) == (None, second.pk)
        assert "示范乙卫生院" in answer.context["shown"].reminder
        assert "示范卫生院" not in answer.context["shown"].reminder

    def test_filters_and_export_show_the_same(self, place):
        a_centre("示范乙卫生院")
        place.submitted()
        client = officer_of(place)
        owing = client.get(self.url(place, "?state=owed")).context["page"].object_list
        assert [row.name for row in owing] == ["示范乙卫生院"]
        exported = client.get(self.url(place, "?state=submitted&export=csv"))
        assert "示范卫生院" in exported.content.decode("utf-8-sig")
        assert "示范乙卫生院" not in exported.content.decode("utf-8-sig")

    def test_several_are_approved_at_once_as_they_were_shown(self, place):
        filed = place.submitted()
        other = a_list(a_centre("示范乙卫生院"), campaign=place.round, state="submitted")
        a_request(filed=other)
        client, url = officer_of(place), reverse("assignments:lists_approve", args=[place.round.pk])
        chosen = [f"{each.pk}:{fresh(each).version}" for each in (filed, other)]
        assert client.post(url, {"chosen": [chosen[0], f"{other.pk}:99"]}).status_code == 409
        assert client.post(url, {"chosen": chosen}).status_code == 302
        assert {fresh(filed).state, fresh(other).state} == {"approved"}

    @pytest.mark.parametrize("chosen", [[], ["x"], ["1:2:3"], ["999999:1"]])
    def test_what_no_page_sends_is_refused_with_a_sentence(self, place, chosen):
        url = reverse("assignments:lists_approve", args=[place.round.pk])
        assert officer_of(place).post(url, {"chosen": chosen}).status_code == 409

    def test_more_time_for_a_unit_that_has_not_begun(self, place):
        client = officer_of(place)
        url = reverse("assignments:lists_more_time", args=[place.round.pk])
        assert "示范卫生院" in client.get(f"{url}?unit={place.unit.pk}&kind=requests").content.decode()
        said = {"unit": "示范卫生院", "kind": "requests", "until": "2026-12-31", "reason": "停电"}
        assert client.post(url, said | {"until": "2026-01-01"}).status_code == 422
        assert client.post(url, said).status_code == 302
        assert FiledList.objects.get(institution=place.unit).exempt_until == date(2026, 12, 31)

    def test_a_unit_is_not_told_who_else_owes(self, place):
        a_centre("示范乙卫生院")
        answer = clerk_of(place).get(self.url(place))
        assert list(answer.context["page"].object_list) == []
        assert answer.context["shown"].reminder == ""

    def test_another_district_does_not_know_the_campaign(self, place):
        assert browser(Role.DISTRICT_OFFICER, place.elsewhere).get(self.url(place)).status_code == 404

    def test_the_number_of_queries_is_constant(self, place, django_assert_max_num_queries):
        place.submitted()
        a_centre()
        client = officer_of(place)
        client.get(self.url(place))
        with django_assert_max_num_queries(90) as counted:
            client.get(self.url(place))
        for n in range(8):
            filed = a_list(a_centre(), campaign=place.round, state="submitted")
            a_request(filed=filed)
            if n % 2:
                a_centre()
        with django_assert_max_num_queries(len(counted)):
            client.get(self.url(place))

    def test_the_campaign_leads_to_its_lists(self, place):
        page = officer_of(place).get(place.round.get_absolute_url()).content.decode()
        assert self.url(place) in page


class TestTheListOfLists:
    def test_whoever_nominates_sees_what_is_asked_for_once_it_is_approved(self, place):
        client = browser(Role.SENDER_HR, place.hospital)
        filed = place.submitted(INTERNAL, RequestRow("儿科", minimum_title="intermediate"))
        assert list(client.get(reverse("assignments:request_lists")).context["demand"]) == []
        moving.approve(lists=[filed], by=place.officer)
        told = client.get(reverse("assignments:request_lists")).context["demand"]
        assert {(item["row"].speciality, item["unit"]) for item in told} == {
            ("内科", "示范卫生院"), ("儿科", "示范卫生院"),
        }  # fmt: skip

    def test_filters_and_export(self, place):
        place.submitted()
        client, url = officer_of(place), reverse("assignments:request_lists")
        assert len(client.get(f"{url}?state=approved").context["lines"]) == 0
        assert len(client.get(f"{url}?state=submitted&campaign={place.round.pk}&q=示范卫").context["lines"]) == 1
        assert "内科" in client.get(f"{url}?export=csv").content.decode("utf-8-sig")


def test_the_duty_stands_on_the_units_home_and_leaves_it_when_done(place):
    inbox.remind(TODAY)
    client = clerk_of(place)
    url = f"{reverse('assignments:request_list_new')}?campaign={place.round.pk}"
    assert url in client.get("/").content.decode().replace("&amp;", "&")
    place.submitted()
    assert url not in client.get("/").content.decode().replace("&amp;", "&")


@pytest.fixture
def scan():
    return SimpleUploadedFile("示范.pdf", b"%PDF-1.4", "application/pdf")
