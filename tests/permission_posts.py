"""What the walk over every address finds at the post: a campaign, who goes, who is there, and all that hangs on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.kinds import PaperKind
from assignments.models import (
    Counted,
    IssuedPaper,
    Mentoring,
    Obligation,
    PaperLine,
    Proposal,
    ServiceCredit,
    Task,
    UnitDuty,
)
from assignments.papers import contents
from assignments.papers.contents import Frame
from assignments.papers.matter import Line
from deploy_admin import clock
from quotas.models import Tally
from tests.assignments.postings import a_campaign, a_leave, an_absence, an_assignment, on_post, suspended_for
from tests.people.factories import a_worker
from tests.registry.factories import an_institution

BEGUN = date(2026, 3, 10)
DIGEST = "0" * 32


def add_posts(side: Any) -> None:
    """Add what a district's campaign leaves behind: from the side's hospital to its township health centre."""
    elsewhere = an_institution(f"示范{side.name}另一卫生院", division=side.division, kind="township_health_centre")
    side.campaign = a_campaign(authority=side.authority, name=f"示范{side.name}批次")
    side.unit_duty = UnitDuty.objects.create(
        campaign=side.campaign, institution=side.receiver, item="logistics", done_on=BEGUN
    )
    here = {"sender": side.hospital, "receiver": side.receiver, "campaign": side.campaign}
    side.assignment = on_post(side.person, **here)
    side.plan = an_assignment(a_worker(f"示范{side.name}备", at=side.hospital), **here)
    side.coming = an_assignment(a_worker(f"示范{side.name}来", at=side.hospital), state="filed", **here)
    side.other_post = on_post(a_worker(f"示范{side.name}别", at=side.hospital), **(here | {"receiver": elsewhere}))
    side.past_entry = an_assignment(
        a_worker(f"示范{side.name}昔", at=side.hospital),
        sender=side.hospital,
        receiver=side.receiver,
        starts_on=date(2022, 3, 10),
        state="returned",
        origin="imported",
        evidence="archive",
    )
    _beside(side)
    _away(side)
    _following(side)
    lines = Line(side.assignment.pk), Line(side.other_post.pk)
    side.paper = side.extract = _a_notice(side, *lines)


def _beside(side: Any) -> None:
    """A statement that may be taken back, a task, somebody taught."""
    side.suspension = suspended_for(side.coming)
    side.task = Task.objects.create(assignment=side.assignment, kind="training", goal="示范")
    side.mentoring = Mentoring.objects.create(
        assignment=side.assignment, mode="apprentice", mentee="示范", valid_from=BEGUN
    )


def _away(side: Any) -> None:
    side.leave = a_leave(side.assignment, date(2026, 12, 7), date(2026, 12, 8), state="asked")
    side.absence = an_absence(side.assignment, date(2026, 11, 16), state="to_be_checked")
    side.proposal = Proposal.objects.create(assignment=side.assignment, kind="void")


def _following(side: Any) -> None:
    """What was reckoned from the assignment, as rows."""
    version = side.quota.version
    clause = {"policy": version.policy.slug, "clause_id": side.quota.clause_id}
    side.credit = ServiceCredit.objects.create(
        assignment=side.assignment, worker=side.person, state="running", digest=DIGEST
    )
    side.obligation = Obligation.objects.create(
        worker=side.person,
        institution=side.hospital,
        topic="municipal_county.part",
        policy=side.requirements.policy.slug,
        policy_version=side.requirements,
        clause_id="owed",
        binding="mandatory",
        state="owed",
        digest=DIGEST,
    )
    topic = {"scheme": side.quota.scheme, "topic": side.quota.topic}
    year = {"period_start": date(2026, 1, 1), "period_end": date(2026, 12, 31)}
    side.counted = Counted.objects.create(
        assignment=side.assignment, institution=side.hospital, version_id=version.pk, **topic, **year, **clause
    )
    side.tally = Tally.objects.create(institution=side.hospital, on_post=1, updated_at=clock.now(), **topic, **year)


def _a_notice(side: Any, *lines: Line) -> IssuedPaper:
    """Return a notice with its words and stand-ins for its files: the walk asks who may have it, not how it is set."""
    frame = Frame(dated_on=BEGUN, made_at=clock.now().isoformat())
    kind = PaperKind.SUSPENSION_NOTICE
    content = contents.build(kind, lines, issuer_id=side.hospital.pk, campaign=side.campaign, frame=frame)
    paper = IssuedPaper.objects.create(
        kind=kind,
        issuer=side.hospital,
        campaign=side.campaign,
        dated_on=BEGUN,
        content=content,
        sha256=contents.digest(content),
        pdf=side.file,
        docx=side.file,
    )
    PaperLine.objects.bulk_create([PaperLine(paper=paper, assignment_id=line.assignment_id) for line in lines])
    return paper
