"""The list of assignments as columns and cells: the page and the export show exactly the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments import durations, owing
from assignments.kinds import Kind
from assignments.models.assignments import AssignmentQuerySet
from assignments.states import STATE_SHAPES, AssignmentState, CreditState
from deploy_admin.access import Actor, Permission
from deploy_admin.people import codes, rules
from deploy_admin.people.models import Title
from deploy_admin.registry.codes import PRIMARY_CARE
from deploy_admin.registry.models import InstitutionProfile
from deploy_admin.ui.templatetags import ui

SORTS = {
    "name": ("sort_key", "starts_on"),
    "first_day": ("starts_on", "sort_key"),
    "last_day": ("ends_on", "sort_key"),
}
TITLE = ("id", "code", "series", "level", "scope", "qualified_on", "appointed_on", "revoked_on")
#: What a row shows of the assignment itself, and what acts on it ask; nothing else is dragged along.
SHOWN = (
    "id", "campaign_id", "kind", "scheme", "worker_id", "sending_unit_id", "receiving_unit_id", "state", "speciality",
    "department", "starts_on", "term_months", "term_days", "ends_on", "extended_days", "granted_days", "sort_key",
    "version", "worker__id", "worker__name", "worker__number", "worker__sex", "worker__speciality", "campaign__id",
    "campaign__name", "campaign__year", "campaign__authority_id",
)  # fmt: skip
#: The columns in their order; the number stands only for whoever may know people's records.
COLUMNS = (
    "name", "number", "sex", "title", "speciality", "sending", "receiving", "department", "campaign", "year", "kind",
    "state", "first_day", "last_day", "extended", "credit", "owed",
)  # fmt: skip


def heads() -> dict[str, str]:
    """Return the heads by column."""
    return {
        "name": pgettext("person", "Name"),
        "number": _("Person number"),
        "sex": _("Sex"),
        "title": _("Professional title"),
        "speciality": _("Speciality"),
        "sending": _("Sending unit"),
        "receiving": _("Receiving unit"),
        "department": _("Department"),
        "campaign": _("Campaign"),
        "year": _("Year"),
        "kind": _("Kind"),
        "state": _("State"),
        "first_day": _("First day"),
        "last_day": _("Last day"),
        "extended": _("Days extended"),
        "credit": _("Credited so far"),
        "owed": _("What is owed"),
    }


def columns(actor: Actor) -> tuple[str, ...]:
    """Return the columns this actor is shown: a receiving unit knows people without their number."""
    known = actor.can(Permission.PEOPLE_VIEW)
    return tuple(name for name in COLUMNS if known or name != "number")


def dressed(rows: AssignmentQuerySet, today: date) -> AssignmentQuerySet:
    """Read along all that a row shows: person, campaign, units, titles, credit, what is owed. One query.

    It is asked for the rows of a page only; beside an ordered list it would be answered for every row skipped.
    """
    titles = Title.objects.filter(worker=OuterRef("worker"), qualified_on__lte=today).order_by("pk")
    as_json = JSONObject(**{name: F(name) for name in TITLE})
    return rows.select_related("worker", "campaign").only(*SHOWN).annotate(
        titles=ArraySubquery(titles.values_list(as_json)),
        sending_name=_profile("sending_unit", "name", today),
        sending_kind=_profile("sending_unit", "kind", today),
        receiving_name=_profile("receiving_unit", "name", today),
        credit_state=F("credit__state"),
        credit_months=F("credit__months"),
        credit_days=F("credit__days"),
        **owing.flags(today),
    )  # fmt: skip


def _profile(unit: str, column: str, today: date) -> Subquery:
    """Return what is held of a row's unit as it is today."""
    profiles = InstitutionProfile.objects.standing(today).filter(institution=OuterRef(unit)).order_by()
    return Subquery(profiles.values(column)[:1])


