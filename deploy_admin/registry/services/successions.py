"""Renaming, moving, merging, splitting and closing units, each by a document and from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.registry import periods, succession
from deploy_admin.registry.codes import SuccessionKind
from deploy_admin.registry.models import Institution, InstitutionProfile, Jurisdiction, Succession
from deploy_admin.registry.services import rows
from deploy_admin.registry.services.facts import (
    Bounds,
    Document,
    Part,
    check_day,
    check_divisions,
    check_facts,
    with_keys,
)


def _recorded(
    kind: SuccessionKind, on: date, predecessor: int, heir: int, document: Document, by: Actor
) -> Succession:
    return Succession(
        kind=kind,
        on=on,
        predecessor_id=predecessor,
        heir_id=heir,
        document_title=document.title.strip(),
        document_number=document.number.strip(),
        recorded_at=clock.now(),
        recorded_by=by.name[:150],
    )


def _check_document(document: Document) -> None:
    if not document.title.strip():
        sentence = _("A change of this kind needs its document.")
        raise RuleViolation(sentence, "document_missing", fields={"document_title": sentence})


def _follow_on(institution: Institution, on: date, facts: dict[str, object], by: Actor) -> InstitutionProfile:
    """End the open profile and open one from `on` with `facts` changed."""
    old = rows.open_profile(institution, on)
    rows.end_profile(old, on)
    profile = InstitutionProfile(
        institution=institution,
        valid_from=on,
        recorded_at=clock.now(),
        recorded_by=by.name[:150],
        **with_keys(old.values() | facts),
    )
    profile.save(force_insert=True)
    return profile


@transaction.atomic
def rename(
    *, institution: Institution, name: str, on: date, document: Document, version: int, by: Actor, short_name: str = ""
) -> Succession:
    """Give a unit a new name from `on`. It stays the same unit; its papers keep the name they were issued under."""
    facts: dict[str, object] = {"name": name.strip(), "short_name": short_name.strip()}
    return _within(SuccessionKind.RENAME, institution, on, facts, document, version, by)


@transaction.atomic
def move(
    *,
    institution: Institution,
    division_id: int,
    on: date,
    document: Document,
    version: int,
    by: Actor,
    administered_by_id: int | None = None,
) -> Succession:
    """Move a unit to another division from `on`; `administered_by_id` names its new administrator, if that changes."""
    Bounds(by).check({division_id})
    check_divisions({(division_id, on)})
    facts: dict[str, object] = {"division_id": division_id}
    if administered_by_id is not None:
        facts["administered_by_id"] = administered_by_id
    return _within(SuccessionKind.MOVE, institution, on, facts, document, version, by)


def _within(
    kind: SuccessionKind,
    institution: Institution,
    on: date,
    facts: dict[str, object],
    document: Document,
    version: int,
    by: Actor,
) -> Succession:
    _check_document(document)
    check_facts(facts)
    check_day(on)
    unit = rows.take({institution.pk: version}, facts)[institution.pk]
    rows.check_living(unit, on)
    old = rows.open_profile(unit, on).values()
    changed = {name: value for name, value in facts.items() if old[name] != value}
    if not changed:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    with refusals():
        profile = _follow_on(unit, on, changed, by)
        row = _recorded(kind, on, unit.pk, unit.pk, document, by)
        row.save(force_insert=True)
    audit.record(
        act="institution.renamed" if kind == SuccessionKind.RENAME else "institution.moved",
        by=by,
        on=unit,
        label=profile.name,
        detail={
            "on": on,
            "document": [document.title, document.number],
            "old": {name: old[name] for name in changed},
            "new": changed,
        },
    )
    return row


def _end(unit: Institution, on: date) -> None:
    """Close a unit the day before `on`, and its jurisdictions with it."""
    rows.check_living(unit, on)
    rows.end_profile(rows.open_profile(unit, on), on)
    unit.closed_on = periods.day_before(on)
    unit.save(update_fields=["closed_on"])
    held = Jurisdiction.objects.filter(authority=unit)
    if held.filter(valid_from__gte=on).exists():
        sentence = _("This authority has a jurisdiction that begins on that day or later.")
        raise RuleViolation(sentence, "jurisdiction_later", fields={"on": sentence})
    held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).update(valid_to=unit.closed_on)


def _check_branches(unit: Institution, on: date) -> None:
    branch = InstitutionProfile.objects.filter(periods.holds_on(on), parent=unit).order_by("pinyin").first()
    if branch is not None:
        sentence = _("%(branch)s is still a branch of it: move or close its branches first.") % {"branch": branch.name}
        raise RuleViolation(sentence, "branches_left", fields={"on": sentence})


def _check_no_cycle(predecessors: set[int], heirs: set[int], on: date) -> None:
    """Refuse an heir that itself came out of the unit it is to inherit from."""
    if predecessors & heirs:
        raise RuleViolation(_("A unit cannot become part of itself."), "succession_cycle")
    for before in succession.predecessors(predecessors, date.max).values():
        if before & heirs:
            raise RuleViolation(_("The heir is itself a predecessor of this unit."), "succession_cycle")
    _check_order(predecessors, on)


def _check_order(units: set[int], on: date) -> None:
    """Refuse to end a unit on or before a day on which it still inherited: chains run forward in time."""
    late = Succession.objects.filter(heir__in=units, on__gte=on, kind__in=[SuccessionKind.MERGE, SuccessionKind.SPLIT])
    if late.exists():
        sentence = _("This unit inherited from another on a later day: choose a day after it.")
        raise RuleViolation(sentence, "succession_order", fields={"on": sentence})


@transaction.atomic
def merge(
    *, predecessors: dict[int, int], heir: Institution, heir_version: int, on: date, document: Document, by: Actor
) -> list[Succession]:
    """Merge units (id → version read) into `heir` from `on`: they close the day before and their past becomes its.

    Jurisdictions pass over with the units.
    """
    _check_document(document)
    check_day(on)
    if not predecessors:
        raise RuleViolation(_("Choose at least one unit to merge."), "nothing_to_merge")
    _check_no_cycle(set(predecessors), {heir.pk}, on)
    units = rows.take(predecessors | {heir.pk: heir_version})
    rows.check_living(units[heir.pk], on)
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    done = []
    with refusals():
        for unit_id in sorted(predecessors):
            unit = units[unit_id]
            _hand_over_branches(unit, on, heir.pk, by)
            held = list(Jurisdiction.objects.on(on).filter(authority=unit))
            _end(unit, on)
            Jurisdiction.objects.bulk_create(
                Jurisdiction(authority=heir, division_id=row.division_id, valid_from=on, valid_to=row.valid_to)
                for row in held
            )
            done.append(_recorded(SuccessionKind.MERGE, on, unit.pk, heir.pk, document, by))
        done = Succession.objects.bulk_create(done)
    audit.record(
        act="institution.merged",
        by=by,
        on=units[heir.pk],
        label=names[heir.pk],
        detail={
            "on": on,
            "document": [document.title, document.number],
            "predecessors": [{"id": unit, "name": names[unit]} for unit in sorted(predecessors)],
        },
    )
    return done


def _hand_over_branches(unit: Institution, on: date, heir_id: int, by: Actor) -> None:
    """Make the branches of a merged unit the heir's; an heir that was itself a branch stands alone."""
    branches = InstitutionProfile.objects.filter(parent=unit, valid_to__isnull=True).select_related("institution")
    for branch in branches.order_by("institution_id"):
        Institution.objects.filter(pk=branch.institution_id).update(version=F("version") + 1, updated_at=clock.now())
        _follow_on(branch.institution, on, {"parent_id": None if branch.institution_id == heir_id else heir_id}, by)


