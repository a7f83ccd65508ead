"""REST: a receiving unit's month in sums, measure by measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from appraisals.trends import reading
from appraisals.trends.measures import POINTS, measures
from appraisals.trends.scope import Scope
from assignments.models import AssignmentMonth, MonthSheet
from assignments.states import SheetState
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, UpdatedSinceFilter, actor_of, router
from deploy_admin.months import Month
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution


class MonthTrendFilter(UpdatedSinceFilter):
    """Narrows the months by time, unit, district and whether they are released."""

    month = django_filters.DateFilter(field_name="month")
    month_from = django_filters.DateFilter(field_name="month", lookup_expr="gte")
    month_to = django_filters.DateFilter(field_name="month", lookup_expr="lte")
    institution = django_filters.NumberFilter(field_name="institution_id")
    district = django_filters.NumberFilter(method="in_district")
    released = django_filters.BooleanFilter(method="by_release")

    class Meta:
        model = MonthSheet
        fields: list[str] = []

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        today = clock.today()
        tree = DivisionTree.read(today)
        if int(value) not in tree.nodes:
            return rows.none()
        units = Institution.objects.standing(today).filter(profile__division_id__in=tree.within([int(value)]))
        return rows.filter(institution__in=units.order_by().values("pk"))

    def by_release(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        released = {"state": SheetState.RELEASED}
        return rows.filter(**released) if value else rows.exclude(**released)


class IndicatorSumSerializer(serializers.Serializer[Any]):
    """One indicator: the sum over people, and of how many people it is known."""

    indicator = serializers.CharField()
    total = serializers.DecimalField(max_digits=14, decimal_places=2)
    people = serializers.IntegerField()


class MonthTrendSerializer(serializers.ModelSerializer[MonthSheet]):
    """One unit's month: people, days and sums of the people whose months the client may read.

    A month that is not released may still change; a released one changes by a correction only. An indicator that
    nobody entered is not listed: it is unknown, not zero.
    """

    institution = serializers.IntegerField(source="institution_id")
    released = serializers.SerializerMethodField()
    people = serializers.IntegerField(source="cell.people")
    days_attended = serializers.DecimalField(source="cell.attended", max_digits=14, decimal_places=1)
    duty_days = serializers.DecimalField(source="cell.duty", max_digits=14, decimal_places=1)
    points_average = serializers.SerializerMethodField()
    indicators = serializers.SerializerMethodField()

    class Meta:
        model = MonthSheet
        fields = [
            "id", "institution", "month", "state", "released", "people", "days_attended", "duty_days",
            "points_average", "indicators", "updated_at",
        ]  # fmt: skip

    def get_released(self, sheet: Any) -> bool:
        return bool(sheet.state == SheetState.RELEASED)

    @extend_schema_field(serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True))
    def get_points_average(self, sheet: Any) -> str | None:
        average = sheet.cell.values[POINTS].average
        return None if average is None else str(round(average, 2))

    @extend_schema_field(IndicatorSumSerializer(many=True))
    def get_indicators(self, sheet: Any) -> Any:
        known = [
            {"indicator": code, "total": summed.total, "people": summed.rows}
            for code, summed in sorted(sheet.cell.values.items())
            if summed.rows and code != POINTS
        ]
        return IndicatorSumSerializer(known, many=True).data


class MonthTrendViewSet(ReadOnlyViewSet):
    """Months handed in, by receiving unit; `month_from` and `month_to` are first days of months."""

    permissions = {"list": Permission.MONTHS_VIEW, "retrieve": Permission.MONTHS_VIEW}
    serializer_class = MonthTrendSerializer
    filterset_class = MonthTrendFilter
    ordering_fields = ("id", "month", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        seen = AssignmentMonth.objects.visible_to(actor).filter(sheet=OuterRef("pk")).order_by()
        handed_in: QuerySet[Any] = MonthSheet.objects.handed_in().filter(Exists(seen))
        return handed_in

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        found = super().paginate_queryset(queryset)
        return found if found is None else self._summed(found)

    def get_object(self) -> Any:
        return self._summed([super().get_object()])[0]

    def _summed(self, sheets: Sequence[Any]) -> list[Any]:
        """Give each sheet its sums: a constant number of queries for a page."""
        actor = actor_of(self.request) or SYSTEM
        if sheets:
            months = [Month(sheet.month) for sheet in sheets]
            last, first = max(months), min(months)
            length = (last.first.year - first.first.year) * 12 + last.first.month - first.first.month + 1
            scope = Scope(actor, clock.today(), last, length, sheets=tuple(sheet.pk for sheet in sheets))
            found = reading.cells(scope, measures(actor), "sheet")
            for sheet in sheets:
                sheet.cell = found.get((sheet.month, sheet.pk), reading.Cell())
        return list(sheets)


router.register("month-trends", MonthTrendViewSet, basename="month-trends")
