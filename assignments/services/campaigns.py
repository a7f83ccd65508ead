"""Campaigns: prepared, opened, closed, withdrawn; a district's officers for their own authority, the city for all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assignments import destinations
from assignments.kinds import WITHOUT_SCHEME
from assignments.models import Assignment, Campaign
from assignments.services import campaign_inbox, following
from assignments.services.standing_of import not_permitted
from assignments.states import CampaignState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.months import add_months
from deploy_admin.registry.codes import Kind as InstitutionKind
from deploy_admin.registry.models import Institution

#: What an officer says of a campaign.
FACTS = (
    "scheme", "kind", "year", "batch", "name", "planned_number", "planned_is_approximate", "requests_from",
    "requests_to", "nominations_from", "nominations_to", "briefing_on", "briefing_place", "reporting_on", "starts_on",
    "term_months", "term_days", "destinations", "destinations_note", "document", "document_number", "document_date",
    "scan",
)  # fmt: skip
DAYS = (
    "requests_from", "requests_to", "nominations_from", "nominations_to", "briefing_on", "reporting_on", "starts_on",
)  # fmt: skip
#: What people were placed under: it stays as it was once somebody is.
SETTLED_BY_PEOPLE = ("scheme", "kind")
#: What the papers of one year do not hand on to the next.
OF_ONE_YEAR = ("document", "document_number", "document_date", "scan")


def may_run(authority_id: int, by: Actor, permission: Permission = Permission.CAMPAIGNS_EDIT) -> bool:
    """Whether the actor runs the campaigns of this authority: its own officers, and the city's."""
    if not by.can(permission):
        return False
    return by.reach is Reach.ALL or (by.reach is Reach.DISTRICT and authority_id in by.institution_ids)


def check_may_run(authority_id: int, by: Actor, permission: Permission = Permission.CAMPAIGNS_EDIT) -> None:
    """Refuse whoever does not run the campaigns of this authority."""
    if not may_run(authority_id, by, permission):
        raise not_permitted()


@transaction.atomic
def create_campaign(*, authority: Institution, facts: Mapping[str, Any], by: Actor) -> Campaign:
    """Prepare a campaign of an authority; nobody below sees it before it is opened."""
    check_may_run(authority.pk, by)
    if not Institution.objects.standing(clock.today()).filter(
        pk=authority.pk, profile__kind=InstitutionKind.HEALTH_AUTHORITY
    ):
        sentence = _("Campaigns are run by health authorities.")
        raise RuleViolation(sentence, "not_an_authority", fields={"authority": sentence})
    values = _checked(facts)
    with refusals():
        campaign = Campaign.objects.create(authority=authority, **values, **_recorded_by(by))
    audit.record(act="campaigns.created", by=by, on=campaign, detail=_told(values) | {"authority": authority.pk})
    return campaign


@transaction.atomic
def change_campaign(*, campaign: Campaign, facts: Mapping[str, Any], version: int, by: Actor) -> Campaign:
    """Change what a campaign says, as it was read; under whom people were placed stays as it was."""
    take(campaign, by, version=version, yours=facts)
    if campaign.state in (CampaignState.CLOSED, CampaignState.WITHDRAWN):
        raise RuleViolation(_("This campaign is closed: open it again before changing it."), "campaign_closed")
    checked = _checked({name: getattr(campaign, name) for name in FACTS} | dict(facts))
    new = {name: value for name, value in checked.items() if getattr(campaign, name) != value}
    if not new:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    placed = list(campaign.assignments.living().order_by().values_list("pk", flat=True))
    if placed and (settled := [name for name in SETTLED_BY_PEOPLE if name in new]):
        sentence = _("People are placed in this campaign: its kind and scheme stay as they are.")
        raise RuleViolation(sentence, "campaign_has_people", fields=dict.fromkeys(settled, sentence))
    old = {name: getattr(campaign, name) for name in new}
    _write(campaign, new)
    audit.record(act="campaigns.changed", by=by, on=campaign, detail={"from": _told(old), "to": _told(new)})
    if "year" in new and placed:  # the year in which people count
        following.follow(placed)
    if {"name", "reporting_on", "briefing_on", "briefing_place"} & set(new) and placed:
        campaign_inbox.bring_up_to_date([campaign.pk])
    return campaign


@transaction.atomic
def open_campaign(*, campaign: Campaign, version: int | None = None, by: Actor) -> Campaign:
    """Open a campaign, or one that was closed again: from now on people are placed, and units below see it."""
    act = "campaigns.reopened" if campaign.state == CampaignState.CLOSED else "campaigns.opened"
    return _move(campaign, CampaignState.OPEN, act, version, by)


@transaction.atomic
def close_campaign(*, campaign: Campaign, version: int | None = None, by: Actor) -> Campaign:
    """Close a campaign: nobody is placed any more; whoever was goes on."""
    return _move(campaign, CampaignState.CLOSED, "campaigns.closed", version, by)


