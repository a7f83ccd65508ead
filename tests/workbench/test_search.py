"""One search: institutions and policies, within what the actor reaches."""

from __future__ import annotations

import pytest
from django.urls import reverse

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.workbench import finding, naming
from tests.accounts.factories import a_membership, an_actor, signed_in
from tests.factories import a_city_plan, a_hospital
from tests.people.factories import a_worker

pytestmark = pytest.mark.django_db


def found(role, text, institution=None):
    hits = finding.find(an_actor(role, institution), text, clock.today())
    return [unit.profile.name for unit in hits["institutions"]], [version.title_zh for version in hits["policies"]]


@pytest.mark.parametrize("text", ["第一", "sfdyyy", "SFDY", " 示范第一 "])
def test_an_institution_is_found_by_part_of_its_name_or_by_its_initials(text):
    a_hospital("示范第一医院")
    a_hospital("示范儿童医院")
    assert found(Role.CITY_OFFICER, text)[0] == ["示范第一医院"]


def test_a_policy_is_found_by_its_title():
    a_city_plan()
    assert "示范市方案" in found(Role.CITY_OFFICER, "示范市方")[1]


def test_a_unit_finds_itself_and_no_other():
    own, _other = a_hospital("示范第一医院"), a_hospital("示范第二医院")
    assert found(Role.SENDER_HR, "示范第", own)[0] == ["示范第一医院"]


def test_who_may_not_see_institutions_finds_none():
    a_hospital("示范第一医院")
    assert found(Role.AUDIT_ADMIN, "示范") == ([], [])


@pytest.mark.parametrize("text", ["欧阳静", "示范欧阳", "sfoyj"])
def test_a_person_is_found_by_part_of_the_name_or_by_initials(text):
    own = a_hospital("示范第一医院")
    person = a_worker("示范欧阳静", at=own)
    a_worker("示范李四", at=own)
    (row,) = finding.find(an_actor(Role.SENDER_HR, own), text, clock.today())["people"]
    assert (row["person"], row["unit"], row["left"]) == (person, "示范第一医院", False)


def test_and_by_the_person_number():
    own = a_hospital("示范第一医院")
    person = a_worker(at=own)
    (row,) = finding.find(an_actor(Role.SENDER_HR, own), person.number.lower(), clock.today())["people"]
    assert row["person"] == person


@pytest.mark.parametrize("role", [Role.SENDER_HR, Role.RECEIVER_CLERK, Role.DEPLOYED_PERSON, Role.FINANCE_SECTION])
def test_nobody_is_found_beyond_what_the_capacity_reaches(role):
    person = a_worker("示范欧阳静", at=a_hospital("示范第二医院"))
    for text in ("示范欧阳静", person.number):
        assert finding.find(an_actor(role), text, clock.today())["people"] == []


def test_a_found_person_is_shown_with_unit_and_without_the_id(client):
    own = a_hospital("示范第一医院")
    person = a_worker("示范欧阳静", at=own)
    browser = signed_in(client, a_membership(Role.SENDER_HR, own))
    page = browser.get(reverse("workbench:search"), {"q": "示范欧阳静"}).content.decode()
    assert person.get_absolute_url() in page
    assert person.number in page
    assert person.id_masked not in page


@pytest.mark.parametrize("text", ["", "   ", "没有这个名字"])
def test_finding_nothing_says_so_and_offers_a_way_out(client, text):
    page = signed_in(client, a_membership(Role.CITY_OFFICER)).get(reverse("workbench:search"), {"q": text})
    assert page.status_code == 200
    assert 'class="empty"' in page.content.decode()


def test_what_was_typed_is_escaped(client):
    page = signed_in(client, a_membership(Role.CITY_OFFICER)).get(reverse("workbench:search"), {"q": "<script>x"})
    assert "<script>x" not in page.content.decode()


def test_the_codes_of_an_explanation_have_names():
    assert naming.name("promoted_associate_chief/2025[practice_category=clinical+tcm]") is not None
    assert "2025" in naming.name("promoted_associate_chief/2025")
    assert naming.name("fact:affiliation")
    assert naming.name("fact:affiliation=municipal") != "municipal"
    assert naming.name("no_such_measure") is None
    assert naming.name("fact:no_such_fact") is None
