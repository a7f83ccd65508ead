"""What happened to a person's record in words: the timeline, and what a merge kept of the record that was dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from deploy_admin.people import codes, words
from deploy_admin.people.models import HealthWorker

#: What a kept value may be a code of, by column.
CODE_LISTS = {
    "sex": (codes.SEXES,),
    "ethnicity": (codes.ETHNICITIES,),
    "education": (codes.EDUCATIONS,),
    "degree": (codes.DEGREES,),
    "staff_category": (codes.STAFF_CATEGORIES,),
    "employment_mode": (codes.EMPLOYMENT_MODES,),
    "began_as": (codes.BEGINNINGS,),
    "ended_as": (codes.ENDINGS,),
    "level": (codes.TITLE_LEVELS,),
    "scope": (codes.TITLE_SCOPES,),
    "practice_category": (codes.PRACTICE_CATEGORIES,),
    "kind": (codes.LICENCES, codes.UNAVAILABILITIES, codes.RECOGNITIONS, codes.EVENTS),
}
#: Columns that say who wrote a row and when, or repeat another: of no use to who compares.
UNTOLD = frozenset({"recorded_by_id", "recorded_at", "is_current", "series", "scan_id", "decided_by_id"})


def merges(worker: HealthWorker) -> list[dict[str, Any]]:
    """Return the records that were merged into this one, with what each held."""
    return [
        {"merge": row, "number": row.dropped.number, "kept": kept_rows(row.kept)}
        for row in worker.merges.select_related("dropped")
    ]


def kept_rows(kept: dict[str, Any]) -> dict[str, Any]:
    """Return what a merge kept of the dropped record, in words."""
    fates = {"moved": _("moved"), "set_aside": _("set aside"), "cancelled": _("cancelled")}
    person = kept.get("person", {})
    return {
        "person": [(_field_label(name), _shown(value, name)) for name, value in person.items() if _shown(value, name)],
        "filled": [_field_label(name) for name in kept.get("filled", [])],
        "rows": [
            {
                "model": _model_label(row.get("model", "")),
                "fate": fates.get(row.get("fate", ""), row.get("fate", "")),
                "shape": "ok" if row.get("fate") == "moved" else "warn",
                "why": row.get("why", ""),
                "values": _(", ").join(
                    f"{_field_label(name, row.get('model', ''))}: {_shown(value, name)}"
                    for name, value in row.get("values", {}).items()
                    if name not in UNTOLD and _shown(value, name)
                ),
            }
            for row in kept.get("rows", [])
        ],
    }


def _model(name: str) -> Any:
    try:
        return apps.get_model(name if "." in name else f"people.{name}")
    except (LookupError, ValueError):
        return None


def _model_label(name: str) -> str:
    model = _model(name)
    return str(model._meta.verbose_name) if model is not None else name


def _field_label(name: str, model: str = "people.HealthWorker") -> str:
    known = _model(model)
    field = next((f for f in known._meta.get_fields() if f.name == name or getattr(f, "attname", "") == name), None)
    return str(getattr(field, "verbose_name", name)) if field is not None else name


def _shown(value: Any, name: str) -> str:
    """Return a kept value in words; nothing where there was none."""
    if isinstance(value, bool):
        return words.yes_no(value)
    if value in (None, "", [], {}):
        return ""
    if name == "code" and value in codes.TITLE_BY_CODE:
        return codes.TITLE_BY_CODE[value].label
    return next(
        (code.label for known in CODE_LISTS.get(name, ()) for code in known if code.value == value), str(value)
    )


def story(entries: Sequence[Any], named: dict[int, str], *, personal_too: bool, on: date) -> list[dict[str, Any]]:
    """Return the timeline's items, newest first."""
    return [_told(entry, named, personal_too=personal_too, on=on) for entry in entries]


def _told(entry: Any, named: dict[int, str], *, personal_too: bool, on: date) -> dict[str, Any]:
    row, kind = entry.row, entry.kind
    text, detail, look = str(row), "", "done"
    if kind in {"employed", "post_changed", "transferred", "left"}:
        unit = named.get(row.institution_id, f"#{row.institution_id}")
        text = {
            "employed": _("Employed at %(unit)s"),
            "post_changed": _("Another post at %(unit)s"),
            "transferred": _("Transferred to %(unit)s"),
            "left": _("Left %(unit)s"),
        }[kind] % {"unit": unit}
        detail = (
            codes.label(codes.ENDINGS, row.ended_as)
            if kind == "left"
            else _(", ").join(
                word
                for word in (
                    row.department,
                    codes.label(codes.STAFF_CATEGORIES, row.staff_category),
                    codes.label(codes.EMPLOYMENT_MODES, row.employment_mode),
                )
                if word
            )
        )
    elif kind.startswith("title_"):
        text = {
            "title_qualified": _("Qualified as %(title)s"),
            "title_appointed": _("Appointed as %(title)s"),
            "title_revoked": _("Title revoked: %(title)s"),
        }[kind] % {"title": row}
        detail = row.scope_label
    elif kind.startswith("licence_"):
        text = {"licence_issued": _("Licence: %(name)s"), "licence_ended": _("Licence ended: %(name)s")}[kind] % {
            "name": row
        }
        detail = row.practice_category_label
    elif kind == "document_issued":
        text = _("Document: %(name)s") % {"name": row.name}
    elif kind in {"away_from", "away_to"}:
        reason = words.reason_shown(row.kind, personal_too=personal_too)
        said = {"away_from": _("Unavailable: %(reason)s"), "away_to": _("Last day of: %(reason)s")}[kind]
        text, look = said % {"reason": reason}, "attn"
    elif kind == "recognition":
        text = _("Service elsewhere: %(kind)s") % {"kind": row.kind_label}
        detail = _("%(period)s, %(state)s") % {
            "period": words.period(row.served_from, row.served_to),
            "state": row.get_state_display(),
        }
    elif kind == "event":
        text, detail, look = row.kind_label, row.document, "attn"
    elif kind == "transfer_request":
        text = _("Transfer to %(unit)s asked for") % {"unit": named.get(row.to_institution_id, "")}
        detail = row.get_state_display()
    elif kind == "merge":
        text, detail = _("Another record was merged into this one"), row.reason
    return {"when": entry.day, "text": text, "detail": detail, "kind": "next" if entry.day > on else look}
