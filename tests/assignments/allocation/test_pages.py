"""The board of a plan: every place with who has it or why nobody has, filters, and who may look."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import AllocationPlan, PlanMark
from deploy_admin.access import Role
from tests.assignments.allocation.pages import PART, Round, url
from tests.assignments.filing.factories import a_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Round:
    return Round()


def text_of(answer) -> str:
    return answer.content.decode()


class TestTheBoard:
    def test_every_place_stands_under_its_district_with_who_has_it(self, here):
        shown = text_of(here.browser().get(here.plan.get_absolute_url()))
        assert shown.index("示范云岭医院") < shown.index("罗一帆") < shown.index("口腔科")
        assert shown.count('id="p-') == 4
        assert f'id="p-{here.children.pk}-2"' in shown
        assert "3 places, 1 filled" in shown
        assert "1 place, 0 filled" in shown

    def test_a_criterion_is_said_by_shape_and_by_word(self, here):
        shown = text_of(here.browser().get(here.plan.get_absolute_url()))
        row = shown[shown.index(f'id="p-{here.children.pk}-1"') :]
        row = row[: row.index("</tr>")]
        assert '<span class="c-yes"' in row
        assert '<span class="vh"> met</span>' in row
        assert '<span class="c-unknown"' in row

    def test_an_unfilled_place_says_why_and_offers_to_place_by_hand(self, here):
        shown = text_of(here.browser().get(here.plan.get_absolute_url()))
        row = shown[shown.index(f'id="p-{here.dental.pk}-1"') :]
        row = row[: row.index("</tr>")]
        assert "st-bad" in row
        assert "Place by hand" in row
        assert f"request={here.dental.pk}" in row

    def test_the_figures_are_of_the_whole_plan_whatever_the_filter(self, here):
        shown = text_of(here.browser().get(url("plan", here.plan.pk, q="口腔")))
        assert shown.count('id="p-') == 1
        assert '<div class="v ">4<small>places</small></div>' in shown
        assert "25.0% of the places" in shown

    @pytest.mark.parametrize(
        ("asked", "left"),
        [
            ({"show": "unfilled"}, 3),
            ({"show": "pinned"}, 1),
            ({"show": "hand"}, 0),
            ({"q": "罗一帆"}, 1),
            ({"q": "松溪"}, 1),
        ],
    )
    def test_filters_leave_what_they_say_and_the_chips_count_it(self, here, asked, left):
        PlanMark.objects.create(plan=here.plan, kind="pin", request=here.children, nomination=here.luo)
        shown = text_of(here.browser().get(url("plan", here.plan.pk, **asked)))
        assert shown.count('id="p-') == left

    def test_what_nobody_matches_says_so_and_shows_the_way_back(self, here):
        shown = text_of(here.browser().get(url("plan", here.plan.pk, q="没有")))
        assert "No place of this plan fits these filters." in shown
        assert f'href="{here.plan.get_absolute_url()}"' in shown

    def test_a_part_is_the_board_alone(self, here):
        shown = text_of(here.browser().get(here.plan.get_absolute_url(), headers=PART))
        assert shown.lstrip().startswith('<div id="board">')
        assert "<html" not in shown

    def test_it_is_exported_as_filtered(self, here):
        answer = here.browser().get(url("plan", here.plan.pk, q="儿科", export="csv"))
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert len(lines) == 3
        assert "罗一帆" in lines[1]

    def test_the_number_of_queries_does_not_grow_with_the_requests(self, here):
        browser = here.browser()
        browser.get(here.plan.get_absolute_url())

        def asked() -> int:
            with CaptureQueriesContext(connection) as held:
                assert browser.get(here.plan.get_absolute_url()).status_code == 200
            return len(held)

        few = asked()
        for _n in range(8):
            a_request(filed=here.obstetric.filed_list, speciality="外科")
        assert asked() == few

    def test_chinese_is_spoken(self, here):
        shown = text_of(here.browser(lang="zh-hans").get(here.plan.get_absolute_url()))
        assert 'lang="zh' in shown
        assert "罗一帆" in shown


class TestWhoMayLook:
    def test_an_auditor_sees_the_board_and_no_button(self, here):
        shown = text_of(here.browser(Role.AUDITOR).get(here.plan.get_absolute_url()))
        assert "罗一帆" in shown
        assert 'name="act"' not in shown
        assert "Decide the plan" not in shown

    def test_a_district_knows_no_plan_of_the_city(self, here):
        browser = here.browser(Role.DISTRICT_OFFICER, here.district)
        assert browser.get(here.plan.get_absolute_url()).status_code == 404
        assert browser.post(url("plan_act", here.plan.pk), {}).status_code == 404

    def test_a_unit_has_no_business_here(self, here):
        assert here.browser(Role.SENDER_HR, here.first).get(here.plan.get_absolute_url()).status_code == 403

    def test_the_menu_leads_to_the_campaigns_with_plans(self, here):
        shown = text_of(here.browser().get(url("allocation")))
        assert "示范批次" in shown
        assert url("plans", here.campaign.pk) in shown
        assert f'href="{url("allocation")}" aria-current="page"' in shown


class TestThePlansOfACampaign:
    def test_each_says_what_it_reaches(self, here):
        here.a_plan(2, name="重算", based_on=here.plan)
        shown = text_of(here.browser().get(url("plans", here.campaign.pk)))
        first = shown[shown.index('href="' + here.plan.get_absolute_url()) :]
        assert "1 / 4" in first[: first.index("</tr>")]
        assert "Plan 2 · 重算" in shown
        assert f"{url('plan_compare', AllocationPlan.objects.get(number=2).pk)}?with={here.plan.pk}" in shown

    def test_an_empty_plan_is_begun(self, here):
        answer = here.browser().post(url("plan_new", here.campaign.pk), {"name": "手工", "empty": "1"})
        made = AllocationPlan.objects.get(number=2)
        assert answer.status_code == 302
        assert answer.url == made.get_absolute_url()
        assert (made.name, made.state, made.lines.count()) == ("手工", "draft", 0)

    def test_a_closed_campaign_begins_none_and_says_why(self, here):
        here.campaign.state = "closed"
        here.campaign.save()
        browser = here.browser()
        assert "Plans are made while the campaign is open." in text_of(browser.get(url("plans", here.campaign.pk)))
        answer = browser.post(url("plan_new", here.campaign.pk), {"name": ""})
        assert answer.status_code == 422
        assert AllocationPlan.objects.count() == 1

    def test_one_laid_aside_is_off_the_list_and_comes_back(self, here):
        browser = here.browser()
        browser.post(url("plan_discard", here.plan.pk), {"version": here.plan.version})
        shown = text_of(browser.get(url("plans", here.campaign.pk)))
        assert here.plan.get_absolute_url() not in shown
        assert "Show 1 that was laid aside" in shown
        here.plan.refresh_from_db()
        browser.post(url("plan_restore", here.plan.pk), {"version": here.plan.version})
        here.plan.refresh_from_db()
        assert here.plan.state == "draft"


class TestWhileItIsComputed:
    def test_the_page_says_so_and_asks_again(self, here):
        plan = here.a_plan(2, state="solving")
        shown = text_of(here.browser().get(plan.get_absolute_url()))
        assert 'hx-get="?progress"' in shown
        assert 'id="board"' not in shown

    def test_when_it_is_over_the_page_is_loaded(self, here):
        answer = here.browser().get(url("plan", here.plan.pk, progress=""), headers=PART)
        assert answer.status_code == 204
        assert answer["HX-Redirect"] == here.plan.get_absolute_url()
