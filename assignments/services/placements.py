"""What placing is asked and what it answers: a placement, the findings about it, the refusal that carries them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from assignments import destinations
from assignments.destinations import Destinations
from assignments.kinds import Kind, RosterPattern
from assignments.models import Assignment, Campaign
from assignments.rules.terms import term_end
from assignments.states import CampaignState
from deploy_admin.errors import RuleViolation

LONGEST_MONTHS, LONGEST_DAYS = 120, 366


@dataclass(frozen=True, kw_only=True)
class Placement:
    """One person to be placed. What is left out is as the campaign, the slot or the person's record say."""

    worker_id: int
    receiving_unit_id: int
    starts_on: date | None = None
    #: Both left out: the campaign's term; one alone: the other is nothing.
    term_months: int | None = None
    term_days: int | None = None
    speciality: str = ""
    department: str = ""
    supervisor: str = ""
    roster_pattern: str = RosterPattern.FIVE_DAY
    full_time: bool = True
    #: A replacement: into the slot of somebody who ended early.
    slot_id: int | None = None
    #: The plan that this one takes the place of: it does not stand in its own way.
    instead_of: int | None = None
    on_behalf: bool = False


@dataclass(frozen=True)
class Finding:
    """One thing that speaks against a placement: it refuses, or it is a warning to be accepted knowingly."""

    code: str
    message: str
    refuses: bool
    #: Where it is explained.
    url: str = ""


def refuse(code: str, message: str, url: str = "") -> Finding:
    return Finding(code, message, refuses=True, url=url)


def warn(code: str, message: str, url: str = "") -> Finding:
    return Finding(code, message, refuses=False, url=url)


class Refused(RuleViolation):
    """The list is not placed: `findings` has those of each row, in its order."""

    def __init__(self, findings: Sequence[Sequence[Finding]], accepted: Collection[str] = ()) -> None:
        self.findings = [list(each) for each in findings]
        against = [each for row in findings for each in row if each.refuses]
        open_ = [each for row in findings for each in row if not each.refuses and each.code not in accepted]
        rows = sum(any(each in (against or open_) for each in row) for row in findings)
        told = list(dict.fromkeys(each.message for each in against or open_))
        if len(told) == 1:
            message, code = told[0], (against or open_)[0].code
        elif against:
            message, code = _("%(count)d rows cannot be placed as they are.") % {"count": rows}, "not_placeable"
        else:
            message = _("%(count)d rows have a warning that nobody has accepted yet.") % {"count": rows}
            code = "warnings_open"
        context = {
            "findings": [
                [{"code": each.code, "message": each.message, "refuses": each.refuses} for each in row]
                for row in self.findings
            ]
        }
        super().__init__(message, code, context=context)


@dataclass(frozen=True)
class Frame:
    """Into what people are placed: a campaign, or for a plan without one its own kind and scheme."""

    kind: str
    scheme: str
    year: int
    destinations: Destinations
    is_open: bool
    starts_on: date
    term_months: int
    term_days: int
    campaign: Campaign | None = None

    @classmethod
    def of_campaign(cls, campaign: Campaign) -> Frame:
        return cls(
            kind=campaign.kind,
            scheme=campaign.scheme,
            year=campaign.year,
            destinations=destinations.read(campaign.destinations),
            is_open=campaign.state == CampaignState.OPEN,
            starts_on=campaign.starts_on,
            term_months=campaign.term_months,
            term_days=campaign.term_days,
            campaign=campaign,
        )

    @classmethod
    def of_plan(cls, assignment: Assignment) -> Frame:
        """Return what a plan stands in: its campaign, or itself."""
        if assignment.campaign is not None:
            return cls.of_campaign(assignment.campaign)
        return cls(
            kind=assignment.kind,
            scheme=assignment.scheme,
            year=assignment.starts_on.year,
            destinations=Destinations(),
            is_open=True,
            starts_on=assignment.starts_on,
            term_months=assignment.term_months,
            term_days=assignment.term_days,
        )

    @property
    def asks_who_may_go(self) -> bool:
        """Whether the scheme's clauses say who may go: support beside the schemes and whoever comes to learn are not
        asked.
        """
        return bool(self.scheme) and self.kind != Kind.EQUAL_EXCHANGE


@dataclass(frozen=True)
class Term:
    """The days a placement means; no last day where it says no length that can be."""

    first: date
    months: int
    days: int

    @classmethod
    def of(cls, row: Placement, frame: Frame) -> Term:
        first = row.starts_on or frame.starts_on
        if row.term_months is None and row.term_days is None:
            return cls(first, frame.term_months, frame.term_days)
        return cls(first, row.term_months or 0, row.term_days or 0)

    @property
    def possible(self) -> bool:
        return (self.months > 0 or self.days > 0) and self.months <= LONGEST_MONTHS and self.days <= LONGEST_DAYS

    @property
    def last(self) -> date:
        return term_end(self.first, self.months, self.days) if self.possible else self.first
