"""A unit's checklist for a campaign: what it has put in place, on which day; taken back where it was said too soon."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assignments.kinds import ChecklistItem
from assignments.models import Assignment, Campaign, UnitDuty
from assignments.services.moving import NO_BASIS, Basis, recorded_by
from assignments.services.standing_of import not_permitted
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution


def permission_for(item: str) -> Permission:
    """Return who ticks the item: the receiving unit, or the sending one."""
    return Permission.POST_MANAGE if ChecklistItem(item).is_receivers else Permission.SUSPENSIONS_STATE


def on_whose_behalf(institution_id: int, item: str, by: Actor) -> bool:
    """Refuse whoever is neither of the unit nor its authority; return whether it is on the unit's behalf."""
    if not by.can(permission_for(item)):
        raise not_permitted()
    if by.reach is Reach.ALL:
        return by.user_id is not None  # the machine acts for nobody
    if by.reach is Reach.UNIT and institution_id in by.institution_ids:
        return False
    answers_to = authority_over({institution_id}, clock.today())[institution_id]
    if by.reach is Reach.DISTRICT and answers_to is not None and answers_to in by.institution_ids:
        return True
    raise not_permitted()


@transaction.atomic
def record_duty(
    *,
    campaign: Campaign,
    institution: Institution,
    item: str,
    done_on: date,
    remark: str = "",
    paper: Basis = NO_BASIS,
    by: Actor,
) -> UnitDuty:
    """Record that a unit has put something in place for a campaign in which it takes part."""
    if item not in ChecklistItem.values:
        raise RuleViolation(_("This item is not on the checklist."), "item_unknown")
    on_behalf = on_whose_behalf(institution.pk, item, by)
    if done_on > clock.today():
        sentence = _("This day lies in the future.")
        raise RuleViolation(sentence, "day_in_future", fields={"done_on": sentence})
    _check_takes_part(campaign, institution, item)
    with refusals():
        duty = UnitDuty.objects.create(
            campaign=campaign,
            institution=institution,
            item=item,
            done_on=done_on,
            remark=scrubbed(remark.strip()),
            **paper.paper(),
            **recorded_by(by),
        )
    audit.record(
        act="campaigns.duty_done",
        by=by,
        on=duty,
        label=campaign.name,
        detail={"campaign": campaign.pk, "item": item, "done_on": done_on, "on_behalf": on_behalf},
    )
    return duty


@transaction.atomic
def undo_duty(*, duty: UnitDuty, by: Actor) -> None:
    """Take back that something is in place; the audit record keeps what was said."""
    on_behalf = on_whose_behalf(duty.institution_id, duty.item, by)
    detail = {"campaign": duty.campaign_id, "item": duty.item, "done_on": duty.done_on, "remark": duty.remark}
    audit.record(
        act="campaigns.duty_undone",
        by=by,
        on=duty,
        label=duty.campaign.name,
        detail=detail | {"recorded_by": duty.recorded_by_name, "on_behalf": on_behalf},
    )
    if not UnitDuty.objects.filter(pk=duty.pk).delete()[0]:
        raise RuleViolation(_("This was taken back already."), "undone_already")


def _check_takes_part(campaign: Campaign, institution: Institution, item: str) -> None:
    receives = ChecklistItem(item).is_receivers
    side = Q(receiving_unit=institution) if receives else Q(sending_unit=institution)
    if not Assignment.objects.living().filter(side, campaign=campaign).exists():
        sentence = (
            _("Nobody is placed at this unit in this campaign.")
            if receives
            else _("Nobody of this unit is placed in this campaign.")
        )
        raise RuleViolation(sentence, "not_in_campaign")
