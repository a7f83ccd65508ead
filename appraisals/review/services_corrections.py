"""Corrections of released months: asked for with all they move, decided by another person, released as a new entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from appraisals.models import MonthCorrection, MonthRelease, ReleasedScore, Workload
from appraisals.review import freezing, moves, telling
from appraisals.review.checking import checked_days, checked_workload
from appraisals.review.moves import Moves
from appraisals.states import CorrectionState, ReleaseKind, ScoreState, ValueSource
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import months_correcting, months_standing, standing_of
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.jobs.models import StoredFile
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Indicator

Values = Mapping[str, Decimal | str | int | None]


def preview_correction(*, row: AssignmentMonth, days: Sequence[str], workload: Values) -> Moves:
    """Return everything it would move if the released month were this instead. Writes nothing."""
    released = standing(row)
    cells = checked_days(row, released, days)
    return moves.worked_out(row, released, cells, checked_workload(row, released, workload))


@transaction.atomic
def ask_correction(
    *,
    row: AssignmentMonth,
    days: Sequence[str],
    workload: Values,
    reason: str,
    released_id: int | None = None,
    scan: StoredFile | None = None,
    by: Actor,
) -> MonthCorrection:
    """Ask to correct a released month: the unit, or its authority; the authority's second person decides.

    `released_id` is the released score that was looked at: another one by now is a conflict.
    """
    held = _held(row, by)
    _may_ask(held, by)
    released = standing(held)
    if released_id is not None and released_id != released.pk:
        raise _corrected_meanwhile()
    why = scrubbed(reason.strip())[:500]
    if not why:
        sentence = _("Say why the month is corrected.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    found = preview_correction(row=held, days=days, workload=workload)
    if not found.moves_anything:
        raise RuleViolation(_("Nothing differs from what was released."), "nothing_changes")
    with refusals():
        correction = MonthCorrection.objects.create(
            row=held,
            released=released,
            reason=why,
            scan=scan,
            days=found.values["days"],
            workload=found.values["workload"],
            moves=found.to_json() | {"asked_by": _side(by)},
            recorded_by_id=by.user_id,
            recorded_by_name=by.name[:150],
            recorded_at=clock.now(),
        )
    _record("asked", correction, by)
    telling.correction_asked(correction)
    return correction


@transaction.atomic
def approve_correction(
    *, correction: MonthCorrection, remark: str = "", version: int | None = None, by: Actor
) -> MonthRelease:
    """Correct the month: a release of its own whose score points to the one it corrects; days and workload follow.

    By somebody else than who asked. What was released stays as it was; the sheet stays released.
    """
    held = _taken(correction, version, by)
    _decides(held, by)
    row = held.row
    released = standing(row)
    if released.pk != held.released_id:
        raise _corrected_meanwhile()
    workload = checked_workload(row, released, held.workload)
    found = moves.worked_out(row, released, checked_days(row, released, held.days), workload)
    release = _release(held, found, by)
    with refusals():
        freezing.frozen(release, row, found.score, found.explained, found.values, released).save(force_insert=True)
    _write_workload(row, workload, by)
    months_correcting.correct_days(row=row, days=held.days, by=by)
    _decide(held, CorrectionState.APPROVED, remark, by, release=release, moves=held.moves | found.to_json())
    _record("approved", held, by, {"release": release.pk, "was": found.data["was"]["points"]})
    telling.correction_decided(held)
    return release


@transaction.atomic
def decline_correction(
    *, correction: MonthCorrection, remark: str, version: int | None = None, by: Actor
) -> MonthCorrection:
    """Let the released month stand; whoever asked is told why."""
    held = _taken(correction, version, by)
    _check_authority(held.row, by)
    if not remark.strip():
        sentence = _("Say why the month stands.")
        raise RuleViolation(sentence, "reason_missing", fields={"remark": sentence})
    _decide(held, CorrectionState.DECLINED, remark, by)
    _record("declined", held, by)
    telling.correction_decided(held)
    return held


@transaction.atomic
def withdraw_correction(*, correction: MonthCorrection, version: int | None = None, by: Actor) -> MonthCorrection:
    """Take back what was asked for: whoever asked, or somebody else of the same unit, or of the same authority."""
    held = _taken(correction, version, by)
    _may_ask(held.row, by)
    if held.recorded_by_id != by.user_id and _side(by) != held.moves.get("asked_by"):
        raise standing_of.not_permitted()
    with refusals():
        MonthCorrection.objects.filter(pk=held.pk).update(
            state=CorrectionState.WITHDRAWN, version=F("version") + 1, updated_at=clock.now()
        )
    held.refresh_from_db()
    _record("withdrawn", held, by)
    telling.withdrawn(held)
    return held


def standing(row: AssignmentMonth) -> ReleasedScore:
    """Return what was released of the month and stands; refuse where nothing was."""
    found = ReleasedScore.objects.standing().filter(row=row.pk).select_related("release").first()
    if found is None:
        raise RuleViolation(_("This month is not released; the unit enters it, or it is sent back."), "not_released")
    return found


def may_ask(row: AssignmentMonth, actor: Actor) -> bool:
    """Whether the actor may ask to correct this month; for pages."""
    try:
        _may_ask(row, actor)
    except RuleViolation:
        return False
    return True


def may_decide(correction: MonthCorrection, actor: Actor) -> bool:
    """Whether the actor may decide on it; for pages."""
    try:
        _decides(correction, actor)
    except RuleViolation:
        return False
    return correction.state == CorrectionState.ASKED


# ------------------------------------------------------------ who, and what is held


def _held(row: AssignmentMonth, by: Actor) -> AssignmentMonth:
    """Lock sheet and month, in the order of whoever enters, and read them as they are then; unseen is not there."""
    list(MonthSheet.objects.filter(pk=row.sheet_id).select_for_update(of=("self",), no_key=True).values("pk"))
    rows = AssignmentMonth.objects.visible_to(by).select_related("sheet", "assignment__worker")
    try:
        found: AssignmentMonth = rows.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    except AssignmentMonth.DoesNotExist as error:
        raise RuleViolation(_("You see no such month."), "month_unknown") from error
    return found


def _taken(correction: MonthCorrection, version: int | None, by: Actor) -> MonthCorrection:
    """Lock month and correction; refuse a version not read, and what is decided already."""
    row = _held(correction.row, by)
    held: MonthCorrection = MonthCorrection.objects.select_for_update(of=("self",), no_key=True).get(pk=correction.pk)
    held.row = row
    if CorrectionState(held.state) is not CorrectionState.ASKED:
        sentence = _("This correction is “%(state)s” by now.") % {"state": held.get_state_display()}
        raise RuleViolation(sentence, "correction_decided")
    if version is not None and version != held.version:
        raise Conflict(
            _("Somebody else has changed this correction since you opened it."),
            "stale_version",
            context={"yours": {"version": version}, "theirs": {"version": held.version}},
        )
    return held


def _may_ask(row: AssignmentMonth, by: Actor) -> None:
    """Refuse whoever is neither of the unit nor of its authority."""
    if by.can(Permission.MONTHS_REVIEW):
        months_standing.may_review([row.sheet], by)
        return
    months_standing.may_enter(row.sheet, by)


def _check_authority(row: AssignmentMonth, by: Actor) -> None:
    months_standing.may_review([row.sheet], by)


def _decides(correction: MonthCorrection, by: Actor) -> None:
    """Refuse whoever is not of the authority, and whoever asked."""
    _check_authority(correction.row, by)
    if correction.recorded_by_id is not None and correction.recorded_by_id == by.user_id:
        raise RuleViolation(_("Somebody else than who asked for it decides on a correction."), "second_person")


def _side(by: Actor) -> str:
    return "unit" if by.reach is Reach.UNIT else "authority"


def _corrected_meanwhile() -> Conflict:
    return Conflict(
        _("This month was corrected meanwhile; look at it again before you correct it."),
        "corrected_meanwhile",
        context={"yours": "", "theirs": ""},
    )


# ------------------------------------------------------------ writing


def _release(correction: MonthCorrection, found: Moves, by: Actor) -> MonthRelease:
    sheet = correction.row.sheet
    office = authority_over({sheet.institution_id}, clock.today())[sheet.institution_id]
    with refusals():
        return MonthRelease.objects.create(
            sheet=sheet,
            institution_id=sheet.institution_id,
            # Nobody answers for the unit today: the one that released it last.
            authority_id=office or correction.released.release.authority_id,
            month=sheet.month,
            kind=ReleaseKind.CORRECTION,
            remark=correction.reason[:500],
            scan=correction.scan,
            people=1,
            undetermined=int(found.score.state == ScoreState.UNDETERMINED),
            recorded_by_id=by.user_id,
            recorded_by_name=by.name[:150],
            recorded_at=clock.now(),
        )


def _write_workload(row: AssignmentMonth, workload: Mapping[str, Decimal | None], by: Actor) -> None:
    """Set what differs from the rows that count now; every value says that a correction wrote it."""
    held = {each.indicator.code: each for each in Workload.objects.filter(row=row).select_related("indicator")}
    other = {code for code, value in workload.items() if code not in held or held[code].value != value}
    known = {each.code: each for each in Indicator.objects.filter(code__in=other)}
    stamp: dict[str, Any] = {
        "source": ValueSource.CORRECTION,
        "is_confirmed": True,
        "updated_at": clock.now(),
        "updated_by_id": by.user_id,
        "updated_by_name": by.name[:150],
    }
    with refusals():
        for code in sorted(other & set(held)):
            Workload.objects.filter(pk=held[code].pk).update(value=workload[code], version=F("version") + 1, **stamp)
        Workload.objects.bulk_create(
            Workload(row=row, indicator=known[code], value=workload[code], **stamp)
            for code in sorted(other - set(held))
            if workload[code] is not None
        )


def _decide(correction: MonthCorrection, state: CorrectionState, remark: str, by: Actor, **more: Any) -> None:
    with refusals():
        MonthCorrection.objects.filter(pk=correction.pk).update(
            state=state,
            decided_at=clock.now(),
            decided_by_id=by.user_id,
            decided_by_name=by.name[:150],
            decision_remark=scrubbed(remark.strip())[:300],
            version=F("version") + 1,
            updated_at=clock.now(),
            **more,
        )
    row = correction.row
    correction.refresh_from_db()
    correction.row = row


def _record(act: str, correction: MonthCorrection, by: Actor, more: Mapping[str, Any] | None = None) -> None:
    row = correction.row
    audit.record(
        act=f"appraisals.month_correction_{act}",
        by=by,
        on=correction,
        label=f"{row.assignment.worker.name} {row.month:%Y-%m}",
        detail={"row": row.pk, "assignment": row.assignment_id, "sheet": row.sheet_id, **(more or {})},
    )
