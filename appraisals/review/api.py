"""REST: releases of months and the scores in them, frozen as they were; kinds of leave are not told."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from appraisals.models import MonthRelease, ReleasedScore
from appraisals.review.filters import MonthReleaseFilter, ReleasedScoreFilter
from appraisals.review.words import cell_told
from assignments.api.fields import PersonNumberField
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router


class MonthReleaseSerializer(serializers.ModelSerializer[MonthRelease]):
    """One unit's month as it was released; it is never changed. A correction is a release of its own."""

    class Meta:
        model = MonthRelease
        fields = [
            "id", "institution", "authority", "month", "kind", "deciding_body", "meeting_on", "document_number",
            "people", "undetermined", "recorded_at",
        ]  # fmt: skip


class ReleasedScoreSerializer(serializers.ModelSerializer[ReleasedScore]):
    """One person's month as it was released: score, values, digest. `corrected_by` names what replaced it.

    Of leave for reasons of health and family a day says `Q`, other leave. `person_number` is told to whoever may know
    people's records, otherwise null.
    """

    worker = serializers.IntegerField(source="assignment.worker_id", read_only=True)
    person_number = PersonNumberField("assignment.worker.number")
    institution = serializers.IntegerField(source="release.institution_id", read_only=True)
    released_at = serializers.DateTimeField(source="release.recorded_at", read_only=True)
    corrected_by = serializers.SerializerMethodField()
    values = serializers.SerializerMethodField()

    class Meta:
        model = ReleasedScore
        fields = [
            "id", "release", "assignment", "worker", "person_number", "institution", "sending_unit", "month",
            "corrects", "corrected_by", "state", "policy_version", "clause_id", "points", "factor", "is_vetoed",
            "missing", "values", "sha256", "released_at",
        ]  # fmt: skip

    @extend_schema_field(OpenApiTypes.INT)
    def get_corrected_by(self, row: ReleasedScore) -> int | None:
        later = getattr(row, "corrected_by", None)
        return later.pk if later is not None else None

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_values(self, row: ReleasedScore) -> dict[str, Any]:
        return row.values | {"days": [cell_told(cell) for cell in row.values.get("days", ())]}


class ReleasedScoreDetailSerializer(ReleasedScoreSerializer):
    """The same with the explanation as it was frozen."""

    class Meta(ReleasedScoreSerializer.Meta):
        fields = [*ReleasedScoreSerializer.Meta.fields, "explanation"]


class MonthReleaseViewSet(ReadOnlyViewSet):
    """Releases of months. `updated_since` gives what was released since."""

    permissions = {"list": Permission.MONTHS_VIEW, "retrieve": Permission.MONTHS_VIEW}
    serializer_class = MonthReleaseSerializer
    filterset_class = MonthReleaseFilter
    ordering_fields = ("id", "recorded_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return MonthRelease.objects.visible_to(actor)


class ReleasedScoreViewSet(ReadOnlyViewSet):
    """Released scores, corrections among them. `updated_since` gives what was released since; rows never change."""

    permissions = {"list": Permission.MONTHS_VIEW, "retrieve": Permission.MONTHS_VIEW}
    serializer_class = ReleasedScoreSerializer
    filterset_class = ReleasedScoreFilter
    ordering_fields = ("id",)

    def get_serializer_class(self) -> Any:
        return ReleasedScoreDetailSerializer if self.action == "retrieve" else ReleasedScoreSerializer

    def rows(self, actor: Actor) -> QuerySet[Any]:
        rows = ReleasedScore.objects.visible_to(actor).select_related("release", "assignment__worker", "corrected_by")
        return rows if self.action == "retrieve" else rows.defer("explanation", "corrected_by__explanation")


router.register("month-releases", MonthReleaseViewSet, basename="month-releases")
router.register("released-scores", ReleasedScoreViewSet, basename="released-scores")
