"""The registry's pages: what each shows, to whom, and what a form refuses beside which field."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from urllib.parse import urlencode

import openpyxl
import pytest
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.registry.models import Institution, Jurisdiction, Succession
from tests.accounts.factories import a_membership, signed_in
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db

ON = "2026-03-01"


@pytest.fixture
def world():
    """A city with its commission, two districts with an authority and a hospital each."""
    city = a_division("示范市", level="province")
    first = a_division("示范甲区", parent=city, code="509901", area_group="northeast")
    second = a_division("示范乙区", parent=city, code="509902", area_group="southeast")
    return {
        "city": city,
        "commission": an_authority(city, "示范市卫生健康委员会", tier="municipal", affiliation="municipal"),
        "first": an_authority(first, "示范甲区卫生健康委员会"),
        "second": an_authority(second, "示范乙区卫生健康委员会"),
        "hospital": an_institution("示范甲区医院", division=first, opened_on=date(2020, 1, 1)),
        "other": an_institution("示范乙区医院", division=second, kind="tcm_hospital"),
    }


@pytest.fixture
def city(client, world):
    return signed_in(client, a_membership(Role.CITY_OFFICER, world["commission"]))


@pytest.fixture
def district(client, world):
    return signed_in(client, a_membership(Role.DISTRICT_OFFICER, world["first"]))


def page(name, *args, **query):
    return reverse(f"registry:{name}", args=args, query=query or None)


def names(answer):
    return [row.object.profile.name for row in answer.context["rows"]]


def test_the_city_lists_everything_by_pinyin(city):
    assert names(city.get(page("institutions"))) == [
        "示范甲区卫生健康委员会",
        "示范甲区医院",
        "示范市卫生健康委员会",
        "示范乙区卫生健康委员会",
        "示范乙区医院",
    ]


def test_a_district_lists_its_own_and_gets_404_for_the_rest(district, world):
    assert set(names(district.get(page("institutions")))) == {"示范甲区卫生健康委员会", "示范甲区医院"}
    for name in ("institution_detail", "institution_history", "institution_change", "institution_merge"):
        assert district.get(page(name, world["other"].pk)).status_code == 404
    assert district.get(page("institution_detail", world["hospital"].pk)).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "乙区医院"}, ["示范乙区医院"]),
        ({"q": "sfyqyy"}, ["示范乙区医院"]),
        ({"kind": "tcm_hospital"}, ["示范乙区医院"]),
        ({"area_group": "northeast", "kind": "general_hospital"}, ["示范甲区医院"]),
        ({"tier": "municipal"}, ["示范市卫生健康委员会"]),
        ({"affiliation": "municipal"}, ["示范市卫生健康委员会"]),
        ({"as_of": "2019-06-01", "q": "示范甲区医院"}, []),
        ({"as_of": "2019-06-01", "state": "upcoming"}, ["示范甲区医院"]),
        ({"state": "closed"}, []),
        ({"kind": "nonsense", "q": "示范乙区医院"}, ["示范乙区医院"]),
        ({"sort": "-name", "q": "医院"}, ["示范乙区医院", "示范甲区医院"]),
    ],
)
def test_the_list_narrows_by_what_the_address_says(city, query, found):
    assert names(city.get(page("institutions", **query))) == found


def test_the_list_narrows_by_district(city, world):
    asked = page("institutions", district=world["hospital"].profile.division_id, kind="general_hospital")
    assert names(city.get(asked)) == ["示范甲区医院"]


def test_an_empty_list_says_so_and_shows_the_way_out(city):
    assert page("institutions") in city.get(page("institutions", q="不存在")).content.decode()


def test_the_export_holds_exactly_what_the_list_shows(city):
    query = {"q": "医院", "sort": "name"}
    shown = city.get(page("institutions", **query)).context["rows"]
    answer = city.get(page("institutions", export="xlsx", **query))
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    exported = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    for row in shown:
        assert [str(cell.text) for cell in row.cells] in exported
    assert len(exported) == len(shown) + 1
    assert Event.objects.get(act="institutions.exported").detail["rows"] == 2
    assert city.get(page("institutions", export="csv", **query)).content.decode("utf-8-sig").count("医院") >= 2


def test_a_page_costs_the_same_for_any_number_of_rows(city, world, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(40) as queries:
            city.get(page("institutions"))
        return len(queries)

    cost()
    few = cost()
    for _ in range(30):
        an_institution(division=world["hospital"].profile.division)
    assert cost() == few
    assert few <= 16


def test_the_detail_shows_facts_authority_with_reason_and_successions(city, world):
    town = a_division("示范镇", level="township", parent=world["hospital"].profile.division)
    clinic = an_institution("示范镇卫生院", division=town, parent=world["hospital"], kind="township_health_centre")
    text = city.get(page("institution_detail", clinic.pk)).content.decode()
    assert "示范甲区示范镇" in text
    assert "示范甲区卫生健康委员会" in text
    branch_shown = city.get(page("institution_detail", world["hospital"].pk)).content.decode()
    assert "示范镇卫生院" in branch_shown
    before = city.get(page("institution_detail", clinic.pk, as_of="2016-01-01"))
    assert before.context["as_of"] == date(2016, 1, 1)


def filled(answer, **changes):
    """Return what a browser would send: the form as shown, with changes."""
    form = answer.context["form"]
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: "" if value is None else value for name, value in (data | changes).items()}


def test_an_institution_is_established_through_the_form(city, world):
    answer = city.get(page("institution_establish"))
    data = filled(
        answer,
        name="示范甲区中医院",
        kind="tcm_hospital",
        tier="county",
        level="2",
        ownership="public",
        affiliation="district",
        division="示范甲区",
        administered_by="示范甲区卫生健康委员会",
        remote="no",
        opened_on=ON,
        credit_code="125001014500000169",
    )
    assert city.post(page("institution_establish"), data).status_code == 302
    unit = Institution.objects.get(credit_code="125001014500000169")
    profile = unit.profiles.get()
    assert (profile.level, profile.remote, profile.key_township) == (2, False, None)
    assert profile.administered_by == world["first"]

    answer = city.post(page("institution_establish"), data | {"credit_code": "125001014500000160", "division": "甲"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"credit_code", "division"}
    answer = city.post(page("institution_establish"), data)
    assert answer.context["form"].errors  # the code is taken


def test_a_division_that_is_not_ones_own_cannot_be_named(district):
    answer = district.get(page("institution_establish"))
    data = filled(
        answer,
        name="示范院",
        kind="chsc",
        tier="township",
        ownership="public",
        affiliation="district",
        division="示范乙区",
        opened_on=ON,
    )
    answer = district.post(page("institution_establish"), data)
    assert answer.status_code == 422
    assert "division" in answer.context["form"].errors


def test_a_change_writes_only_what_was_touched(city, world):
    url = page("institution_change", world["hospital"].pk)
    data = filled(city.get(url), on=ON, level="3")
    assert city.post(url, data).status_code == 302
    new = world["hospital"].profiles.get(valid_to=None)
    assert (new.level, new.valid_from, new.division_id) == (3, date(2026, 3, 1), world["hospital"].profile.division_id)
    assert Event.objects.get(act="institution.changed").detail["new"] == {"level": 3}

    answer = city.post(url, filled(city.get(url), on="2026-04-01"))
    assert answer.status_code == 422  # nothing differs
    answer = city.post(url, filled(city.get(url), on=ON, level="1"))
    assert "on" in answer.context["form"].errors  # the profile begins that very day


def test_an_edit_of_what_changed_meanwhile_is_409_with_both_values(city, world):
    url = page("institution_change", world["hospital"].pk)
    stale = filled(city.get(url), on="2026-05-01", level="1")
    city.post(url, filled(city.get(url), on=ON, level="3"))
    answer = city.post(url, stale)
    assert answer.status_code == 409
    refusal = answer.context["refusal"]
    assert list(refusal.context["yours"].values()) != list(refusal.context["theirs"].values())
    assert len(refusal.context["yours"]) == 1


def test_a_correction_keeps_what_was_recorded_and_the_history_shows_it(city, world):
    unit = world["hospital"]
    url = page("institution_correct", unit.pk, unit.profile.pk)
    data = filled(city.get(url), short_name="甲医", credit_code="125001014500000169", reason="录入有误")
    assert city.post(url, data).status_code == 302
    unit = Institution.objects.get(pk=unit.pk)
    assert unit.credit_code == "125001014500000169"
    text = city.get(page("institution_history", unit.pk)).content.decode()
    assert "录入有误" in text
    assert "甲医" in text
    assert city.get(page("institution_correct", unit.pk, world["other"].profile.pk)).status_code == 404


def paper(**more):
    return {"document_title": "关于机构调整的批复（示范）", "document_number": "示范发〔2026〕1号"} | more


def test_rename_move_merge_split_and_close_through_their_forms(city, world):
    unit, other = world["hospital"], world["other"]

    def send(act, **data):
        url = page(f"institution_{act}", unit.pk)
        return city.post(url, filled(city.get(url), **paper(**data)))

    assert send("rename", name="示范甲区人民医院", on=ON).status_code == 302
    assert send("move", division="示范乙区", on="2026-04-01").status_code == 302
    part = an_institution("示范新院", division=other.profile.division)
    assert send("split", heir_1="示范新院", share_1="0.4", continues="on", on="2026-05-01").status_code == 302
    assert send("merge", heir="示范乙区医院", others="示范新院", on="2026-06-01").status_code == 302
    assert list(Succession.objects.values_list("kind", flat=True)) == ["rename", "move", "split", "merge", "merge"]
    assert Institution.objects.get(pk=part.pk).closed_on == date(2026, 5, 31)
    text = city.get(page("institution_detail", unit.pk)).content.decode()
    assert "示范发〔2026〕1号" in text

    url = page("institution_close", other.pk)
    assert city.post(url, filled(city.get(url), **paper(last_day="2026-07-31"))).status_code == 302
    closed = city.get(page("institution_detail", other.pk))
    assert closed.context["state"] == "closed"
    assert not closed.context["may_edit"]


def test_what_a_service_refuses_stands_beside_its_field(city, world):
    url = page("institution_merge", world["hospital"].pk)
    answer = city.post(url, filled(city.get(url), **paper(heir="示范乙区医院", on="2019-01-01")))
    assert answer.status_code == 422
    assert "on" in answer.context["form"].errors
    answer = city.post(url, filled(city.get(url), **paper(heir="不存在的医院", on=ON)))
    assert "heir" in answer.context["form"].errors
    url = page("institution_split", world["hospital"].pk)
    answer = city.post(url, filled(city.get(url), **paper(heir_1="示范乙区医院", share_1="0.4", on=ON)))
    assert answer.context["form"].non_field_errors()  # nothing remains, so shares must be whole


def test_jurisdictions_are_granted_and_ended_by_the_city(city, world):
    zone = a_division("示范开发区", level="zone", parent=world["city"])
    url = page("jurisdiction_grant", world["first"].pk)
    assert city.post(url, filled(city.get(url), division="示范开发区", on=ON)).status_code == 302
    row = Jurisdiction.objects.get(division=zone)
    url = page("jurisdiction_end", world["first"].pk, row.pk)
    assert city.post(url, {"last_day": "2026-06-30"}).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == date(2026, 6, 30)


def test_a_district_may_not_grant_jurisdictions(district, world):
    url = page("jurisdiction_grant", world["first"].pk)
    answer = district.post(url, {"division": "示范甲区", "on": ON})
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()


def test_a_text_box_offers_what_the_actor_may_name(district):
    def offered(name, box, text):
        return district.get(f"{page(name)}?{urlencode({'name': box, box: text})}").context["offers"]

    assert offered("division_offers", "division", "示范") == ["示范甲区"]
    assert offered("institution_offers", "heir", "医院") == ["示范甲区医院"]
    assert "示范市卫生健康委员会" in offered("institution_offers", "administered_by", "卫生健康委员会")
    assert offered("institution_offers", "heir", "示范市卫生") == []


def test_the_divisions_of_a_day(city, world):
    gone = a_division("示范旧区", parent=world["city"], valid_to=date(2026, 1, 24))
    shown = {row.object for row in city.get(page("divisions")).context["rows"]}
    assert gone not in shown
    assert gone in {row.object for row in city.get(page("divisions", as_of="2026-01-24")).context["rows"]}
    assert gone in {row.object for row in city.get(page("divisions", ended="yes")).context["rows"]}
    text = city.get(page("divisions", q="509901")).content.decode()
    assert "示范甲区卫生健康委员会" in text
    assert "509902" not in text
    assert city.get(page("divisions", export="csv")).status_code == 200


def test_who_only_looks_is_offered_no_act_and_gets_403(client, world):
    hr = signed_in(client, a_membership(Role.SENDER_HR, world["hospital"]))
    assert names(hr.get(page("institutions"))) == ["示范甲区医院"]
    assert not hr.get(page("institution_detail", world["hospital"].pk)).context["may_edit"]
    assert hr.get(page("institution_establish")).status_code == 403
    assert hr.get(page("institution_change", world["hospital"].pk)).status_code == 403
