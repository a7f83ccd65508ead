"""Why a unit stays below a quota that binds in principle: the unit writes, an officer decides."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from quotas.models import Quota, ShortfallReason
from quotas.models.quotas import Binding
from quotas.services import guard, inbox, verdicts


@transaction.atomic
def give_reason(*, quota: Quota, text: str, by: Actor) -> ShortfallReason:
    """Write down why the unit stays below this quota. Only what binds in principle can be explained."""
    if quota.binding != Binding.IN_PRINCIPLE:
        raise RuleViolation(
            _("Only a quota that binds in principle can be explained by a reason."), "not_in_principle"
        )
    with refusals():
        reason = ShortfallReason.objects.create(
            institution_id=quota.institution_id,
            group_key=quota.group_key,
            scheme=quota.scheme,
            topic=quota.topic,
            period_start=quota.period_start,
            period_end=quota.period_end,
            text=text.strip(),
            given_by_id=by.user_id,
            given_by_name=by.name,
            given_at=clock.now(),
        )
    inbox.reason_given(reason, quota)
    audit.record(act="quotas.reason_given", by=by, on=reason, detail={"topic": quota.topic, "text": text.strip()})
    return reason


@transaction.atomic
def decide_reason(*, reason: ShortfallReason, accept: bool, remark: str = "", by: Actor) -> ShortfallReason:
    """Accept the reason, and the shortfall counts as explained; or decline it, and the unit may write another."""
    if by.reach not in (Reach.ALL, Reach.DISTRICT):
        raise RuleViolation(_("An officer of the commission decides on a reason."), "not_permitted")
    if by.institution_id == reason.institution_id or (by.user_id is not None and by.user_id == reason.given_by_id):
        raise RuleViolation(_("Somebody else decides on a reason: nobody on one's own."), "second_person")
    if not accept and not remark.strip():
        raise RuleViolation(
            _("Say why the reason is declined."), "remark_missing", fields={"remark": _("Write a remark.")}
        )
    guard.results_change()
    now = clock.now()
    state = ShortfallReason.State.ACCEPTED if accept else ShortfallReason.State.DECLINED
    decided = ShortfallReason.objects.filter(pk=reason.pk, state=ShortfallReason.State.GIVEN).update(
        state=state, decided_by_id=by.user_id, decided_by_name=by.name, decided_at=now, remark=remark.strip()
    )
    if not decided:
        raise Conflict(_("This reason was decided on meanwhile."), "changed_meanwhile")
    reason.refresh_from_db()
    verdicts.refresh(reason.period, institution_ids={reason.institution_id})
    inbox.reason_decided(reason)
    audit.record(
        act="quotas.reason_accepted" if accept else "quotas.reason_declined",
        by=by,
        on=reason,
        detail={"topic": reason.topic, "remark": remark.strip()},
    )
    return reason
