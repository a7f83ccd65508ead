"""What the tests of papers share: the shipped schemes, two hospitals that send, two centres that receive, people."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pypdf
from docx import Document

from assignments.kinds import PaperKind
from assignments.models import Assignment, IssuedPaper, Leave
from assignments.services import ending, papers
from assignments.services.paper_drafts import Chosen
from deploy_admin.people.models import HealthWorker
from tests.assignments.assignments.world import a_receiver, a_sender, an_office, schemes
from tests.assignments.factories import a_nurse, a_physician, a_place
from tests.assignments.postings import CITY_OFFICER, a_campaign, a_leave, an_assignment, on_post
from tests.people.factories import a_licence
from tests.registry.factories import an_authority

TODAY = date(2026, 11, 22)
MUNICIPAL, WANZHOU = "chongqing-municipal-county-2025", "wanzhou-county-township-2022"
LICENCE = "110500000012345"


class World:
    """The city's commission and a district's; 示范甲医院 and 示范乙医院 send to 示范丁卫生院 and 示范戊卫生院."""

    def __init__(self) -> None:
        schemes(MUNICIPAL, WANZHOU)
        self.commission = an_authority(a_place("500000"), "示范市卫生健康委员会", tier="municipal")
        self.office = an_office("500101")
        self.sender, self.other_sender = a_sender("示范甲医院"), a_sender("示范乙医院")
        self.receiver, self.other = a_receiver("示范丁卫生院"), a_receiver("示范戊卫生院")
        self.campaign = a_campaign(authority=self.commission, year=2026, batch=1, name="2026年第一批（示范）")

    def physician(self, name: str, **facts: Any) -> HealthWorker:
        licence = facts.pop("licence", LICENCE)
        worker: HealthWorker = a_physician(facts.pop("at", self.sender), name=name, licence=None, **facts)
        a_licence(worker, number=licence, practice_category="clinical")
        return worker

    def nurse(self, name: str) -> HealthWorker:
        return a_nurse(self.sender, name=name)

    def going(self, name: str, **more: Any) -> Assignment:
        """Return a planned physician of the campaign."""
        worker = more.pop("worker", None) or self.physician(name, at=more.pop("at", self.sender))
        fields = {"receiver": self.receiver, "campaign": self.campaign} | more
        return an_assignment(worker, **fields)

    def there(self, name: str, **more: Any) -> Assignment:
        """Return a physician on post under the district's scheme."""
        worker = self.physician(name, at=more.pop("at", self.sender))
        fields = {"receiver": self.receiver, "kind": "county_township", "scheme": "county_township"} | more
        return on_post(worker, **fields)

    def filed(self, assignment: Assignment, first: date, last: date, **more: Any) -> Leave:
        """Return an approved leave that is filed, the last day brought up to date."""
        filed = {"filed_on": last, "filing_number": "示备〔2026〕3号", "filed_by_name": "区县经办"}
        leave = a_leave(assignment, first, last, **(filed | more))
        ending.recompute([assignment.pk], by=CITY_OFFICER)
        assignment.refresh_from_db()
        leave.refresh_from_db()
        return leave


def suspended(*rows: Assignment) -> Chosen:
    return Chosen(kind=PaperKind.SUSPENSION_NOTICE, assignment_ids=frozenset(row.pk for row in rows))


def dispatched(*rows: Assignment, campaign: Any = None) -> Chosen:
    return Chosen(kind=PaperKind.DISPATCH_NOTICE, assignment_ids=frozenset(row.pk for row in rows), campaign=campaign)


def received(*leaves: Leave) -> Chosen:
    return Chosen(kind=PaperKind.LEAVE_RECEIPT, leave_ids=frozenset(leave.pk for leave in leaves))


def extended(*rows: Assignment) -> Chosen:
    return Chosen(kind=PaperKind.EXTENSION_NOTICE, assignment_ids=frozenset(row.pk for row in rows))


def issued(chosen: Chosen, by: Any = CITY_OFFICER, **more: Any) -> IssuedPaper:
    """Return the one paper that comes of it."""
    [paper] = papers.issue(chosen=chosen, by=by, **({"dated_on": TODAY} | more))
    return paper


def pdf_pages(paper: IssuedPaper) -> list[str]:
    """Return the words of each page, without the blanks that setting puts between them."""
    return [_tight(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(paper.pdf.read())).pages]


def docx_words(paper: IssuedPaper) -> str:
    """Return the words of the DOCX in order, tables and footer too, without blanks."""
    document = Document(io.BytesIO(paper.docx.read()))
    words = [paragraph.text for paragraph in document.paragraphs]
    words += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    words += [paragraph.text for paragraph in document.sections[0].footer.paragraphs]
    return _tight("".join(words))


def words_of(content: Any) -> list[str]:
    """Return every text of the content that is printed."""
    found = [content["title"], content["to"], content["issuer"], content["remark"], content["copies"]]
    found += [text for each in (*content["paragraphs"], *content["closing"]) for text in each.values()]
    found += [text for each in content["quotes"] for text in each.values()]
    for table in content["tables"]:
        found += [table["title"], *table["head"]]
        for group in table["groups"]:
            found += [group["label"], *(cell for row in group["rows"] for cell in row["cells"])]
    return [_tight(text) for text in found if text]


def _tight(text: str) -> str:
    return re.sub(r"\s+", "", text)
