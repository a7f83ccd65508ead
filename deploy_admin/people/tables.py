"""The list of people as columns and cells: the page and the export show exactly the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deploy_admin.access import Actor
from deploy_admin.people import codes, rules, words
from deploy_admin.people.models import HealthWorker, Licence, Title, Unavailability
from deploy_admin.people.standing import Standing
from deploy_admin.registry.codes import PRIMARY_CARE
from deploy_admin.registry.models import InstitutionProfile
from deploy_admin.ui.templatetags import ui

SORTS = {"name": ("pinyin",), "number": ("number",), "department": ("employment__department", "pinyin")}
TITLE = ("id", "code", "series", "level", "scope", "qualified_on", "appointed_on", "revoked_on")
#: The columns in their order.
COLUMNS = (
    "name", "number", "sex", "born", "unit", "department", "category", "mode", "title", "scope", "licence",
    "speciality", "state", "detail", "national_id",
)  # fmt: skip


def heads() -> dict[str, str]:
    """Return the heads by column."""
    return {
        "name": pgettext("person", "Name"),
        "number": _("Person number"),
        "sex": _("Sex"),
        "born": _("Born"),
        "unit": _("Unit"),
        "department": _("Department"),
        "category": _("Staff category"),
        "mode": _("Establishment kind"),
        "title": _("Professional title"),
        "scope": _("Scope of the title"),
        "licence": _("Licence"),
        "speciality": _("Speciality"),
        "state": _("State"),
        "detail": _("Reason or day"),
        "national_id": _("ID number"),
    }


def holdings(people: Iterable[HealthWorker], on: date) -> dict[int, Sequence[Any]]:
    """Return what the table shows of each person's titles, licences and absences. One query: a page has few to spend.

    It is asked for the rows of the page only; beside the list's own query it would be answered for every row skipped.
    """
    titles = Title.objects.filter(worker=OuterRef("pk"), qualified_on__lte=on).order_by("pk")
    valid = Q(issued_on__isnull=True) | Q(issued_on__lte=on)
    licences = Licence.objects.filter(
        valid, Q(ended_on__isnull=True) | Q(ended_on__gte=on), worker=OuterRef("pk")
    ).order_by("pk")
    away = Unavailability.objects.on(on).filter(worker=OuterRef("pk")).order_by("valid_from", "pk")
    found = HealthWorker.objects.filter(pk__in=[worker.pk for worker in people]).order_by()
    rows = found.values_list(
        "pk",
        ArraySubquery(titles.values_list(_as_json(TITLE))),
        ArraySubquery(licences.values("kind")),
        ArraySubquery(away.values_list(_as_json(("kind", "valid_to")))),
    )
    return {pk: held for pk, *held in rows}


def _as_json(columns: tuple[str, ...]) -> JSONObject:
    return JSONObject(**{name: F(name) for name in columns})


class _Words:
    """One list's words in one language: a hundred rows share a few codes, so each is looked up once."""

    def __init__(self, actor: Actor) -> None:
        self.label = cache(codes.label)
        self.personal_too = words.knows_personal_reasons(actor)
        self.until = _("%(reason)s until %(day)s")
        self.ended = _("%(day)s, %(how)s")

    def state(self, post: Any, on: date, away: Iterable[tuple[str, date | None]]) -> tuple[str, str, str]:
        """Return shape, word and detail of where a person stands, by the latest employment and what keeps away."""
        if post is None:
            return "und", _("no employment recorded"), ""
        if post.valid_to is not None and post.valid_to < on:
            how = self.label(codes.ENDINGS, post.ended_as)
            return "mute", _("left"), self.ended % {"day": post.valid_to, "how": how}
        reasons = [self._away(kind, last) for kind, last in away]
        return ("warn", _("unavailable"), _(", ").join(reasons)) if reasons else ("ok", _("employed"), "")

    def _away(self, kind: str, last: date | None) -> str:
        reason = words.reason_shown(kind, personal_too=self.personal_too)
        return self.until % {"reason": reason, "day": last} if last else reason


