"""Rows, clauses and values in, scores out: what is written of each, and what the explanation is derived from later."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple

from appraisals.rules.month_score import UNDETERMINED, Facts, Scored
from appraisals.rules.written import plain
from appraisals.scoring.choosing import Choosing, Scoring
from appraisals.scoring.reading import ABSENT, DAYS, HALVES, Months, Row
from appraisals.states import ScoreState
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.month import SheetMeasure

#: Moved when the interpreter gives other points for the same inputs: every digest differs then.
INTERPRETER = 1
_TRUTHS = {Truth.YES: "yes", Truth.NO: "no", Truth.UNKNOWN: "unknown"}
_TRUTH_OF = {word: truth for truth, word in _TRUTHS.items()}
_NO_RULE = '{"values":{}}'
#: So many different numbers are kept as Decimals.
_KEPT = 20_000
_numbers: dict[str, Decimal] = {}


class Result(NamedTuple):
    """One score as it would be written."""

    row: Row
    state: str
    version_id: int | None
    clause_id: str
    scored: Scored
    inputs: str
    digest: str


class Gathering:
    """Where each value of one clause's measures is found in what was read; made once per clause and reading."""

    def __init__(self, scoring: Scoring, months: Months) -> None:
        self._months = months
        self._plain: list[tuple[str, str, int | None, int]] = []
        self._absent: list[tuple[str, str]] = []
        for measure in scoring.measures:
            prefix = f"{json.dumps(measure)}:"
            if measure in ABSENT:
                self._absent.append((measure, prefix))
            elif measure == SheetMeasure.DUTY_DAYS:
                self._plain.append((measure, prefix, Row._fields.index("duty_days"), 2))
            else:
                at = HALVES.get(measure)
                self._plain.append((measure, prefix, at, 1 if at is not None else months.codes.get(measure, -1)))

    def of(self, row: Row) -> tuple[str, dict[str, Decimal | None]]:
        """Return the values as JSON text, and as numbers."""
        held = self._months.workload.get(row.id, {})
        columns: Any = row
        known = row.id not in self._months.missed
        said: list[str] = []
        values: dict[str, Decimal | None] = {}
        for measure, prefix, at, number in self._plain:
            if at is None:
                text = held.get(number)
            elif known or measure != SheetMeasure.ATTENDANCE_DAYS:
                text = DAYS[columns[at] * number]
            else:
                text = self._months.text(row, measure)
            if text is None:
                said.append(f"{prefix}null")
                values[measure] = None
            else:
                said.append(f'{prefix}"{text}"')
                values[measure] = _numbers.get(text) or number_of(text)
        for measure, prefix in self._absent:
            text = "0" if known else self._months.text(row, measure)
            said.append(f"{prefix}null" if text is None else f'{prefix}"{text}"')
            values[measure] = None if text is None else number_of(text)
        return ",".join(said), values


def number_of(text: str) -> Decimal:
    """Return the number; the same text gives the same object, as long as there are not too many."""
    found = _numbers.get(text)
    if found is None:
        if len(_numbers) > _KEPT:
            _numbers.clear()
        found = _numbers[text] = Decimal(text)
    return found


def results(choosing: Choosing, months: Months) -> Iterator[Result]:
    """Yield the score of each row, in their order."""
    gathering: dict[tuple[int, str], Gathering] = {}
    for row, scoring, facts in choosing.choose(months):
        if scoring is None:
            yield Result(row, ScoreState.NO_RULE, None, "", _UNSCORED, _NO_RULE, digest_of(None, "", _NO_RULE))
            continue
        key = scoring.version_id, scoring.clause_id
        gather = gathering.get(key)
        if gather is None:
            gather = gathering[key] = Gathering(scoring, months)
        said, values = gather.of(row)
        inputs = f'{{"values":{{{said}}}{_facts_text(facts)}}}'
        yield Result(row, *scored(scoring, values, facts), inputs, digest_of(*key, inputs))


_UNSCORED = Scored(ScoreState.NO_RULE.value)


def scored(
    scoring: Scoring, values: Mapping[str, Decimal | None], facts: Facts
) -> tuple[str, int | None, str, Scored]:
    """Return state, version, clause and score of these values under the clause."""
    if scoring.scorer is None:
        found = Scored(UNDETERMINED, missing=("contradiction:clause",))
    elif facts.applies.get("", Truth.YES) is Truth.UNKNOWN:
        # Whether the clause speaks of the person at all is not known: nothing it says is certain.
        found = Scored(UNDETERMINED, missing=facts.lacking.get("applies:", ()) or ("applies_to",))
    else:
        found = scoring.scorer.score(values, facts)
    return found.state, scoring.version_id, scoring.clause_id, found


def digest_of(version_id: int | None, clause_id: str, inputs: str) -> str:
    """Return the digest of all that a score follows from: equal digests, equal scores."""
    said = f"{INTERPRETER}|{version_id}|{clause_id}|{inputs}"
    return blake2b(said.encode(), digest_size=16).hexdigest()


def _facts_text(facts: Facts) -> str:
    """Return what was asked besides the values as JSON text after the values; nothing of an ordinary month."""
    said: dict[str, Any] = {}
    if facts.part is not None:
        said["part"] = list(facts.part)
    if facts.groups:
        said["groups"] = dict(facts.groups)
    if facts.history:
        said["history"] = {name: [plain(value) for value in held] for name, held in facts.history.items()}
    if facts.applies:
        said["applies"] = {name: _TRUTHS[truth] for name, truth in facts.applies.items()}
    if facts.lacking:
        said["lacking"] = {name: list(missing) for name, missing in facts.lacking.items()}
    return "," + json.dumps(said, ensure_ascii=False, separators=(",", ":"))[1:-1] if said else ""


def from_inputs(inputs: Mapping[str, Any]) -> tuple[dict[str, Decimal | None], Facts]:
    """Return values and facts of a score as it keeps them."""
    values = {name: None if text is None else Decimal(text) for name, text in inputs.get("values", {}).items()}
    part = inputs.get("part")
    return values, Facts(
        part=None if part is None else (int(part[0]), None if part[1] is None else int(part[1])),
        groups=inputs.get("groups", {}),
        history={name: tuple(map(Decimal, held)) for name, held in inputs.get("history", {}).items()},
        applies={name: _TRUTH_OF[word] for name, word in inputs.get("applies", {}).items()},
        lacking={name: tuple(missing) for name, missing in inputs.get("lacking", {}).items()},
    )
