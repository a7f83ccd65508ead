"""REST: leave, decided or not. No remarks, and of health and family not even the kind, whatever the scope."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from assignments import leave_words
from assignments.api.fields import PersonNumberField
from assignments.filters.leave import LeaveFilter
from assignments.models import Leave
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router


class LeaveSerializer(serializers.ModelSerializer[Leave]):
    """One leave of an assignment, in every state, so that the delta tells of what was declined or taken back.

    Of health and family the kind is told as `private`. What it does to the last day stands with the assignment.
    `person_number` is told to whoever may know people's records, otherwise null.
    """

    worker = serializers.IntegerField(source="assignment.worker_id", read_only=True)
    person_number = PersonNumberField("assignment.worker.number")
    kind = serializers.SerializerMethodField()

    class Meta:
        model = Leave
        fields = [
            "id", "assignment", "worker", "person_number", "kind", "first_day", "last_day", "state", "on_behalf",
            "imported", "decided_at", "counted_days", "episode_from", "filing_required", "filed_on", "filing_number",
            "version", "updated_at",
        ]  # fmt: skip

    def get_kind(self, row: Leave) -> str:
        return leave_words.kind_told(row.kind)


class LeaveViewSet(ReadOnlyViewSet):
    """Leave of people on post. `updated_since` gives what was entered, decided, filed or recomputed since."""

    permissions = {"list": Permission.ASSIGNMENTS_VIEW, "retrieve": Permission.ASSIGNMENTS_VIEW}
    serializer_class = LeaveSerializer
    filterset_class = LeaveFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Leave.objects.visible_to(actor).select_related("assignment__worker")


router.register("leave", LeaveViewSet, basename="leave")
