"""The indicators over REST: what workload is counted in, by the codes that months and policies name."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, UpdatedSinceFilter, router
from deploy_admin.registry.models import Indicator


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    """One indicator; `division` is the code of the division whose authority keeps it, null for everybody's."""

    division = serializers.CharField(source="division.code", allow_null=True, default=None)

    class Meta:
        model = Indicator
        fields = [
            "id", "code", "label_zh", "label_en", "unit_zh", "unit_en", "decimals", "lowest", "highest", "usual_low",
            "usual_high", "staff_categories", "is_core", "division", "position", "is_active", "version", "updated_at",
        ]  # fmt: skip


class IndicatorFilter(UpdatedSinceFilter):
    """Narrows indicators by code, by use, and by when they were written."""

    class Meta:
        model = Indicator
        fields = ["code", "is_active", "is_core"]


class IndicatorViewSet(ReadOnlyViewSet):
    """The indicators of workload; `code=rounds` gives one."""

    permissions = {"list": Permission.MONTHS_VIEW, "retrieve": Permission.MONTHS_VIEW}
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilter
    ordering_fields = ("id", "code", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Indicator.objects.visible_to(actor).select_related("division")


router.register("indicators", IndicatorViewSet, basename="indicators")
