"""Releasing a period's quotas: what the officer saw is frozen, or nothing is; later runs only show the difference."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import copy_rows, refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.months import Period
from quotas.models import Quota, Release, ReleasedQuota, Run
from quotas.models.quotas import QuotaState
from quotas.services import guard, inbox
from quotas.services.computing import compute
from quotas.services.quotas import Difference, Explainer

#: The columns of a quota that a release takes over as they are.
FROZEN = (
    "institution_id", "group_key", "version_id", "clause_id", "topic", "scheme", "scope", "binding", "to_coordinate",
    "state",
    "required", "maximum", "at_least", "at_most", "missing", "provisional", "base_shown", "ratio_shown", "digest",
)  # fmt: skip


@transaction.atomic
def release(
    period: Period,
    *,
    scheme: str,
    number: str,
    released_on: date,
    deciding_body: str,
    meeting_on: date | None = None,
    remark: str = "",
    expected_run_id: int,
    supplement_to: Release | None = None,
    by: Actor,
) -> Release:
    """Release the scheme's quotas of the period, frozen with inputs and explanations, undetermined ones as such.

    Refused while a computation is owed or under way, when another run has been published than the one the officer
    saw, and when the inputs no longer give the published results. A supplement takes only what was undetermined.
    """
    if not by.can(Permission.QUOTAS_RELEASE):
        raise RuleViolation(_("You may not release quotas."), "not_permitted")
    guard.inputs_stand()
    run = _the_run_seen(period, expected_run_id)
    quotas = list(
        Quota.objects.current().of_period(period).filter(scheme=scheme).order_by("institution_id", "topic", "id")
    )
    if supplement_to is not None:
        quotas = _only_what_was_open(quotas, supplement_to, period, scheme)
    if not quotas:
        raise RuleViolation(_("There is nothing to release."), "nothing_to_release")
    _refuse_other_inputs(period)
    now = clock.now()
    explainer = Explainer.of(quotas)
    rows = [_frozen(quota, explainer) for quota in quotas]
    digest = hashlib.sha256("".join(quota.digest for quota in quotas).encode()).hexdigest()
    with refusals():
        released = Release.objects.create(
            period_start=period.first,
            period_end=period.last,
            scheme=scheme,
            supplement_to=supplement_to,
            number=number.strip(),
            released_on=released_on,
            deciding_body=deciding_body.strip(),
            meeting_on=meeting_on,
            remark=remark.strip(),
            run=run,
            quota_count=len(quotas),
            undetermined_count=sum(quota.state == QuotaState.UNDETERMINED for quota in quotas),
            digest=digest,
            released_by_id=by.user_id,
            released_by_name=by.name,
            released_at=now,
        )
        copy_rows(
            ReleasedQuota._meta.db_table,
            ("release_id", "quota_id", "period_start", "period_end", *FROZEN, "basis", "explanation"),
            ((released.pk, *row) for row in rows),
        )
    inbox.released(released, [quota.institution_id for quota in quotas])
    audit.record(
        act="quotas.released",
        by=by,
        on=released,
        label=released.number,
        detail={
            "period": period.iso,
            "scheme": scheme,
            "run": run.pk,
            "quotas": released.quota_count,
            "undetermined": released.undetermined_count,
            "digest": digest,
        },
    )
    return released


def _the_run_seen(period: Period, expected_run_id: int) -> Run:
    """Return the newest published run, refusing unless it is the one the officer saw and nothing is owed after it."""
    runs = Run.objects.of_period(period)
    if runs.open().exists():
        raise Conflict(
            _("The quotas of this period are being computed; look at the result before you release it."),
            "run_under_way",
        )
    newest = runs.published().order_by("-id").first()
    if newest is None:
        raise RuleViolation(_("The quotas of this period have not been computed yet."), "no_run")
    if newest.pk != expected_run_id:
        raise Conflict(
            _("The quotas were computed again since you looked at them."),
            "other_run",
            context={"yours": expected_run_id, "theirs": newest.pk},
        )
    return newest


def _refuse_other_inputs(period: Period) -> None:
    """Refuse where the rows as they stand no longer give the published results, whoever changed them."""
    computed = compute(period, institution_ids=None, today=clock.today())
    now_so = {result.key: result.digest for result in computed.results}
    published = {
        (version, clause, unit, group): digest
        for version, clause, unit, group, digest in Quota.objects.current()
        .of_period(period)
        .values_list("version_id", "clause_id", "institution_id", "group_key", "digest")
    }
    if now_so != published:
        differing = sum(now_so.get(key) != published.get(key) for key in now_so.keys() | published.keys())
        raise Conflict(
            _("The inputs changed since the run: %(count)d quotas would differ. Compute again first.")
            % {"count": differing},
            "inputs_changed",
            context={"count": differing},
        )


def _only_what_was_open(quotas: list[Quota], first: Release, period: Period, scheme: str) -> list[Quota]:
    """Return the quotas that the earlier releases left undetermined or did not hold, and that are known now."""
    if (first.period, first.scheme) != (period, scheme) or first.supplement_to_id is not None:
        raise RuleViolation(
            _("A supplement belongs to the first release of the same scheme and period."), "supplement_of_what"
        )
    settled = set(
        ReleasedQuota.objects.of_period(period)
        .filter(scheme=scheme)
        .exclude(state=QuotaState.UNDETERMINED)
        .values_list("institution_id", "topic", "clause_id", "group_key")
    )
    return [
        quota
        for quota in quotas
        if quota.state != QuotaState.UNDETERMINED
        and (quota.institution_id, quota.topic, quota.clause_id, quota.group_key) not in settled
    ]


def _frozen(quota: Quota, explainer: Explainer) -> tuple[Any, ...]:
    explanation = json.dumps(explainer.explain(quota).to_json(), ensure_ascii=False)
    basis = json.dumps(quota.basis, ensure_ascii=False)
    held = (getattr(quota, name) for name in FROZEN)
    return (quota.pk, quota.period_start, quota.period_end, *held, basis, explanation)


def differences_since(released: Release, *, rows: Any = None) -> Iterator[Difference]:
    """Return how the current quotas differ from the release and its supplements. `rows` narrows to an actor's.

    Three queries for any number. A quota that was released undetermined and is known now is a difference too.
    """
    root = released.supplement_to or released
    frozen = ReleasedQuota.objects.filter(release__in=[root.pk, *root.supplements.values_list("pk", flat=True)])
    live = Quota.objects.current().of_period(root.period).filter(scheme=root.scheme)
    if rows is not None:
        live = live.filter(pk__in=rows.values("pk"))
        frozen = frozen.filter(institution__in=rows.values("institution"))
    before: dict[tuple[int, str, str, str], ReleasedQuota] = {}
    for row in frozen.select_related("institution").defer("basis", "explanation").order_by("release_id"):
        before[(row.institution_id, row.topic, row.clause_id, row.group_key)] = row
    for quota in live.select_related("institution").defer("basis").order_by("institution_id", "topic"):
        was = before.pop((quota.institution_id, quota.topic, quota.clause_id, quota.group_key), None)
        if was is None or (was.state, was.required, was.maximum) != (quota.state, quota.required, quota.maximum):
            yield Difference(was, quota)
    for was in before.values():
        yield Difference(was, None)
