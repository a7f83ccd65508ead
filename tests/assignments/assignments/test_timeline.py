"""One timeline: everything by day with who recorded it and when, and to each only what is theirs to know."""

from __future__ import annotations

import ast
import inspect
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.acts import ACTS
from assignments.models import Assignment, Inspection, IssuedPaper, PaperLine, PresenceCheck, ServiceCredit
from assignments.services import (
    arriving,
    changing,
    closing,
    deputies,
    ending,
    going,
    reaching,
    renewing,
    stopping,
    successions,
)
from assignments.timeline import STEPS, timeline
from deploy_admin.jobs.services import store_file
from tests.assignments.assignments.world import DECIDED, a_receiver, a_sender, an_office
from tests.assignments.postings import (
    CITY_OFFICER,
    a_leave,
    an_absence,
    an_assignment,
    on_post,
    oneself,
    receiver_clerk,
    sender_hr,
)

pytestmark = pytest.mark.django_db

FIRST = date(2026, 3, 10)


@pytest.fixture
def row(db):
    return on_post(sender=a_sender(), receiver=a_receiver("示范甲卫生院"), starts_on=FIRST)


def entries(row, actor=CITY_OFFICER, kind=None):
    return [entry for entry in timeline(row, actor) if kind in (None, entry.kind)]


def an_inspection(row, *, closed=True):
    made = Inspection.objects.create(
        authority=an_office(),
        institution=row.receiving_unit,
        kind="unannounced",
        on=date(2026, 9, 3),
        inspectors="示范督查",
        closed_at="2026-09-04T00:00Z" if closed else None,
    )
    PresenceCheck.objects.create(inspection=made, assignment=row, result="present")
    return made


def a_paper(row, kind="dispatch_notice"):
    file = store_file(
        name="公函.pdf", content=b"%PDF", content_type="application/pdf", by=CITY_OFFICER,
        owner_institution_id=None, kind="paper",
    )  # fmt: skip
    paper = IssuedPaper.objects.create(
        kind=kind, issuer=row.sending_unit, number="示〔2026〕5号", dated_on=date(2026, 3, 1), sha256="0" * 64,
        pdf=file, docx=file,
    )  # fmt: skip
    PaperLine.objects.create(paper=paper, assignment=row)
    return paper


def test_everything_stands_by_its_day(row):
    a_leave(row, date(2026, 5, 11), date(2026, 5, 15), on_behalf=True)
    an_absence(row, date(2026, 6, 1))
    an_inspection(row)
    a_paper(row)
    ServiceCredit.objects.create(
        assignment=row, worker=row.worker, state="running", through=date(2026, 11, 21), months=8, days=12, digest="x"
    )
    found = entries(row)
    assert [(entry.on.isoformat(), entry.kind, entry.code) for entry in found] == [
        ("2026-02-08", "step", "placed"),
        ("2026-03-01", "paper", "dispatch_notice"),
        ("2026-03-10", "piece", "start"),
        ("2026-03-10", "suspension", "suspended"),
        ("2026-05-11", "leave", "personal"),
        ("2026-06-01", "absence", "confirmed"),
        ("2026-09-03", "inspection", "present"),
        ("2026-11-21", "credit", "running"),
        ("2027-03-09", "end", "ends"),
    ]
    leave = next(entry for entry in found if entry.kind == "leave")
    assert (leave.until, leave.on_behalf, leave.is_late) == (date(2026, 5, 15), True, True)
    suspension = next(entry for entry in found if entry.kind == "suspension")
    assert (suspension.until, suspension.recorded_by) == (date(2027, 3, 9), "示范人事")
    (credited,) = (entry.label for entry in found if entry.kind == "credit")
    assert "8" in credited
    assert "12" in credited


def test_a_step_says_what_it_became_by_whose_decision_and_when_it_was_recorded(row):
    changing.move_to(
        assignment=row, receiving_unit=a_receiver("示范乙卫生院"), first_day=date(2026, 10, 12), reason="工作需要",
        version=None, by=CITY_OFFICER, basis=DECIDED,
    )  # fmt: skip
    stopping.end_early(
        assignment=row, last_day=date(2026, 11, 20), reason="recalled_by_sender", remark="", version=None,
        by=CITY_OFFICER,
    )  # fmt: skip
    moved, ended = [entry for entry in entries(row, kind="step") if entry.code in ("moved", "ended_early")]
    assert "示范乙卫生院" in moved.detail
    assert DECIDED.deciding_body in moved.detail
    assert DECIDED.document_number in moved.detail
    assert (moved.reason, moved.recorded_by, moved.is_late) == ("工作需要", CITY_OFFICER.name, True)
    assert "→" in ended.detail
    assert [(e.code, e.on, e.until) for e in entries(row, kind="piece")] == [
        ("start", FIRST, date(2026, 10, 11)),
        ("moved", date(2026, 10, 12), date(2026, 11, 20)),
    ]
    assert [(e.code, e.on) for e in entries(row, kind="end")] == [("ended", date(2026, 11, 20))]


