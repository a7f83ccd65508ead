"""The files: PDF, DOCX and XLSX say what the page says; wide tables, many people, strange names."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx.enum.section import WD_ORIENT

from appraisals.feedback import letter_content, owing, services_letters, summary
from appraisals.feedback.paying import PayList
from appraisals.models import FeedbackLetter
from assignments.papers import printing
from tests.appraisals.feedback.world import (
    SENT,
    World,
    docx_of,
    docx_words,
    pdf_is_wide,
    pdf_pages,
    rows_of,
    tight,
)
from tests.assignments.months.factories import NOVEMBER, OCTOBER

pytestmark = pytest.mark.django_db
CORE = ("outpatient_emergency_visits", "rounds", "teaching_sessions", "operations", "case_discussions", "mentees",
        "lectures", "new_techniques")  # fmt: skip
MORE = ("consultation", "teaching_rounds", "technique_promotion", "technical_guidance", "mentoring", "training",
        "management")  # fmt: skip


@pytest.fixture
def world():
    return World()


def words_of(letter):
    """Return every text of the letter."""
    content = letter.paper.content
    found = [content["title"], content["to"], content["issuer"]]
    found += [each["text"] for each in (*content["paragraphs"], *content["closing"])]
    for table in content["tables"]:
        found += [table["title"], *table["head"]]
        found += [cell for group in table["groups"] for row in group["rows"] for cell in row["cells"]]
    return [tight(text) for text in found if text]


class TestPdfAndDocx:
    """Both are made from the content, with the check code at the foot."""

    def test_every_word_of_the_content_stands_in_both(self, world):
        world.result("安一", points="87.5", factor="1.1", workload={"rounds": 3}, days={12: "S"})
        letter = world.letter(contact="张示范 023-1")
        pdf, docx = "".join(pdf_pages(letter.paper)), docx_words(letter.paper)
        for word in words_of(letter):
            assert word in pdf, word
            assert word in docx, word
        for text in (letter.paper.check_code, "张示范023-1", "2026年11月20日", "专此函达。"):
            assert text in pdf
            assert text in docx

    def test_the_letter_stands_upright_and_its_table_lies_on_its_side(self, world):
        world.result("安一", workload=dict.fromkeys(CORE, 5))
        letter = world.letter()
        assert pdf_is_wide(letter.paper) == [False, True]
        sections = docx_of(letter.paper).sections
        assert [section.orientation for section in sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE]
        assert sections[1].page_width > sections[1].page_height

    def test_a_table_of_few_columns_stands_upright(self, world):
        world.result("安一", state="no_rule")
        letter = world.letter()
        table = letter.paper.content["tables"][0]
        assert table["head"] == ["姓名", "科室/专业", "接收单位", "应出勤", "出勤", "请假", "旷工", "备注"]
        assert "landscape" not in table
        assert pdf_is_wide(letter.paper) == [False, False]
        assert len(docx_of(letter.paper).sections) == 1

    def test_much_work_gets_an_annex_of_its_own(self, world):
        world.result("安一", workload={code: number for number, code in enumerate(CORE + MORE)})
        letter = world.letter()
        first, second = letter.paper.content["tables"]
        assert "手术" not in first["head"]
        assert second["title"] == "2026年10月绩效考核结果汇总表（工作量）"
        assert len(second["head"]) == 2 + len(CORE + MORE)
        assert rows_of(letter, 1)[0]["规范管理"] == "14"
        pages = pdf_pages(letter.paper)
        assert "附件：1.2026年10月绩效考核结果汇总表2.2026年10月绩效考核结果汇总表（工作量）" in pages[0].replace(
            "附件：2", "2"
        )
        assert pages[1].startswith("附件1")
        assert pages[2].startswith("附件2")

    def test_the_widths_of_every_table_add_up_to_the_line(self, world):
        world.result("安一", factor="1.1", workload=dict.fromkeys(CORE, 5))
        shown = printing.context(world.letter().paper.content)
        for table in shown["annexes"]:
            assert sum(table["widths"]) == 100
            assert min(table["widths"]) >= 2
            assert max(table["widths"]) <= 45  # notice.css knows no others

    def test_two_hundred_people_over_pages_with_the_head_on_each(self, world):
        for number in range(200):
            world.result(f"示范{number:03}", points=number % 100, workload={"rounds": number})
        letter = world.letter()
        pages = pdf_pages(letter.paper)
        lists = pages[1:]
        assert len(lists) > 5
        assert all("姓名科室/专业接收单位" in page for page in lists)
        assert all(f"{number + 2}/{len(pages)}" in page for number, page in enumerate(lists))
        assert all(letter.paper.check_code in page for page in pages)
        text = "".join(lists)
        assert all(f"示范{number:03}" in text for number in range(200))
        [table] = docx_of(letter.paper).tables
        assert len(table.rows) == 201
        assert table.rows[200].cells[0].text == "200"

    def test_the_queries_of_a_letter_do_not_grow_with_its_people(self, world):
        world.result("安一", workload={"rounds": 1})
        frame = services_letters.frame_of(dated_on=SENT, number="", contact="", remark="")

        def asked():
            [owed] = owing.owed(world.office.pk, OCTOBER)
            with CaptureQueriesContext(connection) as queries:
                letter_content.content(owed, frame)
            return len(queries)

        few = asked()
        for number in range(8):
            world.result(f"白{number}", workload={"rounds": 1})
        assert asked() == few

    @pytest.mark.parametrize("name", ["<b>安</b>", "安\u202e一", "安一 500101199001011234", "买买提·艾力"])
    def test_strange_names_break_nothing(self, world, name):
        world.result(name)
        letter = world.letter()
        printed = rows_of(letter)[0]["姓名"]
        assert "500101199001011234" not in printed
        assert tight(printed) in docx_words(letter.paper)
        assert "<b>" not in printing.html(letter.paper.content)


class TestTheSummary:
    """绩效考核结果汇总表: a sheet a month, a row a person, numbers as numbers, nothing that runs."""

    def book(self, content):
        return openpyxl.load_workbook(io.BytesIO(content))

    def by_head(self, sheet):
        head, *rows = sheet.iter_rows(values_only=True)
        return [dict(zip(head, row, strict=True)) for row in rows]

    def test_of_one_letter(self, world):
        world.result("安一", points="87.5", factor="1.05", workload={"rounds": 3}, days={12: "Sh"})
        letter = world.letter(number="万州卫函〔2026〕3号")
        book = self.book(summary.summary_xlsx([letter], by=world.hr))
        assert book.sheetnames == ["2026-10"]
        [row] = self.by_head(book["2026-10"])
        assert list(row.values())[:2] == ["2026-10", "安一"]
        assert {87.5, 1.05, 17, 16.5, 0.5, 3} <= {value for value in row.values() if isinstance(value, (int, float))}
        assert "万州卫函〔2026〕3号" in row.values()

    def test_a_sheet_for_each_month_of_a_period(self, world):
        world.result("安一", month=NOVEMBER)
        world.result("白二", month=OCTOBER)
        for month in (OCTOBER, NOVEMBER):
            world.issued(month=month, dated_on=SENT)
        shown = PayList({"first": "2026-10", "last": "2026-11"}, world.hr)
        book = self.book(summary.of_list(shown))
        assert book.sheetnames == ["2026-10", "2026-11"]
        assert [row[1] for row in book["2026-11"].iter_rows(min_row=2, values_only=True)] == ["安一"]

    def test_the_authority_has_all_senders_and_a_sender_its_own(self, world):
        world.result("安一")
        world.result("白二", by=world.other_sender)
        world.issued()
        asked = {"month": "2026-10"}
        names = lambda actor: [  # noqa: E731
            row[1]
            for row in self.book(summary.of_list(PayList(asked, actor))).active.iter_rows(min_row=2, values_only=True)
        ]
        assert sorted(names(world.officer)) == ["安一", "白二"]
        assert names(world.hr) == ["安一"]

    def test_no_cell_runs(self, world):
        world.result("=1+1")
        letter = world.letter()
        cells = [cell for row in self.book(summary.summary_xlsx([letter], by=world.hr)).active for cell in row]
        assert all(cell.data_type != "f" for cell in cells)
        assert "'=1+1" in [cell.value for cell in cells]

    def test_a_month_of_nothing_is_a_sheet_with_its_head(self, world):
        book = self.book(summary.of_list(PayList({"month": "2026-01"}, world.hr)))
        assert book.sheetnames == ["2026-01"]
        assert book.active.max_row == 1


class TestThePayList:
    """What the sending unit pays by: what it was told last."""

    def test_what_is_not_fed_back_is_not_on_it(self, world):
        world.result("安一", points=80)
        asked = {"month": "2026-10"}
        assert PayList(asked, world.hr).lines(PayList(asked, world.hr).rows) == []
        world.issued()
        [line] = PayList(asked, world.hr).lines(PayList(asked, world.hr).rows)
        assert (line.name, line.points) == ("安一", "80.00")

    def test_a_correction_counts_once_it_is_told(self, world):
        score = world.result("安一", points=80)
        world.issued()
        world.corrected(score, points=85)

        def points(actor):
            shown = PayList({"month": "2026-10"}, actor)
            return [line.told.points for line in shown.lines(shown.rows)]

        assert points(world.hr) == [Decimal(80)]
        assert points(world.officer) == [Decimal(85)]
        world.issued()
        assert points(world.hr) == [Decimal(85)]

    def test_without_a_month_the_last_one_told(self, world):
        world.result("安一")
        world.issued()
        assert PayList({}, world.hr).first == OCTOBER
        assert PayList({"month": "nonsense"}, world.hr).first == OCTOBER

    def test_a_name_narrows_it(self, world):
        world.result("安一")
        world.result("白二")
        world.issued()
        shown = PayList({"month": "2026-10", "q": "白"}, world.hr)
        assert [line.name for line in shown.lines(shown.rows)] == ["白二"]

    def test_the_queries_do_not_grow_with_the_people(self, world):
        def asked():
            shown = PayList({"month": "2026-10"}, world.hr)
            with CaptureQueriesContext(connection) as queries:
                list(shown.export()[1])
            return len(queries)

        world.result("安一", state="undetermined", missing=["value:rounds"])
        world.issued()
        few = asked()
        for number in range(6):
            world.result(f"白{number}", state="undetermined", missing=["value:operations"])
        world.issued()
        assert asked() == few
        assert FeedbackLetter.objects.count() == 2
