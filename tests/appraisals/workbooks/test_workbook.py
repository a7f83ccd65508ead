"""A month's workbook: drawn, read back, changed by hand, sent in; all of it or nothing."""

from __future__ import annotations

import io
import time
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from appraisals.models import Workload
from appraisals.workbooks import matter
from appraisals.workbooks.columns import Heading, columns_for, count_key, day_key
from appraisals.workbooks.drawing import HEAD, draw
from appraisals.workbooks.importing import WORKBOOKS
from appraisals.workbooks.matter import Line, Matter, lies_of
from appraisals.workbooks.reading import Held, take
from appraisals.workbooks.signs import code_of, sign_of, signs
from appraisals.workload.asked import Asked
from assignments.models import AssignmentMonth
from assignments.rules.attendance_codes import CELLS, CLOSED
from deploy_admin import clock
from deploy_admin.jobs.importing import plans, records
from deploy_admin.jobs.importing.columns import Context
from deploy_admin.jobs.importing.outgoing import template
from deploy_admin.jobs.importing.records import FileRefused
from deploy_admin.jobs.models import RowKind
from deploy_admin.months import Month
from deploy_admin.registry.models import Indicator
from deploy_admin.spreadsheets.reading import read_here
from deploy_admin.workdays import WorkCalendar
from tests.appraisals.workload.factories import a_clerk, a_count, a_month_clause, a_unit, an_indicator
from tests.assignments.months.factories import NOVEMBER, OCTOBER, a_row, a_sheet
from tests.assignments.postings import a_leave, on_post

D = Decimal
WHO = 3


# ------------------------------------------------------------ signs


@pytest.mark.parametrize("zh", [True, False])
def test_every_cell_is_written_so_that_it_is_read_again(zh):
    for cell in CELLS:
        if cell != CLOSED:
            assert code_of(sign_of(cell, zh=zh)) == cell
    assert sign_of(CLOSED, zh=zh) == ""


def test_the_list_holds_every_sign_once():
    listed = list(signs(zh=True))
    assert len(listed) == len(CELLS) - 1
    assert len({sign for sign, _words, _cell in listed}) == len(listed)
    assert ("½病", "半天病假，半天在岗", "Bh") in listed


# ------------------------------------------------------------ drawn and read again, whatever it holds

FEBRUARY = Month(date(2028, 2, 1))
VISITS = Indicator(
    code="visits", label_zh="门诊", label_en="visits", unit_zh="人次", unit_en="visits", highest=D(6000), pk=1
)
HOURS = Indicator(
    code="hours", label_zh="课时", label_en="hours", unit_zh="时", unit_en="h", highest=D(100), decimals=1, pk=2
)
ASKED = {each.code: Asked(each) for each in (VISITS, HOURS)}
HEADINGS = tuple(Heading.of(each) for each in ASKED.values())
NAMES = st.text("示范甲乙丙丁·一二三", min_size=1, max_size=8).filter(lambda text: text.strip("·"))


@st.composite
def lines(draw_):
    found = []
    for number in draw_(st.lists(st.integers(1, 10**9), min_size=1, max_size=5, unique=True)):
        cells = draw_(st.lists(st.sampled_from(CELLS), min_size=29, max_size=29))
        visits = draw_(st.none() | st.integers(0, 6000).map(D))
        hours = draw_(st.none() | st.integers(0, 1000).map(lambda n: D(n) / 10))
        counts = {"visits": visits, "hours": hours}
        found.append(Line(number, draw_(NAMES), "示范医院", tuple(cells), counts, {}, frozenset(ASKED)))
    return tuple(found)


@given(lines())
def test_a_workbook_that_is_drawn_and_read_again_says_the_same(held):
    book = draw(Matter("示范中心", FEBRUARY, lies_of(FEBRUARY, WorkCalendar()), HEADINGS, held))
    context = Context(None, {"month": "2028-02", "unit": None}, date(2028, 2, 20))
    context.store["columns"] = columns_for(FEBRUARY, HEADINGS)
    parsed = records.parse(read_here(book), WORKBOOKS, context)
    people = {line.assignment_id: Held(line.name, line.days, ASKED) for line in held}
    assert not any(record.findings for record in parsed.records)
    blank = take(parsed.records, people, FEBRUARY)
    assert not any(record.findings for record in parsed.records)
    assert blank == set()
    read = {record.values["assignment"]: record.values for record in parsed.records}
    assert set(read) == {line.assignment_id for line in held}
    for line in held:
        values = read[line.assignment_id]
        assert tuple(values[day_key(day)] for day in range(1, 30)) == line.days
        for code, value in line.counts.items():
            assert values.get(count_key(code)) == value


