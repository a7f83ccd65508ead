"""One institution: its facts, how it came to be what it is, who is competent for it, and what was corrected."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, ActorRequest, Permission, Reach, requires
from deploy_admin.registry import tables_support
from deploy_admin.registry.authority import Competences
from deploy_admin.registry.codes import Kind, State, SuccessionKind
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution, InstitutionProfile, ProfileRevision, Succession
from deploy_admin.registry.tables import area_label, names_of
from deploy_admin.registry.views.lists import day_asked


def seen_or_404(actor: Actor, pk: int, day: date) -> Institution:
    """Return the institution with the profile that speaks for it on `day`; unseen is not there."""
    unit: Institution | None = Institution.objects.visible_to(actor).standing(day).for_list().filter(pk=pk).first()
    if unit is None:
        raise Http404
    return unit


@requires(Permission.INSTITUTIONS_VIEW)
def detail(request: ActorRequest, pk: int) -> HttpResponse:
    """One institution on a day."""
    unit = seen_or_404(request.actor, pk, day_asked(request))
    found = Competences(DivisionTree.read(day_asked(request)))
    day = found.tree.on
    profiles = list(unit.profiles.order_by("valid_from"))
    successions = list(Succession.objects.filter(predecessor=unit) | Succession.objects.filter(heir=unit))
    jurisdictions = list(unit.jurisdictions.select_related("division"))
    there = found.of(unit.profile.division_id, unit.pk)
    names = names_of(
        {
            there.authority_id if there else None,
            *(unit_id for row in profiles for unit_id in (row.administered_by_id, row.parent_id)),
            *(unit_id for row in successions for unit_id in (row.predecessor_id, row.heir_id)),
        },
        day,
    )
    others = {unit_id for row in successions for unit_id in (row.predecessor_id, row.heir_id)} - {unit.pk}
    seen = set(Institution.objects.visible_to(request.actor).filter(pk__in=others).values_list("pk", flat=True))
    branches = Institution.objects.visible_to(request.actor).as_of(day).filter(profile__parent=unit).for_list()
    pairings, programmes = tables_support.of_unit(unit.pk, day)
    is_authority = unit.profile.kind == Kind.HEALTH_AUTHORITY
    context = {
        "unit": unit,
        "profile": unit.profile,
        "as_of": day,
        "is_today": day == clock.today(),
        "state": unit.state_on(day),
        "facts": facts_shown(unit.profile, found.tree, names),
        "competence": _competence(there, found.tree, names),
        "timeline": _timeline(profiles, found.tree, names, day),
        "successions": [_succession(row, unit.pk, names, seen) for row in successions],
        "jurisdictions": jurisdictions,
        "is_authority": is_authority,
        "branches": branches,
        "pairings": tables_support.tie_rows(pairings, request.actor, day),
        "programmes": tables_support.tie_rows(programmes, request.actor, day),
        "heads": {"pairings": tables_support.pairing_heads(), "programmes": tables_support.programme_heads()},
        "may_edit": request.actor.can(Permission.INSTITUTIONS_EDIT) and unit.state_on(clock.today()) != State.CLOSED,
        "may_grant": is_authority
        and request.actor.reach == Reach.ALL
        and request.actor.can(Permission.INSTITUTIONS_EDIT),
        "corrected": ProfileRevision.objects.filter(profile__institution=unit).exists(),
    }
    return render(request, "registry/institution.html", context)


def yes_no(value: bool | None) -> str:
    """Return a flag as a word; unknown is not no."""
    return _("not known") if value is None else _("yes") if value else _("no")


def coordinates(profile: InstitutionProfile) -> str:
    """Return “29.56301, 106.55156”: latitude and longitude, as maps take them."""
    degrees = profile.latitude, profile.longitude
    return "" if None in degrees else ", ".join(str(value) for value in degrees)


def facts_shown(profile: InstitutionProfile, tree: DivisionTree, names: dict[int, str]) -> list[tuple[str, Any]]:
    """Return the facts of a profile as label and words."""
    return [
        (_("Name"), profile.name),
        (_("Short name"), profile.short_name),
        (_("Kind"), profile.get_kind_display()),
        (_("Tier"), profile.get_tier_display()),
        (_("Grade"), profile.get_level_display() or ""),
        (_("Ownership"), profile.get_ownership_display()),
        (_("Affiliation"), profile.get_affiliation_display()),
        (_("Located in"), tree.full_name(profile.division_id)),
        (_("Area group"), area_label(tree.area_group(profile.division_id))),
        (_("Administered by"), names.get(profile.administered_by_id or 0, "")),
        (_("Branch of"), names.get(profile.parent_id or 0, "")),
        (_("Settlement"), profile.get_settlement_display()),
        (_("Remote area"), yes_no(profile.remote)),
        (_("Key township"), yes_no(profile.key_township)),
        (_("Medical community"), profile.medical_community),
        (_("Population served"), profile.population),
        (_("Coordinates"), coordinates(profile)),
    ]


def _competence(there: Any, tree: DivisionTree, names: dict[int, str]) -> dict[str, Any] | None:
    """Return who is competent and the reason in one sentence."""
    if there is None:
        return None
    place = tree.name(there.division_id)
    if there.steps == 0:
        reason = _("It stands in %(place)s, for which this authority is competent.") % {"place": place}
    else:
        reason = _("It stands in %(here)s; the nearest division above with an authority is %(place)s.") % {
            "here": tree.full_name(there.located_in_id),
            "place": place,
        }
    moved = tree.standing(there.located_in_id) != there.located_in_id
    if moved:
        reason += " " + _("%(old)s went over to %(new)s.") % {
            "old": tree.name(there.located_in_id),
            "new": tree.name(tree.standing(there.located_in_id)),
        }
    return {"id": there.authority_id, "name": names.get(there.authority_id, ""), "reason": reason}


def _timeline(
    profiles: list[InstitutionProfile], tree: DivisionTree, names: dict[int, str], day: date
) -> list[dict[str, Any]]:
    """Return the dated profiles, each with what it changed."""
    items, before = [], None
    for profile in profiles:
        facts = dict(facts_shown(profile, tree, names))
        if before is None:
            text, detail = profile.name, _("first recorded profile")
        else:
            changed = [
                f"{name}：{before[name] or '—'} → {facts[name] or '—'}"
                for name in facts
                if facts[name] != before[name]
            ]
            text, detail = profile.name, "；".join(changed)
        items.append(
            {
                "when": profile.valid_from.isoformat(),
                "text": text,
                "detail": detail,
                "kind": "next" if profile.valid_from > day else "done",
            }
        )
        before = facts
    if profiles and (last := profiles[-1].valid_to) is not None:
        kind = "next" if last >= day else "done"
        items.append({"when": last.isoformat(), "text": _("last day"), "detail": "", "kind": kind})
    return items


def _succession(row: Succession, unit: int, names: dict[int, str], seen: set[int]) -> dict[str, Any]:
    """Return a succession as seen from one of its units; the other is named, and linked only where it may be seen."""
    other = row.heir_id if row.predecessor_id == unit else row.predecessor_id
    if row.kind == SuccessionKind.MERGE:
        text = _("Merged into %(name)s") if row.predecessor_id == unit else _("%(name)s was merged into it")
    elif row.kind == SuccessionKind.SPLIT:
        text = (
            _("Split: a part went to %(name)s") if row.predecessor_id == unit else _("Came by split out of %(name)s")
        )
    else:
        text = str(SuccessionKind(row.kind).label)
    return {
        "row": row,
        "text": text % {"name": names.get(other, f"#{other}")} if "%(" in text else text,
        "other": other if other in seen else None,
    }


@requires(Permission.INSTITUTIONS_VIEW)
def history(request: ActorRequest, pk: int) -> HttpResponse:
    """Every profile with when and by whom it was recorded, and what corrected ones said before."""
    today = clock.today()
    unit = seen_or_404(request.actor, pk, today)
    tree = DivisionTree.read(today)
    profiles = list(unit.profiles.order_by("-valid_from"))
    revisions = list(ProfileRevision.objects.filter(profile__institution=unit).order_by("corrected_at", "pk"))
    names = names_of(
        {unit_id for row in profiles for unit_id in (row.administered_by_id, row.parent_id)}
        | {r.facts.get(key) for r in revisions for key in ("administered_by_id", "parent_id")},
        today,
    )
    shown: dict[int, list[dict[str, Any]]] = {}
    for row in profiles:
        after = dict(facts_shown(row, tree, names))
        later = []
        # From the newest correction back: each says what the record held until then.
        for revision in reversed([r for r in revisions if r.profile_id == row.pk]):
            was = dict(facts_shown(InstitutionProfile(**revision.facts), tree, names))
            changes = [(name, was[name], after[name]) for name in after if was[name] != after[name]]
            later.append({"revision": revision, "changes": changes})
            after = was
        shown[row.pk] = later
    context = {
        "unit": unit,
        "entries": [{"profile": row, "corrections": shown[row.pk]} for row in profiles],
    }
    return render(request, "registry/history.html", context)
