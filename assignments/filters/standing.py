"""What a person or a REST client narrows credit and obligations by; one definition for both."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from assignments.models import Obligation, ServiceCredit
from assignments.states import CreditState, ObligationState
from deploy_admin import clock
from deploy_admin.api import UpdatedSinceFilter
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution


def _units_in(division_id: Any) -> Any:
    """Return the institutions that stand in the division today; none where it does not exist."""
    today = clock.today()
    tree = DivisionTree.read(today)
    if int(division_id) not in tree.nodes:  # an address can name what does not exist
        return []
    units = Institution.objects.standing(today).filter(profile__division_id__in=tree.within([int(division_id)]))
    return units.order_by().values("pk")


def _found(text: str) -> tuple[Any, Any]:
    """Return the people and the institutions that a text finds."""
    people = HealthWorker.objects.search(text).order_by().values("pk")
    return people, Institution.objects.standing(clock.today()).search(text).order_by().values("pk")


class ObligationFilter(UpdatedSinceFilter):
    """Narrows obligations by person, unit, rule, state and by when something has to happen."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials, person number or unit"))
    worker = django_filters.NumberFilter(field_name="worker_id", label=_("Person"))
    institution = django_filters.NumberFilter(field_name="institution_id", label=_("Unit"))
    district = django_filters.NumberFilter(method="in_district", label=_("District"))
    scheme = django_filters.CharFilter(field_name="scheme", label=_("Scheme"))
    topic = django_filters.CharFilter(field_name="topic", label=_("Rule"))
    target = django_filters.CharFilter(field_name="target", label=_("Before what"))
    state = django_filters.ChoiceFilter(choices=ObligationState.choices, label=_("State"))
    due_before = django_filters.DateFilter(field_name="due_on", lookup_expr="lte", label=_("Due until"))
    start_before = django_filters.DateFilter(
        field_name="latest_start_on", lookup_expr="lte", label=_("Latest safe first day until")
    )

    class Meta:
        model = Obligation
        fields: list[str] = []

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        people, units = _found(value.strip())
        return rows.filter(Q(worker__in=people) | Q(institution__in=units))

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(institution__in=_units_in(value))


class CreditFilter(UpdatedSinceFilter):
    """Narrows credit by person, units, rule and state."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials or unit"))
    worker = django_filters.NumberFilter(field_name="worker_id", label=_("Person"))
    assignment = django_filters.NumberFilter(field_name="assignment_id", label=_("Assignment"))
    sending_unit = django_filters.NumberFilter(field_name="assignment__sending_unit_id", label=_("Sending unit"))
    receiving_unit = django_filters.NumberFilter(field_name="assignment__receiving_unit_id", label=_("Receiving unit"))
    district = django_filters.NumberFilter(method="in_district", label=_("District of the receiving unit"))
    scheme = django_filters.CharFilter(field_name="assignment__scheme", label=_("Scheme"))
    state = django_filters.ChoiceFilter(choices=CreditState.choices, label=_("State"))

    class Meta:
        model = ServiceCredit
        fields: list[str] = []

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        people, units = _found(value.strip())
        return rows.filter(
            Q(worker__in=people) | Q(assignment__sending_unit__in=units) | Q(assignment__receiving_unit__in=units)
        )

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(assignment__receiving_unit__in=_units_in(value))