# ------------------------------------------------------------ a unit's own


@pytest.fixture
def rounds(db):
    return an_indicator("rounds", is_core=True, label_zh="巡诊", highest=D(200), usual_low=D(0), usual_high=D(20))


@pytest.fixture
def unit(rounds):
    return a_unit()


@pytest.fixture
def sheet(unit):
    return a_sheet(unit, NOVEMBER, people=2)


@pytest.fixture
def row(sheet):
    return AssignmentMonth.objects.filter(sheet=sheet).for_list()[0]


def context_of(unit, month=NOVEMBER):
    return Context(a_clerk(unit), {"month": str(month), "unit": unit.pk}, clock.today())


def opened(unit):
    book = load_workbook(io.BytesIO(template(WORKBOOKS, context_of(unit))))
    return book, book.worksheets[0]


def saved(book):
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def planned(content, unit, month=NOVEMBER):
    context = context_of(unit, month)
    return plans.make(records.parse(read_here(content), WORKBOOKS, context), WORKBOOKS, context), context


def applied(content, unit):
    plan, context = planned(content, unit)
    assert not plan.refused, [entry.record.findings for entry in plan.entries]
    return WORKBOOKS.apply(plan.to_write(), context, None)


def refusals(plan):
    return [
        (finding.cell, finding.code) for entry in plan.entries for finding in entry.record.findings if finding.refuses
    ]


def days(row):
    row.refresh_from_db()
    return row.days


def at(sheet, row, day=None, name="编号"):
    """Return the cell of a person and a day, or of a headed column."""
    line = next(n for n in range(HEAD + 1, sheet.max_row + 1) if sheet.cell(n, 1).value == row.assignment_id)
    if day is not None:
        return sheet.cell(line, WHO + day)
    column = next(n for n in range(1, sheet.max_column + 1) if str(sheet.cell(HEAD, n).value).startswith(name))
    return sheet.cell(line, column)


@pytest.mark.django_db
def test_the_workbook_comes_filled_in_with_lists_shades_notes_and_codes(unit, sheet, row):
    a_count(row, "rounds", 7)
    book, page = opened(unit)
    assert page["A1"].value.startswith(matter.read(sheet).unit)
    assert [page.cell(HEAD, n).value for n in (1, 2, WHO + 1, WHO + 30)] == ["编号*", "姓名*", 1, 30]
    assert at(page, row, name="姓名").value == row.assignment.worker.name
    assert at(page, row, 2).value == "√"
    assert at(page, row, 1).value == "休"
    assert at(page, row, 1).fill.fgColor.rgb == "00F0F1F3"
    assert at(page, row, name="巡诊").value == 7
    assert at(page, row, name="巡诊").comment.text == "通常为 0 至 20"
    choices = [rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"]
    assert choices == [f"'{book.worksheets[1].title}'!$A$2:$A${len(CELLS)}"]
    assert [book.worksheets[1].cell(n, 1).value for n in (2, 3)] == ["√", "巡"]
    assert "半天" not in str(book.worksheets[1].cell(2, 2).value)


@pytest.mark.django_db
def test_days_outside_the_stay_are_grey_and_empty(unit, sheet):
    late = a_row(sheet, on_post(receiver=unit, starts_on=date(2026, 11, 16)), first=16)
    _book, page = opened(unit)
    assert (at(page, late, 13).value, at(page, late, 13).fill.fgColor.rgb) == (None, "00C9CED6")
    assert at(page, late, 16).value == "√"


@pytest.mark.django_db
def test_sent_back_as_it_came_it_changes_nothing(unit, sheet, row):
    a_count(row, "rounds", 7)
    plan, _context = planned(saved(opened(unit)[0]), unit)
    assert plan.counts == {"new": 0, "changed": 0, "unchanged": 2, "refused": 0}


@pytest.mark.django_db
def test_what_was_changed_is_planned_cell_by_cell_and_applied(unit, sheet, row):
    book, page = opened(unit)
    at(page, row, 3).value = "病"
    at(page, row, 4).value = "事0.5"
    at(page, row, name="巡诊").value = 5
    plan, context = planned(saved(book), unit)
    entry = next(entry for entry in plan.entries if entry.kind is RowKind.CHANGED)
    assert entry.changes == [
        {"column": "d3", "was": "P", "now": "B"},
        {"column": "d4", "was": "P", "now": "Sh"},
        {"column": "w:rounds", "was": "", "now": "5"},
    ]
    assert WORKBOOKS.apply(plan.to_write(), context, None) == {"people": 1, "days": 2, "values": 1}
    assert days(row)[2:4] == ["B", "Sh"]
    value = Workload.objects.get()
    assert (value.value, value.source, value.is_confirmed) == (5, "workbook", True)


@pytest.mark.django_db
def test_an_emptied_day_goes_back_to_what_is_prefilled_and_an_empty_count_stays(unit, rounds):
    row = a_row(a_sheet(unit, NOVEMBER, people=0), exceptions={3: "S"})
    a_count(row, "rounds", 7)
    book, page = opened(unit)
    at(page, row, 3).value = None
    at(page, row, name="巡诊").value = None
    assert applied(saved(book), unit) == {"people": 1, "days": 1, "values": 0}
    assert days(row)[2] == "P"
    assert row.touched == 0
    assert Workload.objects.get().value == 7


@pytest.mark.django_db
def test_a_column_left_out_changes_nothing_and_a_moved_one_is_found(unit, sheet, row):
    book, page = opened(unit)
    at(page, row, 30).value = "病"
    page.delete_cols(WHO + 1, 10)
    page.insert_cols(1)
    plan, _context = planned(saved(book), unit)
    (entry,) = plan.to_write()
    assert [change["column"] for change in entry.changes] == ["d30"]


@pytest.mark.django_db
def test_headers_numbers_and_signs_are_met_as_people_write_them(unit, sheet, row):
    """Text numbers, full width, a title row more, a merged header, a tick of another font, a merged run of days."""
    book, page = opened(unit)
    line = at(page, row).row
    page.cell(line, 1).value = f"　{row.assignment_id}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    for day in range(1, 31):
        page.cell(HEAD, WHO + day).value = f"{day}日".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    page.cell(line, WHO + 2).value = "✓"
    page.cell(line, WHO + 3).value = "病"
    for day in (4, 5, 6):
        page.cell(line, WHO + day).value = None
    page.cell(line, page.max_column).value = "１2次"
    page.insert_rows(1)
    page["A1"] = "示范县2026年11月考勤表"
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=20)
    page.merge_cells(start_row=line + 1, start_column=WHO + 3, end_row=line + 1, end_column=WHO + 6)
    applied(saved(book), unit)
    assert days(row)[1:6] == ["P", "B", "B", "B", "B"]
    assert Workload.objects.get().value == 12


