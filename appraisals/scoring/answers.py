"""What others ask of scores: why one is as it is, the values of months, what a month would be worth otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from appraisals.models import Score
from appraisals.rules.month_score import UNDETERMINED, Scorer, compile_rule
from appraisals.scoring.choosing import Choosing
from appraisals.scoring.reading import ABSENT, HALVES, Months
from appraisals.scoring.results import from_inputs, results
from appraisals.scoring.writing import as_row
from assignments.models import AssignmentMonth
from assignments.rules.attendance import totals
from deploy_admin.policies.language.explained import Explained, Undetermined
from deploy_admin.policies.language.month import MonthRule, SheetMeasure
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.services import governing

Values = dict[str, Decimal | None]
SHEET_MEASURES = (*HALVES, SheetMeasure.DUTY_DAYS.value, *(each.value for each in ABSENT))


@dataclass(frozen=True)
class Supposed:
    """A score as it would be; nothing of it is written."""

    state: str
    points: Decimal | None
    factor: Decimal | None
    is_vetoed: bool
    missing: tuple[str, ...]
    policy_version_id: int | None
    clause_id: str
    values: Values = field(default_factory=dict)


class Clauses:
    """The clauses of some scores, compiled; their texts are read in one query."""

    def __init__(self, version_ids: Iterable[int | None]) -> None:
        ids = {pk for pk in version_ids if pk is not None}
        rows = PolicyVersion.objects.filter(pk__in=ids).select_related("policy").defer("source_text")
        self.versions = {row.pk: row for row in rows}
        self._scorers: dict[tuple[int, str], Scorer] = {}

    def document(self, version_id: int | None) -> PolicyDocument | None:
        """Return the text in which a score's clause stands."""
        row = self.versions.get(version_id or 0)
        return None if row is None else governing.read_document(row)

    def clause(self, score: Any) -> MonthRule | None:
        """Return the clause of a score, live or released; None where no rule speaks."""
        document = self.document(score.policy_version_id)
        return next((each for each in document.month if each.id == score.clause_id), None) if document else None

    def scorer(self, score: Any) -> Scorer | None:
        """Return the clause ready to explain with."""
        clause = self.clause(score)
        if clause is None:
            return None
        key = score.policy_version_id, score.clause_id
        if key not in self._scorers:
            self._scorers[key] = compile_rule(clause)
        return self._scorers[key]


def explain(score: Score) -> Explained[str]:
    """Return the points as text with every step that led to them, from the inputs the score keeps."""
    return explain_all([score])[score.row_id]


def explain_all(scores: Iterable[Score], clauses: Clauses | None = None) -> dict[int, Explained[str]]:
    """Return the same for many scores by row: one query, whatever their number."""
    held = list(scores)
    clauses = clauses or Clauses(score.policy_version_id for score in held)
    return {score.row_id: _explained(score, clauses.scorer(score)) for score in held}


def _explained(score: Score, scorer: Scorer | None) -> Explained[str]:
    if scorer is None:
        return Explained("")
    values, facts = from_inputs(score.inputs)
    found = scorer.explain(values, facts)
    if score.state == UNDETERMINED and found.is_known:
        # The clause may not speak of the person at all: what it would give is no answer.
        return Explained(Undetermined(tuple(score.missing)), found.steps)
    return found


def values_of(row_ids: Collection[int]) -> dict[int, Values]:
    """Return by row what the sheet tells and every workload that has a value; None: not known. Set-based.

    Of workload that nobody entered there is no key.
    """
    months = Months.of_rows(list(row_ids))
    names = {pk: code for code, pk in months.codes.items()}
    found: dict[int, Values] = {}
    for row in months.rows:
        held: Values = {}
        for measure in SHEET_MEASURES:
            text = months.text(row, measure)
            held[measure] = None if text is None else Decimal(text)
        for indicator, text in sorted(months.workload.get(row.id, {}).items()):
            held[names[indicator]] = Decimal(text)
        found[row.id] = held
    return found


def supposed(
    row: AssignmentMonth, days: Collection[str], workload: Mapping[str, Decimal | None]
) -> tuple[Supposed, Explained[str]]:
    """Return the score the row would have with these cells and this workload, and why; nothing is written.

    Workload that is not named stays as it is; None takes a value away.
    """
    months = Months.of_rows([row.pk])
    months = months.with_cells(months.rows[0], list(days), totals(days))
    held = dict(months.workload.get(row.pk, {}))
    for code, value in workload.items():
        number = months.codes[code]
        held.pop(number, None)
        if value is not None:
            held[number] = f"{value.normalize():f}"
    months.workload = {**months.workload, row.pk: held}
    (result,) = results(Choosing(governing.at_post()), months)
    would = as_row(result)
    values, _facts = from_inputs(would.inputs)
    clauses = Clauses([would.policy_version_id])
    return (
        Supposed(
            would.state, would.points, would.factor, would.is_vetoed, tuple(would.missing), would.policy_version_id,
            would.clause_id, values,
        ),
        explain_all([would], clauses)[row.pk],
    )  # fmt: skip
