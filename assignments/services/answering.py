"""Answers about a few people on any day, judged now from their records, and why one clause answers as it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assignments.judging import CHUNK, Answer, Governs, Judging
from assignments.records import Record
from assignments.rules import Standing, compiled
from deploy_admin.policies.language.explained import Explained
from deploy_admin.policies.language.types import PolicyDocument


def judge_live(
    worker_ids: Collection[int], on: date, targets: Collection[str] | None = None
) -> dict[int, list[Answer]]:
    """Return the answers about these people on the day, by person; nobody employed on the day is among them.

    A constant number of queries for each five thousand people.
    """
    judging, found = Judging(on, targets), defaultdict(list)
    ids = sorted(set(worker_ids))
    for start in range(0, len(ids), CHUNK):
        for answer in judging.chunk(ids[start : start + CHUNK])[1]:
            found[answer.worker_id].append(answer)
    return dict(found)


@dataclass(frozen=True)
class Explanation:
    """Why one clause answers as it does about one person on a day."""

    on: date
    record: Record
    unit_id: int
    clause: Governs
    document: PolicyDocument
    standing: Standing
    explained: Explained[Any]
    #: The facts that were asked, of the day and ever.
    sheet: Mapping[date, Mapping[str, Any]]
    #: All that holds for the person on the day; this clause is among it unless a nearer one speaks.
    answers: tuple[Answer, ...]

    @property
    def answer(self) -> Answer | None:
        """The answer as the list shows it; None where a nearer clause speaks in this one's place."""
        return next((each for each in self.answers if each.clause and each.clause.key == self.clause.key), None)


def explain(worker_id: int, policy: str, clause_id: str, on: date) -> Explanation | None:
    """Return the explanation of one clause for one person; None where it does not govern, or nobody is employed."""
    judging = Judging(on)
    held, answers = judging.chunk([worker_id])
    record = held.get(worker_id)
    post = record.post_on(on) if record else None
    if record is None or post is None:
        return None
    senders = judging.senders({post.institution_id})
    unit = senders.unit(post.institution_id)
    division = senders.division(unit)
    clause = next(
        (
            each
            for each in judging.governing.clauses
            if each.key == (policy, clause_id) and division in each.division_ids
        ),
        None,
    )
    if clause is None:
        return None
    document = judging.document(clause)
    judge = compiled(clause.clause, document, on)
    sheet = judging.sheet(record, unit, senders)
    return Explanation(
        on=on,
        record=record,
        unit_id=unit,
        clause=clause,
        document=document,
        standing=judge(sheet),
        explained=judge.explain(sheet),
        sheet=sheet,
        answers=tuple(answers),
    )
