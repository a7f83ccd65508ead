"""What keeps a nominated person from going at all, or on some days: who may go, absence, another assignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from assignments.codes import State
from assignments.judging import Answer
from assignments.kinds import Kind
from assignments.models import Campaign
from assignments.records import Record
from assignments.rules.allocation.types import Hindrance

Stays = Mapping[int, Sequence[tuple[int, date, date]]]


class Hindered:
    """Asked person by person; everything was read before."""

    def __init__(self, campaign: Campaign, answers: Mapping[int, Sequence[Answer]], stays: Stays, day: date) -> None:
        self.campaign, self.answers, self.stays, self.day = campaign, answers, stays, day

    @property
    def asks_who_may_go(self) -> bool:
        """Whether the scheme's clauses say who may go; as placing asks it."""
        return bool(self.campaign.scheme) and self.campaign.kind != Kind.EQUAL_EXCHANGE

    def state(self, worker: int) -> State:
        """Return how the person stands under the scheme's clauses: of several the most restrictive that speaks."""
        spoken = [
            answer.state
            for answer in self.answers.get(worker, ())
            if answer.clause is not None
            and answer.clause.scheme == self.campaign.scheme
            and answer.state is not State.NOT_APPLICABLE
        ]
        order = (State.MAY_NOT, State.BARRED, State.UNAVAILABLE, State.UNDETERMINED, State.EXEMPT, State.MAY)
        return next((state for state in order if state in spoken), State.NOT_APPLICABLE)

    def of(self, worker: int, record: Record | None) -> tuple[Hindrance, ...]:
        """Return everything that speaks against the person, whatever the request."""
        return tuple(self._found(worker, record))

    def _found(self, worker: int, record: Record | None) -> Iterator[Hindrance]:
        if record is None or record.merged is not None:
            yield Hindrance("person_may_not_go", {"why": "merged"})
            return
        if record.post_on(self.day) is None:
            yield Hindrance("person_may_not_go", {"why": "not_employed", "day": self.day.isoformat()})
            return
        if self.asks_who_may_go:
            yield from self._refused(worker)
        away = record.away_on(self.day)
        if away is not None:
            yield Hindrance("away_then", _days(away.valid_from, away.valid_to), away.valid_from, away.valid_to)
        for receiver, first, last in self.stays.get(worker, ()):
            yield Hindrance("elsewhere_then", {"unit": receiver, **_days(first, last)}, first, last)

    def _refused(self, worker: int) -> Iterator[Hindrance]:
        for answer in self.answers.get(worker, ()):
            clause = answer.clause
            if clause is None or clause.scheme != self.campaign.scheme:
                continue
            if answer.standing.code.value in ("may_not", "barred"):
                yield Hindrance(
                    "person_may_not_go",
                    {
                        "why": answer.standing.code.value,
                        "policy": clause.policy,
                        "clause": clause.clause_id,
                        "clause_zh": clause.clause.label_zh,
                        "clause_en": clause.clause.label_en,
                        "unmet": list(answer.unmet),
                        "worker": worker,
                    },
                )


def _days(first: date, last: date | None) -> dict[str, str]:
    """Return the days as plain values; a missing last one is left out."""
    return {"first": first.isoformat()} | ({"last": last.isoformat()} if last else {})
