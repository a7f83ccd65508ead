"""REST: who may go, with the explanation in each row of its own. No ID numbers, whatever the scope."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assignments import services
from assignments.codes import State
from assignments.filters.eligibility import EligibilityFilter
from assignments.models import Eligibility
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router
from deploy_admin.people.codes import PERSONAL_UNAVAILABILITIES


class EligibilitySerializer(serializers.ModelSerializer[Eligibility]):
    """How one person stands under one clause; `state` counts in an absence, `code` is what the clause answers.

    A row whose `state` is `ended` stays in the delta: the person left, or the clause speaks of them no more.
    A personal reason of an absence is told as `personal`, whoever asks.
    """

    person_number = serializers.CharField(source="worker.number", read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)
    unmet = serializers.ListField(child=serializers.CharField(), read_only=True)
    unavailable = serializers.SerializerMethodField()

    class Meta:
        model = Eligibility
        fields = [
            "id", "worker", "person_number", "institution", "target", "topic", "scheme", "policy", "version",
            "clause_id", "code", "state", "alternative", "exemption", "bar", "event", "event_on", "until", "missing",
            "unmet", "unavailable", "unavailable_until", "staff_category", "title_level", "since", "updated_at",
        ]  # fmt: skip

    def get_unavailable(self, row: Eligibility) -> str:
        return "personal" if row.unavailable in PERSONAL_UNAVAILABILITIES else row.unavailable


class EligibilityDetailSerializer(EligibilitySerializer):
    """The same with the explanation, derived now for today; null where the clause does not govern any more."""

    explained_on = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()

    class Meta(EligibilitySerializer.Meta):
        fields = [*EligibilitySerializer.Meta.fields, "explained_on", "explanation"]

    def get_explained_on(self, row: Eligibility) -> date:
        return clock.today()

    @extend_schema_field(
        {
            "type": "object",
            "nullable": True,
            "properties": {"value": {}, "steps": {"type": "array", "items": {"type": "object"}}},
        }
    )
    def get_explanation(self, row: Eligibility) -> dict[str, Any] | None:
        if not row.clause_id or row.state == State.ENDED:
            return None
        found = services.explain(row.worker_id, row.policy, row.clause_id, clock.today())
        return found.explained.to_json() if found else None


class EligibilityViewSet(ReadOnlyViewSet):
    """Who may go, and why not: a row per person and clause. `updated_since` gives what says something else now."""

    permissions = {"list": Permission.ELIGIBILITY_VIEW, "retrieve": Permission.ELIGIBILITY_VIEW}
    serializer_class = EligibilitySerializer
    filterset_class = EligibilityFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Eligibility.objects.visible_to(actor).select_related("worker")

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return EligibilityDetailSerializer if self.action == "retrieve" else EligibilitySerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One standing with its explanation."""
        return super().retrieve(request, *args, **kwargs)


router.register("eligibility", EligibilityViewSet, basename="eligibility")
