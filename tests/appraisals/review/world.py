"""What the tests of the review share: a district with units, months handed in and scored, those who review them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client

from appraisals.models import FeedbackLetter, LetterLine, ReleasedScore, Score
from appraisals.review import services
from assignments.models import AssignmentMonth, IssuedPaper, MonthSheet
from deploy_admin.access import SYSTEM, Reach, Role
from deploy_admin.jobs import services as jobs
from deploy_admin.months import Month
from deploy_admin.registry.models import Institution, SpecialDay
from tests.accounts.factories import a_membership, signed_in
from tests.appraisals.scoring.factories import VISITS, a_month_of, compute, weighed
from tests.assignments.assignments.world import a_receiver, a_sender, an_office
from tests.assignments.factories import a_place
from tests.assignments.months.factories import HOLIDAYS, NOVEMBER, OCTOBER, handed_in
from tests.assignments.postings import district_officer as an_officer
from tests.assignments.postings import on_post, receiver_clerk, receiver_head
from tests.people.factories import a_worker
from tests.registry.factories import FakeActor, an_authority

__all__ = ["NOVEMBER", "OCTOBER", "TODAY", "VISITS", "World", "browser"]

TODAY = date(2026, 11, 22)
SEPTEMBER = Month(date(2026, 9, 1))
#: What was counted of a month that scores 100: 160 visits, two sessions of teaching; the rest of the list at nothing.
FULL = {
    VISITS: 160,
    "teaching_sessions": 2,
    "rounds": 4,
    "operations": 3,
    "case_discussions": 2,
    "mentees": 1,
    "lectures": 1,
    "new_techniques": 0,
}


class World:
    """区县 500101 with an officer, a second one and a section; units hand months in, scored by a plan with points."""

    def __init__(self, *, plan: bool = True, **clause: Any) -> None:
        SpecialDay.objects.bulk_create([SpecialDay(day=day, kind="holiday") for day in sorted(HOLIDAYS)])
        self.city = an_authority(a_place("500000"), "示范市卫生健康委员会", tier="municipal")
        self.office, self.elsewhere = an_office("500101"), an_office("500231")
        self.version = weighed(**clause) if plan else None
        self.sender = a_sender("示范甲医院")
        self.officer = an_officer(self.office)
        self.second = FakeActor(**(_fields(self.officer) | {"user_id": 8002, "name": "区县复核（示范）"}))
        self.section = FakeActor(**(_fields(self.officer) | {"role": Role.PRIMARY_HEALTH_SECTION, "user_id": 8003}))
        self.foreign = an_officer(self.elsewhere, user_id=8101)
        self.city_officer = FakeActor(
            role=Role.CITY_OFFICER, reach=Reach.ALL, institution_id=self.city.pk, user_id=9001, name="市级经办（示范）"
        )
        self.unit = a_receiver("示范丁卫生院")

    def clerk(self, unit: Institution | None = None) -> FakeActor:
        return receiver_clerk(unit or self.unit)

    def head(self, unit: Institution | None = None) -> FakeActor:
        return receiver_head(unit or self.unit)

    def row(
        self,
        unit: Institution | None = None,
        name: str = "安可往",
        *,
        month: Month = OCTOBER,
        counts: dict[str, Any] | None = None,
        cells: dict[int, str] | None = None,
        sheet: MonthSheet | None = None,
        worker: Any = None,
        scored: bool = True,
        **more: Any,
    ) -> AssignmentMonth:
        """Return somebody's month, handed in and scored: present all month, 160 visits, two sessions of teaching.

        `more` are columns of the sheet.
        """
        unit = unit or self.unit
        sheet = sheet or MonthSheet.objects.filter(institution=unit, month=month.first).first()
        sheet = sheet or handed_in(unit, month, people=0, **more)
        worker = worker or on_post(
            a_worker(name, at=self.sender), receiver=unit, starts_on=date(2026, 3, 10), scheme="municipal_county"
        )
        row = a_month_of(who=worker, cells=cells, month=month, counts=FULL if counts is None else counts, sheet=sheet)
        if scored:
            compute(row)
            row.sheet.refresh_from_db()
        return row

    def accepted(self, unit: Institution | None = None, **more: Any) -> AssignmentMonth:
        """Return the same on a month that the district has accepted."""
        row = self.row(unit, **more)
        services.accept(sheets=[row.sheet_id], by=self.officer)
        row.sheet.refresh_from_db()
        return row

    def released(self, unit: Institution | None = None, **more: Any) -> ReleasedScore:
        """Return what was released of such a month."""
        row = self.accepted(unit, **more)
        services.release(sheets=[row.sheet_id], undetermined=True, by=self.officer)
        return ReleasedScore.objects.select_related("row__sheet", "release", "assignment__worker").get(row=row)

    def told(self, *scores: ReleasedScore, sequence: int = 1) -> FeedbackLetter:
        """Return the letter that told the sending unit of these, as rows written directly."""
        file = jobs.store_file(
            name="示范.pdf",
            content=b"%PDF-",
            content_type="application/pdf",
            by=SYSTEM,
            owner_institution_id=None,
            kind="test",
        )
        paper = IssuedPaper.objects.create(
            pdf=file,
            docx=file,
            kind="feedback_letter",
            issuer=self.office,
            addressee=self.sender,
            dated_on=date(2026, 11, 20),
            content={"title": "示范"},
            sha256="0" * 64,
            recorded_by_name="区县经办（示范）",
        )
        letter = FeedbackLetter.objects.create(
            authority=self.office,
            sending_unit=self.sender,
            month=scores[0].month,
            sequence=sequence,
            kind="first",
            paper=paper,
            people=len(scores),
            sent_by_name="区县经办（示范）",
        )
        LetterLine.objects.bulk_create([LetterLine(letter=letter, released=score) for score in scores])
        return letter


def _fields(actor: FakeActor) -> dict[str, Any]:
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}


def fresh(row: Any) -> Any:
    """Return the row as it stands."""
    return type(row).objects.get(pk=row.pk)


def score_of(row: AssignmentMonth) -> Score:
    return Score.objects.get(row=row)


def browser(role: Role, at: Institution, lang: str = "en") -> Client:
    """Return somebody signed in."""
    client = signed_in(Client(), a_membership(role, at))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    return client
