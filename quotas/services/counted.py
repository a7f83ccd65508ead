"""Counted figures: entered where nobody reported one, following their list while expected, never over a typed one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Period
from quotas import counting
from quotas.counting import Cell, Comparison
from quotas.models import Figure, Run
from quotas.services import figures, guard, inbox
from quotas.services.queue import ask_after_figures


def follow(
    kind: str, period: Period, institution_ids: Collection[int], *, job_id: int | None = None, by: Actor
) -> None:
    """Bring the counted figures of these units' lists into line with the lists. The caller holds the lists."""
    keys = {(unit, each.measure, period) for unit in institution_ids for each in counting.countings_of(kind)}
    wanted: list[figures.FigureEntry] = []
    gone: list[int] = []
    for comparison in counting.comparisons(keys).values():
        if comparison.speaks:
            wanted += [_entry(comparison, cell) for cell in comparison.cells if _follows(comparison, cell)]
        else:
            gone += [cell.figure.pk for cell in comparison.cells if cell.figure is not None and _is_ours(cell.figure)]
    if gone:
        _take_back(gone, period, by)
    figures.enter_figures(wanted, source=Figure.Source.COUNTED, job_id=job_id, by=by)


def _is_ours(figure: Figure) -> bool:
    return figure.source == Figure.Source.COUNTED and not figure.is_locked


def _follows(comparison: Comparison, cell: Cell) -> bool:
    """Whether the list decides this number: one that it entered, or one that nobody reported."""
    if not cell.differs:
        return False
    return comparison.default if cell.figure is None else _is_ours(cell.figure)


def _entry(comparison: Comparison, cell: Cell) -> figures.FigureEntry:
    return figures.FigureEntry(
        institution_id=comparison.institution_id,
        measure=comparison.measure,
        period=comparison.period,
        value=cell.counted or 0,
        version=cell.figure.revision if cell.figure is not None else 0,
        **cell.parts,
    )


def _take_back(ids: Sequence[int], period: Period, by: Actor) -> None:
    """Withdraw counted figures whose list says nothing any more: not reported is not nought."""
    rows = Figure.objects.filter(pk__in=ids, is_current=True, state=Figure.State.EXPECTED)
    units = set(rows.values_list("institution_id", flat=True))
    rows.update(is_current=False)
    audit.record(
        act="figures.withdrawn",
        by=by,
        label=_("%(count)d figures") % {"count": len(ids)},
        detail={"figures": sorted(ids)[:1000], "reason": "list"},
    )
    inbox.figures_wait({period})
    ask_after_figures({(unit, period) for unit in units}, trigger=Run.Trigger.FIGURES, by=by)


def ask_again(period: Period, institution_ids: Collection[int], *, by: Actor) -> None:
    """Have the quotas that may rest on these lists computed again."""
    ask_after_figures({(unit, period) for unit in institution_ids}, trigger=Run.Trigger.FIGURES, by=by)


@transaction.atomic
def take_counted(*, institution_id: int, measure: str, period: Period, reason: str = "", by: Actor) -> figures.Entered:
    """Enter the counted numbers where others stand; over a signed one it is a correction, with a reason."""
    if not by.can(Permission.FIGURES_ENTER):
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")
    guard.inputs_change()
    guard.lists_change()
    key = (institution_id, measure, period)
    comparison = counting.comparisons({key}).get(key)
    if comparison is None or not comparison.differs:
        raise RuleViolation(_("The figure agrees with its list."), "nothing_to_take")
    rows = [_entry(comparison, cell) for cell in comparison.differences]
    if comparison.locked:
        return figures.correct_figures(rows, reason=reason, source=Figure.Source.COUNTED, by=by)
    return figures.enter_figures(rows, source=Figure.Source.COUNTED, by=by)


def doubts(rows: Iterable[Figure]) -> list[Comparison]:
    """Return the comparisons of these figures that an officer should look at before signing off."""
    by_key: dict[Any, list[Figure]] = defaultdict(list)
    for figure in rows:
        by_key[figure.institution_id, figure.measure, figure.period].append(figure)
    found = counting.comparisons(by_key.keys()).values()
    return [each for each in found if each.differs or each.awaited or each.unanswered or each.objected]


def refuse_doubtful(
    rows: Iterable[Figure], *, accept_differences: bool, accept_unconfirmed: bool
) -> dict[str, list[list[Any]]]:
    """Refuse to sign figures that their lists contradict, unless the officer says so; return what was accepted."""
    found = doubts(rows)
    differing = [each for each in found if each.differs]
    unconfirmed = [each for each in found if each.unanswered or each.objected]
    if waiting := [each for each in found if each.awaited]:
        raise RuleViolation(
            _("Results are still awaited for %(count)d of these statements: %(remark)s. They are signed off after.")
            % {"count": len(waiting), "remark": waiting[0].awaited},
            "results_awaited",
            context={"statements": _named(waiting)},
        )
    if differing and not accept_differences:
        raise RuleViolation(
            _("%(count)d of these statements differ from their lists. Look at the differences first.")
            % {"count": len(differing)},
            "figures_differ",
            context={"statements": _named(differing)},
        )
    if unconfirmed and not accept_unconfirmed:
        raise RuleViolation(
            _("%(count)d of these statements rest on lists that the units have not confirmed.")
            % {"count": len(unconfirmed)},
            "list_unconfirmed",
            context={"statements": _named(unconfirmed)},
        )
    return {"differences": _named(differing), "unconfirmed": _named(unconfirmed)} if found else {}


def _named(found: Sequence[Comparison]) -> list[list[Any]]:
    return [[each.institution_id, each.measure, each.period.iso, each.stands, each.counted] for each in found[:200]]
