"""Closed inspections over REST, with what was found and how their orders stand. No ID numbers."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from assignments.filters.inspections import ClosedInspectionFilter
from assignments.models import Finding, Inspection, PresenceCheck
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router


class PresenceSerializer(serializers.ModelSerializer[PresenceCheck]):
    """What was found of one person."""

    class Meta:
        model = PresenceCheck
        fields = ["assignment", "result", "remark"]


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """What was found, the corrective order if there is one, and the unit's answer."""

    class Meta:
        model = Finding
        fields = [
            "id", "assignment", "text", "order", "due_on", "answer", "answered_at", "on_behalf", "settled_on",
        ]  # fmt: skip


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    """One closed inspection of a unit."""

    presences = PresenceSerializer(many=True, read_only=True)
    findings = FindingSerializer(many=True, read_only=True)

    class Meta:
        model = Inspection
        fields = [
            "id", "authority", "institution", "kind", "on", "inspectors", "summary", "document_number", "closed_at",
            "presences", "findings", "version", "updated_at",
        ]  # fmt: skip


class InspectionViewSet(ReadOnlyViewSet):
    """Closed inspections; `updated_since` gives those closed since, and those whose orders moved on."""

    permissions = {"list": Permission.INSPECTIONS_VIEW, "retrieve": Permission.INSPECTIONS_VIEW}
    serializer_class = InspectionSerializer
    filterset_class = ClosedInspectionFilter
    ordering_fields = ("id", "on", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        found = Prefetch("findings", Finding.objects.order_by("pk"))
        presences = Prefetch("presences", PresenceCheck.objects.order_by("pk"))
        return Inspection.objects.visible_to(actor).filter(closed_at__isnull=False).prefetch_related(found, presences)


router.register("inspections", InspectionViewSet, basename="inspections")
