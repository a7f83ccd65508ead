"""The effect of a draft in words: who would have how many points, how they are spread, of whom what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.scoring import effects, words
from appraisals.scoring.effects import STEP, STEPS, Changed, Effect
from appraisals.scoring.listing import months_between
from appraisals.states import ScoreState
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.http import PAGE_ROWS
from deploy_admin.months import Month
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import Institution


class EffectPage:
    """What one draft does to one month: the one asked for, otherwise the last of which anything is handed in."""

    def __init__(self, version: PolicyVersion, data: Mapping[str, str], actor: Actor) -> None:
        self.version, self.actor = version, actor
        self.document = governing.read_document(version)
        self.month = self._month(data.get("month", ""))

    def _month(self, asked: str) -> Month | None:
        try:
            return Month.parse(asked)
        except ValueError:
            return effects.last_month(self.actor)

    @cached_property
    def months(self) -> list[tuple[str, str]]:
        """The months that can be looked at, the latest first."""
        return months_between(MonthSheet.objects.visible_to(self.actor).handed_in())

    @cached_property
    def effect(self) -> Effect:
        """What the draft does; the biggest changes first, then who has no points."""
        assert self.month is not None  # noqa: S101 -- the page asks whether there is a month
        found = effects.effect_of(self.version, self.month, self.actor)
        found.people.sort(key=_place)
        return found

    @property
    def states(self) -> list[dict[str, Any]]:
        """How many people have each state with the draft."""
        held = self.effect.states
        return [
            {"label": state.label, "count": held[state], "shape": words.shape(state)}
            for state in ScoreState
            if held[state]
        ]

    @property
    def missing(self) -> list[tuple[str, int]]:
        """What is missing, in words, and of how many people."""
        return [(words.missing_labels([code], self.document)[0], count) for code, count in self.effect.missing]

    @property
    def spread(self) -> list[dict[str, Any]]:
        """Points in tens, with the share of the fullest step for the bar."""
        rows = self.effect.spread
        top = max((max(now, then) for _low, now, then in rows), default=1) or 1
        return [{"label": _step(low), "now": now, "then": then, "top": top} for low, now, then in rows]

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of people: two queries for their names."""
        page: Page[Any] = Paginator(self.effect.people, PAGE_ROWS).get_page(number)
        page.object_list = self._named(list(page.object_list))
        return page

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of everybody."""
        head = [
            pgettext("person", "Name"), _("Receiving unit"), _("State now"), _("Points now"),
            _("State with the draft"), _("Points with the draft"), _("Difference"), _("Remark"),
        ]  # fmt: skip
        return head, self._cells()

    def _cells(self) -> Iterator[list[Any]]:
        for start in range(0, len(self.effect.people), 2_000):
            for row in self._named(self.effect.people[start : start + 2_000]):
                each = row["changed"]
                yield [
                    row["name"], row["unit"], row["now_state"], each.now, row["then_state"], each.then,
                    each.difference, row["note"],
                ]  # fmt: skip

    def _named(self, people: Sequence[Changed]) -> list[dict[str, Any]]:
        rows = AssignmentMonth.objects.filter(pk__in=[each.row_id for each in people])
        held = {
            pk: (name, unit)
            for pk, name, unit in rows.values_list("pk", "assignment__worker__name", "sheet__institution_id")
        }
        units = Institution.objects.filter(pk__in={unit for _name, unit in held.values()}).named(clock.today())
        return [self._line(each, held[each.row_id][0], units.get(held[each.row_id][1], "")) for each in people]

    def _line(self, each: Changed, name: str, unit: str) -> dict[str, Any]:
        lacking = words.missing_labels(each.missing, self.document)
        return {
            "changed": each,
            "name": name,
            "unit": unit,
            "url": reverse("appraisals:sheet_row", args=[each.row_id]),
            "now_state": ScoreState(each.now_state).label,
            "now_shape": words.shape(each.now_state),
            "then_state": ScoreState(each.then_state).label,
            "then_shape": words.shape(each.then_state),
            "difference": "" if each.difference is None else f"{each.difference:+}",
            "note": _("missing: %(facts)s") % {"facts": _(", ").join(lacking)} if lacking else "",
        }


def _place(each: Changed) -> tuple[bool, Decimal, int]:
    moved = each.difference
    return moved is None, Decimal(0) if moved is None else -abs(moved), each.row_id


def _step(low: int) -> str:
    if low == STEP * (STEPS - 1):
        return _("%(n)s and more") % {"n": low}
    return f"{low} – {low + STEP}"
