"""What a person or a REST client narrows scores by; one definition for both."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from appraisals.models import Score
from appraisals.states import ScoreState
from assignments.models import Assignment, MonthSheet
from deploy_admin import clock
from deploy_admin.months import Month
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution


class ScoreFilter(django_filters.FilterSet):
    """Narrows scores by month, person, unit, scheme and state; `updated_since` is the moment they were computed."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials or unit"))
    updated_since = django_filters.IsoDateTimeFilter(field_name="computed_at", lookup_expr="gte")
    month = django_filters.CharFilter(method="in_month", label=_("Month"))
    year = django_filters.NumberFilter(method="in_year", label=_("Year"), min_value=2000, max_value=2999)
    assignment = django_filters.NumberFilter(field_name="row__assignment_id", label=_("Assignment"))
    worker = django_filters.NumberFilter(field_name="row__assignment__worker_id", label=_("Person"))
    sending_unit = django_filters.NumberFilter(field_name="row__assignment__sending_unit_id", label=_("Sending unit"))
    receiving_unit = django_filters.NumberFilter(field_name="row__sheet__institution_id", label=_("Receiving unit"))
    sheet = django_filters.NumberFilter(field_name="row__sheet_id", label=_("Month sheet"))
    district = django_filters.NumberFilter(method="in_district", label=_("District of the receiving unit"))
    scheme = django_filters.CharFilter(field_name="row__assignment__scheme", label=_("Scheme"))
    state = django_filters.ChoiceFilter(choices=ScoreState.choices, label=_("State"))

    class Meta:
        model = Score
        fields: list[str] = []

    def in_month(self, rows: Any, name: str, value: str) -> Any:
        try:
            return rows.filter(month=Month.parse(value).first)
        except ValueError:  # an address can say anything
            return rows.none()

    def in_year(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(month__year=int(value))

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        text = value.strip()
        people = HealthWorker.objects.search(text).order_by().values("pk")
        units = Institution.objects.standing(clock.today()).search(text).order_by().values("pk")
        assignments = Assignment.objects.filter(Q(worker__in=people) | Q(sending_unit__in=units)).order_by()
        sheets = MonthSheet.objects.filter(institution__in=units).order_by()
        return rows.filter(Q(row__assignment__in=assignments.values("pk")) | Q(row__sheet__in=sheets.values("pk")))

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: Any, name: str, value: Any) -> Any:
        today = clock.today()
        tree = DivisionTree.read(today)
        if int(value) not in tree.nodes:
            return rows.none()
        units = Institution.objects.standing(today).filter(profile__division_id__in=tree.within([int(value)]))
        sheets = MonthSheet.objects.filter(institution__in=units.order_by().values("pk")).order_by()
        return rows.filter(row__sheet__in=sheets.values("pk"))
