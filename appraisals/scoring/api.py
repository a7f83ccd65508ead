"""REST for scores: live ones with what went in; one alone with its explanation. No ID numbers."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from appraisals.models import Score
from appraisals.scoring.answers import explain
from appraisals.scoring.filters import ScoreFilter
from assignments.api.fields import PersonNumberField
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router

_VALUES = {"type": "object", "additionalProperties": {"type": "string", "nullable": True}}
_EXPLANATION = {
    "type": "object",
    "properties": {"value": {}, "steps": {"type": "array", "items": {"type": "object"}}},
}


class ScoreSerializer(serializers.ModelSerializer[Score]):
    """What one month of an assignment is worth at the moment; what was released is another resource and never moves.

    `state` is `scored`, `undetermined` (something in `missing` is not known), `unweighted` (the policy names
    indicators and gives no weights) or `no_rule`. `values` are exact decimals as text. A score vanishes while its
    sheet is with the unit again.
    """

    id = serializers.IntegerField(source="row_id", read_only=True)
    sheet = serializers.IntegerField(source="row.sheet_id", read_only=True)
    assignment = serializers.IntegerField(source="row.assignment_id", read_only=True)
    person_number = PersonNumberField("row.assignment.worker.number")
    receiving_unit = serializers.IntegerField(source="row.sheet.institution_id", read_only=True)
    sending_unit = serializers.IntegerField(source="row.assignment.sending_unit_id", read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)
    values = serializers.SerializerMethodField()

    class Meta:
        model = Score
        fields = [
            "id", "month", "sheet", "assignment", "person_number", "receiving_unit", "sending_unit", "state",
            "policy_version", "clause_id", "points", "factor", "is_vetoed", "missing", "values", "digest",
            "computed_at",
        ]  # fmt: skip

    @extend_schema_field(_VALUES)
    def get_values(self, score: Score) -> dict[str, Any]:
        found: dict[str, Any] = score.inputs.get("values", {})
        return found


class ScoreDetailSerializer(ScoreSerializer):
    """The same with the explanation, derived from what the score keeps."""

    explanation = serializers.SerializerMethodField()

    class Meta(ScoreSerializer.Meta):
        fields = [*ScoreSerializer.Meta.fields, "explanation"]

    @extend_schema_field(_EXPLANATION)
    def get_explanation(self, score: Score) -> dict[str, Any]:
        return explain(score).to_json()


class ScoreViewSet(ReadOnlyViewSet):
    """Live scores: a row per assignment and month. `updated_since` gives what was computed at or after a moment."""

    permissions = {"list": Permission.MONTHS_VIEW, "retrieve": Permission.MONTHS_VIEW}
    serializer_class = ScoreSerializer
    filterset_class = ScoreFilter
    ordering_fields = ("id", "computed_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        seen = Score.objects.visible_to(actor).select_related("row__sheet", "row__assignment__worker")
        return seen.annotate(id=F("row_id"))

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return ScoreDetailSerializer if self.action == "retrieve" else ScoreSerializer

    @extend_schema(parameters=[OpenApiParameter("id", int, OpenApiParameter.PATH)])
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One score with its explanation."""
        return super().retrieve(request, *args, **kwargs)


router.register("scores", ScoreViewSet, basename="scores")
