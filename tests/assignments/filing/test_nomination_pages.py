"""The pages of nominations: the unit enters, nothing is lost; the authority strikes and approves; nobody sees more."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Nomination
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.factories import judged
from tests.assignments.filing.factories import a_nomination, a_request
from tests.assignments.filing.nominating import World
from tests.assignments.postings import an_assignment
from tests.people.factories import away

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


@pytest.fixture
def world() -> World:
    return World()


def browser(world: World, role: Role = Role.SENDER_HR, at: Institution | None = None, lang: str = "en") -> Client:
    client = signed_in(Client(), a_membership(role, at or world.hospital))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    return client


def officer(world: World) -> Client:
    return browser(world, Role.CITY_OFFICER, world.city)


def page(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"assignments:{name}", args=args, query=query or None)


def text(response: Any) -> str:
    return str(response.content.decode())


def said(world: World, *workers: Any, **more: str) -> dict[str, Any]:
    """What the page sends about these people."""
    sent: dict[str, Any] = {"worker": [each.pk for each in workers], "save": "1"}
    sent |= {f"p{each.pk}-speciality": each.speciality for each in workers}
    return sent | more


# ------------------------------------------------------------ beginning, and the list of lists


def test_a_unit_begins_its_list_in_an_open_campaign(world):
    world.filed.delete()
    client = browser(world)
    shown = text(client.get(page("nomination_lists")))
    assert page("nomination_list_new", campaign=world.campaign.pk) in shown
    answer = client.post(page("nomination_list_new", campaign=world.campaign.pk), follow=True)
    assert answer.status_code == 200
    assert "List of people nominated (not approved yet)" in text(answer)
    again = client.get(page("nomination_list_new", campaign=world.campaign.pk))
    assert again.status_code == 302


def test_the_lists_are_narrowed_and_exported_as_shown(world):
    other = world.a_list(world.second, state="submitted")
    a_nomination(world.physician("安示范", at=world.second), filed=other)
    client = officer(world)
    found = client.get(page("nomination_lists", q="示范乙", state="submitted"), headers=PART)
    assert "示范乙医院" in text(found)
    assert "示范甲医院" not in text(found)
    assert "Nothing matches" in text(client.get(page("nomination_lists", q="没有")))
    exported = client.get(page("nomination_lists", state="submitted", export="csv"))
    assert "安示范" in exported.content.decode("utf-8-sig")
    assert Event.objects.filter(act="lists.nominations_exported").count() == 1


def test_another_unit_does_not_find_the_list(world):
    client = browser(world, at=world.second)
    assert client.get(page("nomination_list", world.filed.pk)).status_code == 404
    assert client.get(page("nomination_people", world.filed.pk, worker=world.person.pk)).status_code == 404


# ------------------------------------------------------------ whom one may nominate


def test_who_comes_into_it_is_shown_with_the_standing_in_words(world):
    back = world.physician("白在外")
    away(back, "further_study", valid_from=date(2026, 11, 1), valid_to=date(2027, 5, 1))
    junior = world.physician("程初级", title="234")
    judged()
    client = browser(world)
    shown = text(client.get(page("nomination_list", world.filed.pk)))
    assert world.person.name in shown
    assert "unavailable on 2027-03-10" in shown
    assert "程初级" not in shown
    searched = text(client.get(page("nomination_list", world.filed.pk, q="程"), headers=PART))
    assert "程初级 may not go" in searched
    assert "<html" not in searched
    assert f'value="{junior.pk}"' in searched


def test_whoever_stands_on_the_list_is_not_offered_again(world):
    judged()
    a_nomination(world.person, filed=world.filed)
    shown = text(browser(world).get(page("nomination_list", world.filed.pk)))
    assert "on the list" in shown
    assert f'name="worker" value="{world.person.pk}"' not in shown


def test_nobody_is_found_under_a_wrong_name(world):
    answer = browser(world).get(page("nomination_list", world.filed.pk, q="没有"))
    assert "Nobody is known under this" in text(answer)


def test_what_the_unit_owes_stands_beside_what_it_nominates(world):
    world.owes(2)
    a_nomination(world.person, filed=world.filed)
    answer = browser(world).get(page("nomination_list", world.filed.pk))
    assert [each["value"] for each in answer.context["shown"].figures[:3]] == [2, 1, 1]
    assert "Physicians to send" in text(answer)


def test_what_is_asked_for_is_shown_by_speciality(world):
    a_request(world.township, campaign=world.campaign, speciality="儿科", number=3)
    shown = text(browser(world).get(page("nomination_list", world.filed.pk)))
    assert "儿科" in shown
    assert "示范卫生院" in shown


# ------------------------------------------------------------ nominating


def test_several_are_nominated_together_with_wishes(world):
    second = world.physician("白愿意")
    a_request(world.township, campaign=world.campaign)
    client = browser(world)
    shown = client.get(page("nomination_people", world.filed.pk) + f"?worker={world.person.pk}&worker={second.pk}")
    assert text(shown).count("Nothing speaks against it.") == 2
    sent = said(world, world.person, second, **{f"p{second.pk}-wish1": "示范卫生院"})
    answer = client.post(page("nomination_people", world.filed.pk), sent, follow=True)
    assert "2 people are on the list." in text(answer)
    line = Nomination.objects.get(worker=second)
    assert list(line.wishes.values_list("institution_id", flat=True)) == [world.township.pk]


def test_a_refusal_stands_beside_the_person_and_nothing_entered_is_lost(world):
    junior = world.physician("程初级", title="234")
    sent = said(world, world.person, junior, **{f"p{world.person.pk}-remark": "愿意去山区"})
    answer = browser(world).post(page("nomination_people", world.filed.pk), sent)
    assert answer.status_code == 422
    assert "程初级 may not go" in text(answer)
    assert "愿意去山区" in text(answer)
    assert not Nomination.objects.exists()


def test_a_warning_is_ticked_and_then_taken(world):
    away(world.person, "further_study", valid_from=date(2027, 9, 1))
    client = browser(world)
    answer = client.post(page("nomination_people", world.filed.pk), said(world, world.person))
    assert answer.status_code == 422
    assert f'name="p{world.person.pk}-accept" value="away_later"' in text(answer)
    ticked = said(world, world.person, **{f"p{world.person.pk}-accept": "away_later"})
    assert client.post(page("nomination_people", world.filed.pk), ticked).status_code == 302
    assert "away_later" in Nomination.objects.get().accepted


def test_checking_writes_nothing(world):
    sent = said(world, world.person)
    del sent["save"]
    answer = browser(world).post(page("nomination_people", world.filed.pk), sent)
    assert answer.status_code == 200
    assert "Nothing speaks against it." in text(answer)
    assert not Nomination.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("wish1", "没有的卫生院", "No receiving unit known to you is meant."),
        ("possible_to", "2026-13-01", "Enter a valid date."),
    ],
)
def test_what_cannot_be_read_says_so_beside_the_field(world, field, value, sentence):
    sent = said(world, world.person, **{f"p{world.person.pk}-{field}": value})
    answer = browser(world).post(page("nomination_people", world.filed.pk), sent)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert value in text(answer)


def test_days_in_the_wrong_order_are_told_beside_the_field(world):
    days = {"possible_from": "2027-05-01", "possible_to": "2027-04-01"}
    sent = said(world, world.person, **{f"p{world.person.pk}-{name}": value for name, value in days.items()})
    answer = browser(world).post(page("nomination_people", world.filed.pk), sent)
    assert "The first day must not come after the last." in text(answer)


def test_a_nomination_is_changed_as_read_and_a_stale_page_shows_both(world):
    (line,) = world.nominate()
    client = browser(world)
    shown = text(client.get(page("nomination_people", world.filed.pk, worker=world.person.pk)))
    assert "Change a nomination" in shown
    version = {f"p{world.person.pk}-version": "1", f"p{world.person.pk}-speciality": "全科"}
    assert (
        client.post(page("nomination_people", world.filed.pk), said(world, world.person, **version)).status_code == 302
    )
    line.refresh_from_db()
    assert line.speciality == "全科"
    version[f"p{world.person.pk}-speciality"] = "儿科"
    stale = client.post(page("nomination_people", world.filed.pk), said(world, world.person, **version))
    assert stale.status_code == 409
    assert "儿科" in text(stale)
    assert "全科" in text(stale)


def test_somebody_nominated_meanwhile_is_told_and_not_overwritten(world):
    world.nominate()
    answer = browser(world).post(page("nomination_people", world.filed.pk), said(world, world.person))
    assert answer.status_code == 422
    assert "stands in this list twice" in text(answer)


def test_nobody_chosen_and_somebody_unseen_lead_back(world):
    client = browser(world)
    other = world.physician(at=world.second)
    for query in ("", f"?worker={other.pk}", "?worker=x"):
        assert client.get(page("nomination_people", world.filed.pk) + query).status_code == 302


def test_wishes_offer_the_units_that_ask_first(world):
    an_assignment(world.physician(), receiver=world.receiver, starts_on=date(2024, 1, 1), state="returned")
    a_request(world.township, campaign=world.campaign)
    client = browser(world)
    answer = client.get(page("nomination_wishes", world.filed.pk) + "?name=p1-wish1&p1-wish1=示范")
    shown = text(answer)
    assert shown.index("示范卫生院") < shown.index("示范县医院")
    assert "示范乙医院" not in shown
    assert text(client.get(page("nomination_wishes", world.filed.pk))).strip() == ""


# ------------------------------------------------------------ taking off, the head, handing in


def test_people_are_taken_off_and_the_list_says_nobody(world):
    (line,) = world.nominate()
    client = browser(world)
    world.filed.refresh_from_db()
    sent = {"nomination": line.pk, "version": world.filed.version}
    assert client.post(page("nomination_withdraw", world.filed.pk), sent).status_code == 302
    world.filed.refresh_from_db()
    head = {"version": world.filed.version, "nothing": "on", "remark": "本次无人"}
    assert client.post(page("nomination_head", world.filed.pk), head).status_code == 302
    answer = client.post(page("nomination_list_move", world.filed.pk), {"act": "submit"}, follow=True)
    assert "The list is submitted." in text(answer)


def test_nobody_this_time_and_people_do_not_go_together(world):
    world.nominate()
    world.filed.refresh_from_db()
    head = {"version": world.filed.version, "nothing": "on"}
    answer = browser(world).post(page("nomination_head", world.filed.pk), head)
    assert answer.status_code == 422
    assert "Remove the lines first" in text(answer)


def test_what_stands_in_the_way_of_handing_in_is_told_on_the_list(world):
    world.nominate()
    away(world.person, "further_study", valid_from=date(2027, 3, 1))
    answer = browser(world).post(page("nomination_list_move", world.filed.pk), {"act": "submit"})
    assert answer.status_code == 422
    assert "unavailable on 2027-03-10" in text(answer)
    world.filed.refresh_from_db()
    assert world.filed.state == "draft"


# ------------------------------------------------------------ the authority


def test_the_authority_strikes_lets_stand_again_and_approves(world):
    filed = world.a_list(world.second, state="submitted")
    line = a_nomination(world.physician("安示范", at=world.second), filed=filed)
    client = officer(world)
    assert "Strike" in text(client.get(page("nomination_list", filed.pk)))
    assert client.get(page("nomination_strike", line.pk)).status_code == 200
    assert client.post(page("nomination_strike", line.pk), {"reason": ""}).status_code == 422
    assert client.post(page("nomination_strike", line.pk), {"reason": "名额已满"}).status_code == 302
    assert "名额已满" in text(client.get(page("nomination_list", filed.pk)))
    assert client.post(page("nomination_strike", line.pk), {"act": "restore"}).status_code == 302
    line.refresh_from_db()
    assert line.state == "standing"
    client.post(page("list_decide", filed.pk), {"act": "approve"})
    assert "List of people to be sent (approved)" in text(client.get(page("nomination_list", filed.pk)))


def test_a_list_that_is_being_entered_is_not_struck(world):
    (line,) = world.nominate()
    assert officer(world).get(page("nomination_strike", line.pk)).status_code == 403


def test_a_reader_sees_the_list_without_buttons(world):
    world.nominate()
    shown = text(browser(world, Role.AUDITOR, world.city).get(page("nomination_list", world.filed.pk)))
    assert world.person.name in shown
    assert "Nominate people" not in shown
    assert 'value="submit"' not in shown


def test_the_number_of_queries_does_not_grow_with_the_list(world):
    client = browser(world)

    def asked(count: int) -> int:
        for _ in range(count):
            a_nomination(world.physician(), filed=world.filed, wishes=[world.township])
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page("nomination_list", world.filed.pk)).status_code == 200
        return len(caught)

    asked(1)
    assert asked(1) == asked(5)


# ------------------------------------------------------------ the person


def test_the_person_sees_the_own_nomination_once_it_was_handed_in(world):
    member = a_membership(Role.DEPLOYED_PERSON, world.hospital)
    member.worker = world.person
    member.save()
    me = signed_in(Client(), member)
    me.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    a_nomination(world.person, filed=world.filed, wishes=[world.township])
    assert "I am nominated" not in text(me.get(page("my_service")))
    type(world.filed).objects.filter(pk=world.filed.pk).update(
        state="submitted", submitted_at=world.filed.updated_at, submitted_by_name="示范"
    )
    shown = text(me.get(page("my_service")))
    assert "I am nominated" in shown
    assert "not approved yet" in shown
    assert "示范卫生院" in shown
    Nomination.objects.update(state="struck", struck_reason="示范")
    assert "I am nominated" not in text(me.get(page("my_service")))
