"""The list of papers: rows an actor asked for, with their words; page and export alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.db.models.fields.json import KT
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from assignments.filters.papers import PaperFilter
from assignments.kinds import PaperKind
from assignments.models import IssuedPaper
from assignments.states import PaperState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.http import PAGE_ROWS
from deploy_admin.registry.models import Institution

CHUNK = 2_000
SHAPES = {PaperState.ISSUED: "und", PaperState.STAMPED: "ok", PaperState.WITHDRAWN: "mute"}


@dataclass(frozen=True, slots=True)
class Line:
    """One paper as the list says it."""

    paper: Any
    issuer: str
    addressee: str
    shape: str

    @property
    def names(self) -> int:
        """How many rows it has."""
        return int(self.paper.names)


class PaperList:
    """One look at the list: filters from the address, rows by the page, counts by state."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.today = clock.today()
        visible = IssuedPaper.objects.visible_to(actor)
        self.data = {key: value for key, value in data.items() if value}
        self.filter = PaperFilter(self.data, queryset=visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            self.data = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.filter = PaperFilter(self.data, queryset=visible)

    @property
    def asked(self) -> bool:
        """Whether anything narrows the list."""
        return any(name in self.filter.filters for name in self.data)

    @property
    def state(self) -> str:
        asked = self.data.get("state", "")
        return asked if asked in PaperState.values else ""

    @cached_property
    def _asked(self) -> Any:
        """What the filters leave, the state apart: the chips count every state."""
        self.filter.form.is_valid()
        self.filter.form.cleaned_data["state"] = ""
        return self.filter.filter_queryset(self.filter.queryset)

    @cached_property
    def counts(self) -> Counter[str]:
        """How many papers each state has. One query."""
        return Counter(dict(self._asked.order_by().values_list("state").annotate(n=Count("pk", distinct=True))))

    @property
    def count(self) -> int:
        return self.counts[self.state] if self.state else sum(self.counts.values())

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The states that have any row."""
        return [
            {"value": state.value, "label": state.label, "count": self.counts[state], "shape": SHAPES[state]}
            for state in PaperState
            if self.counts[state]
        ]

    @property
    def rows(self) -> Any:
        """The papers asked for, the latest first; the content stays where it is but for the title."""
        rows = self._asked.filter(state=self.state) if self.state else self._asked
        named = IssuedPaper.objects.filter(pk__in=rows.order_by().values("pk"))
        return named.defer("content").annotate(title=KT("content__title"), names=Count("lines")).for_list()

    @property
    def choices(self) -> dict[str, Any]:
        return {"kinds": PaperKind.choices}

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines."""
        paginator = Paginator(self.rows, PAGE_ROWS)
        paginator.count = self.count  # told, not asked
        page: Any = paginator.get_page(number)
        page.object_list = self.lines(list(page.object_list))
        found: Page[Any] = page
        return found

    def lines(self, papers: Sequence[Any]) -> list[Line]:
        """Return the lines of these papers. One query."""
        units = {unit for paper in papers for unit in (paper.issuer_id, paper.addressee_id) if unit}
        names = Institution.objects.filter(pk__in=units).named(self.today)
        return [
            Line(
                paper,
                names.get(paper.issuer_id, ""),
                names.get(paper.addressee_id, "") if paper.addressee_id else "",
                SHAPES[PaperState(paper.state)],
            )
            for paper in papers
        ]

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            _("Document number"), _("Kind of paper"), _("Title of the paper"), _("Issuing unit"), _("Addressed to"),
            _("Date on the paper"), _("Rows on it"), _("State"), _("Check code"),
        ]  # fmt: skip
        return head, self._cells()

    def _cells(self) -> Iterator[list[Any]]:
        chunk: list[Any] = []
        for paper in self.rows.iterator(chunk_size=CHUNK):
            chunk.append(paper)
            if len(chunk) == CHUNK:
                yield from map(_cells, self.lines(chunk))
                chunk = []
        yield from map(_cells, self.lines(chunk))


def _cells(line: Line) -> list[Any]:
    paper = line.paper
    return [
        paper.number, str(paper.get_kind_display()), paper.title, line.issuer, line.addressee, paper.dated_on,
        line.names, str(paper.get_state_display()), paper.check_code,
    ]  # fmt: skip
