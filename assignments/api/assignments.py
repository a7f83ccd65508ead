"""REST: assignments with their pieces, steps and why they end when they end; no ID number, whatever the scope."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments import leave_words
from assignments.filters.assignments import AssignmentFilter
from assignments.kinds import EndReason
from assignments.models import Assignment, Segment, Transition
from assignments.services import ending
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, actor_of, router
from deploy_admin.audit import services as audit
from deploy_admin.people.words import without_ids


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    """One piece of an assignment: one place, full-time or not; the last piece ends with the assignment."""

    class Meta:
        model = Segment
        fields = ["id", "receiving_unit", "full_time", "valid_from", "valid_to", "reason"]


class TransitionSerializer(serializers.ModelSerializer[Transition]):
    """One step: what the assignment became, on which day, and when that was recorded."""

    class Meta:
        model = Transition
        fields = [
            "id", "act", "from_state", "to_state", "on", "recorded_at", "deciding_body", "meeting_on", "document",
            "document_number", "document_date",
        ]  # fmt: skip


class AssignmentSerializer(serializers.ModelSerializer[Assignment]):
    """One assignment; what never took place stays in the delta with the state `withdrawn`.

    `ends_on` is computed: the term, the days leave has lengthened it by, those granted, or the actual last day.
    `person_number` is told to whoever may know people's records, otherwise null.
    """

    person_number = serializers.SerializerMethodField()
    name = serializers.CharField(source="worker.name", read_only=True)
    year = serializers.SerializerMethodField(help_text="The campaign's year, else that of the first day")
    end_reason = serializers.SerializerMethodField(help_text="Of the code list; an illness is told as `personal`")
    confirmed = serializers.BooleanField(source="is_confirmed", read_only=True)

    class Meta:
        model = Assignment
        fields = [
            "id", "worker", "person_number", "name", "campaign", "year", "slot", "kind", "scheme", "sending_unit",
            "receiving_unit", "state", "speciality", "department", "full_time", "roster_pattern", "starts_on",
            "term_months", "term_days", "term_ends_on", "extended_days", "granted_days", "ends_on", "ended_on",
            "end_reason", "filing_basis", "filing_due_on", "filed_on", "filing_number", "deputy_from", "deputy_to",
            "renews", "result", "result_on", "origin", "evidence", "confirmed", "version", "updated_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_person_number(self, row: Assignment) -> str | None:
        return row.worker.number if self.context.get("with_numbers") else None

    def get_end_reason(self, row: Assignment) -> str:
        return "personal" if row.end_reason == EndReason.GRAVE_ILLNESS else row.end_reason

    def get_year(self, row: Assignment) -> int:
        year: int = row.campaign.year if row.campaign else row.starts_on.year
        return year


class AssignmentDetailSerializer(AssignmentSerializer):
    """The same with its pieces, its steps, and why the last day is what it is, derived now from the rows."""

    segments = SegmentSerializer(many=True, read_only=True)
    transitions = TransitionSerializer(many=True, read_only=True)
    explanation = serializers.SerializerMethodField()

    class Meta(AssignmentSerializer.Meta):
        fields = [*AssignmentSerializer.Meta.fields, "segments", "transitions", "explanation"]

    @extend_schema_field(
        {"type": "object", "properties": {"value": {}, "steps": {"type": "array", "items": {"type": "object"}}}}
    )
    def get_explanation(self, row: Assignment) -> dict[str, Any]:
        return leave_words.without_private_kinds(ending.explain(row).to_json())


class AssignmentViewSet(ReadOnlyViewSet):
    """Assignments that the caller may know about. `updated_since` gives those of which anything changed since."""

    permissions = {"list": Permission.ASSIGNMENTS_VIEW, "retrieve": Permission.ASSIGNMENTS_VIEW}
    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        rows = Assignment.objects.visible_to(actor).select_related("worker", "campaign")
        return rows.prefetch_related("segments", "transitions") if self.action == "retrieve" else rows

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return AssignmentDetailSerializer if self.action == "retrieve" else AssignmentSerializer

    def get_serializer_context(self) -> dict[str, Any]:
        actor = None if getattr(self, "swagger_fake_view", False) else actor_of(self.request)
        numbers = actor is not None and actor.can(Permission.PEOPLE_VIEW)
        return {**super().get_serializer_context(), "with_numbers": numbers}

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Record who read how many: an assignment says where a person is."""
        if not getattr(self, "swagger_fake_view", False):
            if kwargs.get("many"):
                args = (list(args[0]), *args[1:])
            self._record(list(args[0]) if kwargs.get("many") else list(args[:1]))
        return super().get_serializer(*args, **kwargs)

    def _record(self, shown: list[Assignment]) -> None:
        actor = actor_of(self.request)
        if not shown or actor is None:
            return
        one = shown[0] if self.action == "retrieve" else None
        audit.record(
            act="assignments.read_over_rest",
            by=actor,
            on=one,
            label=one.worker.name if one else "",
            detail={"count": len(shown), "filters": without_ids(self.request.query_params.dict())},
        )


router.register("assignments", AssignmentViewSet, basename="assignments")
