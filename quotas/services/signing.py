"""Signing off figures: from then on they are locked, and quotas rest on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from quotas.models import Figure, Run
from quotas.services import counted, guard, inbox
from quotas.services.queue import ask_after_figures


@transaction.atomic
def sign_off(
    ids: Collection[int],
    *,
    versions: Mapping[int, int] | None = None,
    accept_differences: bool = False,
    accept_unconfirmed: bool = False,
    by: Actor,
) -> int:
    """Sign off these figures, all or none. Who saw an older revision, or comes second, gets a Conflict.

    `ids` comes from a queryset that was asked through visible_to. One conditional UPDATE decides the race. Figures
    that their lists contradict, or whose lists the units have not confirmed, are refused unless the officer says so;
    those for which results are still awaited in any case.
    """
    if not by.can(Permission.FIGURES_SIGN_OFF):
        raise RuleViolation(_("You may not sign off figures."), "not_permitted")
    wanted = set(ids)
    if not wanted:
        return 0
    guard.inputs_change()
    guard.lists_stand()
    rows = Figure.objects.visible_to(by).filter(pk__in=wanted, is_current=True, state=Figure.State.EXPECTED)
    seen = {
        row.pk: row
        for row in Figure.objects.visible_to(by)
        .filter(pk__in=wanted)
        .only("pk", "revision", "institution_id", "measure", "period_start", "period_end")
    }
    stale = [
        pk
        for pk, revision in (versions or {}).items()
        if pk in wanted and (pk not in seen or seen[pk].revision != revision)
    ]
    accepted = counted.refuse_doubtful(
        seen.values(), accept_differences=accept_differences, accept_unconfirmed=accept_unconfirmed
    )
    with refusals():
        signed = rows.update(
            state=Figure.State.SIGNED_OFF,
            signed_off_by_id=by.user_id,
            signed_off_by_name=by.name,
            signed_off_at=clock.now(),
        )
    if stale or signed != len(wanted):
        raise Conflict(
            _("%(count)d of these figures were changed or signed off meanwhile. Look at them again.")
            % {"count": max(len(wanted) - signed, len(stale))},
            "changed_meanwhile",
            context={"yours": sorted(wanted), "theirs": sorted(stale)},
        )
    audit.record(
        act="figures.signed_off",
        by=by,
        label=_("%(count)d figures") % {"count": signed},
        detail={"figures": sorted(wanted)[:1000], "count": signed, **accepted},
    )
    inbox.figures_signed(seen.values())
    inbox.figures_wait({row.period for row in seen.values()})
    affected = {(row.institution_id, row.period) for row in seen.values()}
    ask_after_figures(affected, trigger=Run.Trigger.SIGN_OFF, by=by)
    return signed
