"""REST: staffing requests and nominations, line by line; a line that is taken off a list is no longer there."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assignments.api.fields import PersonNumberField
from assignments.filing.api_filters import NominationFilter, RequestFilter
from assignments.models import Nomination, NominationWish, StaffingRequest
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router


class StaffingRequestSerializer(serializers.ModelSerializer[StaffingRequest]):
    """One line of a unit's demand. `rank` is the unit's own order, `priority` 1 urgent, 2 normal, 3 can wait.

    The allocation goes by lines that are `standing` on a list whose `list_state` is `approved`.
    """

    list_state = serializers.CharField(source="filed_list.state", read_only=True)

    class Meta:
        model = StaffingRequest
        fields = [
            "id", "filed_list", "list_state", "campaign", "institution", "rank", "priority", "speciality",
            "also_accepts", "staff_category", "minimum_title", "number", "starts_on", "reason", "state",
            "struck_reason", "version", "updated_at",
        ]  # fmt: skip


class NominationSerializer(serializers.ModelSerializer[Nomination]):
    """One person a unit nominates. `wishes` are receiving units in the person's order.

    `accepted` holds the warnings that the unit accepted knowingly, by code with the sentence as it stood.
    """

    list_state = serializers.CharField(source="filed_list.state", read_only=True)
    person_number = PersonNumberField("worker.number")
    name = serializers.CharField(source="worker.name", read_only=True)
    wishes = serializers.SerializerMethodField()
    accepted = serializers.JSONField(read_only=True)

    class Meta:
        model = Nomination
        fields = [
            "id", "filed_list", "list_state", "campaign", "institution", "worker", "person_number", "name",
            "speciality", "possible_from", "possible_to", "wishes", "remark", "accepted", "state", "struck_reason",
            "version", "updated_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_wishes(self, row: Nomination) -> list[int]:
        return [wish.institution_id for wish in row.wishes.all()]


def with_wishes(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Read along the list, the person and the wishes of nominations."""
    return rows.select_related("filed_list", "worker").prefetch_related(
        Prefetch("wishes", NominationWish.objects.order_by("rank"))
    )


class StaffingRequestViewSet(ReadOnlyViewSet):
    """Staffing requests: one's own unit's, those of campaigns one runs, and approved ones for whoever nominates."""

    permissions = {"list": Permission.REQUESTS_VIEW, "retrieve": Permission.REQUESTS_VIEW}
    serializer_class = StaffingRequestSerializer
    filterset_class = RequestFilter
    ordering_fields = ("id", "updated_at", "rank")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return StaffingRequest.objects.visible_to(actor).select_related("filed_list")


class NominationViewSet(ReadOnlyViewSet):
    """Nominations of one's own unit, and of campaigns one runs."""

    permissions = {"list": Permission.NOMINATIONS_VIEW, "retrieve": Permission.NOMINATIONS_VIEW}
    serializer_class = NominationSerializer
    filterset_class = NominationFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return with_wishes(Nomination.objects.visible_to(actor))


router.register("staffing-requests", StaffingRequestViewSet, basename="staffing-requests")
router.register("nominations", NominationViewSet, basename="nominations")
