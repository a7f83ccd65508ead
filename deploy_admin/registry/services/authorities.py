"""Which authority is competent where: granted from a day, ended on a day. Only the city decides it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin.access import Actor, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.codes import Kind
from deploy_admin.registry.models import Division, Institution, InstitutionProfile, Jurisdiction
from deploy_admin.registry.services.facts import Grant


def _only_the_city(by: Actor) -> None:
    if by.reach != Reach.ALL:
        raise RuleViolation(_("Only the city decides which authority is competent."), "jurisdiction_by_city_only")


@transaction.atomic
def grant_jurisdiction(*, authority: Institution, division: Division, on: date, by: Actor) -> Jurisdiction:
    """Make a health authority competent for a division from `on`; where another still is, that is refused."""
    return grant_all(grants=[Grant(authority.pk, division.pk, on)], by=by)[0]


@transaction.atomic
def grant_all(*, grants: Sequence[Grant], by: Actor) -> list[Jurisdiction]:
    """Make any number of authorities competent in a constant number of queries; all or none."""
    if not grants:
        return []
    _only_the_city(by)
    # The latest profile says whether it is an authority; one that opens later is asked about its first day.
    profiles = {
        profile.institution_id: profile
        for profile in InstitutionProfile.objects.filter(institution__in={g.authority_id for g in grants})
        .select_related("institution")
        .order_by("valid_from")
    }
    divisions = Division.objects.in_bulk({g.division_id for g in grants})
    for grant in grants:
        _check(grant, profiles.get(grant.authority_id), divisions[grant.division_id])
    with refusals():
        rows = Jurisdiction.objects.bulk_create(
            Jurisdiction(authority_id=g.authority_id, division_id=g.division_id, valid_from=g.on) for g in grants
        )
    details = [
        {"authority": g.authority_id, "division": g.division_id, "name": divisions[g.division_id].name, "from": g.on}
        for g in grants
    ]
    if len(grants) == 1:
        profile = profiles[grants[0].authority_id]
        audit.record(act="jurisdiction.granted", by=by, on=profile.institution, label=profile.name, detail=details[0])
    else:
        audit.record(act="jurisdictions.granted", by=by, detail={"count": len(grants), "grants": details})
    return rows


def _check(grant: Grant, profile: InstitutionProfile | None, division: Division) -> None:
    if profile is None or profile.kind != Kind.HEALTH_AUTHORITY:
        sentence = _("Only a health authority can be competent for a division.")
        raise RuleViolation(sentence, "not_an_authority", fields={"authority": sentence})
    closed = profile.institution.closed_on
    if (closed is not None and closed < grant.on) or grant.on < profile.institution.opened_on:
        sentence = _("This authority does not exist on that day.")
        raise RuleViolation(sentence, "institution_closed", fields={"on": sentence})
    if division.valid_to is not None and division.valid_to < grant.on:
        sentence = _("This division has ended.")
        raise RuleViolation(sentence, "division_ended", fields={"division": sentence})


@transaction.atomic
def end_jurisdiction(*, jurisdiction: Jurisdiction, last_day: date, by: Actor) -> Jurisdiction:
    """End a jurisdiction after `last_day`."""
    _only_the_city(by)
    jurisdiction.valid_to = last_day
    with refusals():
        jurisdiction.save(update_fields=["valid_to"])
    audit.record(
        act="jurisdiction.ended",
        by=by,
        on=jurisdiction.authority,
        label=str(jurisdiction.division),
        detail={"division": jurisdiction.division_id, "to": last_day},
    )
    return jurisdiction
