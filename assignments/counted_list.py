"""The list of what counts: the lines an actor asked for, by the page, with their words; for page and export alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from assignments.filters.counting import CountedFilter
from assignments.models import Assignment, Counted
from assignments.models.standing import CountedQuerySet
from assignments.states import AssignmentState, CountedState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.http import PAGE_ROWS
from deploy_admin.months import Period
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution
from quotas import reading

SHAPES = {
    CountedState.PROPOSED: "run",
    CountedState.CONFIRMED: "ok",
    CountedState.DECLINED: "mute",
    CountedState.LAPSED: "mute",
}
CHUNK = 2_000


def decidable(rows: CountedQuerySet, actor: Actor) -> CountedQuerySet:
    """Return the lines on which the actor may decide, as `services.standing_of.may_decide` has it."""
    if not actor.can(Permission.ASSIGNMENTS_DECIDE) or actor.reach not in (Reach.ALL, Reach.DISTRICT):
        return rows.none()
    if actor.reach is Reach.ALL:
        return rows
    loose = Assignment.objects.visible_to(actor).filter(campaign__isnull=True).order_by()
    units = set(loose.values_list("sending_unit_id", flat=True).distinct())
    answers = authority_over(units, clock.today()) if units else {}
    theirs = [unit for unit, authority in answers.items() if authority in actor.institution_ids]
    return rows.filter(
        Q(assignment__campaign__authority__in=actor.institution_ids)
        | Q(assignment__campaign__isnull=True, assignment__sending_unit__in=theirs)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line with everything a page or an export shows of it."""

    row: Counted
    name: str
    sender: str
    receiver: str
    owes: str  # who owes, where that is not the sending unit itself
    rule: str
    scheme: str
    period: Period
    days: str
    life: str
    may_decide: bool

    @property
    def shape(self) -> str:
        return SHAPES[CountedState(self.row.state)]


class CountedList:
    """One look at the list: filters from the address, lines by the page, counts by state."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor = actor
        self.data = {key: value for key, value in data.items() if value}
        self.visible = Counted.objects.visible_to(actor)
        self.filter = CountedFilter(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            self.data = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.filter = CountedFilter(self.data, queryset=self.visible)

    @property
    def asked(self) -> dict[str, str]:
        """What of the address narrows the list: kept when an act is done on all that it shows."""
        return {name: value for name, value in self.data.items() if name in self.filter.filters}

    @property
    def state(self) -> str:
        """The state asked for; without one, what waits for a decision."""
        asked = self.data.get("state", CountedState.PROPOSED.value)
        return asked if asked in CountedState.values else CountedState.PROPOSED.value

    @cached_property
    def _asked(self) -> CountedQuerySet:
        """What the filters leave, the state apart: the chips count every state."""
        form = self.filter.form
        form.is_valid()
        form.cleaned_data["state"] = ""
        rows: CountedQuerySet = self.filter.filter_queryset(self.visible)
        return rows

    @cached_property
    def states(self) -> Counter[str]:
        """How many lines each state has. One query."""
        return Counter(dict(self._asked.order_by().values_list("state").annotate(n=Count("pk"))))

    @property
    def chips(self) -> list[dict[str, Any]]:
        """Every state with its number; the one that waits is the first."""
        return [
            {"value": state.value, "label": state.label, "count": self.states[state], "shape": shape}
            for state, shape in SHAPES.items()
        ]

    @property
    def chosen(self) -> CountedQuerySet:
        """The lines shown, in no order."""
        return self._asked.filter(state=self.state).order_by()

    @property
    def waiting(self) -> CountedQuerySet:
        """The lines shown on which the actor may decide."""
        return decidable(self.chosen, self.actor)

    @property
    def _ordered(self) -> CountedQuerySet:
        rows = self.chosen.select_related("assignment__worker", "assignment__campaign")
        return rows.order_by("period_start", "scheme", "topic", "assignment__sort_key", "pk")

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines. Seven queries for any number."""
        paginator = Paginator(self._ordered, PAGE_ROWS)
        paginator.count = self.states[self.state]  # told, not asked
        page: Any = paginator.get_page(number)
        page.object_list = dressed(list(page.object_list), self.actor)
        return cast(Page[Any], page)

    @cached_property
    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """The periods, schemes and rules that have any line."""
        columns = ("period_start", "period_end", "scheme", "topic", "version_id", "clause_id")
        found = list(self.visible.order_by().values_list(*columns).distinct())
        documents = reading.documents({row[4] for row in found})
        periods = sorted({Period(row[0], row[1]) for row in found}, reverse=True)
        schemes = {row[2]: reading.scheme_label(documents[row[4]]) for row in found}
        topics = {row[3]: reading.clause_label(documents[row[4]], row[5]) for row in found}
        return {
            "periods": [(period.iso, str(period)) for period in periods],
            "schemes": sorted(schemes.items()),
            "topics": sorted(topics.items()),
        }

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            _("Name"), _("Sending unit"), _("Receiving unit"), _("From – to"), _("State of the assignment"),
            _("Counts for"), _("Scheme"), _("Period"), _("Unit that owes"), _("State"), _("Fits the rule"),
            _("Decided by"), _("Reason"),
        ]  # fmt: skip
        return head, self._cells()

    def _cells(self) -> Iterator[list[Any]]:
        ids = list(self._ordered.values_list("pk", flat=True))
        for start in range(0, len(ids), CHUNK):
            for line in dressed(list(self._ordered.filter(pk__in=ids[start : start + CHUNK])), self.actor):
                row = line.row
                yield [
                    line.name, line.sender, line.receiver, line.days, line.life, line.rule, line.scheme,
                    str(line.period), line.owes or line.sender, row.get_state_display(),
                    _("yes") if row.fits else _("no"), row.decided_by_name, row.reason,
                ]  # fmt: skip


def dressed(rows: Sequence[Counted], actor: Actor | None = None) -> list[Line]:
    """Give each line the words of its units and its clause, and whether the actor, if any, may decide on it.

    A constant number of queries.
    """
    if not rows:
        return []
    units = {
        pk
        for row in rows
        for pk in (row.institution_id, row.assignment.sending_unit_id, row.assignment.receiving_unit_id)
    }
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    documents = reading.documents({row.version_id for row in rows})
    these = Counted.objects.filter(pk__in=[row.pk for row in rows])
    mine = set(decidable(these, actor).values_list("pk", flat=True)) if actor is not None else set()
    return [_line(row, names, documents, row.pk in mine) for row in rows]


def _line(row: Counted, names: Mapping[int, str], documents: Mapping[int, Any], may_decide: bool) -> Line:
    assignment, document = row.assignment, documents[row.version_id]
    owes = "" if row.institution_id == assignment.sending_unit_id else names.get(row.institution_id, "")
    return Line(
        row=row,
        name=assignment.worker.name,
        sender=names.get(assignment.sending_unit_id, ""),
        receiver=names.get(assignment.receiving_unit_id, ""),
        owes=owes,
        rule=reading.clause_label(document, row.clause_id),
        scheme=reading.scheme_label(document),
        period=Period(row.period_start, row.period_end),
        days=f"{assignment.starts_on.isoformat()} – {assignment.ends_on.isoformat()}",
        life=str(AssignmentState(assignment.state).label),
        may_decide=may_decide,
    )
