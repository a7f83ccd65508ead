"""Releasing months: what was accepted is frozen with its score and explanation, and told to units and people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from appraisals.models import FeedbackLetter, MonthRelease, ReleasedScore, Score
from appraisals.review import freezing, telling
from appraisals.scoring import services as scoring
from appraisals.states import ReleaseKind, ScoreState
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import months_moving
from assignments.states import SheetState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.jobs.models import StoredFile
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution

CHUNK = 2_000
#: So many names a sentence lists.
NAMED = 5


@dataclass(frozen=True, slots=True)
class ReleaseBasis:
    """On what a release rests: who decided and when, the document with its number and scan, a remark."""

    deciding_body: str = ""
    meeting_on: date | None = None
    document_number: str = ""
    remark: str = ""
    scan: StoredFile | None = None

    def columns(self) -> dict[str, Any]:
        """Return the columns of a release."""
        return {
            "deciding_body": scrubbed(self.deciding_body.strip())[:150],
            "meeting_on": self.meeting_on,
            "document_number": scrubbed(self.document_number.strip())[:100],
            "remark": scrubbed(self.remark.strip())[:500],
            "scan": self.scan,
        }


NO_BASIS = ReleaseBasis()


@transaction.atomic
def release(
    *, sheets: Collection[int], basis: ReleaseBasis = NO_BASIS, undetermined: bool = False, by: Actor
) -> list[MonthRelease]:
    """Release accepted months as they stand: one release per unit, every person's score frozen with why.

    Refused while a score is not computed for the sheet as it is; people whose score is undetermined are released so
    only knowingly (`undetermined`). Set-based: a fixed number of statements per two thousand people.
    """
    held = _held(sheets, by)
    offices = _offices(held, by)
    rows = list(AssignmentMonth.objects.filter(sheet__in=[sheet.pk for sheet in held]).for_list())
    scores = {score.row_id: score for score in Score.objects.filter(row__in=[row.pk for row in rows])}
    _check_scored(held, rows, scores)
    unknown = [row for row in rows if scores[row.pk].state == ScoreState.UNDETERMINED]
    if unknown and not undetermined:
        raise _undetermined(unknown)
    releases = _releases(held, offices, rows, unknown, basis, by)
    _freeze(releases, rows, scores)
    months_moving.mark_released([sheet.pk for sheet in held], by=by)
    telling.released(held, rows)
    audit.record(
        act="appraisals.months_released",
        by=by,
        label=", ".join(sorted({str(sheet.period) for sheet in held})),
        detail={
            "count": len(releases),
            "people": len(rows),
            "undetermined": len(unknown),
            "releases": [each.pk for each in releases],
            "document_number": basis.document_number,
            "deciding_body": basis.deciding_body,
        },
    )
    return releases


def releasable(actor: Actor, sheet_ids: Collection[int]) -> list[MonthSheet]:
    """Return those of the sheets that are accepted and that the actor sees."""
    rows = MonthSheet.objects.visible_to(actor).filter(pk__in=list(sheet_ids), state=SheetState.ACCEPTED)
    return list(rows.order_by("pk"))


def _held(sheets: Collection[int], by: Actor) -> list[MonthSheet]:
    """Lock the sheets in one order and refuse what is unseen, released already or not accepted."""
    if not by.can(Permission.MONTHS_RELEASE):
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")
    wanted = set(sheets)
    if not wanted:
        raise RuleViolation(_("Choose at least one unit."), "nothing_chosen")
    rows = MonthSheet.objects.visible_to(by).filter(pk__in=wanted).order_by("pk")
    held = list(rows.select_for_update(of=("self",), no_key=True))
    if len(held) != len(wanted):
        raise RuleViolation(_("You see no such month sheet."), "sheet_unknown")
    released = [sheet for sheet in held if sheet.state == SheetState.RELEASED]
    if released:
        sentence = _("%(units)s: released already; correct the month instead.") % {"units": _names(released)}
        raise RuleViolation(sentence, "released_already", context={"sheets": [sheet.pk for sheet in released]})
    other = [sheet for sheet in held if sheet.state != SheetState.ACCEPTED]
    if other:
        sentence = _("%(units)s: not accepted. Accept the month first, or leave it out.") % {"units": _names(other)}
        raise RuleViolation(sentence, "not_accepted", context={"sheets": [sheet.pk for sheet in other]})
    return held


def _offices(sheets: Sequence[MonthSheet], by: Actor) -> dict[int, int]:
    """Return in which authority's name each unit's month is released: that to which the unit answers."""
    answers = authority_over({sheet.institution_id for sheet in sheets}, clock.today())
    if by.reach is not Reach.ALL and not all(office in by.institution_ids for office in answers.values()):
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")
    found = {unit: office or by.institution_id for unit, office in answers.items()}
    if any(office is None for office in found.values()):
        raise RuleViolation(_("No authority is competent for this unit."), "no_authority")
    return {unit: office for unit, office in found.items() if office is not None}


def _check_scored(sheets: Sequence[MonthSheet], rows: Sequence[AssignmentMonth], scores: dict[int, Score]) -> None:
    """Refuse while a sheet has no score for what stands on it now."""
    without = {row.sheet_id for row in rows if row.pk not in scores}
    waiting = [sheet for sheet in sheets if sheet.scored_revision != sheet.revision or sheet.pk in without]
    if waiting:
        sentence = _("%(units)s: the scores are being computed. Wait a moment and release again.")
        raise RuleViolation(
            sentence % {"units": _names(waiting)},
            "not_scored_yet",
            context={"sheets": [sheet.pk for sheet in waiting]},
        )


def _undetermined(rows: Sequence[AssignmentMonth]) -> RuleViolation:
    names = pgettext("between names", ", ").join(row.assignment.worker.name for row in rows[:NAMED])
    sentence = ngettext(
        "%(count)d person has no determined score (%(names)s): release it so knowingly, or wait.",
        "%(count)d people have no determined score (%(names)s …): release them so knowingly, or wait.",
        len(rows),
    )
    return RuleViolation(
        sentence % {"count": len(rows), "names": names}, "undetermined", context={"rows": [row.pk for row in rows]}
    )


def _releases(
    sheets: Sequence[MonthSheet],
    offices: dict[int, int],
    rows: Sequence[AssignmentMonth],
    unknown: Sequence[AssignmentMonth],
    basis: ReleaseBasis,
    by: Actor,
) -> list[MonthRelease]:
    people, open_ones = _count(rows), _count(unknown)
    told = set(
        FeedbackLetter.objects.filter(
            authority__in=set(offices.values()), month__in={sheet.month for sheet in sheets}
        ).values_list("authority_id", "month")
    )
    new = [
        MonthRelease(
            sheet=sheet,
            institution_id=sheet.institution_id,
            authority_id=offices[sheet.institution_id],
            month=sheet.month,
            # Letters of the month went out already: this one comes as a supplement to them.
            kind=ReleaseKind.SUPPLEMENT if (offices[sheet.institution_id], sheet.month) in told else ReleaseKind.FIRST,
            people=people[sheet.pk],
            undetermined=open_ones[sheet.pk],
            recorded_by_id=by.user_id,
            recorded_by_name=by.name[:150],
            recorded_at=clock.now(),
            **basis.columns(),
        )
        for sheet in sheets
    ]
    with refusals():
        return MonthRelease.objects.bulk_create(new, batch_size=CHUNK)


def _freeze(releases: Sequence[MonthRelease], rows: Sequence[AssignmentMonth], scores: dict[int, Score]) -> None:
    """Write every person's month as it stands now."""
    of_sheet = {each.sheet_id: each for each in releases}
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        workload = freezing.workload_of([row.pk for row in part])
        why = scoring.explain_all([scores[row.pk] for row in part])
        new = [
            freezing.frozen(
                of_sheet[row.sheet_id],
                row,
                scores[row.pk],
                why[row.pk],
                freezing.frozen_values(row.days, row.duty_days, workload.get(row.pk, {}), row.answer),
            )
            for row in part
        ]
        with refusals():
            ReleasedScore.objects.bulk_create(new, batch_size=CHUNK)


def _count(rows: Sequence[AssignmentMonth]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for row in rows:
        found[row.sheet_id] += 1
    return found


def _names(sheets: Sequence[MonthSheet]) -> str:
    names = Institution.objects.filter(pk__in=[each.institution_id for each in sheets[:NAMED]]).named(clock.today())
    listed = pgettext("between names", ", ").join(names.values())
    return (
        listed
        if len(sheets) <= NAMED
        else _("%(names)s and %(more)d more")
        % {
            "names": listed,
            "more": len(sheets) - NAMED,
        }
    )
