"""The list of what was taken on from the past: by sending unit, with what each entry rests on; page and export."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, Value, When
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from assignments import durations
from assignments.filters.past import PastFilter
from assignments.kinds import CompletionResult, EndReason, Evidence, Kind
from assignments.models import Assignment, Leave, Transition
from assignments.models.assignments import AssignmentQuerySet
from assignments.models.past import PastCertificate, PastPayment
from assignments.states import STATE_SHAPES, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.http import PAGE_ROWS
from deploy_admin.registry.models import Institution

OPEN, CONFIRMED, RETURNED = "open", "confirmed", "returned"
STATES = {
    OPEN: (gettext_lazy("to be confirmed"), "warn"),
    CONFIRMED: (gettext_lazy("confirmed"), "ok"),
    RETURNED: (gettext_lazy("sent back"), "mute"),
}
SAID = ("taken_on", "past_corrected")
#: An export is written in pieces of so many rows.
CHUNK = 2_000


@dataclass(frozen=True)
class Line:
    """One entry as the page shows it."""

    row: Assignment
    sending: str
    receiving: str
    kind: str
    state: str
    shape: str
    standing: str
    term: str
    ended: str
    result: str
    evidence: str
    document: str
    scans: tuple[int, ...]
    paid: Decimal
    certificate: str
    leaves: int
    reason: str
    own: bool

    @property
    def is_open(self) -> bool:
        return self.row.confirmed_at is None and self.row.state != AssignmentState.WITHDRAWN


class PastList:
    """One look at the list: filters from the address, rows by the page, counts by whether they are confirmed."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor = actor
        self.today = clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.visible: AssignmentQuerySet = Assignment.objects.visible_to(actor).filter(origin="imported")
        self.filter = PastFilter(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            self.data = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.filter = PastFilter(self.data, queryset=self.visible)

    @property
    def asked(self) -> dict[str, str]:
        """What of the address narrows the list."""
        return {name: value for name, value in self.data.items() if name in (*self.filter.filters, "state")}

    @property
    def state(self) -> str:
        """Which are shown; those to be confirmed unless said otherwise."""
        asked = self.data.get("state", OPEN)
        return asked if asked in STATES else OPEN

    @cached_property
    def counts(self) -> Counter[str]:
        """How many rows stand where. One query."""
        standing = Case(
            When(state=AssignmentState.WITHDRAWN, then=Value(RETURNED)),
            When(confirmed_at__isnull=True, then=Value(OPEN)),
            default=Value(CONFIRMED),
            output_field=CharField(),
        )
        rows = self.filter.qs.order_by().annotate(standing=standing).values_list("standing").annotate(n=Count("pk"))
        return Counter(dict(rows))

    @property
    def count(self) -> int:
        return self.counts[self.state]

    @property
    def chosen(self) -> AssignmentQuerySet:
        """The rows shown, in no order."""
        rows: AssignmentQuerySet = self.filter.qs.order_by()
        if self.state == RETURNED:
            return rows.filter(state=AssignmentState.WITHDRAWN)
        return rows.living().filter(confirmed_at__isnull=self.state == OPEN)

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines, those of one sending unit together."""
        rows = self.chosen.select_related("worker").order_by("sending_unit_id", "sort_key", "starts_on", "pk")
        paginator: Any = Paginator(rows, PAGE_ROWS)
        paginator.count = self.count  # told, not asked
        page: Page[Any] = paginator.get_page(number)
        page.object_list = lines(list(page.object_list), self.actor)
        return page

    @cached_property
    def units(self) -> list[tuple[int, str]]:
        """The sending units that anything shown here is of, for the filter."""
        ids = self.visible.living().order_by().values("sending_unit").distinct()
        names = Institution.objects.filter(pk__in=ids).named(self.today)
        return sorted(names.items(), key=lambda pair: pair[1])

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """Where entries stand; those to be confirmed are shown without asking."""
        return [
            {"value": "" if code == OPEN else code, "label": label, "count": self.counts[code], "shape": shape}
            for code, (label, shape) in STATES.items()
        ]

    @property
    def choices(self) -> dict[str, Any]:
        return {"kinds": Kind.choices, "evidence": Evidence.choices}

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        known = self.actor.can(Permission.PEOPLE_VIEW)
        heads = [
            *([_("Person number")] if known else []), pgettext("person", "Name"), _("Sending unit"),
            _("Receiving unit"), _("Kind"), _("First day"), _("Last day"), _("Term"), _("State"), _("Result"),
            _("Evidence"), _("Document"), _("Paid (CNY)"), _("Certificate"), _("Leave entries"), _("Entered by"),
            _("Confirmed by"),
        ]  # fmt: skip
        return heads, self._cells(known=known)

    def _cells(self, *, known: bool) -> Iterator[list[Any]]:
        rows = self.chosen.select_related("worker").order_by("sending_unit_id", "sort_key", "starts_on", "pk")
        for start in range(0, self.count, CHUNK):
            for line in lines(list(rows[start : start + CHUNK]), self.actor):
                row = line.row
                yield [
                    *([row.worker.number] if known else []), row.worker.name, line.sending, line.receiving, line.kind,
                    row.starts_on, row.ends_on, line.term, line.state, line.result, line.evidence, line.document,
                    line.paid or None, line.certificate, line.leaves or None, row.recorded_by_name,
                    row.confirmed_by_name,
                ]  # fmt: skip


def lines(rows: Sequence[Assignment], actor: Actor) -> list[Line]:
    """Return these entries as they are shown: five queries for any number."""
    ids = [row.pk for row in rows]
    units = {row.sending_unit_id for row in rows} | {row.receiving_unit_id for row in rows}
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    said, scans, reasons = _steps(ids)
    paid: dict[int, Decimal] = defaultdict(Decimal)
    for owner, amount in PastPayment.objects.filter(assignment__in=ids).values_list("assignment_id", "amount"):
        paid[owner] += amount
    numbers = dict(PastCertificate.objects.filter(assignment__in=ids).values_list("assignment_id", "number"))
    away = Leave.objects.approved().filter(assignment__in=ids).order_by().values_list("assignment_id")
    leaves = dict(away.annotate(n=Count("pk")))
    return [
        Line(
            row=row,
            sending=names.get(row.sending_unit_id, ""),
            receiving=names.get(row.receiving_unit_id, ""),
            kind=str(Kind(row.kind).label),
            state=str(AssignmentState(row.state).label),
            shape=STATE_SHAPES[AssignmentState(row.state)],
            standing=_standing(row),
            term=durations.in_words(row.term_months, row.term_days),
            ended=str(EndReason(row.end_reason).label) if row.end_reason else "",
            result=str(CompletionResult(row.result).label) if row.result else "",
            evidence=str(Evidence(row.evidence).label) if row.evidence else "",
            document=said.get(row.pk, ""),
            scans=tuple(scans[row.pk]),
            paid=paid[row.pk],
            certificate=numbers.get(row.pk, ""),
            leaves=leaves.get(row.pk, 0),
            reason=reasons.get(row.pk, ""),
            own=actor.user_id is not None and row.recorded_by_id == actor.user_id,
        )
        for row in rows
    ]


def _standing(row: Assignment) -> str:
    if row.state == AssignmentState.WITHDRAWN:
        return RETURNED
    return OPEN if row.confirmed_at is None else CONFIRMED


def _steps(ids: Iterable[int]) -> tuple[dict[int, str], dict[int, list[int]], dict[int, str]]:
    """Return the documents, the scans and the reasons of a return of these entries. One query."""
    documents: dict[int, str] = {}
    scans: dict[int, list[int]] = defaultdict(list)
    reasons: dict[int, str] = {}
    steps = Transition.objects.filter(assignment__in=list(ids)).order_by("pk")
    columns = ("assignment_id", "act", "document", "document_number", "scan_id", "reason")
    for owner, act, document, number, scan, reason in steps.values_list(*columns):
        if act in SAID:
            documents[owner] = " ".join(filter(None, (document, number)))
        elif act == "past_returned":
            reasons[owner] = reason
        if scan is not None and scan not in scans[owner]:
            scans[owner].append(scan)
    return documents, scans, reasons
