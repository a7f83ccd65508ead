"""Where each unit stands: the rule's verdict on what is owed and what is counted, kept beside the quota."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.fields.json import KeyTextTransform

from deploy_admin import clock
from deploy_admin.months import Period
from deploy_admin.policies.language import Binding, Enforcement
from quotas import rules
from quotas.models import Quota, ShortfallReason, Tally
from quotas.services import summaries

#: (institution, topic, group): the quota's key as tallies and reasons know it.
Key = tuple[int, str, str]


class Live(NamedTuple):
    """What stands beside a result and changes without it, in the order of the columns COLUMNS."""

    verdict: str
    nominated: int | None = None
    on_post: int | None = None
    recognised_year_end: int | None = None
    recognised_final: int | None = None
    shortfall: int | None = None
    forecast: int | None = None
    unconfirmed: int = 0
    batches: Sequence[int] = ()
    sort_key: str = ""

    def says(self, held: Sequence[Any]) -> bool:
        """Whether the columns as they were read say the same; an array is read as a list."""
        return self._replace(batches=list(self.batches)) == tuple(held)


COLUMNS = Live._fields
TYPES = {
    "verdict": "text", "nominated": "int", "on_post": "int", "recognised_year_end": "int", "recognised_final": "int",
    "shortfall": "int", "forecast": "int", "unconfirmed": "int", "batches": "text", "sort_key": "text",
}  # fmt: skip
#: Arrays of arrays lose their shape in unnest, so this one travels as text.
SETS = {"batches": "string_to_array(new.batches, ',')::smallint[]"}


def tallies_of(period: Period, institution_ids: Collection[int] | None = None) -> Mapping[Key, Tally]:
    """Return the tallies by key. One query."""
    rows = Tally.objects.of_period(period)
    if institution_ids is not None:
        rows = rows.filter(institution_id__in=institution_ids)
    return {(row.institution_id, row.topic, row.group_key): row for row in rows}


def counted(tally: Tally | None) -> rules.Tally | None:
    """Return what the rules compare with; None while nothing that decides is counted."""
    if tally is None or tally.counted is None:
        return None
    return rules.Tally(tally.counted, tally.by_alternative, tally.composition, tally.highest)


def live(verdict: str, required: int | None, tally: Tally | None, sort_key: str) -> Live:
    """Return the columns beside a result; a shortfall is told only where both sides are known."""
    if tally is None:
        return Live(verdict, sort_key=sort_key)
    number = tally.counted
    return Live(
        verdict,
        tally.nominated,
        tally.on_post,
        tally.recognised_year_end,
        tally.recognised_final,
        None if required is None or number is None else max(0, required - number),
        tally.forecast,
        tally.unconfirmed,
        tuple(tally.batches),
        sort_key,
    )


def explained_of(period: Period, institution_ids: Collection[int] | None = None) -> frozenset[Key]:
    """Return the keys with an accepted reason. One query."""
    rows = ShortfallReason.objects.of_period(period).filter(state=ShortfallReason.State.ACCEPTED)
    if institution_ids is not None:
        rows = rows.filter(institution_id__in=institution_ids)
    return frozenset(rows.values_list("institution_id", "topic", "group_key"))


def code_of(
    outcome: rules.Outcome,
    *,
    binding: str,
    to_coordinate: bool,
    tally: rules.Tally | None,
    ended: bool,
    explained: bool,
) -> str:
    """Return the rule's one word."""
    return rules.verdict(
        outcome,
        binding=Binding(binding),
        enforcement=Enforcement.COORDINATE if to_coordinate else Enforcement.COMMAND,
        tally=tally,
        period_ended=ended,
        reason_given=explained,
    ).code.value


def outcome_of(quota: Quota) -> rules.Outcome:
    """Return the outcome as it was computed."""
    data: dict[str, Any] = quota.basis["outcome"]
    return rules.Outcome.from_json(data)


def of_quota(quota: Quota) -> rules.Verdict:
    """Return the whole verdict on a quota: what was compared, the gap, which way was passed, what else was found."""
    key = quota.institution_id, quota.topic, quota.group_key
    ids = {quota.institution_id}
    return rules.verdict(
        outcome_of(quota),
        binding=Binding(quota.binding),
        enforcement=Enforcement.COORDINATE if quota.to_coordinate else Enforcement.COMMAND,
        tally=counted(tallies_of(quota.period, ids).get(key)),
        period_ended=quota.period.last < clock.today(),
        reason_given=key in explained_of(quota.period, ids),
    )


def refresh(period: Period, *, institution_ids: Collection[int]) -> int:
    """Set what stands beside these institutions' current quotas anew; return how many changed. Four queries."""
    tallies = tallies_of(period, institution_ids)
    explained = explained_of(period, institution_ids)
    ended = period.last < clock.today()
    outcomes: dict[str, rules.Outcome] = {}
    changed: list[tuple[int, Live]] = []
    for pk, unit, topic, group, binding, to_coordinate, required, text, *held in _standing(period, institution_ids):
        key = unit, topic, group
        tally = tallies.get(key)
        if text not in outcomes:  # many quotas came out alike, and each text is read once
            outcomes[text] = rules.Outcome.from_json(json.loads(text))
        code = code_of(
            outcomes[text],
            binding=binding,
            to_coordinate=to_coordinate,
            tally=counted(tally),
            ended=ended,
            explained=key in explained,
        )
        now = live(code, required, tally, held[-1])
        if not now.says(held):
            changed.append((pk, now))
    write(changed)
    if changed:
        summaries.count(period)
    return len(changed)


def _standing(period: Period, institution_ids: Collection[int]) -> Iterable[tuple[Any, ...]]:
    """Return these institutions' current quotas: what a verdict asks for, and the columns as they are."""
    rows = Quota.objects.current().of_period(period).filter(institution_id__in=institution_ids).order_by()
    return rows.annotate(outcome=KeyTextTransform("outcome", "basis")).values_list(
        "pk", "institution_id", "topic", "group_key", "binding", "to_coordinate", "required", "outcome", *COLUMNS
    )


SET = """
UPDATE quotas_quota SET ({columns}) = ({values}), updated_at = %s
FROM unnest(%s::bigint[], {arrays}) AS new (id, {columns}) WHERE quotas_quota.id = new.id
""".format(
    columns=", ".join(COLUMNS),
    values=", ".join(SETS.get(name, f"new.{name}") for name in COLUMNS),
    arrays=", ".join(f"%s::{TYPES[name]}[]" for name in COLUMNS),
)


def write(changed: Collection[tuple[int, Live]]) -> None:
    """Write the columns by quota id. One statement."""
    if changed:
        ids = [pk for pk, _now in changed]
        held = [list(column) for column in zip(*(now for _pk, now in changed), strict=True)]
        held[COLUMNS.index("batches")] = [",".join(map(str, now.batches)) for _pk, now in changed]
        with connection.cursor() as cursor:
            cursor.execute(SET, [clock.now(), ids, *held])
