"""REST: feedback letters with their results, receipt by the hospital's own system; situation reports to read."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from appraisals.feedback import services
from appraisals.feedback.values import SHEET, Told, exact
from appraisals.models import FeedbackLetter, LetterLine, SituationReport
from assignments.api.fields import PersonNumberField
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, UpdatedSinceFilter, actor_of, router


class LetterFilter(django_filters.FilterSet):
    """What letters are narrowed by. `updated_since`: sent, stamped or received at or after a moment."""

    month = django_filters.DateFilter(help_text="First day of the month")
    sending_unit = django_filters.NumberFilter()
    authority = django_filters.NumberFilter()
    received = django_filters.BooleanFilter(field_name="received_at", lookup_expr="isnull", exclude=True)
    updated_since = django_filters.IsoDateTimeFilter(method="since")

    def since(self, rows: Any, _name: str, moment: Any) -> Any:
        return rows.filter(Q(sent_at__gte=moment) | Q(received_at__gte=moment) | Q(paper__stamped_at__gte=moment))


class LineSerializer(serializers.ModelSerializer[LetterLine]):
    """One result: days and counts as exact text, points and pay factor null where they are not determined.

    `corrects` is the released result that this one replaces. Kinds of leave are not told.
    """

    released = serializers.IntegerField(source="released_id", read_only=True)
    assignment = serializers.IntegerField(source="released.assignment_id", read_only=True)
    worker = serializers.IntegerField(source="released.assignment.worker_id", read_only=True)
    person_number = PersonNumberField("released.assignment.worker.number")
    receiving_unit = serializers.IntegerField(source="released.release.institution_id", read_only=True)
    state = serializers.CharField(source="released.state", read_only=True)
    points = serializers.DecimalField(source="released.points", max_digits=7, decimal_places=2, read_only=True)
    factor = serializers.DecimalField(source="released.factor", max_digits=6, decimal_places=4, read_only=True)
    is_vetoed = serializers.BooleanField(source="released.is_vetoed", read_only=True)
    missing = serializers.ListField(source="released.missing", child=serializers.CharField(), read_only=True)
    corrects = serializers.IntegerField(source="released.corrects_id", read_only=True, allow_null=True)
    days = serializers.SerializerMethodField()
    workload = serializers.SerializerMethodField()
    sha256 = serializers.CharField(source="released.sha256", read_only=True)

    class Meta:
        model = LetterLine
        fields = [
            "released", "assignment", "worker", "person_number", "receiving_unit", "state", "points", "factor",
            "is_vetoed", "missing", "corrects", "days", "workload", "sha256",
        ]  # fmt: skip

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_days(self, row: LetterLine) -> dict[str, str]:
        days = Told.of(row.released).days
        return {key: exact(days[key]) for key, _head in SHEET if key in days}

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_workload(self, row: LetterLine) -> dict[str, str]:
        return {code: exact(value) for code, value in Told.of(row.released).workload.items()}


class LetterSerializer(serializers.ModelSerializer[FeedbackLetter]):
    """One feedback letter with its results. A later letter on the same month adds to it, or puts it right."""

    number = serializers.CharField(source="paper.number", read_only=True)
    dated_on = serializers.DateField(source="paper.dated_on", read_only=True)
    check_code = serializers.CharField(source="paper.check_code", read_only=True)
    sha256 = serializers.CharField(source="paper.sha256", read_only=True)
    lines = LineSerializer(many=True, read_only=True)

    class Meta:
        model = FeedbackLetter
        fields = [
            "id", "authority", "sending_unit", "month", "sequence", "kind", "people", "number", "dated_on",
            "check_code", "sha256", "paper", "sent_at", "received_at", "received_by_name", "lines",
        ]  # fmt: skip


class LetterViewSet(ReadOnlyViewSet):
    """Feedback letters to the caller's units, or of the caller's authority. `receive` confirms that one arrived."""

    permissions = {
        "list": Permission.FEEDBACK_VIEW,
        "retrieve": Permission.FEEDBACK_VIEW,
        "receive": Permission.FEEDBACK_RECEIVE,
    }
    serializer_class = LetterSerializer
    filterset_class = LetterFilter
    ordering_fields = ("id", "sent_at", "month")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        lines = LetterLine.objects.select_related("released__release", "released__assignment__worker")
        lines = lines.defer("released__explanation").order_by("pk")
        letters = FeedbackLetter.objects.visible_to(actor).select_related("paper").defer("paper__content")
        return letters.prefetch_related(Prefetch("lines", lines))

    @extend_schema(request=None, responses=LetterSerializer)
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str | None = None) -> Response:
        """Confirm that the letter has arrived. Asked again, the first confirmation stands."""
        letter = self.get_object()
        actor = actor_of(request)
        assert actor is not None  # noqa: S101 -- HasPermission has refused the nameless
        services.receive(letters=[letter.pk], by=actor)
        return Response(self.get_serializer(self.get_object()).data)


class ReportFilter(UpdatedSinceFilter):
    """What reports are narrowed by."""

    institution = django_filters.NumberFilter()
    state = django_filters.CharFilter()
    first_month = django_filters.DateFilter(lookup_expr="gte", help_text="Begins in or after the month of this day")
    last_month = django_filters.DateFilter(lookup_expr="lte", help_text="Ends in or before the month of this day")


class ReportSerializer(serializers.ModelSerializer[SituationReport]):
    """One situation report. `numbers` are empty until it is submitted, then frozen: exact text, null for nothing."""

    class Meta:
        model = SituationReport
        fields = [
            "id", "institution", "first_month", "last_month", "state", "work", "results", "difficulties",
            "proposals", "numbers", "submitted_at", "answered_at", "answer", "paper", "version", "updated_at",
        ]  # fmt: skip


class ReportViewSet(ReadOnlyViewSet):
    """Situation reports of the caller's unit, or those submitted to the caller's authority."""

    permissions = {"list": Permission.MONTHS_VIEW, "retrieve": Permission.MONTHS_VIEW}
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    ordering_fields = ("id", "updated_at", "first_month")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return SituationReport.objects.visible_to(actor)


router.register("feedback-letters", LetterViewSet, basename="feedback-letters")
router.register("situation-reports", ReportViewSet, basename="situation-reports")
