"""Whose roster it is: the unit that a file is sent in for, or that its rows name; only what the actor sees."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from deploy_admin.access import Reach
from deploy_admin.jobs.importing.columns import Context, Unit, folded
from deploy_admin.jobs.importing.records import Record
from deploy_admin.people.models import Employment
from deploy_admin.registry.codes import HOSPITALS, PRIMARY_CARE, Kind, State
from deploy_admin.registry.models import Institution

#: Kinds from which no officer expects a roster unless one was sent in: they receive people, and owe nobody.
WITHOUT_ROSTER = frozenset({Kind.HEALTH_AUTHORITY, *PRIMARY_CARE})


class Place(NamedTuple):
    """One unit as a roster needs it."""

    id: int
    name: str
    kind: str
    is_open: bool

    @property
    def is_hospital(self) -> bool:
        return self.kind in HOSPITALS


def unit_of(context: Context) -> int | None:
    """Return the unit the file is for: the one asked for, or the actor's own; None where the rows name theirs."""
    asked = context.params.get("unit")
    if asked:
        return int(asked)
    return context.actor.institution_id if context.actor.reach is Reach.UNIT else None


def expected(context: Context) -> list[Unit]:
    """Return the open units the actor sees that keep a roster, by pinyin, with their short and older names."""
    rows = (
        Institution.objects.visible_to(context.actor)
        .standing(context.today)
        .in_state(State.OPEN, context.today)
        .order_by("profile__pinyin", "pk")
    )
    if context.actor.reach is not Reach.UNIT:
        keeping = Employment.objects.filter(is_current=True, institution=OuterRef("pk"))
        rows = rows.filter(~Q(profile__kind__in=WITHOUT_ROSTER) | Exists(keeping))
        rows = rows.exclude(pk=context.actor.institution_id)
    found = list(rows.values_list("pk", "profile__name", "credit_code"))
    names: dict[int, set[str]] = defaultdict(set)
    profiles = Institution.objects.filter(pk__in=rows.order_by().values("pk")).values_list(
        "pk", "profiles__name", "profiles__short_name"
    )
    for pk, *written in profiles:
        names[pk].update(filter(None, written))
    return [Unit(pk, name, code or "", tuple(sorted(names[pk] - {name}))) for pk, name, code in found]


class Units:
    """The units that rows may name: two queries for any number of rows, one where none names any."""

    def __init__(self, context: Context, *, named: bool) -> None:
        self.context = context
        self.target = unit_of(context)
        seen = Institution.objects.visible_to(context.actor).standing(context.today)
        if not named and self.target is not None:
            seen = seen.filter(pk=self.target)
        self.places: dict[int, Place] = {}
        self.by_name: dict[str, set[int]] = defaultdict(set)
        columns = (
            "pk",
            "profile__name",
            "profile__short_name",
            "profile__kind",
            "credit_code",
            "opened_on",
            "closed_on",
        )
        for pk, name, short, kind, code, opened, closed in seen.order_by().values_list(*columns):
            is_open = opened <= context.today and (closed is None or closed >= context.today)
            self.places[pk] = Place(pk, name, kind, is_open)
            for each in filter(None, (name, short, code)):
                self.by_name[folded(each)].add(pk)
        if self.target is not None and self.target not in self.places:
            raise Http404
        self.answers: dict[str, tuple[Place | None, str, dict[str, str]]] = {}

    def find(self, record: Record) -> Place | None:
        """Return the unit the row speaks of; None, and the row refused, where that cannot be told."""
        text = record.values.get("unit") or ""
        answer = self.answers.get(text)
        if answer is None:
            answer = self.answers[text] = self._answer(text)
        place, wrong, params = answer
        if wrong:
            record.refuse("unit", wrong, **params)
        return place

    def _answer(self, text: str) -> tuple[Place | None, str, dict[str, str]]:
        if not text:
            if self.target is None:
                return None, "roster_unit_missing", {}
            return self._if_open(self.target)
        found = self.by_name.get(folded(text), set())
        if len(found) > 1:
            found = {pk for pk in found if self.places[pk].is_open} or found
        if len(found) > 1:
            return None, "roster_unit_ambiguous", {}
        if not found:
            return None, "roster_unit_unknown", {}
        pk = next(iter(found))
        if self.context.params.get("unit") and pk != self.target:
            return None, "roster_unit_other", {"name": self.places[self.target or 0].name}
        return self._if_open(pk)

    def _if_open(self, pk: int) -> tuple[Place | None, str, dict[str, str]]:
        place = self.places[pk]
        return (place, "", {}) if place.is_open else (None, "roster_unit_closed", {})
