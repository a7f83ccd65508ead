"""The pages of campaigns and of placing people: what each shows, and that a refusal stands where it belongs."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from assignments.models import Assignment, Campaign, UnitDuty
from assignments.services import campaigns
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.campaigns.world import World
from tests.assignments.factories import judged
from tests.assignments.postings import CITY_OFFICER, an_assignment

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


@pytest.fixture
def world() -> World:
    return World()


def browser(world: World, role: Role = Role.CITY_OFFICER, at: Institution | None = None, lang: str = "en") -> Client:
    client = signed_in(Client(), a_membership(role, at or world.city))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    return client


def at(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"assignments:{name}", args=args, query=query or None)


def text(response: Any) -> str:
    return str(response.content.decode())


def entered(**more: Any) -> dict[str, Any]:
    """What an officer types for a second batch."""
    return {
        "authority": "示范市卫生健康委员会（示范）",
        "scheme": "municipal_county",
        "kind": "municipal_county",
        "year": 2027,
        "batch": 2,
        "name": "2027年第2批（示范）",
        "starts_on": "2027-08-10",
        "term_months": 12,
    } | more


# ------------------------------------------------------------ campaigns


def test_an_officer_prepares_a_campaign_with_destinations_from_the_usual_choices(world):
    client = browser(world)
    assert client.get(at("campaign_new")).status_code == 200
    sent = entered(
        kind_1=["chsc"],
        area_group_1=["central_urban"],
        tier_2=["county"],
        located_in_2=["500231"],
        units="示范卫生院\n",
    )
    answer = client.post(at("campaign_new"), sent)
    new = Campaign.objects.get(batch=2)
    assert answer["Location"] == new.get_absolute_url()
    assert new.authority == world.city
    assert new.destinations == {
        "condition": {
            "any": [
                {"all": [{"kind": "chsc"}, {"area_group": "central_urban"}]},
                {"all": [{"tier": "county"}, {"located_in": "500231"}]},
            ]
        },
        "units": [world.township.pk],
    }
    page = text(client.get(new.get_absolute_url()))
    assert "示范卫生院" in page
    assert "community health service centre" in page


def test_a_refusal_of_the_form_stands_in_the_form_and_keeps_what_was_typed(world):
    answer = browser(world).post(at("campaign_new"), entered(batch=1))
    assert answer.status_code == 422
    assert "This batch of the year is there already." in text(answer)
    assert "2027年第2批（示范）" in text(answer)
    answer = browser(world).post(at("campaign_new"), entered(units="没有这家医院"))
    assert "没有这家医院" in text(answer)
    assert answer.status_code == 422


def test_the_next_years_campaign_begins_with_this_years(world):
    page = text(browser(world).get(at("campaign_new", **{"from": world.campaign.pk})))
    assert 'value="2028"' in page
    assert "2028年第1批（示范）" in page
    assert 'value="2028-03-10"' in page


def test_a_change_is_recorded_and_a_stale_one_shows_both_values(world):
    client = browser(world)
    world.campaign.refresh_from_db()
    version = world.campaign.version
    sent = entered(batch=1, name="2027年首批（示范）", starts_on="2027-03-10", version=version, planned_number=76)
    assert client.post(at("campaign_edit", world.campaign.pk), sent).status_code == 302
    world.campaign.refresh_from_db()
    assert (world.campaign.name, world.campaign.planned_number) == ("2027年首批（示范）", 76)
    answer = client.post(at("campaign_edit", world.campaign.pk), sent | {"planned_number": 90})
    assert answer.status_code == 409
    assert "90" in text(answer)
    assert "76" in text(answer)


def test_what_the_form_cannot_say_is_kept(world):
    odd = {"condition": {"not": {"kind": "chsc"}}}
    campaigns.change_campaign(
        campaign=world.campaign, facts={"destinations": odd}, version=world.campaign.version, by=CITY_OFFICER
    )
    client = browser(world)
    assert "says more than this form can" in text(client.get(at("campaign_edit", world.campaign.pk)))
    sent = entered(batch=1, starts_on="2027-03-10", version=world.campaign.version)
    assert client.post(at("campaign_edit", world.campaign.pk), sent).status_code == 302
    assert Campaign.objects.get(pk=world.campaign.pk).destinations == odd


def test_a_campaign_is_closed_opened_and_withdrawn_from_its_page(world):
    client = browser(world)

    def move(to: str, **more: Any) -> int:
        version = Campaign.objects.get(pk=world.campaign.pk).version
        return client.post(at("campaign_move", world.campaign.pk), {"to": to, "version": version, **more}).status_code

    assert [move("closed"), move("open"), move("draft"), move("withdrawn", reason="不开展")] == [302] * 4
    assert Campaign.objects.get(pk=world.campaign.pk).state == "withdrawn"
    assert move("open") == 409
    assert client.post(at("campaign_move", world.campaign.pk), {"to": "nowhere"}).status_code == 404


def test_the_list_filters_and_exports_what_it_shows(world):
    world.a_campaign(batch=2, state="draft", name="2027年第2批（示范）")
    world.place()
    client = browser(world)
    page = text(client.get(at("campaigns"), headers=PART))
    assert "2027年第1批（示范）" in page
    assert "2027年第2批（示范）" in page
    assert "<html" not in page
    drafts = text(client.get(at("campaigns", state="draft")))
    assert "2027年第1批（示范）" not in drafts
    table = client.get(at("campaigns", state="open", export="csv")).content.decode("utf-8-sig")
    assert "2027年第1批（示范）" in table
    assert "第2批" not in table
    assert "Nothing matches" in text(client.get(at("campaigns", q="没有这个批次")))
    assert client.get(at("campaigns", year="twenty")).status_code == 200


def test_the_page_of_a_campaign_lists_its_people_and_exporting_them_is_an_act(world):
    world.place()
    client = browser(world)
    page = text(client.get(world.campaign.get_absolute_url()))
    assert "安可往" in page
    assert "示范县医院" in page
    table = client.get(world.campaign.get_absolute_url() + "?export=csv").content.decode("utf-8-sig")
    assert "安可往" in table
    assert Event.objects.get(act="campaigns.exported").detail["rows"] == 1


def test_a_receiving_unit_sees_who_comes_without_their_numbers(world):
    world.place()
    page = text(browser(world, Role.RECEIVER_CLERK, world.receiver).get(world.campaign.get_absolute_url()))
    assert "安可往" in page
    assert world.person.number not in page
    assert "Checklist of the receiving unit" in page


def test_the_clerk_ticks_and_takes_back(world):
    world.place()
    client = browser(world, Role.RECEIVER_CLERK, world.receiver)
    address = at("duty", world.campaign.pk, world.receiver.pk, "logistics")
    assert client.get(address).status_code == 200
    assert client.post(address, {"done_on": "2026-11-20", "remark": "宿舍已备"}).status_code == 302
    duty = UnitDuty.objects.get()
    assert "宿舍已备" in text(client.get(world.campaign.get_absolute_url()))
    assert client.post(address, {"done_on": "2026-11-20"}).status_code == 422
    assert client.post(at("duty_undo", duty.pk)).status_code == 302
    assert not UnitDuty.objects.exists()
    assert client.get(at("duty", world.campaign.pk, world.receiver.pk, "contact")).status_code == 403
    assert client.get(at("duty", world.campaign.pk, world.receiver.pk, "balloons")).status_code == 404
    assert client.get(at("duty", world.campaign.pk, world.hospital.pk, "contact")).status_code == 404


def test_a_district_looks_at_the_citys_campaign_and_runs_it_not(world):
    client = browser(world, Role.DISTRICT_OFFICER, world.county)
    assert client.get(world.campaign.get_absolute_url()).status_code == 200
    for name in ("campaign_edit", "place", "place_list", "place_check"):
        assert client.get(at(name, world.campaign.pk)).status_code == 403, name
    assert client.post(at("campaign_move", world.campaign.pk), {"to": "closed", "version": 2}).status_code == 403


# ------------------------------------------------------------ one by one


def test_those_who_may_go_are_suggested_and_a_name_finds_the_others_with_the_reason(world):
    world.physician("白初级", title="234")
    judged()
    client = browser(world)
    page = text(client.get(at("place", world.campaign.pk)))
    assert "安可往" in page
    assert "白初级" not in page
    page = text(client.get(at("place", world.campaign.pk, q="白初级"), headers=PART))
    assert "not eligible" in page
    assert "title" in page
    assert "Nobody is known under this" in text(client.get(at("place", world.campaign.pk, q="无此人")))


def placed_with(world: World, **more: Any) -> dict[str, Any]:
    return {
        "worker": world.person.pk,
        "receiver": "示范县医院",
        "starts_on": "2027-03-10",
        "term_months": 12,
        "term_days": 0,
        "roster_pattern": "five_day",
        "full_time": "on",
    } | more


def test_the_live_check_says_what_speaks_against_it_and_writes_nothing(world):
    client = browser(world)
    check = at("place_check", world.campaign.pk)
    assert "Nothing speaks against it." in text(client.get(check, placed_with(world)))
    page = text(client.get(check, placed_with(world, term_months=2)))
    assert "at least 6 months" in page
    assert 'name="accept" value="term_not_as_asked"' in page
    assert "accept" not in text(client.get(check, placed_with(world, receiver="没有这家")))
    assert not Assignment.objects.exists()


def test_one_person_is_placed_from_the_form(world):
    client = browser(world)
    page = text(client.get(at("place", world.campaign.pk, worker=world.person.pk)))
    assert "Place 安可往" in page
    assert 'value="2027-03-10"' in page
    assert client.post(at("place", world.campaign.pk), placed_with(world, department="心内科")).status_code == 302
    assert Assignment.objects.get().department == "心内科"
    answer = client.post(at("place", world.campaign.pk), placed_with(world))
    assert answer.status_code == 422
    assert "nobody is in two places on one day" in text(answer)


def test_a_warning_is_accepted_on_the_same_page(world):
    client = browser(world)
    nurse = world.nurse("冯护理")
    answer = client.post(at("place", world.campaign.pk), placed_with(world, worker=nurse.pk))
    assert answer.status_code == 422
    assert "Exactly twelve months" in text(answer)
    sent = placed_with(world, worker=nurse.pk, accept=["twelve_months_exactly"])
    assert client.post(at("place", world.campaign.pk), sent).status_code == 302


def test_a_replacement_is_offered_where_one_is_due(world):
    left = an_assignment(
        world.physician(),
        receiver=world.receiver,
        campaign=world.campaign,
        starts_on=world.campaign.starts_on,
        state="ended_early",
    )
    type(left.slot).objects.filter(pk=left.slot_id).update(replacement_due_on="2027-05-10")
    client = browser(world)
    assert "Replacements due" in text(client.get(world.campaign.get_absolute_url()))
    page = text(client.get(at("place", world.campaign.pk, slot=left.slot_id, worker=world.person.pk)))
    assert "as a replacement" in page
    assert client.post(at("place", world.campaign.pk), placed_with(world, slot=left.slot_id)).status_code == 302
    assert Assignment.objects.get(worker=world.person).slot_id == left.slot_id


# ------------------------------------------------------------ by list


def lines(world: World, *said: str, **more: Any) -> dict[str, Any]:
    return {"text": "\n".join(said), "starts_on": "2027-03-10", "term_months": 12, "term_days": 0} | more


def test_a_pasted_list_is_checked_line_by_line_and_then_placed(world):
    client = browser(world)
    other = world.physician("葛同行")
    address = at("place_list", world.campaign.pk)
    sent = lines(world, "安可往", f"{other.number}\t示范卫生院", receiver="示范县医院")
    page = text(client.post(address, sent))
    assert "Place 2 people" in page
    assert not Assignment.objects.exists()
    assert client.post(address, sent | {"place": "1"}).status_code == 302
    assert {(each.worker.name, each.receiving_unit_id) for each in Assignment.objects.all()} == {
        ("安可往", world.receiver.pk),
        ("葛同行", world.township.pk),
    }


def test_lines_that_cannot_be_read_are_named_and_nothing_is_placed(world):
    client = browser(world)
    world.physician("重名人")
    world.physician("重名人")
    address = at("place_list", world.campaign.pk)
    answer = client.post(address, lines(world, "安可往", "重名人", "无此人", "安可往, 示范县医院", place="1"))
    page = text(answer)
    assert answer.status_code == 422
    assert "no receiving unit is named" in page
    assert "2 people of this name" in page
    assert "nobody of yours is known under this" in page
    assert "3 lines cannot be placed as they are." in page
    assert not Assignment.objects.exists()


def test_warnings_of_a_list_are_accepted_once_for_all_lines(world):
    client = browser(world)
    sent = lines(world, world.nurse().number, world.nurse().number, receiver="示范县医院")
    address = at("place_list", world.campaign.pk)
    page = text(client.post(address, sent))
    assert page.count('value="twelve_months_exactly"') == 1
    assert client.post(address, sent | {"place": "1"}).status_code == 422
    assert client.post(address, sent | {"place": "1", "accept": ["twelve_months_exactly"]}).status_code == 302
    assert Assignment.objects.count() == 2


def test_the_ticked_ones_come_into_the_list(world):
    page = text(browser(world).get(at("place_list", world.campaign.pk, number=world.person.number)))
    assert world.person.number in page


def test_an_empty_list_is_said_beside_the_field(world):
    answer = browser(world).post(at("place_list", world.campaign.pk), lines(world, " ", "　"))
    assert answer.status_code == 422


# ------------------------------------------------------------ plans


def test_a_plan_is_changed_and_taken_back_from_its_pages(world):
    (plan,) = world.place()
    client = browser(world)
    assert client.get(at("plan_change", plan.pk)).status_code == 200
    sent = placed_with(world, version=plan.version, receiver="示范卫生院")
    assert client.post(at("plan_change", plan.pk), sent).status_code == 302
    plan.refresh_from_db()
    assert plan.receiving_unit == world.township
    assert client.post(at("plan_change", plan.pk), sent).status_code == 409
    answer = client.post(at("plan_change", plan.pk), sent | {"version": plan.version, "term_months": 2})
    assert answer.status_code == 422
    assert "at least 6 months" in text(answer)
    assert client.get(at("plan_withdraw", plan.pk)).status_code == 200
    assert client.post(at("plan_withdraw", plan.pk), {"reason": "", "version": plan.version}).status_code == 422
    assert client.post(at("plan_withdraw", plan.pk), {"reason": "取消", "version": plan.version}).status_code == 302
    plan.refresh_from_db()
    assert plan.state == "withdrawn"


def test_an_officer_of_another_authority_does_not_change_a_plan_it_sees(world):
    (plan,) = world.place()
    client = browser(world, Role.DISTRICT_OFFICER, world.county)
    assert client.get(at("plan_change", plan.pk)).status_code == 403
    assert client.get(at("plan_withdraw", plan.pk)).status_code == 403


def test_the_pages_stand_in_chinese(world):
    world.place()
    client = browser(world, lang="zh-hans")
    for address in (at("campaigns"), world.campaign.get_absolute_url(), at("place", world.campaign.pk)):
        assert client.get(address).status_code == 200
