"""Telling senders, receivers and people who is placed in a campaign, for as long as they are awaited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse

from assignments.models import Assignment, Campaign
from assignments.states import COMING, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Membership
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import inbox
from deploy_admin.registry.models import Institution

PREFIX = "campaigns.placed:"
SENDERS = (Role.SENDER_HR,)
RECEIVERS = (Role.RECEIVER_CLERK, Role.RECEIVER_HEAD)


class Awaited(NamedTuple):
    """One person who is placed and has not come yet."""

    id: int
    campaign: int
    state: str
    worker: int
    sender: int
    receiver: int
    starts_on: date
    ends_on: date


def bring_up_to_date(campaign_ids: Collection[int]) -> None:
    """Open, change and close the notes about who is placed in these campaigns, as their rows stand now."""
    columns = ("pk", "campaign_id", "state", "worker_id", "sending_unit_id", "receiving_unit_id")
    rows = Assignment.objects.filter(campaign__in=campaign_ids, state__in=COMING).order_by("pk")
    awaited: dict[int, list[Awaited]] = defaultdict(list)
    for values in rows.values_list(*columns, "starts_on", "ends_on"):
        row = Awaited(*values)
        awaited[row.campaign].append(row)
    everybody = [row for held in awaited.values() for row in held]
    users = _users({row.worker for row in everybody})
    names = Institution.objects.filter(pk__in={row.receiver for row in everybody}).named(clock.today())
    for campaign in Campaign.objects.filter(pk__in=campaign_ids).order_by("pk"):
        held = awaited[campaign.pk]
        wanted = _of_senders(campaign, held) | _of_receivers(campaign, held) | _of_people(campaign, held, users, names)
        inbox.keep(f"{PREFIX}{campaign.pk}:", wanted)


def tidy() -> int:
    """Bring the notes of every campaign up to date that has any; return how many campaigns that were."""
    said = Notice.objects.open().filter(key__startswith=PREFIX).values_list("key", flat=True)
    found = {int(key.split(":")[1]) for key in said}
    found |= set(Assignment.objects.coming().filter(campaign__isnull=False).values_list("campaign", flat=True))
    bring_up_to_date(found)
    return len(found)


def _of_senders(campaign: Campaign, rows: Iterable[Awaited]) -> dict[str, dict[str, Any]]:
    """Whose people are planned and not yet let go."""
    counted: dict[int, int] = defaultdict(int)
    for row in rows:
        counted[row.sender] += row.state == AssignmentState.PLANNED
    url = f"{reverse('assignments:assignments')}?campaign={campaign.pk}&state={AssignmentState.PLANNED.value}"
    return {
        f"{PREFIX}{campaign.pk}:sender:{unit}": {
            "code": "campaigns.people_placed",
            "params": {"count": count, "campaign": campaign.name},
            "url": url,
            "institution_id": unit,
            "roles": [role.value for role in SENDERS],
            "due_on": campaign.reporting_on or campaign.starts_on,
        }
        for unit, count in counted.items()
        if count
    }


def _of_receivers(campaign: Campaign, rows: Iterable[Awaited]) -> dict[str, dict[str, Any]]:
    """To whom people come."""
    counted: dict[int, int] = defaultdict(int)
    for row in rows:
        counted[row.receiver] += 1
    day = campaign.reporting_on or campaign.starts_on
    return {
        f"{PREFIX}{campaign.pk}:receiver:{unit}": {
            "code": "campaigns.people_coming",
            "params": {"count": count, "campaign": campaign.name, "day": day.isoformat()},
            "url": campaign.get_absolute_url(),
            "institution_id": unit,
            "roles": [role.value for role in RECEIVERS],
            "due_on": day,
        }
        for unit, count in counted.items()
    }


def _of_people(
    campaign: Campaign, rows: Iterable[Awaited], users: dict[int, list[int]], names: dict[int, str]
) -> dict[str, dict[str, Any]]:
    """Who goes, of those who have an account."""
    return {
        f"{PREFIX}{campaign.pk}:person:{row.id}:{user}": {
            "code": "campaigns.you_are_placed",
            "params": {
                "unit": names.get(row.receiver, ""),
                "day": row.starts_on.isoformat(),
                "last": row.ends_on.isoformat(),
            },
            "url": reverse("assignments:my_service"),
            "institution_id": None,
            "roles": [],
            "user_id": user,
            "due_on": row.starts_on,
        }
        for row in rows
        for user in users.get(row.worker, ())
    }


def _users(worker_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the accounts of these people today."""
    found: dict[int, list[int]] = defaultdict(list)
    linked = Membership.objects.valid_on(clock.today()).filter(role=Role.DEPLOYED_PERSON, worker__in=worker_ids)
    for worker, user in linked.order_by("pk").values_list("worker_id", "user_id"):
        if worker is not None and user not in found[worker]:
            found[worker].append(user)
    return found
