"""REST: what counts for which quota."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from assignments.filters.counting import CountedFilter
from assignments.models import Counted
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router


class CountedSerializer(serializers.ModelSerializer[Counted]):
    """One assignment and the quota it counts for, keyed as tallies are: unit that owes, topic, group, period.

    `proposed` by rule, `confirmed` or `declined` by an officer, `lapsed` where the rule proposes it no more: a row
    that stays in the delta. `fits` is false where a decision stands although the rule says otherwise.
    """

    alternatives = serializers.ListField(child=serializers.CharField(), read_only=True)
    parts = serializers.ListField(child=serializers.CharField(), read_only=True)
    worker = serializers.IntegerField(source="assignment.worker_id", read_only=True)
    sending_unit = serializers.IntegerField(source="assignment.sending_unit_id", read_only=True)

    class Meta:
        model = Counted
        fields = [
            "id", "assignment", "worker", "sending_unit", "institution", "scheme", "topic", "group_key",
            "period_start", "period_end", "policy", "version_id", "clause_id", "exclusive_group", "alternatives",
            "parts", "state", "fits", "chosen", "decided_at", "updated_at",
        ]  # fmt: skip


class CountedViewSet(ReadOnlyViewSet):
    """What counts for which quota; `updated_since` gives what says something else now, what lapsed included."""

    permissions = {"list": Permission.QUOTAS_VIEW, "retrieve": Permission.QUOTAS_VIEW}
    serializer_class = CountedSerializer
    filterset_class = CountedFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Counted.objects.visible_to(actor).select_related("assignment")


router.register("counted", CountedViewSet, basename="counted")
