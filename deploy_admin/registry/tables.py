"""The lists of the registry as columns and cells: the page and the export show exactly the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from deploy_admin.registry.authority import Competences
from deploy_admin.registry.codes import AreaGroup, State
from deploy_admin.registry.models import Division, Institution, InstitutionProfile

SORTS = {
    "name": ("profile__pinyin",),
    "kind": ("profile__kind", "profile__pinyin"),
    "level": ("profile__level", "profile__pinyin"),
    "code": ("credit_code",),
    "opened": ("opened_on",),
}


@dataclass(frozen=True)
class Cell:
    """One cell: its column's name, what it says, how it lies."""

    label: str
    text: Any
    css: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a list: the object, its cells, its state."""

    object: Any
    cells: Sequence[Cell]
    state: State | None = None


def institution_columns() -> list[str]:
    """Return the heads of the list of institutions."""
    return [
        _("Institution"),
        _("Unified social credit code"),
        _("Kind"),
        _("Grade"),
        _("Tier"),
        _("Affiliation"),
        _("Located in"),
        _("Area group"),
        _("Competent authority"),
        _("State"),
    ]


def area_label(code: str | None) -> str:
    """Return the area group in the reader's language."""
    return str(AreaGroup(code).label) if code else ""


def institution_rows(institutions: Iterable[Institution], found: Competences) -> list[Row]:
    """Return the rows with their cells. One query for the authorities' names, whatever the number of rows."""
    rows = list(institutions)
    tree = found.tree
    competent = {row.pk: found.of(row.profile.division_id, row.pk) for row in rows}
    names = names_of({there.authority_id for there in competent.values() if there}, tree.on)
    heads = institution_columns()
    done = []
    for row in rows:
        profile, there = row.profile, competent[row.pk]
        state = row.state_on(tree.on)
        texts = (
            profile.name,
            row.credit_code or "",
            profile.get_kind_display(),
            profile.get_level_display() or "",
            profile.get_tier_display(),
            profile.get_affiliation_display(),
            tree.full_name(profile.division_id),
            area_label(tree.area_group(profile.division_id)),
            names.get(there.authority_id, "") if there else "",
            str(state.label),
        )
        done.append(Row(row, [Cell(h, t) for h, t in zip(heads, texts, strict=True)], state))
    return done


def names_of(ids: Iterable[int | None], day: date) -> dict[int, str]:
    """Return the names on `day` of institutions that rows refer to. A name of an authority is no secret."""
    wanted = {unit for unit in ids if unit is not None}
    if not wanted:
        return {}
    return dict(
        InstitutionProfile.objects.standing(day).filter(institution__in=wanted).values_list("institution_id", "name")
    )


def division_columns() -> list[str]:
    """Return the heads of the list of divisions."""
    return [
        _("Division"),
        _("Code"),
        _("English name"),
        _("Level of division"),
        _("Belongs to"),
        _("Area group"),
        _("First day"),
        _("Last day"),
        _("Went over to"),
        _("Authority"),
    ]


def division_rows(divisions: Iterable[Division], found: Competences) -> list[Row]:
    """Return the rows with their cells; the authority is the one whose jurisdiction names exactly this division."""
    rows = list(divisions)
    tree = found.tree
    names = names_of({found.by_division.get(row.pk) for row in rows}, tree.on)
    heads = division_columns()
    done = []
    for row in rows:
        authority = found.by_division.get(row.pk)
        texts = (
            row.name,
            row.code or "",
            row.name_en,
            row.get_level_display(),
            tree.name(row.parent_id) if row.parent_id else "",
            area_label(tree.area_group(row.pk)),
            row.valid_from.isoformat(),
            row.valid_to.isoformat() if row.valid_to else "",
            tree.full_name(row.successor_id) if row.successor_id else "",
            names.get(authority, "") if authority else "",
        )
        done.append(Row(row, [Cell(h, t) for h, t in zip(heads, texts, strict=True)]))
    return done
