"""Establishing institutions, changing their profile from a day on, and correcting what was recorded wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.registry import periods
from deploy_admin.registry.models import Institution, InstitutionProfile, ProfileRevision
from deploy_admin.registry.services import rows
from deploy_admin.registry.services.facts import (
    KEEP,
    Bounds,
    Change,
    Correction,
    Keep,
    ProfileFacts,
    Registration,
    check_day,
    check_divisions,
    check_facts,
    checked_credit_code,
    with_keys,
)


@transaction.atomic
def establish(*, facts: ProfileFacts, opened_on: date, by: Actor, credit_code: str | None = None) -> Institution:
    """Register one institution from its first day."""
    return register_all(
        registrations=[Registration(facts=facts, opened_on=opened_on, credit_code=credit_code)], by=by
    )[0]


@transaction.atomic
def register_all(*, registrations: Sequence[Registration], by: Actor) -> list[Institution]:
    """Register any number of institutions in a constant number of queries; all of them or none.

    They may refer to each other by key, whatever their order.
    """
    if not registrations:
        return []
    bounds = Bounds(by)
    bounds.check({r.facts.division_id for r in registrations})
    bounds.check_kinds({r.facts.kind for r in registrations})
    for registration in registrations:
        check_facts(registration.facts.values())
        check_day(registration.opened_on)
    check_divisions({(r.facts.division_id, max(r.opened_on, clock.today())) for r in registrations})
    now = clock.now()
    with refusals():
        institutions = Institution.objects.bulk_create(
            [
                Institution(
                    credit_code=checked_credit_code(r.credit_code),
                    opened_on=r.opened_on,
                    created_at=now,
                    updated_at=now,
                )
                for r in registrations
            ]
        )
        ids: dict[str | None, int] = {
            r.key: i.pk for r, i in zip(registrations, institutions, strict=True) if r.key is not None
        }
        profiles = InstitutionProfile.objects.bulk_create(
            [
                _profile(institution.pk, r.opened_on, _linked(r, ids).values(), by)
                for r, institution in zip(registrations, institutions, strict=True)
            ]
        )
    for institution, profile in zip(institutions, profiles, strict=True):
        institution.profile = profile
    if len(institutions) == 1:
        audit.record(
            act="institution.established",
            by=by,
            on=institutions[0],
            label=profiles[0].name,
            detail={"from": institutions[0].opened_on, "facts": profiles[0].values()},
        )
    else:
        audit.record(
            act="institutions.registered",
            by=by,
            detail={"count": len(institutions), "ids": [institution.pk for institution in institutions]},
        )
    return institutions


def _linked(registration: Registration, ids: Mapping[str | None, int]) -> ProfileFacts:
    facts = registration.facts
    if registration.parent_key is not None:
        facts = replace(facts, parent_id=ids[registration.parent_key])
    if registration.administered_by_key is not None:
        facts = replace(facts, administered_by_id=ids[registration.administered_by_key])
    return facts


def _profile(unit: int, valid_from: date, values: Mapping[str, Any], by: Actor) -> InstitutionProfile:
    return InstitutionProfile(
        institution_id=unit,
        valid_from=valid_from,
        recorded_at=clock.now(),
        recorded_by=by.name[:150],
        **with_keys(values),
    )


@transaction.atomic
def change_profile(
    *, institution: Institution, on: date, facts: Mapping[str, Any], version: int, by: Actor
) -> InstitutionProfile:
    """Open a new profile from `on` with `facts` changed; the present one ends the day before."""
    return change_all(changes=[Change(institution_id=institution.pk, on=on, facts=facts, version=version)], by=by)[0]


@transaction.atomic
def change_all(*, changes: Sequence[Change], by: Actor) -> list[InstitutionProfile]:
    """Change any number of profiles from their days on, in a constant number of queries; all or none."""
    if not changes:
        return []
    bounds = Bounds(by)
    for change in changes:
        check_facts(change.facts)
        check_day(change.on)
    bounds.check({c.facts["division_id"] for c in changes if "division_id" in c.facts})
    bounds.check_kinds({c.facts["kind"] for c in changes if "kind" in c.facts})
    check_divisions({(c.facts["division_id"], c.on) for c in changes if "division_id" in c.facts})
    _take_all({c.institution_id: (c.version, c.facts) for c in changes})
    current = {
        profile.institution_id: profile
        for profile in InstitutionProfile.objects.filter(
            institution__in=[c.institution_id for c in changes], valid_to__isnull=True
        )
    }
    rows.check_no_branch_circles({c.institution_id: c.facts["parent_id"] for c in changes if "parent_id" in c.facts})
    ended, opened, before = {}, [], {}
    for change in changes:
        old = current.get(change.institution_id)
        if old is None or change.on <= old.valid_from:
            # Said in full for the one that does not fit; it costs its queries only when refusing.
            unit = Institution.objects.get(pk=change.institution_id)
            rows.check_living(unit, change.on)
            old = rows.open_profile(unit, change.on)
        before[change.institution_id] = {name: getattr(old, name) for name in change.facts}
        ended[old.pk] = periods.day_before(change.on)
        opened.append(_profile(change.institution_id, change.on, old.values() | dict(change.facts), by))
    with refusals():
        rows.end_profiles(ended)
        profiles = InstitutionProfile.objects.bulk_create(opened)
    if len(changes) == 1:
        audit.record(
            act="institution.changed",
            by=by,
            on=profiles[0].institution,
            label=profiles[0].name,
            detail={"from": changes[0].on, "old": before[changes[0].institution_id], "new": dict(changes[0].facts)},
        )
    else:
        audit.record(
            act="institutions.changed",
            by=by,
            detail={
                "count": len(changes),
                "changes": [{"id": c.institution_id, "from": c.on, "new": dict(c.facts)} for c in changes],
            },
        )
    return profiles


def _take_all(versions: Mapping[int, tuple[int, Mapping[str, Any]]]) -> None:
    """Take hold of many institutions (id → version read, what is wanted) in two statements."""
    # Locked in the order of their ids, as everywhere; then one UPDATE for all.
    locked = dict(
        Institution.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=versions)
        .order_by("pk")
        .values_list("pk", "version")
    )
    for unit, (version, wanted) in versions.items():
        if locked.get(unit) != version:
            raise rows.conflict(unit, version, wanted)
    Institution.objects.filter(pk__in=versions).update(version=F("version") + 1, updated_at=clock.now())


@transaction.atomic
def correct_profile(
    *,
    profile: InstitutionProfile,
    facts: Mapping[str, Any],
    version: int,
    reason: str,
    by: Actor,
    credit_code: str | Keep | None = KEEP,
) -> InstitutionProfile:
    """Rewrite what was recorded wrongly. The period stays; what the record said before is kept with its time."""
    correction = Correction(profile_id=profile.pk, facts=facts, version=version, credit_code=credit_code)
    return correct_all(corrections=[correction], reason=reason, by=by)[0]


@transaction.atomic
def correct_all(*, corrections: Sequence[Correction], reason: str, by: Actor) -> list[InstitutionProfile]:
    """Correct any number of profiles, at most one of each institution, for one reason; all or none."""
    if not corrections:
        return []
    if not reason.strip():
        sentence = _("A correction needs a reason.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    found = InstitutionProfile.objects.select_related("institution").in_bulk([c.profile_id for c in corrections])
    told = [_Told.of(found[c.profile_id], c) for c in corrections]
    bounds = Bounds(by)
    bounds.check({t.changed["division_id"] for t in told if "division_id" in t.changed})
    bounds.check_kinds({t.changed["kind"] for t in told if "kind" in t.changed})
    _take_all(
        {t.unit.pk: (c.version, t.changed or {"credit_code": t.code}) for t, c in zip(told, corrections, strict=True)}
    )
    rows.check_no_branch_circles({t.unit.pk: t.changed["parent_id"] for t in told if "parent_id" in t.changed})
    _rewrite([t for t in told if t.changed], reason.strip(), by)
    _recode([t for t in told if t.recoded])
    for t in told[:1] if len(told) == 1 else []:
        audit.record(act="institution.corrected", by=by, on=t.unit, label=t.profile.name, detail=t.detail(reason))
    if len(told) > 1:
        detail = {"count": len(told), "corrections": [t.detail(reason) for t in told]}
        audit.record(act="institutions.corrected", by=by, detail=detail)
    return [t.profile for t in told]


@dataclass
class _Told:
    """A correction beside what is recorded: only what differs."""

    profile: InstitutionProfile
    unit: Institution
    old: dict[str, Any]
    changed: dict[str, Any]
    was_code: str | None
    code: str | None

    @classmethod
    def of(cls, profile: InstitutionProfile, correction: Correction) -> _Told:
        check_facts(correction.facts)
        old, unit = profile.values(), profile.institution
        changed = {name: value for name, value in correction.facts.items() if old[name] != value}
        keeps = isinstance(correction.credit_code, Keep)
        code = (
            unit.credit_code
            if isinstance(correction.credit_code, Keep)
            else checked_credit_code(correction.credit_code)
        )
        if not changed and (keeps or code == unit.credit_code):
            raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_correct")
        return cls(profile, unit, old, changed, unit.credit_code, code)

    @property
    def recoded(self) -> bool:
        return self.code != self.was_code

    def detail(self, reason: str) -> dict[str, Any]:
        old, new = {name: self.old[name] for name in self.changed}, dict(self.changed)
        if self.recoded:
            old["credit_code"], new["credit_code"] = self.was_code, self.code
        return {"id": self.unit.pk, "profile": self.profile.pk, "reason": reason.strip(), "old": old, "new": new}


def _rewrite(told: Sequence[_Told], reason: str, by: Actor) -> None:
    now, name = clock.now(), by.name[:150]
    ProfileRevision.objects.bulk_create(
        ProfileRevision(
            profile=t.profile,
            facts=t.old,
            recorded_at=t.profile.recorded_at,
            recorded_by=t.profile.recorded_by,
            corrected_at=now,
            corrected_by=name,
            reason=reason,
        )
        for t in told
    )
    columns = {"recorded_at", "recorded_by"}
    for t in told:
        written = with_keys(t.changed) | {"recorded_at": now, "recorded_by": name}
        columns |= written.keys()
        for column, value in written.items():
            setattr(t.profile, column, value)
    with refusals():
        InstitutionProfile.objects.bulk_update(
            [t.profile for t in told], [column.removesuffix("_id") for column in sorted(columns)], batch_size=500
        )


def _recode(told: Sequence[_Told]) -> None:
    for t in told:
        t.unit.credit_code = t.code
    with refusals():
        Institution.objects.bulk_update([t.unit for t in told], ["credit_code"], batch_size=500)
