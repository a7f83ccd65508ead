"""REST: service credit and obligations, with the explanation in each row of its own. No ID numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.api.fields import PersonNumberField
from assignments.filters.standing import CreditFilter, ObligationFilter
from assignments.models import Obligation, ServiceCredit
from assignments.services import standing_answers
from assignments.states import ObligationState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router

_EXPLANATION = {
    "type": "object",
    "nullable": True,
    "properties": {"value": {}, "steps": {"type": "array", "items": {"type": "object"}}},
}


class _Explained(serializers.Serializer[Any]):
    """A row with why it is as it is, derived now for today."""

    explained_on = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()

    def get_explained_on(self, row: Any) -> date:
        return clock.today()

    @extend_schema_field(_EXPLANATION)
    def get_explanation(self, row: Any) -> dict[str, Any] | None:
        raise NotImplementedError


class CreditSerializer(serializers.ModelSerializer[ServiceCredit]):
    """How much of one assignment is credited up to `through`, and what the whole term will be worth.

    `state` tells whether it counts: `running` and `recognised` do, `provisional` awaits the result, `unconfirmed` an
    officer, `none` is nothing. An assignment that was withdrawn stays in the delta as `none`. `person_number` is told
    to whoever may know people's records, otherwise null.
    """

    person_number = PersonNumberField("worker.number")
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ServiceCredit
        fields = [
            "id", "assignment", "worker", "person_number", "state", "policy", "policy_version", "clause_id", "through",
            "months", "days", "duty_days", "term_months", "term_days", "missing", "warnings", "updated_at",
        ]  # fmt: skip


class CreditDetailSerializer(_Explained, CreditSerializer):
    """The same with the explanation; null for an assignment that never took place."""

    class Meta(CreditSerializer.Meta):
        fields = [*CreditSerializer.Meta.fields, "explained_on", "explanation"]

    @extend_schema_field(_EXPLANATION)
    def get_explanation(self, row: ServiceCredit) -> dict[str, Any] | None:
        found = standing_answers.explain_credit(row.assignment)
        return found.explained.to_json() if found else None


class CreditViewSet(ReadOnlyViewSet):
    """Service credit: a row per assignment. `updated_since` gives what says something else now."""

    permissions = {"list": Permission.ASSIGNMENTS_VIEW, "retrieve": Permission.ASSIGNMENTS_VIEW}
    serializer_class = CreditSerializer
    filterset_class = CreditFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return ServiceCredit.objects.visible_to(actor).select_related("worker", "assignment")

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return CreditDetailSerializer if self.action == "retrieve" else CreditSerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One credit with its explanation."""
        return super().retrieve(request, *args, **kwargs)


class ObligationSerializer(serializers.ModelSerializer[Obligation]):
    """How one person stands to one service requirement: by when, what is credited, what is left.

    A row whose `state` is `ended` stays in the delta: the person left, or the requirement speaks of them no more.
    """

    person_number = serializers.CharField(source="worker.number", read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Obligation
        fields = [
            "id", "worker", "person_number", "institution", "topic", "target", "scheme", "policy", "policy_version",
            "clause_id", "binding", "state", "since", "due_on", "latest_start_on", "required_months",
            "credited_months", "credited_days", "remaining_months", "remaining_days", "met_on", "alternative",
            "exemption", "missing", "updated_at",
        ]  # fmt: skip


class ObligationDetailSerializer(_Explained, ObligationSerializer):
    """The same with the explanation; null where the requirement does not speak of the person any more."""

    class Meta(ObligationSerializer.Meta):
        fields = [*ObligationSerializer.Meta.fields, "explained_on", "explanation"]

    @extend_schema_field(_EXPLANATION)
    def get_explanation(self, row: Obligation) -> dict[str, Any] | None:
        if row.state == ObligationState.ENDED:
            return None
        found = standing_answers.explain_obligation(row.worker_id, row.policy, row.clause_id)
        return found.explained.to_json() if found else None


class ObligationViewSet(ReadOnlyViewSet):
    """Obligations: a row per person and requirement. `updated_since` gives what says something else now."""

    permissions = {"list": Permission.ELIGIBILITY_VIEW, "retrieve": Permission.ELIGIBILITY_VIEW}
    serializer_class = ObligationSerializer
    filterset_class = ObligationFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Obligation.objects.visible_to(actor).select_related("worker")

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return ObligationDetailSerializer if self.action == "retrieve" else ObligationSerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One obligation with its explanation."""
        return super().retrieve(request, *args, **kwargs)


router.register("credits", CreditViewSet, basename="credits")
router.register("obligations", ObligationViewSet, basename="obligations")