def test_a_last_day_says_what_lengthened_it(row):
    changing.grant_extension(assignment=row, days=7, basis=DECIDED, version=None, by=CITY_OFFICER)
    (end,) = entries(row, kind="end")
    assert (end.on, "7" in end.detail) == (date(2027, 3, 16), True)


def test_what_is_withdrawn_is_not_on_it(row):
    a_leave(row, date(2026, 5, 11), state="withdrawn")
    an_absence(row, date(2026, 6, 1), state="withdrawn")
    row.suspensions.update(withdrawn_at="2026-05-01T00:00Z")
    assert {entry.kind for entry in entries(row)} == {"step", "piece", "end"}
    gone = an_assignment(state="withdrawn")
    assert not entries(gone, kind="end")


def test_a_filing_that_is_due_and_one_that_was_taken_on():
    due = on_post(filing_due_on=date(2026, 4, 9))
    assert [(e.on, e.code) for e in entries(due, kind="filing")] == [(date(2026, 4, 9), "filing_due")]
    past = on_post(origin="imported", evidence="archive", filing_basis="multi_site_filing", filed_on=date(2026, 3, 20))
    (filed,) = entries(past, kind="filing")
    assert (filed.code, filed.imported) == ("filed", True)


def test_why_somebody_is_on_private_leave_is_told_to_the_own_units_only(row):
    a_leave(row, date(2026, 5, 11), kind="sick")
    own = {actor: entries(row, actor, "leave")[0].code for actor in (
        oneself(row), receiver_clerk(row.receiving_unit), sender_hr(row.sending_unit),
    )}  # fmt: skip
    assert set(own.values()) == {"sick"}
    from deploy_admin.access import Role
    from tests.registry.factories import FakeActor

    finance = FakeActor(role=Role.FINANCE_SECTION)
    (told,) = entries(row, finance, "leave")
    assert told.code == "private"


def test_an_inspection_that_is_not_closed_is_its_authoritys_alone(row):
    an_inspection(row, closed=False)
    assert entries(row, CITY_OFFICER, "inspection")
    assert not entries(row, receiver_clerk(row.receiving_unit), "inspection")
    assert not entries(row, oneself(row), "inspection")


def test_a_list_that_names_colleagues_is_not_shown_to_the_person(row):
    a_paper(row)
    assert entries(row, sender_hr(row.sending_unit), "paper")
    assert not entries(row, oneself(row), "paper")
    a_paper_of_ones_own = a_paper_without_number(row)
    assert [entry.code for entry in entries(row, oneself(row), "paper")] == [a_paper_of_ones_own.kind]


def a_paper_without_number(row):
    IssuedPaper.objects.update(number="示〔2026〕4号")
    return a_paper(row, "extension_notice")


def acts_of(module):
    """Return the acts that a module's calls name: `move(… act="arrived")`."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))
    named = (each.value for call in calls for each in call.keywords if each.arg == "act")
    parts = (node for part in named for node in ast.walk(part) if isinstance(node, ast.Constant))
    return {node.value for node in parts if isinstance(node.value, str)}


def test_every_step_of_this_room_has_a_word_here_and_one_in_the_record():
    rooms = (going, arriving, reaching, renewing, closing, stopping, changing, deputies, successions)
    acts = {act for room in rooms for act in acts_of(room)}
    assert len(acts) > 20
    assert acts <= set(STEPS)
    assert {f"assignments.{act}" for act in STEPS} <= set(ACTS)


def test_as_many_queries_for_a_long_story_as_for_a_short_one(row):
    short = on_post(sender=row.sending_unit, receiver=row.receiving_unit)
    for month in range(4, 11):
        a_leave(row, date(2026, month, 6), date(2026, month, 7))
        an_absence(row, date(2026, month, 20))
    changing.move_to(
        assignment=row, receiving_unit=a_receiver(), first_day=date(2026, 10, 12), reason="调整", version=None,
        by=CITY_OFFICER,
    )  # fmt: skip
    ending.recompute([row.pk], by=CITY_OFFICER)
    row = Assignment.objects.get(pk=row.pk)
    timeline(row, CITY_OFFICER)
    with CaptureQueriesContext(connection) as few:
        timeline(short, CITY_OFFICER)
    with CaptureQueriesContext(connection) as many:
        timeline(row, CITY_OFFICER)
    assert len(few) == len(many)
