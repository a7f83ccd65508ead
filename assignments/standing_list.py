"""The lists of obligations and of credit: the rows an actor asked for, in words; page and export alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments import reading, standing_reading, standing_words
from assignments.filters.standing import CreditFilter, ObligationFilter
from assignments.models import Obligation, ServiceCredit
from assignments.services.crediting import reckoned_on
from assignments.standing_reading import CreditLine, ObligationLine
from assignments.states import CreditState, ObligationState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.http import PAGE_ROWS
from deploy_admin.policies.language.eligibility import TARGETS
from deploy_admin.policies.services import governing
from deploy_admin.registry.divisions import districts_to_choose
from quotas.reading import documents

CHUNK = 2_000


class _List:
    """One look at a list: filters from the address, rows by the page, counts by state."""

    filters: Any
    states: Any
    hidden: tuple[str, ...] = ()

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor, self.today = actor, clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.visible = self.seen()
        self.filter = self.filters(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            self.data = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.filter = self.filters(self.data, queryset=self.visible)

    def seen(self) -> Any:
        """Return what the actor may know about."""
        raise NotImplementedError

    @cached_property
    def kept_on(self) -> Any:
        """The day for which the list was last reckoned; None before it ever was."""
        return reckoned_on()

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
        return asked if asked in self.states.values and asked not in self.hidden else ""

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
            {"value": state.value, "label": state.label, "count": self.counts[state], "shape": self.shape(state)}
            for state in self.states
            if self.counts[state]
        ]

    @property
    def asked(self) -> bool:
        """Whether anything narrows the list."""
        return any(name in self.filter.filters for name in self.data)

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines."""
        paginator = Paginator(self.rows, PAGE_ROWS)
        paginator.count = self.count  # told, not asked
        page = paginator.get_page(number)
        page.object_list = self.lines(list(page.object_list))
        return page

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        return self.head(), (self.cells(line) for line in self._all())

    def _all(self) -> Iterator[Any]:
        chunk: list[Any] = []
        for row in self.rows.iterator(chunk_size=CHUNK):
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield from self.lines(chunk)
                chunk = []
        yield from self.lines(chunk)

    def shape(self, state: Any) -> str:
        raise NotImplementedError

    def lines(self, rows: Sequence[Any]) -> list[Any]:
        raise NotImplementedError

    def head(self) -> list[str]:
        raise NotImplementedError

    def cells(self, line: Any) -> list[Any]:
        raise NotImplementedError


class ObligationList(_List):
    """Whose clock runs out: the most pressing first."""

    filters, states, hidden = ObligationFilter, ObligationState, (ObligationState.ENDED.value,)

    def seen(self) -> Any:
        return Obligation.objects.visible_to(self.actor).current()

    def shape(self, state: Any) -> str:
        return standing_words.obligation_shape(state, "mandatory")

    @cached_property
    def choices(self) -> dict[str, Any]:
        """What the filters offer: the requirements that govern today, in words."""
        held = governing.requirements_on(self.today)
        schemes: dict[str, str] = {}
        topics: dict[str, str] = {}
        targets: dict[str, str] = {}
        for each in held.clauses:
            document = held.versions[each.version_id].document
            schemes.setdefault(each.scheme, reading.scheme_label(document))
            if self.data.get("scheme", each.scheme) == each.scheme:
                topics.setdefault(each.topic, standing_words.requirement_label(document, each.clause_id))
            if each.clause.target in TARGETS:
                targets.setdefault(str(each.clause.target), reading.target_label(str(each.clause.target)))
        return {
            "districts": districts_to_choose(self.actor, self.today),
            "schemes": sorted(schemes.items()),
            "topics": sorted(topics.items()),
            "targets": sorted(targets.items()),
        }

    def lines(self, rows: Sequence[Obligation]) -> list[ObligationLine]:
        return standing_reading.obligation_lines(rows, self.today)

    def head(self) -> list[str]:
        return [
            _("Person number"), pgettext("person", "Name"), _("Unit"), _("Scheme"), _("Rule"), _("Before what"),
            _("State"), _("Latest safe first day"), _("Due on"), _("Clock began"), _("Months asked"), _("Credited"),
            _("Still to be served"), _("Met on"), _("Reason"),
        ]  # fmt: skip

    def cells(self, line: ObligationLine) -> list[Any]:
        row = line.row
        return [
            line.number, line.name, line.unit, line.scheme, line.label, line.before, line.state, row.latest_start_on,
            row.due_on, row.since, row.required_months, line.credited, line.left, row.met_on, line.reason,
        ]  # fmt: skip


class CreditList(_List):
    """How much of each assignment is credited, by person."""

    filters, states = CreditFilter, CreditState

    def seen(self) -> Any:
        return ServiceCredit.objects.visible_to(self.actor).exclude(assignment__state="withdrawn")

    def shape(self, state: Any) -> str:
        return standing_words.credit_shape(state)

    @cached_property
    def choices(self) -> dict[str, Any]:
        """What the filters offer: the schemes of the rows, as their policies call them."""
        held = self.visible.exclude(policy_version=None).order_by()
        versions = dict(held.values_list(F("assignment__scheme"), "policy_version_id").distinct())
        texts = documents(versions.values())
        schemes = {scheme: reading.scheme_label(texts[version]) for scheme, version in versions.items()}
        return {"districts": districts_to_choose(self.actor, self.today), "schemes": sorted(schemes.items())}

    def lines(self, rows: Sequence[ServiceCredit]) -> list[CreditLine]:
        return standing_reading.credit_lines(rows, self.today)

    @cached_property
    def _numbered(self) -> bool:
        """Whether the person's number is told: a receiving unit knows people by name."""
        return self.actor.can(Permission.PEOPLE_VIEW)

    def head(self) -> list[str]:
        return [
            *([_("Person number")] if self._numbered else []), pgettext("person", "Name"), _("Sending unit"),
            _("Receiving unit"), _("First day"), _("Last day"), _("State"), _("Credited up to"), _("Months"),
            _("And days"), _("Months at the end"), _("And days"), _("Rule"), _("Remark"),
        ]  # fmt: skip

    def cells(self, line: CreditLine) -> list[Any]:
        row = line.row
        return [
            *([line.number] if self._numbered else []), line.name, line.sending, line.receiving, line.first_day,
            line.last_day, line.state, row.through, row.months, row.days, row.term_months, row.term_days, line.rule,
            line.note,
        ]  # fmt: skip
