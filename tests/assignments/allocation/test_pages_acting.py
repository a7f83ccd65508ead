"""What one does on the board: pin, ban, place by hand from a picker or from two lists, decide."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.messages import get_messages

from assignments.models import Assignment, PlanLine, PlanMark
from deploy_admin.access import Role
from tests.assignments.allocation.pages import PART, Round, url

pytestmark = pytest.mark.django_db
DRAWER = {"HX-Request": "true", "HX-Target": "drawer"}


@pytest.fixture
def here() -> Round:
    return Round()


def text_of(answer) -> str:
    return answer.content.decode()


def told(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def act(here: Round, what: str, request=None, nomination=None, **more):
    pair = f"{what}:{(request or here.children).pk}:{(nomination or here.luo).pk}"
    here.plan.refresh_from_db()
    return here.browser().post(url("plan_act", here.plan.pk), {"act": pair, "version": here.plan.version, **more})


def place(here: Round, request, nomination, **more):
    here.plan.refresh_from_db()
    said = {"request": request.pk, "nomination": nomination.pk, "version": here.plan.version, **more}
    return here.browser().post(url("plan_place", here.plan.pk), said)


class TestPinsAndBans:
    def test_a_pin_holds_and_is_let_go(self, here):
        answer = act(here, "pin")
        assert (answer.status_code, answer.url) == (302, here.plan.get_absolute_url())
        assert PlanMark.objects.get().kind == "pin"
        act(here, "unpin")
        assert not PlanMark.objects.exists()

    def test_a_ban_opens_the_place_and_is_listed_until_it_is_lifted(self, here):
        act(here, "ban", reason="示范理由")
        assert not PlanLine.objects.exists()
        shown = text_of(here.browser().get(here.plan.get_absolute_url()))
        assert "1 banned pairing" in shown
        assert "示范理由" in shown
        act(here, "unban")
        assert not PlanMark.objects.exists()

    def test_the_button_leads_back_to_the_page_it_stood_on(self, here):
        back = url("plan", here.plan.pk, show="unfilled")
        assert act(here, "pin", back=back).url == back

    @pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "/accounts/", "javascript:alert(1)"])
    def test_it_leads_nowhere_else(self, here, back):
        assert act(here, "pin", back=back).url == here.plan.get_absolute_url()

    @pytest.mark.parametrize("said", ["", "pin", "pin:1", "burn:1:2", "pin:a:b", "pin:1:99999999999999999999"])
    def test_a_button_that_is_none_is_refused(self, here, said):
        answer = here.browser().post(url("plan_act", here.plan.pk), {"act": said, "version": 1})
        assert told(answer) == "Look at the plan again and act from there."
        assert not PlanMark.objects.exists()

    def test_a_stale_page_is_told_and_nothing_is_written(self, here):
        act(here, "pin")
        pair = f"ban:{here.children.pk}:{here.luo.pk}"
        answer = here.browser().post(url("plan_act", here.plan.pk), {"act": pair, "version": 1})
        assert "since you opened it" in told(answer)
        assert PlanLine.objects.count() == 1

    def test_who_only_looks_may_not(self, here):
        browser = here.browser(Role.AUDITOR)
        pair = f"pin:{here.children.pk}:{here.luo.pk}"
        assert browser.post(url("plan_act", here.plan.pk), {"act": pair, "version": 1}).status_code == 403
        assert not PlanMark.objects.exists()


class TestPlacingByHand:
    def test_the_picker_shows_people_with_what_is_for_and_against_them(self, here):
        shown = text_of(here.browser().get(url("plan_pick", here.plan.pk, request=here.children.pk), headers=DRAWER))
        assert shown.lstrip().startswith('<div class="drawer-h">')
        assert "陈思远" in shown
        assert "何雨桐" not in shown  # another speciality is not offered before it is searched for

    def test_who_is_searched_for_is_shown_with_what_is_in_the_way(self, here):
        found = url("plan_pick", here.plan.pk, request=here.children.pk, q="何雨桐", found=1)
        shown = text_of(here.browser().get(found, headers=PART))
        assert shown.lstrip().startswith('<div id="found">')
        assert "cannot" in shown
        assert f'name="nomination" value="{here.he.pk}"' not in shown

    def test_a_person_finds_a_request_the_same_way(self, here):
        shown = text_of(here.browser().get(url("plan_pick", here.plan.pk, nomination=here.he.pk)))
        assert "示范松溪医院" in shown

    def test_somebody_is_placed_and_pinned(self, here):
        assert place(here, here.obstetric, here.he).status_code == 302
        line = PlanLine.objects.get(nomination=here.he)
        assert (line.request_id, line.source) == (here.obstetric.pk, "hand")
        assert PlanMark.objects.get().nomination_id == here.he.pk

    def test_what_is_not_possible_is_refused_in_words(self, here):
        answer = place(here, here.dental, here.he)
        assert told(answer)
        assert PlanLine.objects.count() == 1

    def test_somebody_takes_the_place_of_another(self, here):
        self_full = here.placed(here.plan, here.obstetric, here.chen)
        answer = place(here, here.obstetric, here.he)
        assert "陈思远" in told(answer)
        place(here, here.obstetric, here.he, instead=self_full.nomination_id)
        assert PlanLine.objects.get(request=here.obstetric).nomination_id == here.he.pk

    def test_a_refused_exchange_leaves_everybody_where_they_were(self, here):
        here.placed(here.plan, here.obstetric, here.chen)
        place(here, here.obstetric, here.luo, instead=here.chen.pk)
        assert PlanLine.objects.get(request=here.obstetric).nomination_id == here.chen.pk

    def test_nothing_named_leads_back_to_the_board(self, here):
        assert here.browser().get(url("plan_pick", here.plan.pk)).url == here.plan.get_absolute_url()
        assert here.browser().get(url("plan_why", here.plan.pk, request="x")).url == here.plan.get_absolute_url()


class TestTheTwoLists:
    def test_open_places_and_people_without_one(self, here):
        shown = text_of(here.browser().get(url("plan_lists", here.plan.pk)))
        assert shown.count('data-key="') == 3 + 2
        assert "罗一帆" not in shown

    def test_also_those_filled_and_placed_where_asked_for(self, here):
        shown = text_of(here.browser().get(url("plan_lists", here.plan.pk, rs="all", ps="all")))
        assert shown.count('data-key="') == 4 + 3
        assert f'data-instead="{here.luo.pk}"' in shown

    def test_each_side_has_its_own_filter(self, here):
        shown = text_of(here.browser().get(url("plan_lists", here.plan.pk, rq="松溪", pq="陈思远")))
        assert shown.count('data-key="') == 1 + 1
        assert "示范松溪医院" in shown

    def test_a_person_chosen_is_weighed_against_the_requests(self, here):
        shown = text_of(here.browser().get(url("plan_lists", here.plan.pk, nomination=here.he.pk)))
        assert "<b>何雨桐</b> is chosen" in shown
        assert f'name="request" value="{here.obstetric.pk}"' in shown
        assert "data-cancel-choice" in shown

    def test_a_request_chosen_is_weighed_against_the_people(self, here):
        shown = text_of(here.browser().get(url("plan_lists", here.plan.pk, request=here.children.pk)))
        assert f'name="nomination" value="{here.chen.pk}"' in shown
        assert "picked" in shown

    def test_placing_from_the_lists_leads_back_to_them_with_the_filters(self, here):
        back = url("plan_lists", here.plan.pk, rq="松溪")
        assert place(here, here.obstetric, here.he, back=back).url == back


class TestWhyLeftAndCompare:
    def test_why_is_a_page_and_a_drawer(self, here):
        why = url("plan_why", here.plan.pk, request=here.children.pk, nomination=here.luo.pk)
        assert "罗一帆" in text_of(here.browser().get(why))
        drawer = text_of(here.browser().get(why, headers=DRAWER))
        assert "<html" not in drawer
        assert "drawer-h" in drawer

    def test_the_people_left_have_a_reason_and_a_way(self, here):
        shown = text_of(here.browser().get(url("plan_left", here.plan.pk)))
        assert "陈思远" in shown
        assert "罗一帆" not in shown
        assert "Nobody without a place fits" in text_of(here.browser().get(url("plan_left", here.plan.pk, q="无人")))

    def test_two_plans_differ_place_by_place(self, here):
        other = here.a_plan(2, based_on=here.plan)
        here.placed(other, here.children, here.chen)
        shown = text_of(here.browser().get(url("plan_compare", other.pk)))
        assert "<del>罗一帆</del>" in shown
        assert '<span class="nv">陈思远</span>' in shown

    def test_a_plan_of_another_campaign_is_not_there(self, here):
        assert here.browser().get(url("plan_compare", here.plan.pk) + "?with=999999").status_code == 404

    def test_the_first_plan_has_nothing_to_compare_with(self, here):
        assert "Nothing to compare with" in text_of(here.browser().get(url("plan_compare", here.plan.pk)))


class TestDeciding:
    BASIS = {"deciding_body": "示范市卫健委党组", "meeting_on": "2026-11-20", "document": "会议纪要"}

    def test_a_decision_names_its_basis(self, here):
        answer = here.browser().post(url("plan_decide", here.plan.pk), {"version": here.plan.version})
        assert answer.status_code == 422
        assert not Assignment.objects.exists()

    def test_warnings_are_accepted_knowingly(self, here):
        shown = text_of(here.browser().get(url("plan_decide", here.plan.pk)))
        assert 'name="accept"' in shown
        said = {**self.BASIS, "version": here.plan.version}
        answer = here.browser().post(url("plan_decide", here.plan.pk), said)
        assert answer.status_code == 422
        assert not Assignment.objects.exists()

    def test_a_decided_plan_is_decided_once(self, here):
        here.plan.state, here.plan.decision, here.plan.document = "decided", 1, "示范纪要"
        here.plan.deciding_body, here.plan.meeting_on = "示范", date(2026, 11, 20)
        here.plan.decided_at = "2026-11-20T09:00:00+08:00"
        here.plan.save()
        answer = here.browser().get(url("plan_decide", here.plan.pk))
        assert answer.url == here.plan.get_absolute_url()
        assert "only a draft is decided" in told(answer)

    def test_another_version_than_was_read_is_refused(self, here):
        act(here, "pin")
        answer = here.browser().post(url("plan_decide", here.plan.pk), {**self.BASIS, "version": 1})
        assert answer.status_code == 409
        assert not Assignment.objects.exists()
