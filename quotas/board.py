"""The quota board: the rows an actor asked for, their totals and their chips; the same for page and export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.http import PAGE_ROWS
from deploy_admin.months import Period
from deploy_admin.policies.language import PolicyDocument
from deploy_admin.registry.divisions import districts_to_choose
from quotas import reading
from quotas.filters import QuotaFilter
from quotas.models import Quota, Run, Summary
from quotas.models.quotas import Binding, QuotaQuerySet, Scope, Verdict
from quotas.services.quotas import Explainer

#: Nothing can be read off these until something is entered: folded into one line with their count.
FOLDED = (Verdict.UNDETERMINED, Verdict.NOT_COMPUTED)
#: Filters that ask about units or people, which no summary answers.
NARROWING = ("q", "district", "affiliation", "institution", "scope", "batch", "updated_since")
#: A word of the address to the columns it sorts by; the unit's pinyin and the topic break ties.
SORTS = {"unit": None, "required": "required", "shortfall": "shortfall", "forecast": "forecast"}
NUMBERS = ("required", "nominated", "on_post", "recognised_year_end", "recognised_final", "shortfall", "forecast")


@dataclass(frozen=True, slots=True)
class Totals:
    """What the shown units owe together: undetermined ones are counted beside, never as zero."""

    sums: Mapping[str, int | None]
    known: int
    undetermined: int
    short_units: int


class Board:
    """One look at the board: scope, period and filters from the address, rows by the page."""

    def __init__(self, data: Mapping[str, str], actor: Actor, scope: str = Scope.UNIT) -> None:
        self.actor = actor
        self.scope = scope
        self._met: dict[int, PolicyDocument] = {}
        self.data = {key: value for key, value in data.items() if value}
        self.data.setdefault("period", Period.year(clock.today().year).iso)
        self.visible = Quota.objects.visible_to(actor).current().exclude(verdict=Verdict.NOT_APPLICABLE)
        self.filter = QuotaFilter(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            asked = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.data = {"period": Period.year(clock.today().year).iso} | asked
            self.filter = QuotaFilter(self.data, queryset=self.visible)

    @cached_property
    def period(self) -> Period:
        """The period asked for; this year where the address names none that can be read."""
        return Period.parse(self.data["period"])

    @cached_property
    def _asked(self) -> QuotaQuerySet:
        """What the filters leave, the verdict apart: the chips count every verdict."""
        form = self.filter.form
        form.is_valid()
        form.cleaned_data["verdict"] = ""
        rows: QuotaQuerySet = self.filter.filter_queryset(self.visible)
        return rows

    @cached_property
    def _summary(self) -> list[dict[str, Any]]:
        """The counts kept for whoever sees everything, of every period and rule: a few lines. One query."""
        runs = Run.objects.published().filter(period_start=OuterRef("period_start"), period_end=OuterRef("period_end"))
        computed = Subquery(runs.order_by("-id").values("finished_at")[:1])
        lines = Summary.objects.visible_to(self.actor).annotate(computed_at=computed)
        return [dict(line) for line in lines.values()]

    @cached_property
    def _groups(self) -> list[dict[str, Any]]:
        """Counts and sums by verdict, binding and scope, from the summary or one query: totals, chips and tabs."""
        if self._summary and not any(self.data.get(name) for name in NARROWING):
            return self._summed()
        sums = {name: Sum(name) for name in NUMBERS}
        rows = self._asked.with_tallies().order_by().values("scope", "verdict", "binding", "to_coordinate")
        counted = rows.annotate(
            n=Count("pk"), units=Count("institution_id", distinct=True), **{f"sum_{k}": v for k, v in sums.items()}
        )
        return [dict(group) for group in counted]

    def _summed(self) -> list[dict[str, Any]]:
        """The summary's lines at the level that was asked for, in the shape of the groups."""
        scheme, topic, binding = (self.data.get(name, "") for name in ("scheme", "topic", "binding"))
        level = "topic" if topic else "scheme" if scheme else "all"
        return [
            {
                **{name: line[name] for name in ("scope", "verdict", "binding", "to_coordinate", "units")},
                "n": line["quotas"],
                **{f"sum_{name}": line[name] for name in NUMBERS},
            }
            for line in self._summary
            if line["level"] == level
            and (line["period_start"], line["period_end"]) == (self.period.first, self.period.last)
            and (not scheme or line["scheme"] == scheme)
            and (not topic or line["topic"] == topic)
            and (not binding or line["binding"] == binding)
        ]

    @cached_property
    def by_scope(self) -> Counter[str]:
        """How many rows each tab holds."""
        counts: Counter[str] = Counter()
        for group in self._groups:
            counts[group["scope"]] += group["n"]
        return counts

    @property
    def unit_count(self) -> int:
        """How many rows are owed by units and groups, not by districts."""
        return sum(n for scope, n in self.by_scope.items() if scope != Scope.DISTRICT)

    @property
    def _in_scope(self) -> list[Any]:
        return [g for g in self._groups if (g["scope"] == Scope.DISTRICT) == (self.scope == Scope.DISTRICT)]

    @cached_property
    def totals(self) -> Totals:
        """The strip of numbers: what binds, without what is merely encouraged."""
        binding = [g for g in self._in_scope if g["binding"] != Binding.ENCOURAGED]
        known = [g for g in binding if g["verdict"] not in FOLDED]

        def total(name: str) -> int | None:
            values = [g[f"sum_{name}"] for g in known if g[f"sum_{name}"] is not None]
            return sum(values) if values else None

        return Totals(
            sums={name: total(name) for name in NUMBERS},
            known=sum(g["n"] for g in known),
            undetermined=sum(g["n"] for g in binding if g["verdict"] in FOLDED),
            short_units=sum(g["units"] for g in known if g["verdict"] == Verdict.SHORT),
        )

    @cached_property
    def verdicts(self) -> Counter[str]:
        """How many rows of this tab each verdict has."""
        counts: Counter[str] = Counter()
        for group in self._in_scope:
            counts[group["verdict"]] += group["n"]
        return counts

    @property
    def folded(self) -> int:
        """How many undetermined rows stand behind the one line; none once they are asked for."""
        return 0 if self.data.get("verdict") in FOLDED else sum(self.verdicts[v] for v in FOLDED)

    @cached_property
    def folded_reasons(self) -> list[tuple[str, int]]:
        """What the folded ones lack, the most frequent first."""
        counts: Counter[str] = Counter()
        rows = self._rows_of_tab.filter(verdict__in=FOLDED).order_by().values_list("missing").annotate(n=Count("pk"))
        for missing, n in rows:
            counts[reading.missing_summary(missing)] += n
        return counts.most_common()

    @property
    def _rows_of_tab(self) -> QuotaQuerySet:
        if self.scope == Scope.DISTRICT:
            return self._asked.filter(scope=Scope.DISTRICT)
        return self._asked.exclude(scope=Scope.DISTRICT)

    @cached_property
    def rows(self) -> QuotaQuerySet:
        """The rows in the order asked for; by default the largest gap first."""
        rows = self._rows_of_tab
        verdict = self.data.get("verdict")
        rows = rows.filter(verdict=verdict) if verdict in Verdict.values else rows.exclude(verdict__in=FOLDED)
        rows = rows.for_list().select_related(None)  # a row's unit is its profile on the day, read for the page
        if self.scope == Scope.DISTRICT:
            rows = rows.defer(None)  # each row tells its ways, which are read off what it rests on
        rows = rows.annotate(unit_pinyin=F("sort_key"))
        asked = self.data.get("sort", "-shortfall")
        name, descending = asked.lstrip("-"), asked.startswith("-")
        order: list[Any] = []
        if column := SORTS.get(name):
            order = [F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)]
        pinyin_first = F("unit_pinyin").desc() if name == "unit" and descending else F("unit_pinyin").asc()
        return rows.order_by(*order, pinyin_first, "institution_id", "topic", "pk")

    @property
    def row_count(self) -> int:
        """How many rows the tab shows, told by the groups instead of another count."""
        verdict = self.data.get("verdict")
        if verdict in Verdict.values:
            return self.verdicts[verdict]
        return sum(n for v, n in self.verdicts.items() if v not in FOLDED)

    def page(self, number: str | None) -> Page[Quota]:
        """Return a page of rows, each with `unit` (its profile), `label`, `scheme_name`, `first` (of its unit) set."""
        paginator = Paginator(self.rows, PAGE_ROWS)
        paginator.count = self.row_count  # a cached property, told instead of asked
        page = paginator.get_page(number)
        page.object_list = self.dressed(list(page.object_list))
        return page

    def dressed(self, rows: Sequence[Any]) -> list[Any]:
        """Give each row the words beside its numbers. Two queries for any number of rows."""
        units = reading.profiles({q.institution_id for q in rows}, reading.day_of(self.period))
        documents = self._documents({q.version_id for q in rows})
        explainer = Explainer.of(rows) if self.scope == Scope.DISTRICT else None
        last = None
        for row in rows:
            document = documents[row.version_id]
            row.unit = units.get(row.institution_id)
            row.label = reading.clause_label(document, row.clause_id)
            row.scheme_name = reading.scheme_label(document)
            row.is_pending = row.recognised is None and not row.nominated
            row.required_shown = reading.required_shown(row)
            row.ways = reading.ways(explainer.explain(row), row.recognised) if explainer else []
            row.first = row.institution_id != last
            last = row.institution_id
        return list(rows)

    @cached_property
    def districts(self) -> list[tuple[int, str]]:
        """The districts to choose from."""
        return districts_to_choose(self.actor, reading.day_of(self.period))

    @property
    def wide(self) -> bool:
        """Whether the actor sees more than its own unit, so that places and affiliations narrow anything."""
        return self.actor.reach in (Reach.ALL, Reach.DISTRICT)

    def _documents(self, version_ids: set[int]) -> dict[int, PolicyDocument]:
        """Return the documents of these versions; those met in this look at the board are not asked for again."""
        if unmet := version_ids - self._met.keys():
            self._met |= reading.documents(unmet)
        return self._met

    @cached_property
    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """Schemes and rules that have rows in this period, and the periods that have any. One query."""
        columns = ("period_start", "period_end", "scheme", "topic", "version_id", "clause_id")
        if self._summary:
            found = list(
                {tuple(line[name] for name in columns) for line in self._summary if line["level"] == "clause"}
            )
        else:
            found = list(self.visible.order_by().values_list(*columns).distinct())
        documents = self._documents({row[4] for row in found})
        spans = {Period(row[0], row[1]) for row in found} | {self.period, Period.year(clock.today().year)}
        schemes: dict[str, str] = {}
        topics: dict[str, str] = {}
        for first, last, scheme, topic, version, clause in found:
            schemes.setdefault(scheme, reading.scheme_label(documents[version]))
            if (first, last) == (self.period.first, self.period.last):
                topics.setdefault(topic, reading.clause_label(documents[version], clause))
        return {
            "periods": [(span.iso, str(span)) for span in sorted(spans)],
            "schemes": sorted(schemes.items()),
            "topics": sorted(topics.items()),
        }

    @cached_property
    def batches(self) -> list[tuple[str, str]]:
        """The batches of the year from which anybody counts; the summary knows them, else one query."""
        found: set[int] = set()
        if self._summary:
            for line in self._summary:
                if (line["period_start"], line["period_end"]) == (self.period.first, self.period.last):
                    found.update(line["batches"])
        else:
            rows = self.visible.of_period(self.period).exclude(batches=[]).order_by()
            found.update(*rows.values_list("batches", flat=True).distinct())
        return [(str(n), _("Batch %(n)d") % {"n": n}) for n in sorted(found)]

    @cached_property
    def computed_at(self) -> datetime | None:
        """When the results that the board shows were computed; None while they were not."""
        for line in self._summary:
            if (line["period_start"], line["period_end"]) == (self.period.first, self.period.last):
                return cast(datetime, line["computed_at"])
        run = Run.objects.published().of_period(self.period).order_by("-id").first()
        return run.finished_at if run else None

    def export(self) -> tuple[list[str], list[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            _("Unit"), _("Scheme"), _("Rule"), _("Binding"), _("Base"), _("Ratio"), _("Required"), _("Nominated"),
            _("On post"), _("Recognised at year end"), _("Recognised finally"), _("Gap"), _("Forecast"), _("Verdict"),
        ]  # fmt: skip
        rows = self.dressed(list(self.rows))
        return head, [
            [
                q.unit.name if q.unit else "", q.scheme_name, q.label, q.get_binding_display(), q.base_shown,
                q.ratio_shown, q.required, q.nominated, q.on_post, q.recognised_year_end, q.recognised_final,
                q.shortfall, q.forecast, q.get_verdict_display(),
            ]
            for q in rows
        ]  # fmt: skip
