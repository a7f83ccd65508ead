"""Everything that correcting a released month moves, worked out before anybody decides; it writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from appraisals.models import FeedbackLetter, ReleasedScore, Score
from appraisals.review.freezing import exact, frozen_values
from appraisals.scoring import services as scoring
from assignments.models import AssignmentMonth
from assignments.rules import attendance
from assignments.rules.attendance_codes import DAY_CODES, CountsAs
from deploy_admin import clock
from deploy_admin.policies.language.explained import Explained
from deploy_admin.policies.language.month import HistoryTarget, MonthRule, SheetMeasure
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import Institution

Values = Mapping[str, Decimal | None]
#: Which measure of a month's rule each total of the days feeds.
MEASURES = {
    "attended_halves": SheetMeasure.ATTENDANCE_DAYS,
    "leave_halves": SheetMeasure.LEAVE_DAYS,
    "personal_halves": SheetMeasure.PERSONAL_LEAVE_DAYS,
    "sick_halves": SheetMeasure.SICK_LEAVE_DAYS,
    "absent_halves": SheetMeasure.ABSENT_DAYS,
    "night_halves": SheetMeasure.NIGHT_DUTIES,
    "extra_halves": SheetMeasure.REST_DAY_DUTIES,
    "round_halves": SheetMeasure.ROUND_DAYS,
}
#: No target reaches further back.
FURTHEST = 24


@dataclass(frozen=True, slots=True)
class Moves:
    """What a correction moves: `data` is what is shown, and kept with the correction; `score` is the new one."""

    data: dict[str, Any]
    values: dict[str, Any]
    score: Any
    explained: Explained[Any]

    def to_json(self) -> dict[str, Any]:
        return self.data

    @property
    def moves_anything(self) -> bool:
        """Whether a day or a count differs at all from what was released."""
        return bool(self.data["days"] or self.data["workload"])


def worked_out(row: AssignmentMonth, released: ReleasedScore, days: Sequence[str], workload: Values) -> Moves:
    """Return everything it moves if the month of `row` were `days` and `workload` instead of what was released."""
    score, explained = scoring.supposed(row, days, workload)
    values = frozen_values(days, row.duty_days, workload, released.values.get("answer", ""))
    old = released.values
    changed = _changed_measures(old["days"], days) | {code for code, _was, _now in _workload(old, values)}
    data = {
        "released": released.pk,
        "month": f"{row.month:%Y-%m}",
        "days": _days(old["days"], days),
        "totals": [
            [name, old["totals"].get(name), now]
            for name, now in values["totals"].items()
            if old["totals"].get(name) != now
        ],
        "workload": _workload(old, values),
        "was": _side(released, released.explanation),
        "now": _side(score, explained.to_json()),
        "letters": _letters(released),
        "later": _later(row, changed),
        "pay_month": f"{row.month:%Y-%m}",
        "beside": _beside(old["days"], days),
    }
    return Moves(data, values, score, explained)


def _side(score: Any, explanation: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": str(score.state),
        "points": exact(score.points),
        "factor": exact(score.factor),
        "is_vetoed": score.is_vetoed,
        "missing": list(score.missing),
        "explanation": explanation,
    }


def _days(was: Sequence[str], now: Sequence[str]) -> list[list[Any]]:
    return [[n, old, new] for n, (old, new) in enumerate(zip(was, now, strict=True), 1) if old != new]


def _workload(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str | None, str | None]]:
    before, after = was.get("workload", {}), now["workload"]
    return [
        (code, before.get(code), after.get(code))
        for code in sorted({*before, *after})
        if before.get(code) != after.get(code)
    ]


def _changed_measures(was: Sequence[str], now: Sequence[str]) -> set[str]:
    before, after = attendance.totals(was), attendance.totals(now)
    return {str(measure) for name, measure in MEASURES.items() if before[name] != after[name]}


def _beside(was: Sequence[str], now: Sequence[str]) -> list[str]:
    """Which other records a changed day speaks of: leave, absence; a correction of the month moves none of them."""
    letters = {cell[0] for _n, old, new in _days(was, now) for cell in (old, new)}
    counted = {DAY_CODES[letter].counts_as for letter in letters}
    found = []
    if CountsAs.LEAVE in counted or letters & {"G", "T"}:
        found.append("leave")
    if counted & {CountsAs.ABSENT, CountsAs.UNCHECKED}:
        found.append("absence")
    return found


def chain_of(released: ReleasedScore) -> list[int]:
    """Return the keys of a released score and of everything it corrected, the latest first."""
    found = [released.pk]
    before = released.corrects_id
    while before is not None:
        found.append(before)
        before = ReleasedScore.objects.values_list("corrects_id", flat=True).get(pk=before)
    return found


def _letters(released: ReleasedScore) -> list[dict[str, Any]]:
    """Return who was told of what is corrected, and by which letters: each gets the correction, too."""
    sent = FeedbackLetter.objects.filter(lines__released__in=chain_of(released)).select_related("paper")
    letters = list(sent.order_by("sequence", "pk"))
    names = Institution.objects.filter(pk__in={each.sending_unit_id for each in letters}).named(clock.today())
    found: dict[int, dict[str, Any]] = {}
    for letter in letters:
        told = {"unit": letter.sending_unit_id, "name": names.get(letter.sending_unit_id, ""), "letters": []}
        held = found.setdefault(letter.sending_unit_id, told)
        held["letters"].append({"letter": letter.pk, "number": letter.paper.number, "sequence": letter.sequence})
    return list(found.values())


def _later(row: AssignmentMonth, changed: set[str]) -> list[dict[str, Any]]:
    """Return the later months whose targets rest on this one, by month.

    What is released of them stands and says when it was computed; what is not is computed again by itself.
    """
    later = list(
        AssignmentMonth.objects.handed_in()
        .filter(assignment__worker=row.assignment.worker_id, month__gt=row.month)
        .order_by("month", "pk")[: FURTHEST * 2]
    )
    standing = {
        each.row_id: each
        for each in ReleasedScore.objects.standing()
        .filter(row__in=[each.pk for each in later])
        .select_related("release")
    }
    live = {each.row_id: each for each in Score.objects.filter(row__in=[each.pk for each in later])}
    rules = _rules(standing.values(), live.values())
    months = sorted({each.month for each in later})
    found: list[dict[str, Any]] = []
    for each in later:
        score: Any = standing.get(each.pk) or live.get(each.pk)
        rule = rules.get((score.policy_version_id, score.clause_id)) if score is not None else None
        if rule is None or not _rests_on(rule, changed, months.index(each.month) + 1):
            continue
        told = standing.get(each.pk)
        found.append(
            {
                "row": each.pk,
                "month": f"{each.month:%Y-%m}",
                "points": exact(score.points),
                "released": told.pk if told is not None else None,
                "computed_on": told.release.recorded_at.isoformat() if told is not None else None,
            }
        )
    return found


def _rests_on(rule: MonthRule, changed: set[str], months_before: int) -> bool:
    """Whether a target of the rule reaches back so many months for one of these measures."""
    return any(
        isinstance(each.target, HistoryTarget)
        and each.target.own_history >= months_before
        and str(each.measure) in changed
        for each in rule.indicators
    )


def _rules(*scores: Any) -> dict[tuple[int, str], MonthRule]:
    """Return the clauses by which these were scored."""
    wanted = {
        (score.policy_version_id, score.clause_id)
        for held in scores
        for score in held
        if score.policy_version_id is not None
    }
    found: dict[tuple[int, str], MonthRule] = {}
    for version in PolicyVersion.objects.filter(pk__in={pk for pk, _clause in wanted}):
        for clause in governing.read_document(version).month:
            if (version.pk, clause.id) in wanted:
                found[(version.pk, clause.id)] = clause
    return found
