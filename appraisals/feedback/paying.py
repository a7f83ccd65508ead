"""The pay list: what a sending unit was told of its people, month by month; for authorities, of all senders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.feedback.letter_tables import missing_words
from appraisals.feedback.values import SHEET, Told, codes_of, exact, pointed
from appraisals.models import ReleasedScore
from appraisals.states import SCORE_SHAPES, ScoreState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.jobs.importing.columns import speaks_chinese
from deploy_admin.months import Month, add_months
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import Indicator, Institution

#: A period reaches over so many months at most.
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Line:
    """One person's month as the list says it."""

    score: Any
    told: Told
    name: str
    number: str
    sending: str
    receiving: str
    shape: str
    state: str
    remark: str
    letter: Any

    @property
    def points(self) -> str:
        return pointed(self.told.points) if self.told.points is not None else ""

    @property
    def factor(self) -> str:
        return exact(self.told.factor) if self.told.factor is not None else ""

    @property
    def attended(self) -> str:
        return exact(self.told.days.get("attended"))

    @property
    def leave(self) -> str:
        return exact(self.told.days.get("leave"))

    @property
    def absent(self) -> str:
        return exact(self.told.days.get("absent"))


def told_to(actor: Actor) -> Any:
    """Return the released scores on the actor's list: of a sender what it was told last, else all that stand."""
    rows = ReleasedScore.objects.visible_to(actor)
    if actor.reach is not Reach.UNIT:
        return rows.standing()
    rows = rows.filter(sending_unit__in=actor.institution_ids, letter_line__isnull=False)
    later = ReleasedScore.objects.filter(row=OuterRef("row"), pk__gt=OuterRef("pk"), letter_line__isnull=False)
    return rows.filter(~Exists(later))


class PayList:
    """One look at the list: a month or a period, a unit, a name."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor, self.today = actor, clock.today()
        self.q = data.get("q", "").strip()[:50]
        unit = data.get("unit", "")
        self.unit = int(unit) if unit.isdecimal() and len(unit) < 19 else None
        self.first, self.last = self._months(data)

    def _months(self, data: Mapping[str, str]) -> tuple[Month, Month]:
        """Return the months asked for: one, or a period; else the last that has any result."""
        try:
            if data.get("month"):
                month = Month.parse(data["month"])
                return month, month
            first, last = Month.parse(data.get("first", "")), Month.parse(data.get("last", ""))
        except ValueError:
            return self.latest, self.latest
        first, last = min(first, last), max(first, last)
        return first, min(last, Month(add_months(first.first, MOST_MONTHS - 1)))

    @cached_property
    def latest(self) -> Month:
        """The last month with any result; without one, the month before today's."""
        newest: date | None = told_to(self.actor).order_by("-month").values_list("month", flat=True).first()
        return Month(newest) if newest else Month.of(self.today).previous

    @property
    def names_senders(self) -> bool:
        """Whether the list is about more than the own unit."""
        return self.actor.reach is not Reach.UNIT or len(self.actor.institution_ids) > 1

    @property
    def is_one_month(self) -> bool:
        return self.first == self.last

    @property
    def rows(self) -> Any:
        """The released scores asked for, by month and person."""
        rows = told_to(self.actor).filter(month__range=(self.first.first, self.last.first))
        if self.unit:
            rows = rows.filter(sending_unit=self.unit)
        if self.q:
            person = Q(assignment__worker__name__icontains=self.q) | Q(
                assignment__worker__initials__startswith=self.q.lower()
            )
            rows = rows.filter(person)
        rows = rows.select_related("release", "assignment__worker", "letter_line__letter__paper")
        return rows.defer("explanation", "letter_line__letter__paper__content").order_by(
            "month", "sending_unit_id", "assignment__sort_key", "pk"
        )

    def lines(self, scores: Iterable[Any]) -> list[Line]:
        """Return the lines of these scores. Three queries."""
        held = list(scores)
        units = {score.sending_unit_id for score in held} | {score.release.institution_id for score in held}
        names = Institution.objects.filter(pk__in=units).named(self.today)
        lang, versions = "zh" if speaks_chinese() else "en", governing.at_post().versions
        codes = {code.partition(":")[2] for score in held for code in score.missing}
        called = {row.code: row.label for row in Indicator.objects.filter(code__in=codes)}
        numbers = self.actor.can(Permission.PEOPLE_VIEW)
        found = []
        for score in held:
            version = versions.get(score.policy_version_id) if score.policy_version_id else None
            worker = score.assignment.worker
            missing = missing_words(score.missing, version.document if version else None, called, lang)
            line = getattr(score, "letter_line", None)
            found.append(
                Line(
                    score=score,
                    told=Told.of(score),
                    name=worker.name,
                    number=worker.number if numbers else "",
                    sending=names.get(score.sending_unit_id, ""),
                    receiving=names.get(score.release.institution_id, ""),
                    shape=SCORE_SHAPES[ScoreState(score.state)],
                    state=str(score.get_state_display()),
                    remark=_remark(score, missing),
                    letter=line.letter if line else None,
                )
            )
        return found

    # ------------------------------------------------------------ as a table

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown."""
        lines = self.lines(self.rows)
        labels = labels_of(lines)
        return heads(labels), (cells(line, labels) for line in lines)

    def by_month(self) -> list[tuple[str, list[str], list[list[Any]]]]:
        """Return one sheet a month: title, head, rows."""
        lines = self.lines(self.rows)
        labels = labels_of(lines)
        found: dict[str, list[list[Any]]] = {}
        for line in lines:
            found.setdefault(f"{line.score.month:%Y-%m}", []).append(cells(line, labels))
        return [(title, heads(labels), rows) for title, rows in found.items()] or [
            (str(self.first), heads(labels), [])
        ]


def labels_of(lines: Sequence[Line]) -> dict[str, str]:
    """Return code and name of every indicator on the list, in the reader's language and the register's order."""
    codes = codes_of(line.told for line in lines)
    known = {row.code: row.label for row in Indicator.objects.filter(code__in=codes).order_by("position", "code")}
    return known | {code: code for code in sorted(codes - known.keys())}


def heads(labels: Mapping[str, str]) -> list[str]:
    """Return the heads of the summary list."""
    return [
        _("Month"), pgettext("person", "Name"), _("Person number"), _("Sending unit"), _("Receiving unit"),
        _("Days asked for"), _("Days at the post"), _("Days of leave"), _("Days of unapproved absence"),
        _("Days to be checked"), *labels.values(), _("Points"), _("Pay factor"), _("State"), _("Remark"),
        _("Number of the letter"), _("Date of the letter"),
    ]  # fmt: skip


def cells(line: Line, labels: Mapping[str, str]) -> list[Any]:
    """Return one row of it: numbers as numbers, no kinds of leave."""
    days = [line.told.days.get(key) for key, _head in SHEET]
    paper = line.letter.paper if line.letter else None
    return [
        f"{line.score.month:%Y-%m}", line.name, line.number, line.sending, line.receiving, *days,
        *(line.told.workload.get(code) for code in labels), line.told.points, line.told.factor, line.state,
        line.remark, paper.number if paper else "", paper.dated_on if paper else None,
    ]  # fmt: skip


def _remark(score: Any, missing: Sequence[str]) -> str:
    parts = [pgettext("letter", "corrected")] if score.corrects_id else []
    if missing:
        parts.append(_("missing: %(what)s") % {"what": _(", ").join(missing)})
    if score.is_vetoed:
        parts.append(_("undone by a veto"))
    return _("; ").join(parts)