def state_of(held: Standing, on: date, actor: Actor) -> tuple[str, str, str]:
    """Return shape, word and detail of where one person stands, as the list says it."""
    return _Words(actor).state(held.employment or held.left, on, [(away.kind, away.valid_to) for away in held.away])


def rows(people: Iterable[HealthWorker], on: date, actor: Actor) -> list[dict[str, Any]]:
    """Return one dictionary of words a person, by column. Two queries, whatever the number of people."""
    listed = list(people)
    held = holdings(listed, on)
    profiles = InstitutionProfile.objects.standing(on).filter(
        institution__in={worker.employment.institution_id for worker in listed if worker.employment}
    )
    units = {pk: (name, kind) for pk, name, kind in profiles.values_list("institution_id", "name", "kind")}
    said = _Words(actor)
    return [_row(worker, held[worker.pk], units, on, said) for worker in listed]


def _row(
    worker: HealthWorker, held: Sequence[Any], units: dict[int, tuple[str, str]], on: date, said: _Words
) -> dict[str, Any]:
    post = worker.employment
    title_rows, licence_kinds, away_rows = held
    name, kind = units.get(post.institution_id, ("", "")) if post else ("", "")
    titles = rules.counting(rules.held(map(_title, title_rows), on), kind in PRIMARY_CARE)
    title = rules.highest(titles) or (titles[0] if titles else None)
    shape, state, detail = said.state(post, on, [(row["kind"], _day(row["valid_to"])) for row in away_rows])
    return {
        "pk": worker.pk,
        "shape": shape,
        "name": worker.name,
        "number": worker.number,
        "sex": said.label(codes.SEXES, worker.sex) if worker.sex in {"1", "2"} else "",
        "born": worker.birth_month,
        "unit": name,
        "department": post.department if post else "",
        "category": said.label(codes.STAFF_CATEGORIES, post.staff_category) if post else "",
        "mode": said.label(codes.EMPLOYMENT_MODES, post.employment_mode) if post else "",
        "title": codes.TITLE_BY_CODE[title.code].label if title else "",
        "scope": said.label(codes.TITLE_SCOPES, title.scope) if title else "",
        "licence": _(", ").join(said.label(codes.LICENCES, one) for one in licence_kinds),
        "speciality": worker.speciality,
        "state": state,
        "detail": detail,
        "national_id": worker.id_masked,
    }


def _title(row: dict[str, Any]) -> rules.HeldTitle:
    """Return a title as it came in JSON."""
    days = {name: _day(row[name]) for name in ("qualified_on", "appointed_on", "revoked_on")}
    return rules.HeldTitle(**(row | days))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def drawn(shown: list[dict[str, Any]]) -> list[SafeString]:
    """Return the rows as the table writes them: a template would take several times as long for a hundred."""
    names = heads()
    pattern = reverse("people:person", args=[0])
    status = cache(ui.status)
    return [
        format_html(
            '<tr class="go"><th scope="row" class="stick full"><a href="{}">{}</a>'
            '<div class="xs dim">{}</div></th>'
            '<td class="half" data-l="{}">{} {}</td>'
            '<td class="full">{}<div class="xs dim">{}</div></td>'
            '<td class="half" data-l="{}">{}<div class="xs dim">{}</div></td>'
            '<td class="half" data-l="{}">{}<div class="xs dim">{}</div></td>'
            '<td class="half" data-l="{}">{}<div class="xs dim">{}</div></td>'
            '<td class="half">{}<div class="xs dim">{}</div></td><td class="half nowrap off">{}</td></tr>',
            pattern.replace("0", str(row["pk"])), row["name"], row["number"],
            names["born"], row["sex"], row["born"] or "—",
            row["unit"] or "—", row["department"],
            names["category"], row["category"] or "—", row["mode"],
            names["title"], row["title"] or "—", row["scope"] if row["scope"] else "",
            names["licence"], row["licence"] or "—", row["speciality"],
            status(row["shape"], row["state"]), row["detail"], row["national_id"] or "—",
        )
        for row in shown
    ]  # fmt: skip
