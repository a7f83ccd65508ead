"""The indicators' pages and REST: the list, the form with refusals beside their field, both values after a race."""

from __future__ import annotations

import pytest
from django.urls import reverse

from deploy_admin.access import SYSTEM, Role
from deploy_admin.registry.models import Indicator
from deploy_admin.registry.reference import load_indicators
from tests.accounts.factories import a_membership, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/indicators/"


@pytest.fixture(autouse=True)
def loaded(db):
    load_indicators(by=SYSTEM)


@pytest.fixture
def city(client):
    return signed_in(client, a_membership(Role.CITY_OFFICER))


@pytest.fixture
def clerk(client):
    return signed_in(client, a_membership(Role.RECEIVER_CLERK))


def page(name="indicators", *args, **query):
    return reverse(f"registry:{name}", args=args, query=query or None)


def filled(**more):
    values = {
        "label_zh": "下乡义诊", "label_en": "Free clinics", "unit_zh": "场", "unit_en": "clinics", "decimals": "0",
        "lowest": "0", "highest": "31", "usual_low": "", "usual_high": "", "position": "90",
    }  # fmt: skip
    return values | more


def test_everybody_reads_the_list_and_only_the_city_may_change_those_of_everybody(clerk):
    answer = clerk.get(page())
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "门急诊人次" in text
    assert page("indicator_add") not in text
    assert clerk.get(page("indicator_edit", Indicator.objects.first().pk)).status_code == 403


def test_one_is_added_by_the_form(city):
    assert city.get(page("indicator_add")).status_code == 200
    answer = city.post(page("indicator_add"), filled(staff_categories=["physician", "nursing"], is_core="on"))
    assert answer.status_code == 302
    row = Indicator.objects.get(code="free_clinics")
    assert (row.staff_categories, row.is_core, row.position) == (["physician", "nursing"], True, 90)


def test_a_refusal_stands_beside_its_field(city):
    answer = city.post(page("indicator_add"), filled(code="rounds"))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["code"]
    answer = city.post(page("indicator_add"), filled(lowest="40"))
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_one_is_changed_from_what_the_form_shows(city):
    row = Indicator.objects.get(code="outpatient_emergency_visits")
    form = city.get(page("indicator_edit", row.pk)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    assert (shown["highest"], shown["version"]) == (6000, 1)
    sent = {name: "" if value is None else value for name, value in shown.items()} | {"highest": "5000"}
    sent["is_core"] = "on"
    assert city.post(page("indicator_edit", row.pk), sent).status_code == 302
    row.refresh_from_db()
    assert (row.highest, row.version, row.usual_high) == (5000, 2, 1500)


def test_who_was_slower_is_shown_both_values(city):
    row = Indicator.objects.get(code="rounds")
    Indicator.objects.filter(pk=row.pk).update(version=2, highest=50)
    answer = city.post(page("indicator_edit", row.pk), filled(version="1"))
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "50.00" in text
    assert "31" in text


def test_out_of_use_it_leaves_the_list_until_asked_for(city):
    row = Indicator.objects.get(code="rounds")
    assert city.post(page("indicator_use", row.pk), {"version": "1"}).status_code == 302
    assert ">rounds<" not in city.get(page()).content.decode()
    assert ">rounds<" in city.get(page(retired="yes")).content.decode()
    assert city.post(page("indicator_use", row.pk), {"version": "1"}).status_code == 409
    assert city.post(page("indicator_use", row.pk), {"version": "2"}).status_code == 302
    assert Indicator.objects.get(pk=row.pk).is_active


def test_a_district_is_offered_its_own_division_only(client):
    member = a_membership(Role.DISTRICT_OFFICER)
    district = signed_in(client, member)
    choices = district.get(page("indicator_add")).context["form"].fields["division"].choices
    assert [name for _pk, name in choices] == [Indicator._meta.get_field("division").related_model.objects.get(
        pk=choices[0][0]).name]  # fmt: skip
    answer = district.post(page("indicator_add"), filled(division=str(choices[0][0])))
    assert answer.status_code == 302
    assert Indicator.objects.get(code="free_clinics").division_id == choices[0][0]


def test_the_list_goes_out_as_it_is_shown(city):
    answer = city.get(page(export="csv"))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 16
    assert lines[1].startswith("outpatient_emergency_visits,门急诊人次,")


def test_the_list_costs_the_same_number_of_queries_for_any_number(city, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        city.get(page())


def test_rest_gives_one_by_its_code(clerk):
    (row,) = clerk.get(URL, {"code": "rounds"}).json()["results"]
    assert (row["label_zh"], row["highest"], row["division"]) == ("巡诊", "200.00", None)
    assert clerk.get(f"{URL}{row['id']}/").json()["code"] == "rounds"
    assert clerk.get(URL, {"updated_since": "2030-01-01T00:00:00+08:00"}).json()["results"] == []
