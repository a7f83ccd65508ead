"""The list of people: whom each role sees, what it narrows to, what goes out."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.utils import translation

from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership, signed_in
from tests.people.factories import a_title, a_worker, an_id
from tests.people.pages.reading import page, text, whole_ids
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


def names(answer):
    return [worker.name for worker in answer.context["page"].paginator.object_list]


def test_the_city_sees_everybody_employed_by_pinyin(city):
    assert names(city.get(page("people"))) == ["示范安", "示范白", "示范丁"]


def test_a_district_and_a_unit_see_their_own(district, hr, other_hr, reader):
    for client in (district, hr, reader):
        assert names(client.get(page("people"))) == ["示范安", "示范白"]
    assert names(other_hr.get(page("people"))) == ["示范丁"]


@pytest.mark.parametrize("role", [Role.RECEIVER_CLERK, Role.DEPLOYED_PERSON, Role.FINANCE_SECTION])
def test_others_have_no_list(role):
    assert signed_in(Client(), a_membership(role)).get(page("people")).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "范白"}, ["示范白"]),
        ({"q": "sfa"}, ["示范安"]),
        ({"q": "乙区医院"}, ["示范丁"]),
        ({"q": "sfyqyy"}, ["示范丁"]),
        ({"unit": "乙区"}, ["示范丁"]),
        ({"department": "护理"}, ["示范白"]),
        ({"staff_category": "nursing"}, ["示范白"]),
        ({"employment_mode": "off_establishment"}, []),
        ({"title_level": "associate_senior"}, ["示范安"]),
        ({"title_level": "none"}, ["示范白", "示范丁"]),
        ({"licence": "physician"}, ["示范安"]),
        ({"licence": "none", "unit": "乙区"}, ["示范丁"]),
        ({"speciality": "儿"}, ["示范安"]),
        ({"unavailable": "yes"}, ["示范白"]),
        ({"unavailable": "no"}, ["示范安", "示范丁"]),
        ({"state": "left"}, ["示范曹"]),
        ({"state": "all"}, ["示范安", "示范白", "示范曹", "示范丁"]),
        ({"lacks": "speciality"}, ["示范白", "示范丁"]),
        ({"lacks": "licence"}, ["示范白", "示范丁"]),
        ({"sort": "-name"}, ["示范丁", "示范白", "示范安"]),
        ({"staff_category": "nonsense", "q": "安"}, ["示范安"]),
    ],
)
def test_the_list_narrows_by_what_the_address_says(city, query, found):
    assert names(city.get(page("people", **query))) == found


def test_it_finds_by_person_number_and_by_one_unit(city, world):
    assert names(city.get(page("people", q=world.doctor.number.lower()))) == ["示范安"]
    answer = city.get(page("people", institution=world.other.pk))
    assert names(answer) == ["示范丁"]
    assert answer.context["unit"].profile.name == "示范乙区医院"


def test_a_targeted_title_counts_at_primary_level_only(city, world):
    centre = an_institution("示范镇卫生院", kind="township_health_centre", tier="township")
    for unit in (centre, world.hospital):
        worker = a_worker(f"示范戊{unit.pk}", at=unit)
        a_title(worker, "232", scope="grassroots_targeted")
    assert names(city.get(page("people", title_level="associate_senior", q="示范戊"))) == [f"示范戊{centre.pk}"]


def test_a_row_says_who_where_what_and_away(hr, reader, world):
    shown = text(hr.get(page("people")))
    for words in ("副主任医师", "执业医师", "1985-03", "示范甲区医院", "内科", world.doctor.id_masked):
        assert words in shown
    assert "孕期、产假或哺乳期" in shown
    assert "1985-03-04" not in shown
    assert "孕期" not in text(reader.get(page("people")))  # who only reads is not told a personal reason


def test_a_search_for_an_id_number_is_sent_back_without_it(hr):
    number = an_id(7)
    answer = hr.get(page("people", q=number))
    assert answer.status_code == 302
    assert number not in answer.url


def test_an_empty_list_says_so_and_shows_the_way_out(city):
    assert f'href="{page("people")}"' in text(city.get(page("people", q="不存在")))


def test_htmx_gets_the_part_only(city):
    part = city.get(page("people"), HTTP_HX_REQUEST="true")
    assert "<html" not in text(part)
    assert "示范安" in text(part)


def test_the_export_holds_exactly_what_the_list_shows_with_masked_ids(city, world):
    answer = city.get(page("people", export="xlsx", q="示范", state="all"))
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [row[0] for row in rows[1:]] == ["示范安", "示范白", "示范曹", "示范丁"]
    doctor = rows[1]
    for cell in (world.doctor.number, "示范甲区医院", "内科", "副主任医师", "儿科", world.doctor.id_masked, "1985-03"):
        assert cell in doctor
    assert whole_ids(answer) == []
    assert Event.objects.get(act="people.exported").detail["rows"] == 4
    csv = city.get(page("people", export="csv", q="安"))
    assert csv.content.decode("utf-8-sig").count("示范") >= 2
    assert whole_ids(csv) == []


def test_a_page_costs_the_same_for_any_number_of_people(city, world, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(20) as queries:
            city.get(page("people"))
        return len(queries)

    cost()
    few = cost()
    for _ in range(20):
        a_title(a_worker(at=world.hospital))
    assert cost() == few


def test_the_list_speaks_english(city):
    with translation.override("en"):
        shown = text(city.get(page("people"), HTTP_ACCEPT_LANGUAGE="en"))
    assert "Health workers" in shown
