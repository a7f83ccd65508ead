"""The list of scores: the rows an actor asked for, in words; page and export alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.models import Score
from appraisals.rules.written import plain
from appraisals.scoring import words
from appraisals.scoring.answers import Clauses
from appraisals.scoring.filters import ScoreFilter
from appraisals.states import ScoreState
from assignments.models import MonthSheet
from assignments.reading import scheme_label
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.http import PAGE_ROWS
from deploy_admin.months import Month, Period
from deploy_admin.registry.divisions import districts_to_choose
from deploy_admin.registry.models import Institution

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One score with everything a page or an export shows of it."""

    row: Score
    name: str
    sending: str
    receiving: str
    state: str
    shape: str
    rule: str
    note: str
    url: str
    month_url: str

    @property
    def month(self) -> str:
        return str(Month(self.row.month))

    @property
    def factor(self) -> str:
        return "" if self.row.factor is None else plain(self.row.factor)


class ScoreList:
    """One look at the scores: filters from the address, rows by the page, counts by state.

    Of years of months nobody wants all at once: where neither year nor month is said, it is the last month.
    """

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor, self.today = actor, clock.today()
        self.data = {key: value for key, value in data.items() if value}
        if not {"month", "year"} & self.data.keys() and self.months:
            self.data["month"] = self.months[0][0]
        self.visible = Score.objects.visible_to(actor)
        self.filter = ScoreFilter(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            self.data = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.filter = ScoreFilter(self.data, queryset=self.visible)

    @cached_property
    def months(self) -> list[tuple[str, str]]:
        """The months of which anything is handed in, the latest first."""
        return months_between(MonthSheet.objects.handed_in())

    @property
    def month(self) -> Month | None:
        """The one month asked for."""
        try:
            return Month.parse(self.data["month"]) if "month" in self.data else None
        except ValueError:
            return None

    @cached_property
    def _asked(self) -> Any:
        """What the filters leave, the state apart: the chips count every state."""
        self.filter.form.is_valid()
        self.filter.form.cleaned_data["state"] = ""
        return self.filter.filter_queryset(self.visible)

    @cached_property
    def counts(self) -> Counter[str]:
        """How many rows each state has. One query."""
        return Counter(dict(self._asked.order_by().values_list("state").annotate(n=Count("pk"))))

    @property
    def state(self) -> str:
        """The state asked for, if any."""
        asked = self.data.get("state", "")
        return asked if asked in ScoreState.values else ""

    @property
    def count(self) -> int:
        return self.counts[self.state] if self.state else sum(self.counts.values())

    @property
    def rows(self) -> Any:
        """The rows asked for, in their order."""
        return (self._asked.filter(state=self.state) if self.state else self._asked).for_list()

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The states that have any row."""
        return [
            {"value": state.value, "label": state.label, "count": self.counts[state], "shape": words.shape(state)}
            for state in ScoreState
            if self.counts[state]
        ]

    @property
    def asked(self) -> bool:
        """Whether anything but the month narrows the list."""
        return any(name in self.filter.filters for name in self.data if name != "month")

    @cached_property
    def choices(self) -> dict[str, Any]:
        """What the filters offer; schemes as their policies call them."""
        held = self._asked.exclude(policy_version=None).order_by()
        pairs = dict(held.values_list("row__assignment__scheme", "policy_version_id").distinct())
        clauses = Clauses(pairs.values())
        schemes = {scheme: document for scheme, pk in pairs.items() if (document := clauses.document(pk))}
        return {
            "months": self.months,
            "years": [(year, year) for year in sorted({month[:4] for month, _ in self.months}, reverse=True)],
            "districts": districts_to_choose(self.actor, self.today),
            "schemes": sorted((scheme, scheme_label(document)) for scheme, document in schemes.items()),
        }

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines."""
        paginator = Paginator(self.rows, PAGE_ROWS)
        paginator.count = self.count  # told, not asked
        page: Page[Any] = paginator.get_page(number)
        page.object_list = lines(list(page.object_list))
        return page

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            pgettext("person", "Name"), _("Sending unit"), _("Receiving unit"), _("Month"), _("State"),
            pgettext("score", "Points"), _("Pay factor"), pgettext("score", "Rule"), _("Remark"),
        ]  # fmt: skip
        return head, self._cells()

    def _cells(self) -> Iterator[list[Any]]:
        rows = self.rows.iterator(chunk_size=CHUNK)
        while chunk := list(islice(rows, CHUNK)):
            for line in lines(chunk):
                yield [
                    line.name, line.sending, line.receiving, line.month, line.state, line.row.points, line.row.factor,
                    line.rule, line.note,
                ]  # fmt: skip


def months_between(sheets: Any) -> list[tuple[str, str]]:
    """Return the months from the last sheet's back to the first's: two looks into the index, whatever there is."""
    first = sheets.order_by("month").values_list("month", flat=True).first()
    last = sheets.order_by("-month").values_list("month", flat=True).first()
    if first is None or last is None:
        return []
    months = list(Period(first, Month(last).last).each_month())
    return [(str(month), str(month)) for month in reversed(months)]


def lines(rows: Sequence[Score]) -> list[Line]:
    """Return scores with their words: two queries for any number."""
    clauses = Clauses(row.policy_version_id for row in rows)
    ids = {unit for row in rows for unit in (row.row.sheet.institution_id, row.row.assignment.sending_unit_id)}
    units = Institution.objects.filter(pk__in=ids).named(clock.today())
    return [_line(row, clauses, units) for row in rows]


def _line(row: Score, clauses: Clauses, units: Mapping[int, str]) -> Line:
    return Line(
        row=row,
        name=row.row.assignment.worker.name,
        sending=units.get(row.row.assignment.sending_unit_id, ""),
        receiving=units.get(row.row.sheet.institution_id, ""),
        state=str(ScoreState(row.state).label),
        shape=words.shape(row.state),
        rule=words.clause_label(clauses.clause(row)),
        note=note(row, clauses),
        url=reverse("appraisals:score", args=[row.pk]),
        month_url=reverse("appraisals:sheet_row", args=[row.pk]),
    )


def note(row: Score, clauses: Clauses) -> str:
    """Return what has to be said beside the points: what is missing, or that the month is undone."""
    said = [_("undone by the rule")] if row.is_vetoed else []
    if row.missing:
        lacking = words.missing_labels(row.missing, clauses.document(row.policy_version_id))
        said.append(_("missing: %(facts)s") % {"facts": _(", ").join(lacking)})
    return " ".join(said)