@transaction.atomic
def put_back_campaign(*, campaign: Campaign, version: int | None = None, by: Actor) -> Campaign:
    """Put a campaign back into preparation, while nobody is placed."""
    return _move(campaign, CampaignState.DRAFT, "campaigns.put_back", version, by)


@transaction.atomic
def withdraw_campaign(*, campaign: Campaign, reason: str, version: int | None = None, by: Actor) -> Campaign:
    """Withdraw a campaign that does not take place after all; only an empty one. It stays as a trace."""
    text = scrubbed(reason.strip())
    if not text:
        sentence = _("Write the reason.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    return _move(campaign, CampaignState.WITHDRAWN, "campaigns.withdrawn", version, by, {"reason": text})


def copied(campaign: Campaign) -> dict[str, Any]:
    """Return the facts of the same campaign a year later: every day moves on a year, the papers stay behind."""
    facts = {name: getattr(campaign, name) for name in FACTS if name not in OF_ONE_YEAR}
    for name in DAYS:
        if isinstance(held := facts[name], date):
            facts[name] = add_months(held, 12)
    year = campaign.year
    return facts | {"year": year + 1, "name": campaign.name.replace(str(year), str(year + 1))}


def take(
    campaign: Campaign,
    by: Actor,
    *,
    version: int | None = None,
    yours: Mapping[str, Any] | None = None,
    permission: Permission = Permission.CAMPAIGNS_EDIT,
) -> Campaign:
    """Lock the campaign to the end of the transaction, bring it up to date, refuse a version that was not read."""
    held = Campaign.objects.visible_to(by).select_for_update(of=("self",), no_key=True).filter(pk=campaign.pk).first()
    if held is None:
        raise RuleViolation(_("You see no such campaign."), "campaign_unknown")
    check_may_run(held.authority_id, by, permission)
    if version is not None and held.version != version:
        raise _conflict(held, version, yours or {})
    campaign.refresh_from_db()
    return campaign


def _move(
    campaign: Campaign,
    to: CampaignState,
    act: str,
    version: int | None,
    by: Actor,
    detail: Mapping[str, Any] | None = None,
) -> Campaign:
    take(campaign, by, version=version)
    now = CampaignState(campaign.state)
    if to not in now.may_become():
        sentence = _("What is “%(now)s” does not become “%(then)s”.")
        raise RuleViolation(sentence % {"now": now.label, "then": to.label}, "not_from_here")
    empties = to in (CampaignState.DRAFT, CampaignState.WITHDRAWN)
    if empties and Assignment.objects.living().filter(campaign=campaign).exists():
        raise RuleViolation(
            _("People are placed in this campaign: take their plans back first."), "campaign_has_people"
        )
    _write(campaign, {"state": to})
    audit.record(act=act, by=by, on=campaign, detail={"from": now, "to": to, **(detail or {})})
    return campaign


def _write(campaign: Campaign, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(campaign, name, value)
    campaign.version = F("version") + 1
    campaign.updated_at = clock.now()
    with refusals():
        campaign.save(update_fields=[*values, "version", "updated_at"])
    campaign.refresh_from_db(fields=["version"])


def _checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns, texts trimmed; refuse what no constraint of the database can tell."""
    if wrong := set(facts) - set(FACTS):
        raise TypeError(f"not a fact of a campaign: {sorted(wrong)}")
    values = {name: scrubbed(value.strip()) if isinstance(value, str) else value for name, value in facts.items()}
    if not values.get("scheme") and values.get("kind") not in WITHOUT_SCHEME:
        sentence = _("Say whose rules govern this kind of assignment.")
        raise RuleViolation(sentence, "scheme_missing", fields={"scheme": sentence})
    values["destinations"] = destinations.read(values.get("destinations") or {}).written()
    if (reporting := values.get("reporting_on")) and (starts := values.get("starts_on")) and reporting > starts:
        sentence = _("People report by the first day on post at the latest.")
        raise RuleViolation(sentence, "reporting_after_start", fields={"reporting_on": sentence})
    return values


def _recorded_by(by: Actor) -> dict[str, Any]:
    now = clock.now()
    return {
        "recorded_by_id": by.user_id,
        "recorded_by_name": by.name[:150],
        "recorded_at": now,
        "updated_at": now,
    }


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns as the audit record keeps them."""
    return {name: getattr(value, "pk", value) for name, value in values.items() if value not in (None, "", {})}


def _conflict(held: Campaign, version: int, yours: Mapping[str, Any]) -> Conflict:
    plain = {name: value for name, value in yours.items() if name not in ("destinations", "scan")}
    mine = {name: value for name, value in plain.items() if getattr(held, name) != value}
    return Conflict(
        _("Somebody else has changed this campaign since you opened it."),
        "stale_version",
        context={
            "url": held.get_absolute_url(),
            "version": version,
            "yours": _json(mine),
            "theirs": _json({name: getattr(held, name) for name in mine}) | {"version": held.version},
        },
    )


def _json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