@pytest.mark.django_db
def test_everything_wrong_is_named_at_once_and_nothing_is_written(unit, sheet):
    one, two = AssignmentMonth.objects.filter(sheet=sheet).for_list()
    book, page = opened(unit)
    at(page, one, 3).value = "请客"
    at(page, one, name="巡诊").value = "201"
    at(page, two, name="姓名").value = "别人"
    line = page.max_row + 1
    page.cell(line, 1).value, page.cell(line, 2).value = 999999999, "示范丁"
    plan, _context = planned(saved(book), unit)
    first, second = at(page, one).row, at(page, two).row
    count = at(page, one, name="巡诊").coordinate
    assert sorted(refusals(plan)) == sorted(
        [
            (at(page, one, 3).coordinate, "month_sign_unknown"),
            (count, "month_refused"),
            (f"B{second}", "month_name_other"),
            (f"A{line}", "month_row_unknown"),
        ]
    )
    assert plan.refused
    assert first < line
    assert not Workload.objects.exists()


@pytest.mark.django_db
def test_days_outside_the_stay_and_days_of_approved_leave_are_refused_at_their_cell(unit, sheet):
    late = a_row(sheet, on_post(receiver=unit, starts_on=date(2026, 11, 16)), first=16)
    a_leave(late.assignment, date(2026, 11, 18), date(2026, 11, 19), kind="sick")
    book, page = opened(unit)
    late.refresh_from_db()
    at(page, late, 13).value = "√"
    at(page, late, 18).value = "√"
    plan, _context = planned(saved(book), unit)
    assert refusals(plan) == [(at(page, late, 13).coordinate, "month_day_shut")]
    at(page, late, 13).value = None
    plan, _context = planned(saved(book), unit)
    assert refusals(plan) == [(at(page, late, 18).coordinate, "month_refused")]


@pytest.mark.django_db
def test_a_locked_day_names_the_leave(unit, sheet, row):
    a_leave(row.assignment, date(2026, 11, 18), date(2026, 11, 19), kind="sick")
    book, page = opened(unit)
    assert at(page, row, 18).value == "病"
    at(page, row, 18).value = "√"
    with override("en"):
        plan, _context = planned(saved(book), unit)
    assert refusals(plan) == [(at(page, row, 18).coordinate, "month_refused")]
    (finding,) = [each for entry in plan.entries for each in entry.record.findings]
    assert "leave" in finding.params["message"]
    assert not plan.to_write()


