"""Who sees which paper, whole, as an extract, or only that it exists; and who gets its files."""

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assignments.models import IssuedPaper
from assignments.papers import printing, reading
from assignments.services import papers
from deploy_admin.access import Reach, Role
from deploy_admin.jobs.models import StoredFile
from tests.assignments.papers.world import World, dispatched, extended, issued, received, suspended
from tests.assignments.postings import CITY_OFFICER, district_officer, oneself, receiver_clerk, sender_hr
from tests.registry.factories import FakeActor

pytestmark = pytest.mark.django_db
AUDITOR = FakeActor(role=Role.AUDITOR, reach=Reach.ALL, name="审计（示范）", user_id=9100)


@pytest.fixture
def world():
    return World()


def seen(actor):
    return set(IssuedPaper.objects.visible_to(actor))


def names(content):
    return {row["cells"][0] for table in content["tables"] for group in table["groups"] for row in group["rows"]}


class TestLists:
    """A list names people of several units."""

    @pytest.fixture
    def people(self, world):
        return world.going("安计划"), world.going("乙计划", at=world.other_sender, receiver=world.other)

    @pytest.fixture
    def paper(self, people):
        return issued(dispatched(*people))

    def test_the_city_and_the_issuer_read_it_whole(self, world, paper):
        assert reading.read(paper, CITY_OFFICER).whole
        own = issued(suspended(world.going("陈计划")))
        assert reading.read(own, sender_hr(world.sender)).content == own.content

    def test_a_unit_reads_its_own_people_only(self, world, paper):
        for actor, expected in (
            (sender_hr(world.sender), {"安计划"}),
            (receiver_clerk(world.other), {"乙计划"}),
        ):
            found = reading.read(paper, actor)
            assert paper in seen(actor)
            assert not found.whole
            assert names(found.content) == expected
            assert "摘录" in found.content["extract"]

    def test_a_district_reads_whole_where_all_that_are_named_are_its_own(self, world, paper):
        officer = district_officer(world.office)
        assert reading.read(paper, officer).whole  # both go to units of the district
        elsewhere = world.going("丙别区", receiver=None)
        other = issued(dispatched(elsewhere, world.going("丁本区")))
        found = reading.read(other, officer)
        assert names(found.content) == {"丁本区"}

    def test_the_extract_on_paper_names_nobody_else_and_carries_the_code_of_the_whole(self, world, paper):
        found = reading.read(paper, sender_hr(world.sender))
        pdf = printing.pdf(found.content, paper.sha256)
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
        assert "安计划" in text
        assert "乙计划" not in text
        assert paper.check_code in text

    def test_another_unit_and_the_person_do_not_see_it(self, people, paper):
        assert paper not in seen(oneself(people[0]))
        assert paper not in seen(FakeActor(role=Role.SENDER_HR, reach=Reach.UNIT, institution_ids=frozenset({0})))


class TestOwnPapers:
    """Receipts and extension notices are about a person."""

    @pytest.fixture
    def row(self, world):
        return world.there("安在岗")

    def test_the_person_sees_the_own_receipt_and_notice(self, world, row):
        leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15))
        receipt, notice = issued(received(leave)), issued(extended(row))
        assert seen(oneself(row)) == {receipt, notice}
        assert reading.read(receipt, oneself(row)).whole
        assert seen(oneself(world.there("白在岗"))) == set()

    def test_on_a_receipt_shared_with_colleagues_the_person_reads_the_own_row(self, world, row):
        other = world.there("白在岗")
        leaves = [world.filed(each, date(2026, 5, 11), date(2026, 5, 15)) for each in (row, other)]
        found = reading.read(issued(received(*leaves)), oneself(row))
        assert not found.whole
        assert names(found.content) == {"安在岗"}
        assert "白在岗" not in str(found.content)

    def test_whoever_is_not_told_kinds_of_leave_learns_only_that_it_exists(self, world, row):
        leave = world.filed(row, date(2026, 5, 11), date(2026, 5, 15), kind="sick")
        receipt = issued(received(leave))
        assert receipt in seen(AUDITOR)
        assert reading.read(receipt, AUDITOR).content is None
        assert not StoredFile.objects.visible_to(AUDITOR).filter(pk=receipt.pdf_id).exists()


class TestFiles:
    """The one download gate: whoever reads a paper whole gets its files."""

    def test_files_follow_the_paper(self, world):
        rows = world.going("安计划"), world.going("乙计划", at=world.other_sender)
        paper = issued(dispatched(*rows))
        scan = SimpleUploadedFile("示范.pdf", b"%PDF-1.7 scan")
        paper = papers.file_stamped(paper=paper, scan=scan, number="示〔2026〕1号", by=CITY_OFFICER)
        ids = {paper.pdf_id, paper.docx_id, paper.stamped_id}

        def read_by(actor):
            return set(StoredFile.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))

        assert read_by(CITY_OFFICER) == ids
        assert read_by(district_officer(world.office)) == ids
        assert read_by(sender_hr(world.sender)) == set()
        assert read_by(receiver_clerk(world.receiver)) == ids  # all that are named come to it
        assert read_by(oneself(rows[0])) == set()

    def test_the_maker_keeps_no_way_around_the_gate(self, world):
        paper = issued(suspended(world.going("安计划")), by=sender_hr(world.sender))
        former = FakeActor(role=Role.SENDER_HR, reach=Reach.UNIT, institution_ids=frozenset({0}), user_id=7001)
        assert not StoredFile.objects.visible_to(former).filter(pk=paper.pdf_id).exists()


def test_who_has_no_business_rows_sees_none(world):
    issued(dispatched(world.going("安计划")))
    assert seen(FakeActor(role=Role.SYSTEM_ADMIN, reach=Reach.NONE)) == set()
    assert not IssuedPaper.objects.whole_for(FakeActor(role=Role.SYSTEM_ADMIN, reach=Reach.NONE)).exists()
