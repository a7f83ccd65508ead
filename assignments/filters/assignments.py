"""What a person or a REST client narrows the list of assignments by; one definition for both."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from assignments import owing
from assignments.kinds import Kind
from assignments.models import Assignment, Campaign, Segment
from assignments.models.assignments import AssignmentQuerySet
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.api import UpdatedSinceFilter
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution


class AssignmentFilter(UpdatedSinceFilter):
    """Narrows assignments by campaign, units, person, state, and what is owed."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials, person number or unit"))
    year = django_filters.NumberFilter(method="in_year", label=_("Year"), min_value=2000, max_value=2100)
    campaign = django_filters.NumberFilter(field_name="campaign_id", label=_("Campaign"))
    scheme = django_filters.CharFilter(label=_("Scheme"))
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=AssignmentState.choices, label=_("State"))
    district = django_filters.NumberFilter(method="in_district", label=_("District of the receiving unit"))
    sender = django_filters.CharFilter(method="from_named", label=_("Sending unit"))
    receiver = django_filters.CharFilter(method="to_named", label=_("Receiving unit"))
    sending_unit = django_filters.NumberFilter(field_name="sending_unit_id", label=_("Sending unit"))
    receiving_unit = django_filters.NumberFilter(method="received_by", label=_("Receiving unit"))
    worker = django_filters.NumberFilter(field_name="worker_id", label=_("Health worker"))
    owes = django_filters.ChoiceFilter(choices=owing.choices, method="by_owed", label=_("What is owed"))

    class Meta:
        model = Assignment
        fields: list[str] = []

    def by_text(self, rows: AssignmentQuerySet, name: str, value: str) -> AssignmentQuerySet:
        """By the person, or by a unit that sends or receives."""
        text = value.strip()
        people = HealthWorker.objects.search(text).order_by().values("pk")
        units = _units(text)
        return rows.filter(Q(worker__in=people) | Q(sending_unit__in=units) | Q(receiving_unit__in=units))

    def from_named(self, rows: AssignmentQuerySet, name: str, value: str) -> AssignmentQuerySet:
        return rows.filter(sending_unit__in=_units(value))

    def to_named(self, rows: AssignmentQuerySet, name: str, value: str) -> AssignmentQuerySet:
        return rows.filter(receiving_unit__in=_units(value))

    @extend_schema_field(OpenApiTypes.INT)
    def in_year(self, rows: AssignmentQuerySet, name: str, value: Any) -> AssignmentQuerySet:
        """By the campaign's year; what has no campaign counts in the year of its first day (AMB-07)."""
        campaigns = Campaign.objects.filter(year=int(value)).order_by().values("pk")
        return rows.filter(Q(campaign__in=campaigns) | Q(campaign__isnull=True, starts_on__year=int(value)))

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: AssignmentQuerySet, name: str, value: Any) -> AssignmentQuerySet:
        today = clock.today()
        tree = DivisionTree.read(today)
        if int(value) not in tree.nodes:  # an address can name what does not exist
            return rows.none()
        units = Institution.objects.standing(today).filter(profile__division_id__in=tree.within([int(value)]))
        return rows.filter(receiving_unit__in=units.order_by().values("pk"))

    @extend_schema_field(OpenApiTypes.INT)
    def received_by(self, rows: AssignmentQuerySet, name: str, value: Any) -> AssignmentQuerySet:
        """Where the person serves now, or served before moving on."""
        served = Segment.objects.filter(assignment=OuterRef("pk"), receiving_unit=int(value))
        return rows.filter(Q(receiving_unit=int(value)) | Q(Exists(served)))

    def by_owed(self, rows: AssignmentQuerySet, name: str, value: str) -> AssignmentQuerySet:
        return rows.filter(owing.condition(value, clock.today()))


def _units(text: str) -> Any:
    """Return the units of this name, as it is today."""
    return Institution.objects.standing(clock.today()).search(text.strip()).order_by().values("pk")
