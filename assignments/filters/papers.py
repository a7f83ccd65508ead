"""What a person or a REST client narrows the list of papers by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.kinds import PaperKind
from assignments.models import IssuedPaper
from assignments.papers.numbering import normalised
from assignments.states import PaperState
from deploy_admin import clock
from deploy_admin.registry.models import Institution


class PaperFilter(django_filters.FilterSet):
    """Narrows papers by kind, state, number, units, campaign, assignment and days."""

    q = django_filters.CharFilter(method="by_text", label=_("Number, title or unit"))
    kind = django_filters.ChoiceFilter(choices=PaperKind.choices, label=_("Kind of paper"))
    state = django_filters.ChoiceFilter(choices=PaperState.choices, label=_("State"))
    numbered = django_filters.BooleanFilter(method="by_number", label=_("Has a number"))
    issuer = django_filters.NumberFilter(field_name="issuer_id", label=_("Issuing unit"))
    addressee = django_filters.NumberFilter(field_name="addressee_id", label=_("Addressed to"))
    campaign = django_filters.NumberFilter(field_name="campaign_id", label=_("Campaign"))
    assignment = django_filters.NumberFilter(method="about", label=_("Assignment"))
    first = django_filters.DateFilter(field_name="dated_on", lookup_expr="gte", label=_("From"))
    last = django_filters.DateFilter(field_name="dated_on", lookup_expr="lte", label=_("Until"))

    class Meta:
        model = IssuedPaper
        fields: list[str] = []

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        """By number as it is typed, by words of the title, or by a unit that issued it."""
        units = Institution.objects.standing(clock.today()).search(value.strip()).order_by().values("pk")
        title = Q(content__title__icontains=value.strip())
        return rows.filter(Q(number__icontains=normalised(value)) | title | Q(issuer__in=units))

    def by_number(self, rows: Any, name: str, value: bool) -> Any:
        return rows.exclude(number="") if value else rows.filter(number="")

    def about(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(lines__assignment=int(value)).distinct()
