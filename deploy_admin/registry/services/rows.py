"""Taking hold of institutions to write on: the version they were read at, the profile that is open on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.registry import periods
from deploy_admin.registry.models import Institution, InstitutionProfile


def take(versions: Mapping[int, int], yours: Mapping[str, Any] | None = None) -> dict[int, Institution]:
    """Raise the version of these institutions, which locks them to the end of the transaction.

    A version other than the one read is refused with both values: somebody was faster.
    """
    for unit in sorted(versions):  # one order for everybody, so that two acts never wait for each other
        raised = Institution.objects.filter(pk=unit, version=versions[unit]).update(
            version=F("version") + 1, updated_at=clock.now()
        )
        if not raised:
            raise conflict(unit, versions[unit], yours)
    return Institution.objects.in_bulk(versions)


def conflict(unit: int, version: int, yours: Mapping[str, Any] | None) -> Conflict:
    """Return the refusal of an edit that read an older version, with what the row says now."""
    profile = InstitutionProfile.objects.standing(clock.today()).filter(institution_id=unit).first()
    theirs = profile.values() if profile else {}
    mine = dict(yours or {})
    return Conflict(
        _("Somebody else has changed this institution since you opened it."),
        "stale_version",
        context={
            "institution": unit,
            "version": version,
            "yours": mine,
            "theirs": {name: theirs.get(name) for name in mine} if mine else theirs,
        },
    )


def check_living(institution: Institution, on: date) -> None:
    """Refuse an act on a unit that has closed before it."""
    if institution.closed_on is not None:
        sentence = _("%(name)s closed on %(day)s.") % {
            "name": name_of(institution.pk),
            "day": institution.closed_on.isoformat(),
        }
        raise RuleViolation(sentence, "institution_closed", fields={"on": sentence})
    if on < institution.opened_on:
        sentence = _("%(name)s opens only on %(day)s.") % {
            "name": name_of(institution.pk),
            "day": institution.opened_on.isoformat(),
        }
        raise RuleViolation(sentence, "before_profile_begins", fields={"on": sentence})


def open_profile(institution: Institution, on: date) -> InstitutionProfile:
    """Return the open profile, which must have begun before `on`: what ends the day before has at least one day."""
    profile = InstitutionProfile.objects.filter(institution=institution, valid_to__isnull=True).first()
    if profile is None:
        check_living(institution, on)
        raise RuleViolation(_("This institution has no open profile."), "no_open_profile")
    if on <= profile.valid_from:
        sentence = _("The present profile begins on %(day)s: choose a later day, or correct it.") % {
            "day": profile.valid_from.isoformat()
        }
        raise RuleViolation(sentence, "before_profile_begins", fields={"on": sentence})
    return profile


def end_profile(profile: InstitutionProfile, on: date) -> None:
    """End the profile on the day before `on`."""
    profile.valid_to = periods.day_before(on)
    profile.save(update_fields=["valid_to"])


def name_of(unit: int) -> str:
    """Return the name that stands for the unit today."""
    return Institution.objects.filter(pk=unit).named(clock.today()).get(unit, f"#{unit}")


def check_no_branch_circles(parents: Mapping[int, int | None]) -> None:
    """Refuse a parent (unit → new parent) that is itself below the unit. One query for all."""
    if not any(parents.values()):
        return
    above = dict(
        InstitutionProfile.objects.filter(valid_to__isnull=True, parent__isnull=False).values_list(
            "institution_id", "parent_id"
        )
    ) | dict(parents)
    for unit in parents:
        seen, step = {unit}, above.get(unit)
        while step is not None:
            if step in seen:
                sentence = _("An institution cannot be a branch of itself or of its own branches.")
                raise RuleViolation(sentence, "branch_circle", fields={"parent": sentence})
            seen.add(step)
            step = above.get(step)


def end_profiles(last_days: Mapping[int, date]) -> None:
    """End each profile (id → its last day) in one statement; a CASE per row would grow with the square."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_institutionprofile profile SET valid_to = ended.last_day"
            " FROM unnest(%s::bigint[], %s::date[]) AS ended (id, last_day) WHERE profile.id = ended.id",
            [list(last_days), list(last_days.values())],
        )