class _Words:
    """One list's words in one language: a hundred rows share a few codes, so each is looked up once."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.state = cache(lambda code: str(AssignmentState(code).label))
        self.kind = cache(lambda code: str(Kind(code).label))
        self.sex = cache(lambda code: codes.label(codes.SEXES, code) if code in {"1", "2"} else "")
        self.credit = cache(credit_words)
        self.owed = [(f"owes_{each.code}", str(each.label), each.shape) for each in owing.TAGGED]


def highest_title(rows: Iterable[Mapping[str, Any]], today: date, *, primary_care: bool = False) -> str:
    """Return the highest title that counts at the unit, in words."""
    held = rules.counting(rules.held(map(_title, rows), today), primary_care)
    best = rules.highest(held) or (held[0] if held else None)
    return str(codes.TITLE_BY_CODE[best.code].label) if best else ""


def credit_words(state: str | None, months: int | None, days: int | None) -> str:
    """Return what is credited so far; nothing while it cannot be said."""
    if state is None or state == CreditState.UNDETERMINED:
        return ""
    if state == CreditState.NONE:
        return str(CreditState.NONE.label)
    return durations.in_words(months or 0, days or 0)


def _title(row: Mapping[str, Any]) -> rules.HeldTitle:
    """Return a title as it came in JSON."""
    days = {name: date.fromisoformat(row[name]) if row[name] else None for name in TITLE if name.endswith("_on")}
    return rules.HeldTitle(**(dict(row) | days))


def rows(assignments: Iterable[Any], today: date) -> list[dict[str, Any]]:
    """Return one dictionary of words an assignment, by column; of rows that were dressed."""
    said = _Words(today)
    return [_row(each, said) for each in assignments]


def _row(each: Any, said: _Words) -> dict[str, Any]:
    worker, campaign = each.worker, each.campaign
    tags = [(words, shape) for flag, words, shape in said.owed if getattr(each, flag)]
    return {
        "pk": each.pk,
        "name": worker.name,
        "number": worker.number,
        "sex": said.sex(worker.sex),
        "title": highest_title(each.titles, said.today, primary_care=each.sending_kind in PRIMARY_CARE),
        "speciality": each.speciality or worker.speciality,
        "sending": each.sending_name or "",
        "receiving": each.receiving_name or "",
        "department": each.department,
        "campaign": campaign.name if campaign else "",
        "year": campaign.year if campaign else each.starts_on.year,
        "kind": said.kind(each.kind),
        "state": said.state(each.state),
        "shape": STATE_SHAPES[AssignmentState(each.state)],
        "first_day": each.starts_on,
        "last_day": each.ends_on,
        "extended": each.extended_days + each.granted_days or "",
        "credit": said.credit(each.credit_state, each.credit_months, each.credit_days),
        "owed": _(", ").join(words for words, _shape in tags),
        "tags": tags,
    }


def as_cells(row: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    """Return one row of an export."""
    return [row[name] for name in names]


def drawn(shown: Sequence[Mapping[str, Any]], *, tick: bool, number: bool) -> list[SafeString]:
    """Return the rows as the table writes them: a template would take several times as long for a hundred."""
    names = heads()
    page, why = reverse("assignments:assignment", args=[0]), reverse("assignments:assignment_why", args=[0])
    status = cache(ui.status)
    chosen, said = _("Choose %(name)s"), _("%(name)s: last day %(day)s, why")
    found = []
    for row in shown:
        pk = str(row["pk"])
        box = format_html(
            '<td class="tick"><input type="checkbox" name="ids" value="{}" form="batch" aria-label="{}"></td>',
            pk, chosen % {"name": row["name"]},
        ) if tick else ""  # fmt: skip
        about = [row["number"]] if number else []
        about += [word for word in (row["sex"], row["title"], row["speciality"]) if word]
        tags = format_html_join(" ", "{}", ((status(shape, words),) for words, shape in row["tags"]))
        found.append(
            format_html(
                '<tr class="go">{}<th scope="row" class="stick full"><a href="{}">{}</a>'
                '<div class="xs dim">{}</div></th>'
                '<td class="full" data-l="{}">{}</td>'
                '<td class="full" data-l="{}">{}<div class="xs dim">{}</div></td>'
                '<td class="full">{}<div class="xs dim">{}</div></td>'
                '<td class="half">{}</td><td class="half nowrap" data-l="{}">{}</td>'
                '<td class="half nowrap" data-l="{}"><a class="num-open" {} aria-label="{}">{}</a>{}</td>'
                '<td class="half" data-l="{}">{}</td><td class="full owed">{}</td></tr>',
                box,
                page.replace("/0/", f"/{pk}/"),
                row["name"],
                " · ".join(about),
                names["sending"],
                row["sending"] or "—",
                names["receiving"],
                row["receiving"] or "—",
                row["department"],
                row["campaign"] or row["year"],
                row["kind"],
                status(row["shape"], row["state"]),
                names["first_day"],
                row["first_day"].isoformat(),
                names["last_day"],
                ui.opens(why.replace("/0/", f"/{pk}/"), row=False),
                said % {"name": row["name"], "day": row["last_day"]},
                row["last_day"].isoformat(),
                format_html(' <span class="xs dim">+{}</span>', row["extended"]) if row["extended"] else "",
                names["credit"],
                row["credit"] or "—",
                tags,
            )
        )
    return found
