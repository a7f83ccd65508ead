"""REST: allocation plans, their lines and what they leave over, with the reasons in words; proposed, never decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.allocation import services, words
from assignments.allocation.named import Names
from assignments.kinds import MarkKind
from assignments.models import AllocationPlan, PlanGap, PlanLine, PlanMark
from assignments.states import PlanState
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, UpdatedSinceFilter, actor_of, router


class PlanFilter(UpdatedSinceFilter):
    """Narrows plans by campaign and state."""

    campaign = django_filters.NumberFilter(field_name="campaign_id")
    state = django_filters.ChoiceFilter(choices=PlanState.choices)

    class Meta:
        model = AllocationPlan
        fields: list[str] = []


class PlanSerializer(serializers.ModelSerializer[AllocationPlan]):
    """One plan of who goes where. `rule` names the policy that orders the criteria; empty: the neutral order.

    `stages` tell of each criterion what was reached and whether it is the best there is; the same `inputs_digest`
    gives the same plan. `discarded` plans stay in the delta.
    """

    rule = serializers.JSONField(read_only=True)
    stages = serializers.JSONField(read_only=True)

    class Meta:
        model = AllocationPlan
        fields = [
            "id", "campaign", "number", "name", "state", "based_on", "decision", "rule", "stages", "inputs_digest",
            "solved_at", "deciding_body", "meeting_on", "document", "document_number", "document_date", "decided_at",
            "paper", "version", "updated_at",
        ]  # fmt: skip


class PlanLineSerializer(serializers.ModelSerializer[PlanLine]):
    """One person on one place. `reason` holds codes and references, `told` the same in the caller's language."""

    institution = serializers.IntegerField(source="request.institution_id", read_only=True)
    speciality = serializers.CharField(source="request.speciality", read_only=True)
    worker = serializers.IntegerField(source="nomination.worker_id", read_only=True)
    sending_unit = serializers.IntegerField(source="nomination.institution_id", read_only=True)
    pinned = serializers.SerializerMethodField()
    reason = serializers.JSONField(read_only=True)
    told = serializers.SerializerMethodField()

    class Meta:
        model = PlanLine
        fields = [
            "id", "request", "institution", "speciality", "seat", "nomination", "worker", "sending_unit", "source",
            "pinned", "assignment", "reason", "told",
        ]  # fmt: skip

    @extend_schema_field(OpenApiTypes.BOOL)
    def get_pinned(self, row: PlanLine) -> bool:
        return (row.request_id, row.nomination_id) in self.context["pinned"]

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_told(self, row: PlanLine) -> dict[str, Any]:
        names, reason = self.context["names"], row.reason
        return {
            "decided_by": words.decided_by(reason, names),
            "criteria": [
                {"criterion": mark.criterion, "label": mark.label, "verdict": mark.verdict, "sentence": mark.sentence}
                for mark in words.marks(reason.get("marks", ()), names)
            ],
            "against": [text for each in reason.get("against", ()) if (text := words.against(each, names))],
        }


class PlanGapSerializer(serializers.ModelSerializer[PlanGap]):
    """Places of a request that stay empty, or a person without a place; why, and what would change it, in words."""

    reason = serializers.JSONField(read_only=True)
    told = serializers.SerializerMethodField()

    class Meta:
        model = PlanGap
        fields = ["id", "request", "nomination", "places", "reason", "told"]

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_told(self, row: PlanGap) -> dict[str, Any]:
        told = words.gap(row.reason, self.context["names"])
        return {"result": told.result, "basis": told.basis, "ways": list(told.ways)}


class ProposeSerializer(serializers.Serializer[Any]):
    """What the new plan is called."""

    name = serializers.CharField(required=False, allow_blank=True, max_length=100, default="")


class PlanViewSet(ReadOnlyViewSet):
    """Plans of campaigns one runs. `propose` has a new plan computed from one; a plan is decided by people alone."""

    permissions = {
        "list": Permission.ALLOCATION_VIEW,
        "retrieve": Permission.ALLOCATION_VIEW,
        "lines": Permission.ALLOCATION_VIEW,
        "gaps": Permission.ALLOCATION_VIEW,
        "propose": Permission.ALLOCATION_PLAN,
    }
    serializer_class = PlanSerializer
    filterset_class = PlanFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return AllocationPlan.objects.visible_to(actor).select_related("campaign")

    @extend_schema(responses=PlanLineSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def lines(self, request: Request, pk: str | None = None) -> Response:
        """Say who goes where in the plan, and why."""
        plan = self.get_object()
        rows = PlanLine.objects.filter(plan=plan).select_related("request", "nomination")
        pins = PlanMark.objects.filter(plan=plan, kind=MarkKind.PIN).values_list("request_id", "nomination_id")
        return self._told(plan, rows, PlanLineSerializer, pinned=set(pins))

    @extend_schema(responses=PlanGapSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def gaps(self, request: Request, pk: str | None = None) -> Response:
        """Say which requests and which people the plan leaves over, why, and what would change it."""
        plan = self.get_object()
        return self._told(plan, PlanGap.objects.filter(plan=plan), PlanGapSerializer)

    @extend_schema(request=ProposeSerializer, responses=PlanSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str | None = None) -> Response:
        """Have a new plan computed from this one, keeping to its pins and bans; it is `solving` until it is there."""
        said = ProposeSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        actor = actor_of(request)
        assert actor is not None  # noqa: S101 -- HasPermission has refused the nameless
        new = services.propose(plan=self.get_object(), name=said.validated_data["name"], by=actor)
        return Response(self.get_serializer(new).data)

    def _told(self, plan: AllocationPlan, rows: QuerySet[Any], form: Any, **more: Any) -> Response:
        """Answer one page of a plan's rows; names are read for the page alone."""
        page: Sequence[Any] = self.paginate_queryset(rows) or ()
        names = Names.read(plan, [row.reason for row in page])
        context = {**self.get_serializer_context(), "names": names, **more}
        return self.get_paginated_response(form(page, many=True, context=context).data)


router.register("allocation-plans", PlanViewSet, basename="allocation-plans")
