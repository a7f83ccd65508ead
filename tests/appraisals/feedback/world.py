"""What the tests of feedback share: a city, a district with two clinics, two hospitals, a plan with a month clause."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pypdf
from django.conf import settings
from django.test import Client
from docx import Document

from appraisals.feedback import services
from appraisals.models import FeedbackLetter, ReleasedScore
from assignments.models import AssignmentMonth, IssuedPaper, MonthSheet
from deploy_admin.access import SYSTEM, Role
from deploy_admin.months import Month
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry import reference
from deploy_admin.registry.models import Institution
from tests.accounts.factories import a_membership, signed_in
from tests.appraisals.factories import a_released
from tests.assignments.assignments.world import a_receiver, a_sender, an_office
from tests.assignments.factories import a_physician, a_place
from tests.assignments.months.factories import OCTOBER, a_row, a_sheet
from tests.assignments.postings import district_officer, on_post, receiver_clerk, sender_hr
from tests.policies.factories import an_adopted
from tests.registry.factories import an_authority

TODAY = date(2026, 11, 22)
SENT = date(2026, 11, 20)
#: As row 21 to 23 of the scheme: indicators by name, fed back by the district, linked to performance pay.
PLAN = """\
policy: model-month
scheme: {code: municipal_county, names_zh: [市聘县用], name_en: Model, person_zh: “市聘县用”人员}
title_zh: 示范市卫生人才“市聘县用”实施方案
title_en: Model plan
issuer_zh: 示范市卫生健康委员会
issuer_en: Model Health Commission
issued: 2024-12-01
jurisdiction: "500000"
in_force: {from: 2025-01-01}
month:
  - id: month
    topic: municipal_county.month
    label_zh: 月度绩效考核
    label_en: Monthly appraisal
    cite: {phrase: 考核结果由区县卫生健康部门统一反馈派出单位，并与其绩效工资挂钩, article: 第三条}
    binding: mandatory
    indicators:
      - {id: visits, measure: outpatient_emergency_visits}
      - {id: present, measure: attendance_days}
"""


class World:
    """万州 feeds back what 示范丁卫生院 and 示范戊卫生院 entered to 示范甲医院 and 示范乙医院."""

    def __init__(self) -> None:
        self.city = an_authority(a_place("500000"), "示范市卫生健康委员会", tier="municipal")
        self.office = an_office("500101")
        self.other_office = an_office("500231")
        self.sender, self.other_sender = a_sender("示范甲医院"), a_sender("示范乙医院")
        self.receiver, self.other = a_receiver("示范丁卫生院"), a_receiver("示范戊卫生院")
        self.version: PolicyVersion = an_adopted(PLAN, date(2025, 1, 1))
        reference.load_indicators(by=SYSTEM)
        self.officer = district_officer(self.office)
        self.hr = sender_hr(self.sender)
        self.clerk = receiver_clerk(self.receiver)

    def sheet(self, unit: Institution | None = None, month: Month = OCTOBER, state: str = "released") -> MonthSheet:
        """Return the unit's sheet of the month: the one there is, or a new one without people."""
        unit = unit or self.receiver
        held = MonthSheet.objects.filter(institution=unit, month=month.first).first()
        return held or a_sheet(unit, month, state, people=0)

    def row(self, name: str, **more: Any) -> AssignmentMonth:
        """Return the month of somebody new: at `at`, sent by `by`, with these exceptions by day."""
        unit, sender = more.pop("at", self.receiver), more.pop("by", self.sender)
        month, exceptions = more.pop("month", OCTOBER), more.pop("days", None)
        state = more.pop("state", "released")
        worker = a_physician(sender, name=name, speciality=more.pop("speciality", "内科"))
        assignment = on_post(worker, receiver=unit, starts_on=date(2026, 1, 5))
        return a_row(self.sheet(unit, month, state), assignment, exceptions)

    def result(self, name: str, **more: Any) -> ReleasedScore:
        """Return a released result of somebody new, 80 points unless something else is said."""
        told = {
            key: more.pop(key) for key in ("points", "factor", "state", "workload", "kind", "missing") if key in more
        }
        authority = more.pop("authority", self.office)
        return self.told(self.row(name, **more), authority=authority, **told)

    def told(self, row: AssignmentMonth, **more: Any) -> ReleasedScore:
        """Return the released result of this month."""
        authority = more.pop("authority", self.office)
        if "state" not in more:
            more.setdefault("points", 80)
        return a_released(row, authority, version=self.version, **more)

    def corrected(self, score: ReleasedScore, **more: Any) -> ReleasedScore:
        """Return the correction of a result."""
        authority = more.pop("authority", self.office)
        return a_released(score.row, authority, version=self.version, corrects=score, **({"points": 85} | more))

    def issued(self, **more: Any) -> list[FeedbackLetter]:
        """Return the letters that come of what October owes."""
        fields = {"authority_id": self.office.pk, "month": OCTOBER, "dated_on": SENT, "by": self.officer}
        return services.issue(**(fields | more))

    def letter(self, **more: Any) -> FeedbackLetter:
        """Return the only one."""
        [letter] = self.issued(**more)
        return letter

    def browser(self, role: Role = Role.DISTRICT_OFFICER, at: Institution | None = None, lang: str = "en") -> Client:
        """Return somebody signed in: at the district unless said otherwise."""
        client = signed_in(Client(), a_membership(role, at or self.office))
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
        return client


def pdf_pages(paper: IssuedPaper) -> list[str]:
    """Return the words of each page, without the blanks that setting puts between them."""
    paper.pdf.refresh_from_db()
    return [tight(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(paper.pdf.read())).pages]


def pdf_is_wide(paper: IssuedPaper) -> list[bool]:
    """Return of each page whether it lies on its side."""
    pages = pypdf.PdfReader(io.BytesIO(paper.pdf.read())).pages
    return [page.mediabox.width > page.mediabox.height for page in pages]


def docx_of(paper: IssuedPaper) -> Any:
    return Document(io.BytesIO(paper.docx.read()))


def docx_words(paper: IssuedPaper) -> str:
    """Return the words of the DOCX, tables and footers too, without blanks."""
    document = docx_of(paper)
    words = [paragraph.text for paragraph in document.paragraphs]
    words += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    words += [each.text for section in document.sections for each in section.footer.paragraphs]
    return tight("".join(words))


def rows_of(letter: FeedbackLetter, annex: int = 0) -> list[dict[str, str]]:
    """Return the rows of an annex by their heads."""
    table = letter.paper.content["tables"][annex]
    rows = [row["cells"] for group in table["groups"] for row in group["rows"]]
    return [dict(zip(table["head"], cells, strict=True)) for cells in rows]


def text_of(letter: FeedbackLetter) -> str:
    """Return the paragraphs of the letter."""
    return "\n".join(each["text"] for each in letter.paper.content["paragraphs"])


def tight(text: str) -> str:
    return re.sub(r"\s+", "", text)
