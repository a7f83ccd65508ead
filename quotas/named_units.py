"""Which unit a row of an uploaded table names, by code or any name it ever bore; from whom tables are expected."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext_lazy

from deploy_admin.access import Reach
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import Context, Unit, folded
from deploy_admin.jobs.importing.records import Record
from deploy_admin.months import Period
from deploy_admin.registry.models import Institution, InstitutionProfile
from deploy_admin.registry.models.institutions import InstitutionQuerySet

findings.register(
    {
        "unit_unknown": (
            gettext_lazy("no unit of this name or code is known here, or it is not yours"),
            gettext_lazy("Write the full name or the social credit code as registered."),
        ),
        "unit_unknown_close": (
            gettext_lazy("no unit of this name is known here, or it is not yours"),
            gettext_lazy("Perhaps: %(close)s."),
        ),
        "unit_not_of_table": (
            gettext_lazy("this table is that of another unit: %(name)s"),
            gettext_lazy("Send the row in with the table of its own unit."),
        ),
        "unit_ambiguous": (
            gettext_lazy("several units bear this name"),
            gettext_lazy("Write the social credit code. Candidates: %(candidates)s."),
        ),
        "unit_name_other": (
            gettext_lazy("the social credit code belongs to another unit: %(name)s"),
            gettext_lazy("Correct the name or the code; one of the two is enough."),
        ),
    }
)


def named(context: Context, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Return name and credit code of these institutions, as they stand or last stood."""
    rows = Institution.objects.visible_to(context.actor).standing(context.today).filter(pk__in=ids)
    return {pk: (name, code or "") for pk, name, code in rows.values_list("pk", "profile__name", "credit_code")}


def expected(rows: InstitutionQuerySet) -> list[Unit]:
    """Return these institutions, in a list's order, each with whatever else it is or was called. Two queries."""
    found = list(rows.order_by("profile__pinyin", "pk").values_list("pk", "profile__name", "credit_code"))
    names: dict[int, set[str]] = defaultdict(set)
    profiles = InstitutionProfile.objects.filter(institution_id__in=[pk for pk, *_named in found]).order_by()
    for pk, *written in profiles.values_list("institution_id", "name", "short_name"):
        names[pk].update(filter(None, written))
    return [Unit(pk, name, code or "", tuple(sorted(names[pk] - {name}))) for pk, name, code in found]


class Units:
    """Every unit the actor sees, by code and by every name it ever bore: two queries for any number of rows."""

    def __init__(self, context: Context) -> None:
        seen = Institution.objects.visible_to(context.actor)
        self.codes: dict[int, str] = {}
        self.open: dict[int, tuple[Any, Any]] = {}
        self.by_code: dict[str, int] = {}
        for pk, code, opened, closed in seen.values_list("pk", "credit_code", "opened_on", "closed_on"):
            self.codes[pk], self.open[pk] = code or "", (opened, closed)
            if code:
                self.by_code[code] = pk
        self.by_name: dict[str, set[int]] = defaultdict(set)
        self.names: dict[int, str] = {}
        profiles = InstitutionProfile.objects.filter(institution__in=seen).order_by("institution_id", "valid_from")
        for pk, name, short in profiles.values_list("institution_id", "name", "short_name"):
            self.names[pk] = name
            for each in filter(None, (name, short)):
                self.by_name[folded(each)].add(pk)
        actor = context.actor
        #: The unit whose table this is, where the commission collects the tables of many.
        self.only = int(context.params["unit"]) if context.params.get("unit") else None
        own = self.only or (actor.institution_id if actor.reach is Reach.UNIT else None)
        self.own = own if own in self.names else None
        self.answers: dict[tuple[str, str, int], tuple[int | None, str, str, dict[str, Any]]] = {}

    def find(self, record: Record) -> None:
        """Write the unit's id into the record, or refuse it."""
        name, code = record.values.get("unit") or "", record.values.get("credit_code") or ""
        if record.refused and any(f.column in ("unit", "credit_code") for f in record.findings):
            return
        key = (name, code, record.values["year"])
        if key not in self.answers:
            self.answers[key] = self._answer(*key)
        pk, column, wrong, params = self.answers[key]
        if pk is None:
            record.refuse(column, wrong, **params)
        elif self.only is not None and pk != self.only:
            record.refuse("unit" if name else "credit_code", "unit_not_of_table", name=self.names.get(self.only, ""))
        else:
            record.refs["unit_id"], record.refs["unit_name"] = pk, self.names.get(pk, "")

    def _answer(self, name: str, code: str, year: int) -> tuple[int | None, str, str, dict[str, Any]]:
        if code:
            pk = self.by_code.get(code)
            if pk is None:
                return None, "credit_code", "unit_unknown", {}
            if name and pk not in self.by_name.get(folded(name), ()):
                return None, "unit", "unit_name_other", {"name": self.names.get(pk, "")}
            return pk, "", "", {}
        if not name:
            return (self.own, "", "", {}) if self.own else (None, "unit", "unit_unknown", {})
        found = self.by_name.get(folded(name), set())
        there = {pk for pk in found if self._existed(pk, year)} or found
        if len(there) == 1:
            return next(iter(there)), "", "", {}
        if not there:
            close = self._close(folded(name))
            return (
                (None, "unit", "unit_unknown_close", {"close": close}) if close else (None, "unit", "unit_unknown", {})
            )
        listed = sorted(f"{self.names[pk]} {self.codes[pk]}".strip() for pk in there)
        return None, "unit", "unit_ambiguous", {"candidates": "；".join(listed[:8])}

    def _existed(self, pk: int, year: int) -> bool:
        period = Period.year(year)
        opened, closed = self.open[pk]
        return bool((opened is None or opened <= period.last) and (closed is None or closed >= period.first))

    def _close(self, name: str) -> str:
        """Return up to three names that hold this one or are held by it."""
        if len(name) < 3:
            return ""
        near = [
            pk for each, pks in self.by_name.items() if name in each or (len(each) > 3 and each in name) for pk in pks
        ]
        return "、".join(sorted({self.names[pk] for pk in near})[:3])
