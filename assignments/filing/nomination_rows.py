"""What a nomination says when it is entered: one person, as what, on which days, whereto first; and its refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from assignments.models import Campaign, Nomination
from assignments.rules.terms import term_end
from assignments.services.placements import Finding
from deploy_admin.errors import RuleViolation

#: So many wishes are kept of one person.
MOST_WISHES = 5


@dataclass(frozen=True, kw_only=True)
class NominationRow:
    """One person to be nominated. What is left out is as the person's record and the campaign say."""

    worker_id: int
    speciality: str = ""
    possible_from: date | None = None
    possible_to: date | None = None
    remark: str = ""
    #: Receiving units in the person's order.
    wishes: tuple[int, ...] = ()
    #: Codes of the warnings accepted knowingly.
    accept: frozenset[str] = field(default_factory=frozenset)
    #: The nomination that this one changes: it does not stand in its own way.
    nomination_id: int | None = None


def row_of(nomination: Nomination, wishes: Sequence[int] | None = None) -> NominationRow:
    """Return the row that a nomination was entered with. One query where its wishes are not handed in."""
    if wishes is None:
        wishes = list(nomination.wishes.order_by("rank").values_list("institution_id", flat=True))
    return NominationRow(
        worker_id=nomination.worker_id,
        speciality=nomination.speciality,
        possible_from=nomination.possible_from,
        possible_to=nomination.possible_to,
        remark=nomination.remark,
        wishes=tuple(wishes),
        accept=frozenset(nomination.accepted),
        nomination_id=nomination.pk,
    )


def campaign_days(campaign: Campaign) -> tuple[date, date]:
    """Return the first and the last day of the campaign's term."""
    return campaign.starts_on, term_end(campaign.starts_on, campaign.term_months, campaign.term_days)


def possible_days(
    campaign: Campaign, possible_from: date | None, possible_to: date | None
) -> tuple[date, date] | None:
    """Return the days of the campaign's term on which the person could go; None where there are none."""
    start, end = campaign_days(campaign)
    first, last = max(possible_from or start, start), min(possible_to or end, end)
    return (first, last) if first <= last else None


class NotNominable(RuleViolation):
    """The list is not taken as it is: `findings` has those of each row, in its order."""

    def __init__(self, rows: Sequence[NominationRow], findings: Sequence[Sequence[Finding]]) -> None:
        self.findings = [list(each) for each in findings]
        against = [[each for each in found if each.refuses] for found in self.findings]
        code, told = "not_nominable", against
        sentence = _("%(count)d people cannot be nominated as they are.")
        if not any(against):
            code, told = "warnings_open", still_open(rows, self.findings)
            sentence = _("%(count)d people have a warning that nobody has accepted yet.")
        messages = list(dict.fromkeys(each.message for found in told for each in found))
        if len(messages) == 1:
            message, code = messages[0], next(each.code for found in told for each in found)
        else:
            message = sentence % {"count": sum(bool(found) for found in told)}
        listed = [
            [{"code": each.code, "message": each.message, "refuses": each.refuses} for each in found]
            for found in self.findings
        ]
        super().__init__(message, code, context={"findings": listed, "workers": [row.worker_id for row in rows]})


def still_open(rows: Sequence[NominationRow], findings: Sequence[Sequence[Finding]]) -> list[list[Finding]]:
    """Return of each row the warnings that nobody has accepted yet."""
    return [
        [each for each in found if not each.refuses and each.code not in row.accept]
        for row, found in zip(rows, findings, strict=True)
    ]
