"""Which month and which unit a workbook is for: the form beside the file, and the units that may be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.models import MonthSheet, Segment
from assignments.states import COMING, SHEET_OPEN, AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.importing.columns import Unit
from deploy_admin.months import Month
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution

#: So many months back, the present one among them, may be chosen.
MONTHS_OFFERED = 12


class MonthForm(forms.Form):
    """Which month, and of which unit."""

    def __init__(self, data: Any, actor: Actor) -> None:
        super().__init__(data)
        month = Month.of(clock.today())
        offered = [month := month.previous if n else month for n in range(MONTHS_OFFERED)]
        waiting = _waiting(actor)
        chosen = waiting if waiting in offered else offered[0]
        self.fields["month"] = forms.ChoiceField(
            label=pgettext_lazy("period", "Month"),
            choices=[(str(each), str(each)) for each in offered],
            initial=str(chosen),
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        units = units_of(actor, _meant(data, chosen))
        self.fields["unit"] = forms.TypedChoiceField(
            label=_("Receiving unit"),
            coerce=int,
            choices=[(unit.id, unit.name) for unit in units],
            initial=units[0].id if units else None,
            widget=forms.Select(attrs={"class": "form-select"}),
            error_messages={"invalid_choice": _("Nobody serves at this unit in this month.")},
        )
        if units and self.data.get("month") and not {"unit", "csrfmiddlewaretoken"} & set(self.data):
            # An address may name the month alone: the first unit is meant.
            self.data = {"month": self.data["month"], "unit": str(units[0].id)}


def _meant(data: Any, chosen: Month) -> Month:
    try:
        return Month.parse((data or {}).get("month") or "")
    except ValueError:
        return chosen


def _waiting(actor: Actor) -> Month | None:
    """Return the earliest month that the actor's units still have to hand in."""
    rows = MonthSheet.objects.visible_to(actor).filter(state__in=SHEET_OPEN).order_by("month")
    month = rows.values_list("month", flat=True).first()
    return Month(month) if month else None


def units_of(actor: Actor, month: Month) -> Sequence[Unit]:
    """Return the units whose month the actor enters, where anybody serves in it. A constant number of queries."""
    if actor.reach not in (Reach.UNIT, Reach.DISTRICT):
        return ()
    there = (
        Segment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=month.first), valid_from__lte=month.last)
        .exclude(assignment__state__in=[*COMING, AssignmentState.WITHDRAWN])
        .order_by()
        .values("receiving_unit")
    )
    sheets = MonthSheet.objects.of(month).order_by().values("institution")
    units = Institution.objects.filter(Q(pk__in=there) | Q(pk__in=sheets))
    if actor.reach is Reach.UNIT:
        mine = set(units.filter(pk__in=actor.institution_ids).values_list("pk", flat=True))
    else:
        seen = list(
            units.filter(pk__in=Institution.objects.visible_to(actor).values("pk")).values_list("pk", flat=True)
        )
        mine = {unit for unit, over in authority_over(seen, clock.today()).items() if over in actor.institution_ids}
    rows = Institution.objects.filter(pk__in=mine).standing(month.last).order_by("profile__pinyin", "pk")
    return [
        Unit(pk, name, code or "", (short,) if short else ())
        for pk, name, short, code in rows.values_list("pk", "profile__name", "profile__short_name", "credit_code")
    ]
