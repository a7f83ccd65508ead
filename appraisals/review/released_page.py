"""One person's month as released, in words: days, totals, counts, the score with its frozen explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import cached_property

from appraisals.models import LetterLine, ReleasedScore
from appraisals.review import words
from appraisals.review.freezing import TOTALS
from appraisals.review.sheet_page import DayCell, shade, total_words
from appraisals.rules.written import plain
from appraisals.scoring.answers import Clauses
from appraisals.scoring.words import names_of
from appraisals.states import SCORE_SHAPES, ScoreState
from assignments import leave_words
from assignments.told_people import Told, told
from deploy_admin.access import Actor, Reach
from deploy_admin.policies.services import governing
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import Indicator


@dataclass(frozen=True, slots=True)
class Value:
    """One frozen number: what it is, how much, in which unit; `was` is what it was before a correction."""

    label: str
    value: str | None
    unit: str = ""
    was: str | None = None
    differs: bool = False


class ReleasedPage:
    """One look at one released score; everything shown is frozen, names of units and counts are today's."""

    def __init__(self, released: ReleasedScore, actor: Actor) -> None:
        self.released, self.actor = released, actor
        self.today = released.release.recorded_at.date()
        self.knows_kinds = leave_words.knows_kinds(actor)

    @cached_property
    def told(self) -> Told:
        return told([self.released.assignment], self.today)[self.released.assignment_id]

    @property
    def shape(self) -> str:
        return SCORE_SHAPES[ScoreState(self.released.state)]

    @cached_property
    def before(self) -> ReleasedScore | None:
        """What this one corrects."""
        return self.released.corrects

    @cached_property
    def after(self) -> ReleasedScore | None:
        """What has corrected this one."""
        return ReleasedScore.objects.filter(corrects=self.released.pk).select_related("release").first()

    @cached_property
    def cells(self) -> list[DayCell]:
        """The days with their signs; of health and family only to those who are told it."""
        calendar = work_calendar()
        found = []
        for n, cell in enumerate(self.released.values["days"]):
            day = self.released.month + timedelta(days=n)
            sign, said = words.cell_shown(cell, knows_kinds=self.knows_kinds)
            found.append(DayCell(day, sign, said, shade(cell, day, calendar)))
        return found

    @cached_property
    def totals(self) -> list[Value]:
        """The totals in days, those at zero left out after the first three."""
        held: Mapping[str, str] = self.released.values.get("totals", {})
        before: Mapping[str, str] = self.before.values.get("totals", {}) if self.before else {}
        return [
            _value(total_words(name), value, "", before.get(name), self.before)
            for name in TOTALS
            if (value := held.get(name)) is not None
            and (name in ("attended", "leave", "absent") or Decimal(value) or Decimal(before.get(name) or 0))
        ]

    @cached_property
    def workload(self) -> list[Value]:
        """The counts in the order of the indicators."""
        held: Mapping[str, str | None] = self.released.values.get("workload", {})
        before: Mapping[str, str | None] = self.before.values.get("workload", {}) if self.before else {}
        known = Indicator.objects.filter(code__in=held).order_by("position", "code")
        return [_value(each.label, held[each.code], each.unit, before.get(each.code), self.before) for each in known]

    @cached_property
    def clauses(self) -> list[dict[str, Any]]:
        """The clause it was scored by, quoted."""
        version = self.released.policy_version
        if version is None:
            return []
        document = governing.read_document(version)
        found = [each for each in document.month if each.id == self.released.clause_id]
        return [
            {
                "quote": each.cite.phrase,
                "source": document.title_zh,
                "article": each.cite.article or "",
                "binding": each.binding.value,
            }
            for each in found
        ]

    @cached_property
    def names(self) -> dict[str, str]:
        """What the clause calls its parts, for the steps."""
        clauses = Clauses([self.released.policy_version_id])
        document = clauses.document(self.released.policy_version_id)
        return names_of(clauses.clause(self.released), document, self.released.missing)

    @cached_property
    def letter(self) -> LetterLine | None:
        """The letter that told of it, where the actor may know letters: never a person's own page."""
        if self.actor.reach is Reach.SELF:
            return None
        return LetterLine.objects.filter(released=self.released.pk).select_related("letter__paper").first()

    @property
    def sums(self) -> Sequence[dict[str, Any]]:
        """What the explanation is about."""
        score = self.released
        found: list[dict[str, Any]] = [{"label": _points_label(), "value": score.points}]
        if score.factor is not None:
            found.append({"label": _factor_label(), "value": plain(score.factor)})
        return found


def _value(label: str, value: str | None, unit: str, was: str | None, before: ReleasedScore | None) -> Value:
    return Value(label, value, unit, was, before is not None and was != value)


def _points_label() -> str:
    return str(ReleasedScore._meta.get_field("points").verbose_name)


def _factor_label() -> str:
    return str(ReleasedScore._meta.get_field("factor").verbose_name)
