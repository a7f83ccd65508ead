"""Where each unit stands: the rule's verdict on what is owed and what is counted, kept beside the quota."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from deploy_admin import clock
from deploy_admin.months import Period
from deploy_admin.policies.language import Binding, Enforcement
from quotas import rules
from quotas.models import Quota, ShortfallReason, Tally

#: (institution, topic, group): the quota's key as tallies and reasons know it.
Key = tuple[int, str, str]


def counted_of(period: Period, institution_ids: Collection[int] | None = None) -> Mapping[Key, rules.Tally]:
    """Return what is counted, by key; a key without any number is absent. One query."""
    rows = Tally.objects.of_period(period)
    if institution_ids is not None:
        rows = rows.filter(institution_id__in=institution_ids)
    return {
        (row.institution_id, row.topic, row.group_key): rules.Tally(row.counted, row.by_alternative, row.composition)
        for row in rows
        if row.counted is not None
    }


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
        tally=counted_of(quota.period, ids).get(key),
        period_ended=quota.period.last < clock.today(),
        reason_given=key in explained_of(quota.period, ids),
    )


def refresh(period: Period, *, institution_ids: Collection[int]) -> int:
    """Set the verdicts of these institutions' current quotas anew; return how many changed. Four queries."""
    counted = counted_of(period, institution_ids)
    explained = explained_of(period, institution_ids)
    ended = period.last < clock.today()
    changed: list[tuple[int, str]] = []
    for quota in Quota.objects.current().of_period(period).filter(institution_id__in=institution_ids):
        key = quota.institution_id, quota.topic, quota.group_key
        code = code_of(
            outcome_of(quota),
            binding=quota.binding,
            to_coordinate=quota.to_coordinate,
            tally=counted.get(key),
            ended=ended,
            explained=key in explained,
        )
        if code != quota.verdict:
            changed.append((quota.pk, code))
    write(changed)
    return len(changed)


def write(changed: Collection[tuple[int, str]]) -> None:
    """Write the verdicts by quota id. One statement."""
    if not changed:
        return
    ids, codes = zip(*changed, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE quotas_quota SET verdict = new.verdict, updated_at = %s"
            " FROM unnest(%s::bigint[], %s::text[]) AS new (id, verdict) WHERE quotas_quota.id = new.id",
            [clock.now(), list(ids), list(codes)],
        )
