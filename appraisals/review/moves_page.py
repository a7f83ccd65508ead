"""What a correction moves, in words: old beside new, whom letters go to, later months, what lies beside the month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from appraisals.models import ReleasedScore
from appraisals.review import words
from appraisals.review.sheet_page import total_words
from appraisals.scoring.answers import Clauses
from appraisals.scoring.words import names_of
from appraisals.states import SCORE_SHAPES, ScoreState
from assignments import leave_words
from assignments.models import AssignmentMonth
from deploy_admin.access import Actor
from deploy_admin.registry.models import Indicator


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that changes: what, from what, to what."""

    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Side:
    """A score before or after."""

    state: str
    shape: str
    points: str | None
    factor: str | None
    explanation: Mapping[str, Any]


class MovesPage:
    """The kept or computed moves of one correction, ready to be shown."""

    def __init__(self, data: Mapping[str, Any], row: AssignmentMonth, actor: Actor) -> None:
        self.data, self.row, self.actor = data, row, actor
        self.knows_kinds = leave_words.knows_kinds(actor)

    @cached_property
    def names(self) -> dict[str, str]:
        """What the clause calls its parts, for the steps of both sides."""
        released = ReleasedScore.objects.filter(row=self.row).standing().first()
        if released is None:
            return {}
        clauses = Clauses([released.policy_version_id])
        missing = [*self.data["was"]["missing"], *self.data["now"]["missing"]]
        return names_of(clauses.clause(released), clauses.document(released.policy_version_id), missing)

    @property
    def was(self) -> Side:
        return _side(self.data["was"])

    @property
    def now(self) -> Side:
        return _side(self.data["now"])

    @property
    def score_moves(self) -> bool:
        """Whether points, factor or state differ at all."""
        old, new = self.data["was"], self.data["now"]
        return any(old[name] != new[name] for name in ("state", "points", "factor"))

    @cached_property
    def days(self) -> list[Move]:
        return [
            Move((self.row.month + timedelta(days=n - 1)).isoformat(), self._cell(old), self._cell(new))
            for n, old, new in self.data["days"]
        ]

    @property
    def totals(self) -> list[Move]:
        return [Move(total_words(name), was or "0", now) for name, was, now in self.data["totals"]]

    @cached_property
    def workload(self) -> list[Move]:
        known = {
            each.code: each for each in Indicator.objects.filter(code__in=[row[0] for row in self.data["workload"]])
        }
        return [
            Move(known[code].label if code in known else code, was if was is not None else "—", now or "—")
            for code, was, now in self.data["workload"]
        ]

    @property
    def letters(self) -> list[dict[str, Any]]:
        """Each unit that was told of it, with the letters; it gets another one."""
        return [
            {
                "name": told["name"],
                "letters": [
                    {
                        "url": reverse("appraisals:letter", args=[each["letter"]]),
                        "number": each["number"] or _("letter %(n)d") % {"n": each["sequence"]},
                    }
                    for each in told["letters"]
                ],
            }
            for told in self.data["letters"]
        ]

    @property
    def later(self) -> list[dict[str, Any]]:
        """The later months whose targets rest on this one; released ones stand."""
        return [
            {
                "month": each["month"],
                "points": each["points"],
                "url": reverse("appraisals:released", args=[each["released"]]) if each["released"] else "",
                "computed_on": (each["computed_on"] or "")[:10],
            }
            for each in self.data["later"]
        ]

    @property
    def pay_month(self) -> str:
        return str(self.data["pay_month"])

    @property
    def beside(self) -> list[dict[str, str]]:
        """Records of their own that the changed days speak of, with the way there."""
        query = {"assignment": self.row.assignment_id}
        return [
            {
                "text": str(_BESIDE[what][0]()),
                "url": reverse(_BESIDE[what][1], query=query),
                "link": _BESIDE[what][2](),
            }
            for what in self.data["beside"]
        ]

    def _cell(self, cell: str) -> str:
        return words.cell_shown(cell, knows_kinds=self.knows_kinds)[1]


_BESIDE: dict[str, Any] = {
    "leave": (
        lambda: _(
            "Leave is a record of its own: days, filing and the last day of the term follow from it, not from here."
        ),
        "assignments:leaves",
        lambda: _("See the leave"),
    ),
    "absence": (
        lambda: _(
            "An unapproved absence counts once it is confirmed where absences are; this changes the sheet only."
        ),
        "assignments:absences",
        lambda: _("See the absences"),
    ),
}


def _side(data: Mapping[str, Any]) -> Side:
    state = ScoreState(data["state"])
    return Side(str(state.label), SCORE_SHAPES[state], data["points"], data["factor"], data["explanation"])