@transaction.atomic
def split(
    *,
    predecessor: Institution,
    version: int,
    parts: Sequence[Part],
    on: date,
    document: Document,
    continues: bool,
    by: Actor,
) -> list[Succession]:
    """Split a unit from `on` among existing units, one part each; unless it `continues`, it closes the day before.

    Shares of the past figures may be left open for all parts, or named for all. Named, they add up to no more than
    one, and to exactly one where nothing of the unit remains.
    """
    _check_document(document)
    check_day(on)
    heirs = {part.heir_id: part.version for part in parts}
    if not parts or len(heirs) != len(parts):
        raise RuleViolation(_("Name every heir once."), "heirs_wrong", fields={"parts": _("Name every heir once.")})
    _check_shares([part.share for part in parts], continues)
    _check_no_cycle({predecessor.pk}, set(heirs), on)
    units = rows.take(heirs | {predecessor.pk: version})
    unit = units[predecessor.pk]
    rows.check_living(unit, on)
    for heir_id in heirs:
        rows.check_living(units[heir_id], on)
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    with refusals():
        if not continues:
            _check_branches(unit, on)
            _end(unit, on)
        elif on <= unit.opened_on:
            rows.open_profile(unit, on)
        done = []
        for part in parts:
            row = _recorded(SuccessionKind.SPLIT, on, unit.pk, part.heir_id, document, by)
            row.share = part.share
            done.append(row)
        done = Succession.objects.bulk_create(done)
    audit.record(
        act="institution.split",
        by=by,
        on=unit,
        label=names[unit.pk],
        detail={
            "on": on,
            "document": [document.title, document.number],
            "continues": continues,
            "heirs": [{"id": p.heir_id, "name": names[p.heir_id], "share": p.share} for p in parts],
        },
    )
    return done


def _check_shares(shares: Sequence[Decimal | None], continues: bool) -> None:
    named = [share for share in shares if share is not None]
    sentence = ""
    code = "shares_wrong"
    if named and len(named) != len(shares):
        sentence = _("Name a share for every heir, or for none.")
    elif any(share <= 0 for share in named):
        sentence = _("A share belongs to a split and lies above 0 and not above 1.")
    elif sum(named) > 1:
        code, sentence = (
            "shares_over_one",
            _("The shares add up to %(total)s, more than the whole.") % {"total": sum(named)},
        )
    elif named and not continues and sum(named) != 1:
        code, sentence = "shares_under_one", _("Nothing remains of the unit, so the shares must add up to 1.")
    if sentence:
        raise RuleViolation(sentence, code, fields={"parts": sentence})


@transaction.atomic
def close(*, institution: Institution, last_day: date, document: Document, version: int, by: Actor) -> Institution:
    """Close a unit after `last_day` without an heir."""
    _check_document(document)
    on = last_day + periods.ONE_DAY
    unit = rows.take({institution.pk: version})[institution.pk]
    _check_order({unit.pk}, on)
    name = rows.name_of(unit.pk)
    with refusals():
        _check_branches(unit, on)
        _end(unit, on)
    audit.record(
        act="institution.closed",
        by=by,
        on=unit,
        label=name,
        detail={"last_day": last_day, "document": [document.title, document.number]},
    )
    return unit
