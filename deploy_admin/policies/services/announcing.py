"""Telling people that a policy changed."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.jobs import services as jobs
from deploy_admin.policies.models import Level, PolicyVersion, State


@transaction.atomic
def announce(version_id: int) -> None:
    """Put the news of an adoption or withdrawal into the inboxes; the next news of the same policy takes its place."""
    version = PolicyVersion.objects.for_list().get(pk=version_id)
    key = f"policies.news:{version.policy.slug}"
    jobs.settle(key=key)
    jobs.notify(
        code="policies.withdrawn" if version.state == State.WITHDRAWN else "policies.adopted",
        params={
            "title": version.title_zh,
            "revision": version.revision,
            "from": version.adoption.quotas_from.isoformat(),
            "to": version.in_force_to.isoformat() if version.in_force_to else "",
        },
        url=reverse("policies:version", args=[version.policy.slug, version.revision]),
        institution_id=None,
        # A district's own plan is news for the city; the city's and wider ones for every district and sender.
        roles=[Role.CITY_OFFICER]
        if version.policy.level == Level.DISTRICT
        else [Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.SENDER_HR],
        key=key,
    )
