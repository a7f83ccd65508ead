"""Entering, correcting and withdrawing figures: many at once, all or nothing, revision after revision."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import copy_rows, refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.months import Period
from deploy_admin.registry.models import Institution
from quotas.models import Figure, Run
from quotas.models.figures import DIMENSIONS
from quotas.services import guard, inbox
from quotas.services.measures import refuse_unknown
from quotas.services.queue import ask_after_figures


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """One number to enter. `version` is the revision that was read: 0 where none was there, None not to compare."""

    institution_id: int
    measure: str
    period: Period
    value: int
    practice_category: str = ""
    military_status: str = ""
    employment_mode: str = ""
    staff_category: str = ""
    version: int | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """As Figure.key: what tells this figure from every other, apart from its revision."""
        return (
            self.institution_id,
            self.measure,
            self.period.first,
            self.period.last,
            *(getattr(self, name) for name in DIMENSIONS),
        )

    @property
    def cell(self) -> dict[str, str]:
        """As Figure.cell: the dimensions by which it is broken down."""
        return {name: held for name in DIMENSIONS if (held := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Entered:
    """What an entry did."""

    created: int = 0
    replaced: int = 0
    unchanged: int = 0

    @property
    def written(self) -> int:
        return self.created + self.replaced


@transaction.atomic
def enter_figures(
    rows: Iterable[FigureEntry],
    *,
    source: str = Figure.Source.TYPED,
    job_id: int | None = None,
    by: Actor,
) -> Entered:
    """Enter the figures; one that stands expected gets a new revision, one that is signed off is refused."""
    return _enter(list(rows), source=source, reason="", may_correct=False, job_id=job_id, by=by)


@transaction.atomic
def correct_figures(
    rows: Iterable[FigureEntry],
    *,
    reason: str,
    source: str = Figure.Source.TYPED,
    job_id: int | None = None,
    by: Actor,
) -> Entered:
    """Enter the figures over signed ones, with a reason; each is expected again until it is signed off."""
    if not reason.strip():
        raise RuleViolation(
            _("Correcting a signed figure needs a reason."),
            "reason_missing",
            fields={"reason": _("Write the reason.")},
        )
    return _enter(list(rows), source=source, reason=reason.strip(), may_correct=True, job_id=job_id, by=by)


def _enter(
    rows: Sequence[FigureEntry], *, source: str, reason: str, may_correct: bool, job_id: int | None, by: Actor
) -> Entered:
    if not rows:
        return Entered()
    _refuse_repeated(rows)
    refuse_unknown(rows)
    _refuse_unreachable({row.institution_id for row in rows}, by)
    guard.inputs_change()
    standing = _standing(rows)
    _refuse_stale(rows, standing)
    changed = [row for row in rows if row.key not in standing or standing[row.key].value != row.value]
    if not may_correct:
        _refuse_locked(changed, standing)
    if changed:
        _write(changed, standing, source=source, reason=reason, job_id=job_id, by=by)
    created = sum(row.key not in standing for row in changed)
    entered = Entered(created, len(changed) - created, len(rows) - len(changed))
    if changed:
        audit.record(
            act="figures.corrected" if may_correct else "figures.entered",
            by=by,
            label=_label(changed),
            detail={
                "created": entered.created,
                "replaced": entered.replaced,
                "unchanged": entered.unchanged,
                "source": source,
                "reason": reason,
                "job": job_id,
                "figures": [_told(row, standing) for row in changed[:200]],
            },
        )
        trigger = Run.Trigger.CORRECTION if may_correct else Run.Trigger.FIGURES
        inbox.figures_wait({row.period for row in changed})
        ask_after_figures({(row.institution_id, row.period) for row in changed}, trigger=trigger, by=by)
    return entered


def _standing(rows: Sequence[FigureEntry]) -> dict[tuple[Any, ...], Figure]:
    """Return the current figures of the rows' keys, locked against others who write them. One query."""
    found = (
        Figure.objects.current()
        .filter(
            institution_id__in={row.institution_id for row in rows},
            measure__in={row.measure for row in rows},
            period_start__in={row.period.first for row in rows},
        )
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    keys = {row.key for row in rows}
    return {figure.key: figure for figure in found if figure.key in keys}


def _write(
    rows: Sequence[FigureEntry],
    standing: Mapping[tuple[Any, ...], Figure],
    *,
    source: str,
    reason: str,
    job_id: int | None,
    by: Actor,
) -> None:
    """Set the old revisions aside and COPY the new ones: two statements for any number of rows."""
    now = clock.now()
    for_unit = by.reach in (Reach.ALL, Reach.DISTRICT) and by.user_id is not None
    old = [standing[row.key].pk for row in rows if row.key in standing]
    columns = (
        "institution_id", "measure", "period_start", "period_end", *DIMENSIONS, "revision", "value", "state", "source",
        "reason", "corrects_signed", "on_behalf_of", "entered_by_id", "entered_by_name", "entered_at",
        "signed_off_by_name", "supersedes_id", "is_current", "job_id",
    )  # fmt: skip

    def values(row: FigureEntry) -> tuple[Any, ...]:
        before = standing.get(row.key)
        return (
            *row.key,
            before.revision + 1 if before else 1,
            row.value,
            Figure.State.EXPECTED.value,
            str(source),
            reason,
            before is not None and before.is_locked,
            for_unit and row.institution_id != by.institution_id,
            by.user_id,
            by.name,
            now,
            "",
            before.pk if before else None,
            True,
            job_id,
        )

    with refusals():
        if old:
            Figure.objects.filter(pk__in=old).update(is_current=False)
        copy_rows(Figure._meta.db_table, columns, map(values, rows))


@transaction.atomic
def withdraw_figures(ids: Collection[int], *, reason: str, by: Actor) -> int:
    """Take back expected figures that were entered by mistake: they are kept, and no longer current."""
    if not reason.strip():
        raise RuleViolation(_("Withdrawing a figure needs a reason."), "reason_missing")
    guard.inputs_change()
    rows = Figure.objects.visible_to(by).filter(pk__in=set(ids), is_current=True, state=Figure.State.EXPECTED)
    affected = {(row.institution_id, row.period) for row in rows}
    withdrawn = rows.update(is_current=False)
    if withdrawn != len(set(ids)):
        raise Conflict(
            _("A signed figure is not withdrawn but corrected; one of these is signed or changed."),
            "changed_meanwhile",
        )
    audit.record(
        act="figures.withdrawn",
        by=by,
        label=_("%(count)d figures") % {"count": withdrawn},
        detail={"figures": sorted(ids)[:1000], "reason": reason.strip()},
    )
    inbox.figures_wait({period for _unit, period in affected})
    ask_after_figures(affected, trigger=Run.Trigger.FIGURES, by=by)
    return withdrawn


def _refuse_repeated(rows: Sequence[FigureEntry]) -> None:
    if len({row.key for row in rows}) != len(rows):
        raise RuleViolation(_("The same figure is entered twice."), "figure_repeated")


def _refuse_unreachable(institution_ids: set[int], by: Actor) -> None:
    seen = Institution.objects.visible_to(by).filter(pk__in=institution_ids).values_list("pk", flat=True)
    if len(set(seen)) != len(institution_ids):
        raise RuleViolation(_("One of these institutions is not there."), "institution_unknown")


def _refuse_stale(rows: Sequence[FigureEntry], standing: Mapping[tuple[Any, ...], Figure]) -> None:
    for row in rows:
        if row.version is None:
            continue
        there = standing.get(row.key)
        if row.version != (there.revision if there else 0):
            raise Conflict(
                _("Somebody entered this figure since you opened the page."),
                "changed_meanwhile",
                context={"yours": row.value, "theirs": there.value if there else None, "measure": row.measure},
            )


def _refuse_locked(rows: Sequence[FigureEntry], standing: Mapping[tuple[Any, ...], Figure]) -> None:
    locked = [standing[row.key].pk for row in rows if row.key in standing and standing[row.key].is_locked]
    if locked:
        raise RuleViolation(
            _("%(count)d of these figures are signed off: a change is a correction, with a reason.")
            % {"count": len(locked)},
            "figure_signed",
            context={"figures": locked[:200]},
        )


def _label(rows: Sequence[FigureEntry]) -> str:
    periods = ", ".join(sorted({str(row.period) for row in rows}))
    return _("%(count)d figures of %(periods)s") % {"count": len(rows), "periods": periods}


def _told(row: FigureEntry, standing: Mapping[tuple[Any, ...], Figure]) -> dict[str, Any]:
    before = standing.get(row.key)
    told: dict[str, Any] = {
        "institution": row.institution_id,
        "measure": row.measure,
        "period": row.period.iso,
        "value": row.value,
        "before": before.value if before else None,
    }
    return told | {name: held for name in DIMENSIONS if (held := getattr(row, name))}
