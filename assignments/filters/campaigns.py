"""What a person or a REST client narrows the list of campaigns by; one definition for both."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from assignments.kinds import Kind
from assignments.models import Campaign
from assignments.models.campaigns import CampaignQuerySet
from assignments.states import CampaignState
from deploy_admin.api import UpdatedSinceFilter


class CampaignFilter(UpdatedSinceFilter):
    """Narrows campaigns by year, scheme, kind, state, authority and name."""

    q = django_filters.CharFilter(method="by_text", label=_("Name of the campaign"))
    year = django_filters.NumberFilter(label=_("Year"), min_value=2000, max_value=2100)
    batch = django_filters.NumberFilter(label=_("Batch"), min_value=1, max_value=99)
    scheme = django_filters.CharFilter(label=_("Scheme"))
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=CampaignState.choices, label=_("State"))
    authority = django_filters.NumberFilter(field_name="authority_id", label=_("Competent authority"))

    class Meta:
        model = Campaign
        fields: list[str] = []

    def by_text(self, rows: CampaignQuerySet, name: str, value: str) -> CampaignQuerySet:
        return rows.filter(name__icontains=value.strip())
