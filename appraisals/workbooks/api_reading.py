"""REST: month sheets and the months of assignments as they stand, by pages and by what changed since."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Value
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from appraisals.models import Workload
from appraisals.states import ValueSource
from assignments.api.fields import PersonNumberField
from assignments.leave_words import PRIVATE_KINDS
from assignments.models import AssignmentMonth, MonthSheet
from assignments.rules.attendance_codes import CELLS, DAY_CODES, HALF
from assignments.states import MonthAnswer, SheetState
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, UpdatedSinceFilter, router
from deploy_admin.months import Month

#: What is told instead of leave that says something of health or family.
_TOLD = {letter: "Q" for letter, code in DAY_CODES.items() if code.leave_kind in PRIVATE_KINDS}


class MonthField(serializers.DateField):
    """A month as 2026-11."""

    def to_representation(self, value: Any) -> str:
        return f"{value:%Y-%m}"


class MonthFilter(django_filters.CharFilter):
    """Narrows by a month written 2026-11."""

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        try:
            return qs.filter(month=Month.parse(value).first)
        except ValueError:
            return qs.none()


class MonthSheetSerializer(serializers.ModelSerializer[MonthSheet]):
    """One receiving unit's month: where it stands. The scores are right while `is_scored`."""

    month = MonthField(read_only=True)
    is_scored = serializers.SerializerMethodField()

    class Meta:
        model = MonthSheet
        fields = [
            "id", "institution", "month", "state", "is_late", "on_behalf", "submitted_at", "accepted_at",
            "released_at", "exempt_until", "findings", "revision", "is_scored", "version", "updated_at",
        ]  # fmt: skip

    def get_is_scored(self, row: MonthSheet) -> bool:
        return row.scored_revision == row.revision


class MonthSheetFilter(UpdatedSinceFilter):
    """Narrows sheets by month, unit and state, and by when they were written."""

    month = MonthFilter(label=_("month"))
    state = django_filters.ChoiceFilter(choices=SheetState.choices, label=_("State"))

    class Meta:
        model = MonthSheet
        fields = ["institution"]


class MonthSheetViewSet(ReadOnlyViewSet):
    """Month sheets of receiving units; `updated_since` gives those that moved or changed since."""

    permissions = {"list": Permission.MONTHS_VIEW, "retrieve": Permission.MONTHS_VIEW}
    serializer_class = MonthSheetSerializer
    filterset_class = MonthSheetFilter
    ordering_fields = ("id", "month", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return MonthSheet.objects.visible_to(actor)


class WorkloadValueSerializer(serializers.Serializer[Any]):
    """One count of work."""

    value = serializers.DecimalField(10, 2, allow_null=True)
    is_confirmed = serializers.BooleanField()
    source = serializers.ChoiceField(choices=ValueSource.choices)  # type: ignore[assignment]  # a column's name


class AssignmentMonthSerializer(serializers.ModelSerializer[AssignmentMonth]):
    """One person's month on a sheet: a code for each day, totals in days, workload by the indicator's code.

    Codes of leave for reasons of health or family are told to whoever enters the month, otherwise as other leave (Q).
    """

    month = MonthField(read_only=True)
    institution = serializers.IntegerField(source="sheet.institution_id", read_only=True)
    state = serializers.ChoiceField(source="sheet.state", choices=SheetState.choices, read_only=True)
    worker = serializers.IntegerField(source="assignment.worker_id", read_only=True)
    person_number = PersonNumberField("assignment.worker.number")
    days = serializers.SerializerMethodField()
    totals = serializers.SerializerMethodField()
    answer = serializers.ChoiceField(choices=MonthAnswer.choices, read_only=True)
    workload = serializers.SerializerMethodField()

    class Meta:
        model = AssignmentMonth
        fields = [
            "id", "sheet", "institution", "state", "assignment", "worker", "person_number", "month", "days",
            "duty_days", "totals", "answer", "workload", "version", "updated_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=list(CELLS))))
    def get_days(self, row: AssignmentMonth) -> list[str]:
        if getattr(row, "tells_all", False):
            return list(row.days)
        return [_TOLD.get(cell[0], cell[0]) + (HALF if cell.endswith(HALF) else "") for cell in row.days]

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_totals(self, row: AssignmentMonth) -> dict[str, str]:
        halves = {
            "attended": row.attended_halves,
            "leave": row.leave_halves,
            "absent": row.absent_halves,
            "unchecked": row.unchecked_halves,
            "night": row.night_halves,
            "extra": row.extra_halves,
            "rounds": row.round_halves,
        }
        return {name: f"{count // 2}{'.5' if count % 2 else ''}" for name, count in halves.items()}

    @extend_schema_field(serializers.DictField(child=WorkloadValueSerializer()))
    def get_workload(self, row: AssignmentMonth) -> dict[str, Any]:
        return {value.indicator.code: WorkloadValueSerializer(value).data for value in row.workload.all()}


class AssignmentMonthFilter(UpdatedSinceFilter):
    """Narrows by month, unit, sheet, assignment and state of the sheet, and by when they were written."""

    month = MonthFilter(label=_("month"))
    institution = django_filters.NumberFilter(field_name="sheet__institution", label=_("receiving unit"))
    state = django_filters.ChoiceFilter(field_name="sheet__state", choices=SheetState.choices, label=_("State"))

    class Meta:
        model = AssignmentMonth
        fields = ["sheet", "assignment"]


class AssignmentMonthViewSet(ReadOnlyViewSet):
    """Months of assignments; `updated_since` gives those whose days, answers or workload changed since."""

    permissions = {"list": Permission.MONTHS_VIEW, "retrieve": Permission.MONTHS_VIEW}
    serializer_class = AssignmentMonthSerializer
    filterset_class = AssignmentMonthFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        values = Workload.objects.select_related("indicator").order_by("indicator__code")
        rows = AssignmentMonth.objects.visible_to(actor).select_related("sheet", "assignment__worker")
        # Whoever enters the month, of the unit or the authority on its behalf, knows what stands there.
        own = MonthSheet.objects.visible_to(actor).filter(pk=OuterRef("sheet_id")).order_by()
        tells_all = Exists(own) if actor.can(Permission.MONTHS_ENTER) else Value(False)
        return rows.annotate(tells_all=tells_all).prefetch_related(Prefetch("workload", values))


router.register("month-sheets", MonthSheetViewSet, basename="month-sheets")
router.register("assignment-months", AssignmentMonthViewSet, basename="assignment-months")
