"""Issuing: content frozen with its digest, PDF and DOCX alike, number, stamped copy, withdrawal, refusals."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from docx import Document

from assignments.kinds import PaperKind
from assignments.models import IssuedPaper, PaperLine
from assignments.papers import contents, printing, word_file
from assignments.services import going, papers
from assignments.services.paper_drafts import Chosen, drafted
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice, StoredFile
from tests.assignments.papers.world import (
    TODAY,
    World,
    dispatched,
    docx_words,
    extended,
    issued,
    pdf_pages,
    received,
    suspended,
    words_of,
)
from tests.assignments.postings import CITY_OFFICER, sender_hr
from tests.people.factories import refused

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 scan"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def paper(world):
    return issued(dispatched(world.going("安计划"), world.going("白计划")))


def scan(content=PDF, name="示范.pdf"):
    return SimpleUploadedFile(name, content)


class TestTheFiles:
    """PDF and DOCX are made from the content and nothing else."""

    @pytest.fixture(params=["suspension", "dispatch", "receipt", "extension"])
    def each(self, request, world):
        if request.param in ("suspension", "dispatch"):
            rows = world.going("安计划"), world.going("白计划")
            chosen = suspended(*rows) if request.param == "suspension" else dispatched(*rows)
            return issued(chosen, number="示〔2026〕7号", contact="某科", remark="另行通知。")
        row = world.there("安在岗")
        leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        return issued(received(leave) if request.param == "receipt" else extended(row), number="示〔2026〕7号")

    def test_the_pdf_has_every_word_and_the_code_on_every_page(self, each):
        pages = pdf_pages(each)
        whole = "".join(pages)
        # Text that goes on over a page or within a narrow cell has its signs, though not side by side.
        for text in words_of(each.content):
            assert text in whole or set(text) <= set(whole), text
        assert each.content["title"] in whole
        for line in each.lines.all():
            assert line.assignment.worker.name in whole
        assert all(each.check_code in page for page in pages)
        assert "示〔2026〕7号" in pages[0]
        assert all(f"{number}/{len(pages)}" in page for number, page in enumerate(pages, start=1))

    def test_the_docx_has_the_same_words_in_real_styles_and_tables(self, each):
        found = docx_words(each)
        for text in words_of(each.content):
            assert text in found, text
        assert each.check_code in found
        document = Document(io.BytesIO(each.docx.read()))
        [table] = document.tables
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
        assert {"公文标题", "主送机关", "公文正文", "公文落款"} <= {each.style.name for each in document.paragraphs}
        faces = document.styles["公文正文"].element.xpath("./w:rPr/w:rFonts/@w:eastAsia")
        assert faces == ["仿宋"]
        fields = document.sections[0].footer._element.xpath(".//w:instrText/text()")
        assert fields == ["PAGE", "NUMPAGES"]

    def test_the_files_are_sealed_and_carry_no_whole_id(self, each):
        assert each.pdf.sealed
        assert each.docx.sealed
        worker = each.lines.first().assignment.worker
        assert worker.id_masked not in docx_words(each)


def test_a_list_of_a_hundred_repeats_its_head_and_keeps_everybody(world):
    for number in range(100):
        world.going(f"示范{number}号", receiver=world.receiver if number % 2 else world.other)
    paper = issued(dispatched(campaign=world.campaign))
    pages = pdf_pages(paper)
    lists = [page for page in pages if "派驻起止日期" in page]
    assert len(lists) >= 3
    assert all(page.index("姓名") < page.index("2026年3月10日") for page in lists)
    text = "".join(pages)
    assert all(f"示范{number}号" in text for number in range(100))
    assert docx_words(paper).count("2026年3月10日至2027年3月9日") == 101  # the term in the text, then each row


def test_a_paper_costs_the_same_number_of_queries_whatever_its_length(world):
    world.going("安计划")
    with CaptureQueriesContext(connection) as few:
        drafted(dispatched(campaign=world.campaign), CITY_OFFICER).drafts[0].content(dated_on=TODAY)
    for number in range(30):
        world.going(f"示范{number}", receiver=world.other if number % 2 else world.receiver)
    with CaptureQueriesContext(connection) as many:
        drafted(dispatched(campaign=world.campaign), CITY_OFFICER).drafts[0].content(dated_on=TODAY)
    assert len(many) == len(few)


class TestTheRow:
    """What is kept of a paper."""

    def test_content_and_digest_are_frozen_and_the_code_is_the_digests_beginning(self, world, paper):
        before = paper.content
        world.going("陈后来")
        paper.refresh_from_db()
        assert paper.content == before
        assert paper.sha256 == contents.digest(paper.content)
        assert paper.check_code == contents.check_code(paper.sha256)
        assert [line.assignment.worker.name for line in paper.lines.order_by("pk")] == ["安计划", "白计划"]

    def test_the_record_says_who_issued_what_without_names(self, paper):
        event = Event.objects.get(act="papers.issued")
        assert event.detail["lines"] == 2
        assert event.detail["sha256"] == paper.sha256
        assert "安计划" not in event.object_label

    def test_units_that_are_named_are_told_and_no_more_once_it_is_withdrawn(self, world, paper):
        open_notes = Notice.objects.open().filter(code="assignments.paper_issued")
        assert {note.institution_id for note in open_notes} == {world.sender.pk, world.receiver.pk}
        papers.withdraw_paper(paper=paper, reason="名单有误", by=CITY_OFFICER)
        assert not open_notes.all().exists()

    def test_an_authority_issues_on_behalf_of_a_unit_and_it_is_marked(self, world):
        paper = issued(suspended(world.going("安计划")))
        assert paper.content["on_behalf"] is True
        assert Event.objects.get(act="papers.issued").detail["on_behalf"] is True
        own = issued(suspended(world.going("白计划")), by=sender_hr(world.sender))
        assert own.content["on_behalf"] is False


class TestNumberAndStamp:
    """Number, date and scan come back from the office's own system."""

    def test_number_and_date_may_come_later_and_stand_in_one_form(self, paper):
        found = papers.number_paper(
            paper=paper, number="示卫发[2026]012号", dated_on=date(2026, 11, 20), version=1, by=CITY_OFFICER
        )
        assert (found.number, found.dated_on, found.version) == ("示卫发〔2026〕12号", date(2026, 11, 20), 2)
        assert found.content == paper.content

    def test_the_stamped_copy_is_the_valid_version_with_its_number(self, paper):
        found = papers.file_stamped(paper=paper, scan=scan(), number="示卫发〔2026〕12号", by=CITY_OFFICER)
        assert found.state == "stamped"
        assert found.stamped.read() == PDF
        assert found.stamped.content_type == "application/pdf"
        assert found.stamped_by_name == CITY_OFFICER.name
        assert Event.objects.get(act="papers.stamped").detail == {"sha256": found.stamped.sha256}

    def test_a_wrong_scan_is_put_right_by_the_right_one(self, paper):
        first = papers.file_stamped(paper=paper, scan=scan(), number="示〔2026〕1号", by=CITY_OFFICER)
        again = papers.file_stamped(paper=first, scan=scan(b"\xff\xd8\xff other"), by=CITY_OFFICER)
        assert again.number == "示〔2026〕1号"
        assert again.stamped.content_type == "image/jpeg"
        assert StoredFile.objects.filter(pk=first.stamped_id).exists()

    def test_a_stamped_copy_without_number_is_refused(self, paper):
        with refused("number_missing") as caught:
            papers.file_stamped(paper=paper, scan=scan(), by=CITY_OFFICER)
        assert "number" in caught.value.fields

    def test_what_is_no_scan_is_refused(self, paper):
        with refused("no_scan"):
            papers.file_stamped(paper=paper, scan=scan(b"MZ program"), number="示〔2026〕1号", by=CITY_OFFICER)

    def test_the_number_of_a_stamped_paper_stays(self, paper):
        papers.file_stamped(paper=paper, scan=scan(), number="示〔2026〕1号", by=CITY_OFFICER)
        with refused("paper_settled"):
            papers.number_paper(paper=paper, number="示〔2026〕2号", dated_on=TODAY, by=CITY_OFFICER)

    def test_a_unit_uses_a_number_once_until_the_paper_is_withdrawn(self, world, paper):
        first = papers.number_paper(paper=paper, number="示〔2026〕1号", dated_on=TODAY, by=CITY_OFFICER)
        row = world.going("陈计划")
        with refused("number_taken"):
            issued(dispatched(row), number="示[2026]01号")
        assert IssuedPaper.objects.count() == 1
        assert StoredFile.objects.filter(kind="assignments.paper").count() == 2  # nothing of the refused one is left
        papers.withdraw_paper(paper=first, reason="名单有误", by=CITY_OFFICER)
        assert issued(dispatched(row), number="示〔2026〕1号").number == "示〔2026〕1号"

    def test_another_unit_may_use_the_same_number(self, world):
        issued(suspended(world.going("安计划")), number="人〔2026〕1号")
        other = issued(suspended(world.going("乙计划", at=world.other_sender)), number="人〔2026〕1号")
        assert other.content["issuer"] == "示范乙医院"

    def test_a_version_not_read_is_refused_with_both_values(self, paper):
        papers.number_paper(paper=paper, number="示〔2026〕1号", dated_on=TODAY, by=CITY_OFFICER)
        with pytest.raises(Conflict) as caught:
            papers.withdraw_paper(paper=paper, reason="名单有误", version=1, by=CITY_OFFICER)
        assert caught.value.context["theirs"]["version"] == 2

    def test_withdrawing_says_why_and_happens_once(self, paper):
        with refused("reason_missing"):
            papers.withdraw_paper(paper=paper, reason=" ", by=CITY_OFFICER)
        found = papers.withdraw_paper(paper=paper, reason="名单有误", by=CITY_OFFICER)
        assert (found.state, found.reason, found.withdrawn_by_name) == ("withdrawn", "名单有误", CITY_OFFICER.name)
        with refused("paper_settled"):
            papers.withdraw_paper(paper=paper, reason="再次", by=CITY_OFFICER)

    def test_a_statement_of_suspension_names_the_notice_as_its_document(self, world):
        row = world.going("安计划", starts_on=date(2026, 12, 1))
        notice = issued(suspended(row), number="示人〔2026〕3号", by=sender_hr(world.sender))
        hr = sender_hr(world.sender)
        going.state_suspensions(assignments=[row], on=TODAY, basis=papers.basis_of(notice), by=hr)
        stated = row.suspensions.get()
        assert (stated.document, stated.document_number) == (notice.content["title"], "示人〔2026〕3号")


