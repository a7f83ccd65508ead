"""What a person narrows the list of past service by."""

from __future__ import annotations

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.kinds import Evidence, Kind
from assignments.models import Assignment
from assignments.models.assignments import AssignmentQuerySet
from deploy_admin import clock
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution


class PastFilter(django_filters.FilterSet):
    """Narrows entries about the past by person, units, kind and what they rest on."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials, person number or unit"))
    sending_unit = django_filters.NumberFilter(field_name="sending_unit_id", label=_("Sending unit"))
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"))
    evidence = django_filters.ChoiceFilter(choices=Evidence.choices, label=_("Evidence"))

    class Meta:
        model = Assignment
        fields: list[str] = []

    def by_text(self, rows: AssignmentQuerySet, name: str, value: str) -> AssignmentQuerySet:
        text = value.strip()
        people = HealthWorker.objects.search(text).order_by().values("pk")
        units = Institution.objects.standing(clock.today()).search(text).order_by().values("pk")
        return rows.filter(Q(worker__in=people) | Q(sending_unit__in=units) | Q(receiving_unit__in=units))
