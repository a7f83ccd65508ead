"""Rosters by unit: what came in, what is missing, and the whole roster with ID numbers for a reason."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from deploy_admin import clock
from deploy_admin.audit.models import Event
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Upload, UploadRow
from tests.people.pages.reading import page, text, whole_ids
from tests.registry.factories import CITY, an_institution

pytestmark = pytest.mark.django_db


def an_upload(unit, *, days_ago=0):
    """A roster of the unit that was applied."""
    file = jobs.store_file(
        name="花名册.xlsx", content=b"x", content_type="text/csv", by=CITY, owner_institution_id=unit.pk, kind="upload"
    )
    return Upload.objects.create(
        column_set="roster",
        scope=f"roster:{unit.pk}",
        file=file,
        sha256="0" * 64,
        state="applied",
        digest="1" * 64,
        institution_id=unit.pk,
        applied_at=clock.now() - timedelta(days=days_ago),
        applied_by_name="示范人事",
    )


def lines(answer):
    return {line["unit"].name: line for line in answer.context["page"].object_list}


def test_each_unit_has_its_people_its_gaps_and_its_last_roster(city, world):
    an_upload(world.hospital, days_ago=3)
    an_upload(world.hospital, days_ago=1)
    an_upload(world.other, days_ago=500)
    found = lines(city.get(page("rosters")))
    assert (found["示范甲区医院"]["people"], found["示范乙区医院"]["people"]) == (2, 1)
    assert found["示范甲区医院"]["in_time"]
    assert found["示范甲区医院"]["upload"].applied_at.date() == (clock.now() - timedelta(days=1)).date()
    assert not found["示范乙区医院"]["in_time"]
    gaps = {gap["code"]: gap["count"] for gap in found["示范甲区医院"]["gaps"]}
    assert gaps == {"licence": 1, "title": 1, "speciality": 1, "education": 1}
    assert "示范甲区卫生健康委员会" not in found


def test_who_is_missing_is_a_text_to_copy(city, world):
    an_upload(world.hospital)
    shown = city.get(page("rosters", show="missing"))
    assert list(lines(shown)) == ["示范乙区医院"]
    assert "示范乙区医院" in shown.context["chat"]
    assert "示范甲区医院" not in shown.context["chat"]


def test_a_unit_sees_itself(hr, reader):
    shown = hr.get(page("rosters"))
    assert list(lines(shown)) == ["示范甲区医院"]
    assert page("roster_import") in text(shown)
    assert page("roster_import") not in text(reader.get(page("rosters")))


def test_no_unit_shows_the_way_out(city):
    assert f'href="{page("rosters")}"' in text(city.get(page("rosters", q="没有这家")))


def test_a_page_costs_the_same_for_any_number_of_units(city, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(20) as queries:
            city.get(page("rosters"))
        return len(queries)

    cost()
    few = cost()
    for _ in range(10):
        an_institution()
    assert cost() == few


def test_the_whole_roster_goes_out_for_a_reason_only(hr, world):
    assert hr.get(page("roster_whole")).status_code == 200
    without = hr.post(page("roster_whole"), {"format": "xlsx", "reason": ""})
    assert without.context["form"].errors["reason"]
    answer = hr.post(page("roster_whole"), {"format": "xlsx", "reason": "报送统计系统需要"})
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    cells = {str(cell or "") for row in sheet.iter_rows(values_only=True) for cell in row}
    assert world.doctor.id_masked not in cells
    assert "示范安" in cells
    assert "示范丁" not in cells
    assert "no-store" in answer["Cache-Control"]
    assert Event.objects.get(act="people.roster_revealed").detail["people"] >= 2
    masked = hr.get(page("roster_import_current", "xlsx"))
    assert masked.status_code == 200
    assert whole_ids(masked) == []


def test_who_may_not_see_numbers_gets_none(reader):
    assert reader.get(page("roster_whole")).status_code == 403


def test_an_officer_names_the_unit_or_takes_all(city):
    answer = city.post(page("roster_whole"), {"format": "csv", "reason": "报送统计系统需要", "unit": "示范乙区医院"})
    body = answer.content.decode("utf-8-sig")
    assert "示范丁" in body
    assert "示范安" not in body
    unknown = city.post(page("roster_whole"), {"format": "csv", "reason": "报送统计系统需要", "unit": "没有这家"})
    assert unknown.context["form"].errors["unit"]


def test_a_persons_page_names_the_uploads_that_touched_it(hr, world):
    upload = an_upload(world.hospital)
    UploadRow.objects.create(
        upload=upload,
        position=1,
        kind="changed",
        sheet="花名册",
        row=2,
        label="示范安",
        values={"person_number": world.doctor.number, "name": "示范安"},
    )
    assert "花名册.xlsx" in text(hr.get(page("person", world.doctor.pk)))
    assert "花名册.xlsx" not in text(hr.get(page("person", world.nurse.pk)))