class TestTheDatabase:
    """Each constraint violated once."""

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"kind": "leave_receipt"}, "what was issued stays"),
            ({"sha256": "a" * 64}, "what was issued stays"),
            ({"content": {"title": "另一件"}}, "what was issued stays"),
            ({"state": "stamped"}, "paper_stamped_whole"),
            ({"state": "withdrawn", "reason": ""}, "paper_withdrawn_says_why"),
        ],
    )
    def test_a_row_is_whole(self, paper, change, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            IssuedPaper.objects.filter(pk=paper.pk).update(**change)

    @pytest.mark.parametrize("change", [{"kind": "letter"}, {"sha256": "XYZ"}])
    def test_a_paper_is_of_a_kind_and_has_its_digest(self, paper, change):
        paper.pk = None
        for name, value in change.items():
            setattr(paper, name, value)
        with pytest.raises(IntegrityError, match="paper_kind_known"), transaction.atomic():
            paper.save(force_insert=True)

    def test_an_issued_paper_is_never_deleted(self, paper):
        with pytest.raises(IntegrityError, match="what was issued stays"), transaction.atomic():
            IssuedPaper.objects.filter(pk=paper.pk)._raw_delete("default")

    def test_a_number_is_there_once_a_unit(self, world, paper):
        other = issued(dispatched(world.going("陈计划")), number="示〔2026〕1号")
        assert other.issuer_id == paper.issuer_id
        with pytest.raises(IntegrityError, match="paper_number_once"), transaction.atomic():
            IssuedPaper.objects.filter(pk=paper.pk).update(number="示〔2026〕1号")

    def test_a_line_is_there_once(self, paper):
        line = paper.lines.first()
        with pytest.raises(IntegrityError, match="paper_line_once"), transaction.atomic():
            PaperLine.objects.create(paper=paper, assignment=line.assignment, leave=None)


def test_a_preview_has_no_code_and_writes_nothing(world):
    draft = drafted(dispatched(world.going("安计划")), CITY_OFFICER).drafts[0]
    page = printing.html(draft.content(dated_on=TODAY))
    assert "预览稿，未印发" in page
    assert "校验码" not in page
    assert "安计划" in page
    assert not IssuedPaper.objects.exists()


def test_what_people_typed_is_escaped_on_paper(world):
    row = world.going("<b>安</b>&计划")
    content = drafted(dispatched(row), CITY_OFFICER).drafts[0].content(dated_on=TODAY, remark="<script>1</script>")
    page = printing.html(content)
    assert "<script>" not in page
    assert "&lt;b&gt;安&lt;/b&gt;&amp;计划" in page
    assert "<b>安</b>&计划" in "".join(
        cell.text
        for table in Document(io.BytesIO(word_file.docx(content, "a" * 64))).tables
        for line in table.rows
        for cell in line.cells
    )


def test_every_kind_of_paper_has_its_builder_and_permission():
    from assignments.services.paper_drafts import PERMISSIONS

    of_months = {PaperKind.FEEDBACK_LETTER, PaperKind.SITUATION_REPORT}
    of_allocation = {PaperKind.REQUEST_LIST, PaperKind.NOMINATION_LIST, PaperKind.ALLOCATION_DECISION}
    assert set(PERMISSIONS) == set(PaperKind)
    # The others are written where their matter is known.
    assert set(contents.BUILDERS) == set(PaperKind) - of_months - of_allocation
    assert Chosen(kind=PaperKind.DISPATCH_NOTICE).assignment_ids == frozenset()
