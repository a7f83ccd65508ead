"""What a person or a REST client narrows inspections by; one definition for both."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from assignments.kinds import InspectionKind, Presence
from assignments.models import Finding, Inspection, PresenceCheck
from assignments.models.inspections import InspectionQuerySet
from deploy_admin import clock
from deploy_admin.api import UpdatedSinceFilter
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution

STATES = [("open", pgettext_lazy("inspection", "open")), ("closed", pgettext_lazy("inspection", "closed"))]
ORDERS = [
    ("open", _("to be answered")),
    ("overdue", pgettext_lazy("order", "overdue")),
    ("answered", _("answer to be looked at")),
    ("settled", pgettext_lazy("order", "settled")),
]


def of_orders(state: str) -> Q:
    """Return the condition on findings whose order stands so today."""
    given = ~Q(order="")
    return {
        "open": given & Q(answered_at__isnull=True, settled_on__isnull=True),
        "overdue": given & Q(answered_at__isnull=True, settled_on__isnull=True, due_on__lt=clock.today()),
        "answered": given & Q(answered_at__isnull=False, settled_on__isnull=True),
        "settled": given & Q(settled_on__isnull=False),
    }[state]


class ClosedInspectionFilter(UpdatedSinceFilter):
    """Narrows inspections by unit, kind, days, what was found and how their orders stand."""

    q = django_filters.CharFilter(method="by_text", label=_("Unit"))
    district = django_filters.NumberFilter(method="in_district", label=_("District"))
    institution = django_filters.NumberFilter(field_name="institution_id", label=_("unit inspected"))
    kind = django_filters.ChoiceFilter(choices=InspectionKind.choices, label=_("Kind"))
    first = django_filters.DateFilter(field_name="on", lookup_expr="gte", label=_("From"))
    last = django_filters.DateFilter(field_name="on", lookup_expr="lte", label=_("Until"))
    found = django_filters.ChoiceFilter(choices=Presence.choices, method="by_found", label=_("Found"))
    orders = django_filters.ChoiceFilter(choices=ORDERS, method="by_orders", label=_("Corrective orders"))

    class Meta:
        model = Inspection
        fields: list[str] = []

    def by_text(self, rows: InspectionQuerySet, name: str, value: str) -> InspectionQuerySet:
        units = Institution.objects.standing(clock.today()).search(value.strip()).order_by().values("pk")
        return rows.filter(institution__in=units)

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: InspectionQuerySet, name: str, value: Any) -> InspectionQuerySet:
        today = clock.today()
        tree = DivisionTree.read(today)
        if int(value) not in tree.nodes:  # an address can name what does not exist
            return rows.none()
        units = Institution.objects.standing(today).filter(profile__division_id__in=tree.within([int(value)]))
        return rows.filter(institution__in=units.order_by().values("pk"))

    def by_found(self, rows: InspectionQuerySet, name: str, value: str) -> InspectionQuerySet:
        return rows.filter(Exists(PresenceCheck.objects.filter(inspection=OuterRef("pk"), result=value)))

    def by_orders(self, rows: InspectionQuerySet, name: str, value: str) -> InspectionQuerySet:
        asked = Finding.objects.filter(of_orders(value), inspection=OuterRef("pk"))
        return rows.filter(Exists(asked), closed_at__isnull=False)


class InspectionFilter(ClosedInspectionFilter):
    """The same for the page, which also knows open inspections."""

    state = django_filters.ChoiceFilter(choices=STATES, method="by_state", label=_("State"))

    def by_state(self, rows: InspectionQuerySet, name: str, value: str) -> InspectionQuerySet:
        return rows.filter(closed_at__isnull=value == "open")
