"""The pages of what counts, the board's drawer and paper, and the REST interface, as people and machines meet them."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Counted
from deploy_admin.access import Role
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.counting.world import (
    OTHERS,
    PHYSICIANS,
    TOTAL,
    Y2025,
    Y2026,
    City,
    District,
    counted,
    lines,
    quota,
)
from tests.quotas.pages import PART, html, sheet, table, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    made = City()
    made.compute(Y2025, Y2026)
    return made


@pytest.fixture
def sent(city):
    made = city.sent(city.physician(name="示范甲"), campaign=city.campaign(batch=2))
    counted(made)
    return made


def browser(city, role=Role.CITY_OFFICER, institution=None):
    client = signed_in(Client(), a_membership(role, institution or city.commission))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def address(name, *args, **query):
    return reverse(f"assignments:{name}", args=args, query=query or None)


def line(assignment, topic=PHYSICIANS):
    return Counted.objects.get(assignment=assignment, topic=topic)


class TestTheList:
    def test_it_shows_what_waits_for_an_officer(self, city, sent):
        (row,) = table(html(browser(city).get(address("counted"))))
        assert row[1].startswith("示范甲 2026-03-10 – 2027-03-09 · on post")
        assert row[2:4] == ["示范市一院", "示范卫生院"]
        assert row[4].startswith("Physicians Municipally engaged")
        assert (row[5], row[6]) == ("2026", "proposed")

    def test_the_chosen_are_confirmed_and_the_way_back_is_kept(self, city, sent):
        client = browser(city)
        back = address("counted", period="2026")
        answer = client.post(address("count_confirm"), {"ids": [line(sent).pk], "back": back, "state": "proposed"})
        assert (answer.status_code, answer.url) == (302, back)
        assert "1 line is decided." in html(client.get(back))
        assert line(sent).state == "confirmed"

    def test_all_that_is_shown_is_confirmed_at_once_and_nothing_else(self, city, sent):
        nurse = city.sent(city.nurse(), to=city.county, campaign=city.campaign(batch=3))
        counted(nurse)
        browser(city).post(address("count_confirm"), {"all": "1", "topic": PHYSICIANS, "state": "proposed"})
        assert (line(sent).state, line(nurse, OTHERS).state) == ("confirmed", "proposed")

    def test_one_is_declined_with_its_reason(self, city, sent):
        client = browser(city)
        client.post(address("count_decline"), {"ids": [line(sent).pk], "reason": ""})
        assert line(sent).state == "proposed"
        client.post(address("count_decline"), {"ids": [line(sent).pk], "reason": "未全脱产"})
        assert (line(sent).state, line(sent).reason) == ("declined", "未全脱产")
        (row,) = table(html(client.get(address("counted", state="declined"))))
        assert "未全脱产" in row[6]
        client.post(address("count_reopen"), {"ids": [line(sent).pk]})
        assert line(sent).state == "proposed"

    @pytest.mark.parametrize("ids", [[], ["x"], ["9" * 25]])
    def test_nothing_chosen_or_nonsense_changes_nothing(self, city, sent, ids):
        answer = browser(city).post(address("count_confirm"), {"ids": ids})
        assert answer.status_code == 302
        assert line(sent).state == "proposed"

    @pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", ""])
    def test_the_way_back_never_leads_elsewhere(self, city, sent, back):
        answer = browser(city).post(address("count_confirm"), {"ids": [line(sent).pk], "back": back})
        assert answer.url == address("counted")

    def test_the_sending_unit_reads_and_does_not_decide(self, city, sent):
        client = browser(city, Role.SENDER_HR, city.hospital)
        text = html(client.get(address("counted")))
        assert "示范甲" in text
        assert 'name="ids"' not in text
        assert client.post(address("count_confirm"), {"ids": [line(sent).pk]}).status_code == 403

    def test_another_unit_sees_nothing_of_it(self, city, sent):
        from tests.assignments.factories import a_municipal_hospital

        client = browser(city, Role.SENDER_HR, a_municipal_hospital("示范市二院"))
        assert "示范甲" not in html(client.get(address("counted")))
        assert client.get(address("who_counts", quota(city.hospital).pk)).status_code == 404
        assert client.get(address("count_choose", sent.pk)).status_code == 404

    def test_a_district_confirms_only_what_is_its_own(self, city, sent):
        from tests.assignments.postings import a_campaign

        own = city.sent(campaign=a_campaign(authority=city.authority, year=2026))
        counted(own)
        client = browser(city, Role.DISTRICT_OFFICER, city.authority)
        client.post(address("count_confirm"), {"all": "1", "state": "proposed"})
        assert (line(own).state, line(sent).state) == ("confirmed", "proposed")

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"q": "示范甲"}, 1), ({"q": "无此人"}, 0), ({"period": "2025"}, 0), ({"period": "soon"}, 1),
            ({"topic": OTHERS}, 0), ({"state": "lapsed"}, 0), ({"state": "nonsense"}, 1), ({"fits": "false"}, 0),
        ],
    )  # fmt: skip
    def test_filters_narrow_and_nonsense_does_not(self, city, sent, query, count):
        assert len(table(html(browser(city).get(address("counted", **query))))) == count

    def test_the_export_is_what_is_shown(self, city, sent):
        head, row = sheet(browser(city).get(address("counted", export="xlsx")))
        assert head[0] == "Name"
        assert row[:4] == ("示范甲", "示范市一院", "示范卫生院", "2026-03-10 – 2027-03-09")

    def test_the_part_is_the_list_alone(self, city, sent):
        text = html(browser(city).get(address("counted"), headers=PART))
        assert text.lstrip().startswith('<div id="list">')

    def test_the_queries_do_not_grow_with_the_lines(self, city, sent):
        client = browser(city)

        def queries():
            with CaptureQueriesContext(connection) as caught:
                html(client.get(address("counted")))
            return len(caught)

        queries()
        few = queries()
        counted(*[city.sent(campaign=sent.campaign) for _ in range(8)])
        assert queries() == few


class TestTheDrawer:
    def test_who_counts_stands_by_name_with_the_day_by_which_the_rest_must_begin(self, city, sent):
        text = html(browser(city).get(address("who_counts", quota(city.hospital).pk)))
        assert "示范甲" in text
        assert "2 short; on post by 2026-12-31 at the latest to count." in text
        assert "The period is running: the number on post decides." in text

    def test_those_who_are_coming_make_up_for_it(self, city, sent):
        counted(city.sent(state="filed", starts_on=date(2026, 12, 1)))
        text = html(browser(city).get(address("who_counts", quota(city.hospital).pk)))
        assert "2 short; on post by 2026-12-31 at the latest to count. 1 nominated person makes up for it" in text

    def test_it_opens_from_the_number_on_the_board(self, city, sent):
        row = quota(city.hospital)
        text = html(browser(city).get(reverse("quotas:board", query={"period": "2026", "topic": PHYSICIANS})))
        assert f'href="{address("who_counts", row.pk)}"' in text
        assert "who counts" in text
        drawer = browser(city).get(address("who_counts", row.pk), headers=PART | {"HX-Target": "drawer"})
        assert 'class="drawer-h"' in html(drawer)

    def test_how_an_assignment_stands_to_every_quota_and_choosing_another(self, city, sent):
        client = browser(city)
        text = html(client.get(address("count_choose", sent.pk)))
        assert "the person is not of those who count" in text  # of the non-clinical ones
        assert "Anybody else" in text
        said = {"period": "2026", "institution": city.hospital.pk, "topic": "municipal_county.anybody", "group": ""}
        assert client.post(address("count_choose", sent.pk), said).status_code == 302
        assert lines(sent)["anybody", "2026"] == "confirmed"
        for wrong in ({"period": "soon"}, {"topic": OTHERS}, {"institution": "x"}, {"institution": "1"}):
            assert client.post(address("count_choose", sent.pk), said | wrong).status_code in (302, 422)
        assert lines(sent) == {("physicians", "2026"): "lapsed", ("anybody", "2026"): "confirmed"}

    def test_only_whoever_decides_is_offered_to_choose(self, city, sent):
        text = html(browser(city, Role.SENDER_HR, city.hospital).get(address("count_choose", sent.pk)))
        assert "Count it for this one" not in text


def test_beside_a_total_stand_those_who_were_sent_and_are_not_of_those_who_count():
    """AMB-14: physicians are the numerator of the 80 %; the nurses are told beside it."""
    district = District()
    district.compute(Y2026)
    counted(district.sent(), district.sent(district.nurse(district.county)))
    short = district.sent(district.nurse(district.county), months=3)
    counted(short)
    total = quota(district.authority, TOTAL)
    text = html(browser(district).get(address("who_counts", total.pk)))
    assert "Beside the number: 1 more person was sent who is not of those who count." in text
    assert (total.on_post, total.required) == (1, 4)


class TestBoardAndPaper:
    def test_the_batch_narrows_the_board(self, city, sent):
        client = browser(city)
        board = reverse("quotas:board", query={"period": "2026"})
        assert '<option value="2">Batch 2</option>' in html(client.get(board))
        found = table(html(client.get(f"{board}&batch=2")))
        assert [words(row[1]).split(" ")[0] for row in found] == ["Physicians"]
        assert table(html(client.get(f"{board}&batch=7"))) == []
        assert len(table(html(client.get(f"{board}&batch=x")))) == len(table(html(client.get(board))))

    def test_the_sheet_for_the_director_names_who_counts(self, city, sent):
        row = quota(city.hospital)
        text = html(browser(city, Role.SENDER_HR, city.hospital).get(reverse("quotas:why", args=[row.pk])))
        assert "2 short; on post by 2026-12-31 at the latest to count." in text
        assert "Who counts" in text
        assert "示范甲" in text
        assert "to be confirmed" in text

    def test_what_is_reached_still_asks_for_a_confirmation(self, city, sent):
        counted(*[city.sent(city.physician(title="232")) for _ in range(2)])
        text = html(browser(city).get(reverse("quotas:detail", args=[quota(city.hospital).pk])))
        assert "The number is reached; 3 of those counted wait for an officer's confirmation." in text


class TestRest:
    @pytest.fixture
    def client(self, city, sent):
        return browser(city)

    def test_a_tally_tells_its_numbers(self, client, city):
        (row,) = client.get(reverse("api:tallies-list"), {"topic": PHYSICIANS, "period": "2026"}).json()["results"]
        expected = {
            "institution": city.hospital.pk, "scheme": "municipal_county", "nominated": 0, "on_post": 1,
            "recognised_year_end": None, "recognised_final": None, "counted": 1, "forecast": 1, "unconfirmed": 1,
            "batches": [2], "composition": {"seniors": 0}, "period_start": "2026-01-01",
        }  # fmt: skip
        assert {key: row[key] for key in expected} == expected

    def test_what_counts_tells_state_and_key(self, client, sent, city):
        (row,) = client.get(reverse("api:counted-list")).json()["results"]
        assert (row["assignment"], row["worker"], row["institution"]) == (sent.pk, sent.worker_id, city.hospital.pk)
        assert (row["topic"], row["state"], row["fits"], row["clause_id"]) == (
            PHYSICIANS,
            "proposed",
            True,
            "physicians",
        )

    @pytest.mark.parametrize("name", ["tallies", "counted"])
    def test_the_delta_holds_what_says_something_else_since(self, client, name):
        rows = client.get(reverse(f"api:{name}-list")).json()["results"]
        since = max(row["updated_at"] for row in rows)
        assert client.get(reverse(f"api:{name}-list"), {"updated_since": since}).json()["results"]
        later = client.get(reverse(f"api:{name}-list"), {"updated_since": "2030-01-01T00:00:00Z"})
        assert later.json()["results"] == []
