"""REST: campaigns, withdrawn ones too: they stay in the delta as traces."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from assignments.filters.campaigns import CampaignFilter
from assignments.models import Campaign
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """One campaign. `destinations` is a condition on receiving units in the policies' language, units named beside it.

    A campaign whose `state` is `withdrawn` takes place no more and stays in the delta.
    """

    destinations = serializers.JSONField(read_only=True)

    class Meta:
        model = Campaign
        fields = [
            "id", "authority", "scheme", "kind", "year", "batch", "name", "state", "planned_number",
            "planned_is_approximate", "requests_from", "requests_to", "nominations_from", "nominations_to",
            "briefing_on", "briefing_place", "reporting_on", "starts_on", "term_months", "term_days", "destinations",
            "destinations_note", "document", "document_number", "document_date", "version", "recorded_at",
            "updated_at",
        ]  # fmt: skip


class CampaignViewSet(ReadOnlyViewSet):
    """The batches of the schemes: whose, of which year, where their people go. `updated_since` gives a delta."""

    permissions = {"list": Permission.ASSIGNMENTS_VIEW, "retrieve": Permission.ASSIGNMENTS_VIEW}
    serializer_class = CampaignSerializer
    filterset_class = CampaignFilter
    ordering_fields = ("id", "updated_at", "year")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Campaign.objects.visible_to(actor)


router.register("campaigns", CampaignViewSet, basename="campaign")