@pytest.mark.django_db
def test_the_same_person_twice_is_refused(unit, sheet, row):
    book, page = opened(unit)
    line = page.max_row + 1
    page.cell(line, 1).value, page.cell(line, 2).value = row.assignment_id, row.assignment.worker.name
    page.cell(line, WHO + 3).value = "病"
    plan, _context = planned(saved(book), unit)
    assert [code for _cell, code in refusals(plan)] == ["same_row"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "why"),
    [("submitted", "with the district"), ("released", "is released"), ("draft", "closed on 2026-11-13")],
)
def test_a_month_that_is_not_open_is_not_read(unit, state, why):
    a_sheet(unit, OCTOBER, state)
    book = draw(matter.read(unit.month_sheets.get()))
    with override("en"), pytest.raises(FileRefused) as refused:
        planned(book, unit, OCTOBER)
    assert refused.value.code == "month_shut"
    assert why in refused.value.params["message"]


@pytest.mark.django_db
def test_another_unit_may_not_send_the_month_in(unit, sheet):
    book = saved(opened(unit)[0])
    other = a_unit()
    context = Context(a_clerk(other), {"month": str(NOVEMBER), "unit": unit.pk}, clock.today())
    with override("en"), pytest.raises(Exception, match="Nobody serves"):
        plans.make(records.parse(read_here(book), WORKBOOKS, context), WORKBOOKS, context)


@pytest.mark.django_db
def test_points_come_with_a_reason_in_the_column_beside(unit, sheet, row):
    an_indicator("attitude", label_zh="态度", position=300)
    a_month_clause("\n      - {id: judged, measure: attitude, judged: {most: '20'}}", full="'20'")
    book, page = opened(unit)
    at(page, row, name="态度").value = 15
    plan, _context = planned(saved(book), unit)
    assert [code for _cell, code in refusals(plan)] == ["month_refused"]
    at(page, row, name="态度理由").value = "两次未参加查房"
    applied(saved(book), unit)
    value = Workload.objects.get()
    assert (value.value, value.reason) == (15, "两次未参加查房")


@pytest.mark.django_db
def test_a_month_nobody_has_looked_at_is_opened_by_its_workbook(unit):
    person = on_post(receiver=unit)
    content = template(WORKBOOKS, context_of(unit))
    page = load_workbook(io.BytesIO(content)).worksheets[0]
    assert page.cell(HEAD + 1, 1).value == person.pk


@pytest.mark.django_db
def test_twenty_thousand_person_days_take_a_few_seconds(unit):
    sheet = a_sheet(unit, NOVEMBER, people=0)
    many(sheet, 667)  # of 30 days: 20,010 person-days
    content = template(WORKBOOKS, context_of(unit))
    book = load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    for line in range(HEAD + 1, HEAD + 668):
        for day in (3, 4, 5):
            page.cell(line, WHO + day).value = "病"
        page.cell(line, WHO + 31).value = 5
    content = saved(book)
    began = time.perf_counter()
    done = applied(content, unit)
    took = time.perf_counter() - began
    print(f"\n20,010 person-days read, planned and applied in {took:.2f} s")  # noqa: T201 -- the figure is wanted
    assert done == {"people": 667, "days": 2001, "values": 667}
    assert took < 15  # the goal is 3 s on a quiet machine


def many(sheet, count):
    """Put so many people on the sheet, as copies of one."""
    from assignments.models import Assignment, Segment, Slot
    from deploy_admin.people.models import Employment, HealthWorker

    first = a_row(sheet)
    one = first.assignment

    def copies(model, row, **each):
        fields = {
            field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields if not field.generated
        }
        fields.pop("id")
        return [model(**(fields | {name: make(n) for name, make in each.items()})) for n in range(count - 1)]

    worker = one.worker
    workers = HealthWorker.objects.bulk_create(
        copies(
            HealthWorker,
            worker,
            number=lambda n: f"P{n + 90_000_000}",
            id_digest=lambda n: n.to_bytes(32),
            name=lambda n: f"示范{n}号",
        )
    )
    slots = Slot.objects.bulk_create(copies(Slot, one.slot))
    assignments = Assignment.objects.bulk_create(
        copies(Assignment, one, worker_id=lambda n: workers[n].pk, slot_id=lambda n: slots[n].pk)
    )
    post = Employment.objects.get(worker=worker)
    Employment.objects.bulk_create(copies(Employment, post, worker_id=lambda n: workers[n].pk))
    piece = Segment.objects.get(assignment=one)
    Segment.objects.bulk_create(copies(Segment, piece, assignment_id=lambda n: assignments[n].pk))
    AssignmentMonth.objects.bulk_create(copies(AssignmentMonth, first, assignment_id=lambda n: assignments[n].pk))
