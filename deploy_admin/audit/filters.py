"""How the record is narrowed: when, who, what, on what, where, with which result."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin.audit import acts
from deploy_admin.audit.models import Event, EventQuerySet, Result


def start_of(day: date) -> datetime:
    """Return the first moment of `day` here."""
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


class EventFilter(django_filters.FilterSet):
    """Days, person, act, object, institution, result; the address carries it."""

    since = django_filters.DateFilter(method="from_day", label=_("From"))
    until = django_filters.DateFilter(method="to_day", label=_("Until"))
    who = django_filters.CharFilter(method="by_person", label=_("Who"))
    act = django_filters.ChoiceFilter(label=_("Act"), choices=[], empty_label=_("All acts"))
    on = django_filters.CharFilter(field_name="object_label", lookup_expr="icontains", label=_("Object"))
    unit = django_filters.CharFilter(field_name="institution_label", lookup_expr="icontains", label=_("Institution"))
    result = django_filters.ChoiceFilter(label=_("Result"), choices=Result.choices, empty_label=_("All results"))

    class Meta:
        model = Event
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["act"].extra["choices"] = list(acts.all_labels().items())

    def from_day(self, rows: EventQuerySet, name: str, value: date) -> EventQuerySet:
        """From the first moment of that day."""
        return rows.filter(recorded_at__gte=start_of(value))

    def to_day(self, rows: EventQuerySet, name: str, value: date) -> EventQuerySet:
        """To the last moment of that day."""
        return rows.filter(recorded_at__lt=start_of(value + timedelta(days=1)))

    def by_person(self, rows: EventQuerySet, name: str, value: str) -> EventQuerySet:
        """Part of the name, the person stood in for, or the address."""
        return rows.filter(Q(actor_name__icontains=value) | Q(on_behalf_of__icontains=value) | Q(ip__startswith=value))
