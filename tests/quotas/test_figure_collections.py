"""Yearly figures collected from many units at once: prefilled workbooks out, what comes back told apart."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from deploy_admin import clock
from deploy_admin.jobs.importing import outgoing, plans
from deploy_admin.jobs.importing.batches import services, standing
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.importing.records import parse
from deploy_admin.jobs.models import UploadState
from deploy_admin.spreadsheets.reading import read_here
from quotas.models import Figure
from tests import factories as make
from tests.jobs.collected import dropped, package, zipped
from tests.jobs.plans import run_jobs
from tests.quotas.listing import Y2024, numbers
from tests.quotas.pages import City, address, html
from tests.registry.factories import unit_hr

pytestmark = pytest.mark.django_db
PROMOTED = "promoted_associate_chief"


@pytest.fixture
def units():
    make.a_city_plan()
    found = [make.a_hospital(name) for name in ("示范甲医院", "示范乙医院", "示范丙医院")]
    make.computed()
    return found


@pytest.fixture
def figures():
    return column_set_of("figures")


def context(actor=make.CITY_OFFICER, **more):
    return Context(actor, {"year": 2024, "measure": "", **more}, clock.today())


def opened(figures):
    return services.open_collection(column_set=figures, params=context().params, by=make.CITY_OFFICER)


def answered(book: bytes, value: int = 3) -> bytes:
    """Fill in every number of a prefilled workbook, as its unit does."""
    whole = load_workbook(io.BytesIO(book))
    page = whole.worksheets[0]
    head = next(row for row in page.iter_rows() if any(str(cell.value).startswith("人数") for cell in row))
    names = {str(cell.value).rstrip("*"): cell.column for cell in head}
    for row in range(head[0].row + 1, page.max_row + 1):
        if page.cell(row, names["基数项目"]).value:
            page.cell(row, names["人数"]).value = value
    content = io.BytesIO()
    whole.save(content)
    return content.getvalue()


def test_each_units_workbook_asks_for_what_it_owes_and_comes_back_as_its_own(units, figures):
    batch = opened(figures)
    books = package(batch)
    assert sorted(name.partition("_")[0] for name in books) == sorted(unit.profile.name for unit in units)
    back = {f"{at}.xlsx": answered(book) for at, (name, book) in enumerate(books.items()) if "丙" not in name}
    files = dropped(batch, ("收表.zip", zipped(back)), by=make.CITY_OFFICER)
    assert {(f.recognised_by, f.problem, f.upload.state) for f in files} == {("marker", "", UploadState.PLANNED)}
    now = standing.standing_of(batch, figures, make.CITY_OFFICER)
    assert [unit.name for unit in now.missing] == ["示范丙医院"]
    digests = {each.file.upload.pk: each.file.upload.digest for each in now.ready}
    assert services.confirm_ready(batch=batch, digests=digests, by=make.CITY_OFFICER) == (2, [])
    run_jobs()
    assert set(numbers(units[0]).values()) == {3}
    assert numbers(units[2]) == {}
    assert {figure.source for figure in Figure.objects.current()} == {Figure.Source.UPLOADED}
    now = standing.standing_of(batch, figures, make.CITY_OFFICER)
    assert (now.figures["applied"], now.figures["missing"], now.figures["units"]) == (2, 1, 3)


def test_who_reported_stays_in_the_list_and_before_quotas_are_computed_it_is_every_hospital(units, figures):
    make.promotions(units[0], 5)
    make.computed()
    clinic = make.a_hospital("示范服务中心", kind="chsc")
    assert {unit.id for unit in figures.units(context())} == {unit.pk for unit in units}
    assert clinic.pk not in {unit.id for unit in figures.units(context())}
    later = Context(make.CITY_OFFICER, {"year": 2021, "measure": ""}, clock.today())
    assert {unit.id for unit in figures.units(later)} == {unit.pk for unit in units}
    own = figures.units(context(unit_hr(units[1], clock.today())))
    assert [unit.id for unit in own] == [units[1].pk]


def test_a_units_table_speaks_of_no_other_unit_and_needs_not_name_its_own(units, figures):
    one, two = units[0], units[1]
    of_one = figures.context_for_unit(context(), one.pk)
    assert figures.scope(of_one) == figures.scope(context(unit_hr(one, clock.today()))) == f"figures:2024::{one.pk}"
    assert figures.one_of(of_one) == ()
    assert figures.one_of(context()) == (("unit", "credit_code"),)
    rows = list(figures.rows_for_template(of_one))
    assert {row["unit"] for row in rows} == {"示范甲医院"}
    make.promotions(one, 5)
    make.promotions(two, 7)
    assert {row["unit"] for row in figures.rows_for_export(of_one)} == {"示范甲医院"}
    everything = outgoing.current(figures, context(), "xlsx")
    plan = plans.make(parse(read_here(everything), figures, of_one), figures, of_one)
    codes = {finding.code for entry in plan.entries for finding in entry.record.findings if finding.refuses}
    assert codes == {"unit_not_of_table"}


def test_the_page_of_figures_leads_whoever_collects_to_the_collection():
    world = City()
    page = html(world.browser().get(address("figures", period=Y2024.iso)))
    assert f"{address('figures_batch')}?year=2024" in page
    assert html(world.browser().get(address("figures_batch", year=2024)))
    hospital = make.a_hospital()
    from deploy_admin.access import Role

    own = html(world.browser(Role.SENDER_HR, hospital).get(address("figures")))
    assert address("figures_batch") not in own


def test_a_unit_sends_its_own_filled_in_template_without_its_code_lists_being_read(units, figures):
    own = context(unit_hr(units[0], clock.today()))
    plan = plans.make(parse(read_here(answered(outgoing.template(figures, own))), figures, own), figures, own)
    assert not plan.refused
    assert plan.counts["new"] == 4
