"""The list of assignments: the rows an actor asked for, counted by state; the same for page and export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils.functional import cached_property

from assignments import owing, posting_rows
from assignments.filters.assignments import AssignmentFilter
from assignments.kinds import Kind
from assignments.models import Assignment, Campaign
from assignments.models.assignments import AssignmentQuerySet
from assignments.states import STATE_SHAPES, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.http import PAGE_ROWS
from deploy_admin.registry.divisions import districts_to_choose
from deploy_admin.registry.models import Institution
from quotas.reading import scheme_names

#: An export is written in pieces of so many rows.
CHUNK = 2_000
#: So many campaigns are offered to choose from, the latest first.
CAMPAIGNS = 200


class PostingList:
    """One look at the list: filters from the address, rows by the page, counts by state."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor = actor
        self.today = clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.visible: AssignmentQuerySet = Assignment.objects.visible_to(actor)
        self.filter = AssignmentFilter(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            self.data = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.filter = AssignmentFilter(self.data, queryset=self.visible)

    @property
    def asked(self) -> dict[str, str]:
        """What of the address narrows the list: kept when an act is done on all that it shows."""
        return {name: value for name, value in self.data.items() if name in self.filter.filters}

    @cached_property
    def _asked(self) -> AssignmentQuerySet:
        """What the filters leave, the state apart: the chips count every state."""
        form = self.filter.form
        form.is_valid()
        form.cleaned_data["state"] = ""
        rows: AssignmentQuerySet = self.filter.filter_queryset(self.visible)
        return rows

    @cached_property
    def states(self) -> Counter[str]:
        """How many rows each state has. One query."""
        counted = self._asked.order_by().values_list("state").annotate(n=Count("pk"))
        return Counter(dict(counted))

    @property
    def state(self) -> str:
        """The state asked for, if any."""
        asked = self.data.get("state", "")
        return asked if asked in AssignmentState.values else ""

    @property
    def count(self) -> int:
        """How many rows are shown: those that never took place only where they are asked for."""
        if self.state:
            return self.states[self.state]
        return sum(n for state, n in self.states.items() if state != AssignmentState.WITHDRAWN)

    @property
    def chosen(self) -> AssignmentQuerySet:
        """The rows shown, in no order."""
        rows = self._asked.filter(state=self.state) if self.state else self._asked.living()
        return rows.order_by()

    @property
    def order(self) -> list[str]:
        """The order asked for; by default by pinyin."""
        asked = self.data.get("sort", "name")
        columns = posting_rows.SORTS.get(asked.lstrip("-"), posting_rows.SORTS["name"])
        sign = "-" if asked.startswith("-") else ""
        return [*(f"{sign}{column}" for column in columns), "pk"]

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of rows, as words by column. One query."""
        paginator = Paginator(self.chosen.order_by(*self.order).values("pk"), PAGE_ROWS)
        paginator.count = self.count  # told, not asked
        page: Any = paginator.get_page(number)
        rows = Assignment.objects.filter(pk__in=page.object_list)
        page.object_list = posting_rows.rows(posting_rows.dressed(rows, self.today).order_by(*self.order), self.today)
        return cast(Page[Any], page)

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The states that have any row, in the order of a life."""
        return [
            {"value": state.value, "label": state.label, "count": self.states[state], "shape": shape}
            for state, shape in STATE_SHAPES.items()
            if self.states[state]
        ]

    @cached_property
    def choices(self) -> dict[str, Any]:
        """What the filters offer."""
        rows = Campaign.objects.visible_to(self.actor).living().order_by("-year", "-batch", "kind", "pk")
        campaigns = list(rows.values_list("pk", "name", "year", "scheme")[:CAMPAIGNS])
        names = scheme_names()
        schemes = {scheme: names.get(scheme, scheme) for *_rest, scheme in campaigns}
        years = sorted({year for _pk, _name, year, _scheme in campaigns} | {self.today.year}, reverse=True)
        return {
            "campaigns": [(pk, name) for pk, name, _year, _scheme in campaigns],
            "years": [(year, year) for year in years],
            "schemes": sorted(schemes.items()),
            "kinds": Kind.choices,
            "owed": owing.choices(),
            "districts": districts_to_choose(self.actor, self.today),
        }

    @cached_property
    def units(self) -> dict[str, tuple[int, str] | None]:
        """The units that the address names, so that the filter can say them: sending and receiving."""
        asked = {name: self.filter.form.cleaned_data.get(name) for name in ("sending_unit", "receiving_unit")}
        ids = [int(pk) for pk in asked.values() if pk is not None]
        names = Institution.objects.filter(pk__in=ids).named(self.today) if ids else {}
        return {
            name: (int(pk), names[int(pk)]) if pk is not None and int(pk) in names else None
            for name, pk in asked.items()
        }

    @property
    def wide(self) -> bool:
        """Whether the actor sees more than one unit, so that places narrow anything."""
        return self.actor.reach in (Reach.ALL, Reach.DISTRICT)

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        names = posting_rows.columns(self.actor)
        heads = posting_rows.heads()
        return [heads[name] for name in names], self._cells(names)

    def _cells(self, names: tuple[str, ...]) -> Iterator[list[Any]]:
        rows = posting_rows.dressed(self.chosen.order_by(*self.order), self.today).iterator(chunk_size=CHUNK)
        while chunk := list(islice(rows, CHUNK)):
            for row in posting_rows.rows(chunk, self.today):
                yield posting_rows.as_cells(row, names)
