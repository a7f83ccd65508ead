"""The work calendar over REST: a year with the days that differ from the plain week."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, UpdatedSinceFilter, router
from deploy_admin.registry.models import CalendarState, CalendarYear, DayKind, SpecialDay


class SpecialDaySerializer(serializers.ModelSerializer[SpecialDay]):
    """A weekday that is off, or a weekend day that is worked; weekends inside a holiday are off too."""

    kind = serializers.ChoiceField(choices=DayKind.choices)

    class Meta:
        model = SpecialDay
        fields = ["day", "kind", "name", "name_en"]


class CalendarYearSerializer(serializers.ModelSerializer[CalendarYear]):
    """One year: provisional is weekends and statutory days only, and may still change."""

    state = serializers.ChoiceField(choices=CalendarState.choices)
    days = serializers.SerializerMethodField()

    class Meta:
        model = CalendarYear
        fields = ["id", "year", "state", "source", "document_number", "days", "version", "updated_at"]

    @extend_schema_field(SpecialDaySerializer(many=True))
    def get_days(self, row: CalendarYear) -> list[dict[str, Any]]:
        held: dict[int, list[dict[str, Any]]] = self.context["days"]
        return held.get(row.year, [])


class CalendarFilter(UpdatedSinceFilter):
    """Narrows years by number and by when they were written."""

    class Meta:
        model = CalendarYear
        fields = ["year", "state"]


class CalendarViewSet(ReadOnlyViewSet):
    """The years of the work calendar; `year=2026` gives one."""

    permissions = {"list": Permission.INSTITUTIONS_VIEW, "retrieve": Permission.INSTITUTIONS_VIEW}
    serializer_class = CalendarYearSerializer
    filterset_class = CalendarFilter
    ordering_fields = ("id", "year", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return CalendarYear.objects.all()

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        days: dict[int, list[dict[str, Any]]] = {}
        if not getattr(self, "swagger_fake_view", False):
            for day in SpecialDay.objects.order_by("day"):
                days.setdefault(day.day.year, []).append(dict(SpecialDaySerializer(day).data))
        return context | {"days": days}


router.register("calendar", CalendarViewSet, basename="calendar")
