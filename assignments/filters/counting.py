"""What a person or a REST client narrows the list of what counts by; one definition for both."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.models import Counted
from assignments.models.standing import CountedQuerySet
from assignments.states import CountedState
from deploy_admin import clock
from deploy_admin.api import UpdatedSinceFilter
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution
from quotas.filters import PeriodFilter


class CountedFilter(UpdatedSinceFilter):
    """Narrows what counts by person, unit, quota, period, campaign and state."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials, person number or unit"))
    period = PeriodFilter(label=_("Period"))
    scheme = django_filters.CharFilter(label=_("Scheme"))
    topic = django_filters.CharFilter(label=_("Rule"))
    institution = django_filters.NumberFilter(field_name="institution_id", label=_("Unit that owes"))
    group = django_filters.CharFilter(field_name="group_key", label=_("Group"))
    assignment = django_filters.NumberFilter(field_name="assignment_id", label=_("Assignment"))
    sending_unit = django_filters.NumberFilter(field_name="assignment__sending_unit_id", label=_("Sending unit"))
    campaign = django_filters.NumberFilter(field_name="assignment__campaign_id", label=_("Campaign"))
    state = django_filters.ChoiceFilter(choices=CountedState.choices, label=_("State"))
    fits = django_filters.BooleanFilter(label=_("Fits the rule"))

    class Meta:
        model = Counted
        fields: list[str] = []

    def by_text(self, rows: CountedQuerySet, name: str, value: str) -> CountedQuerySet:
        """By the person, or by the unit that sends or owes."""
        text = value.strip()
        people = HealthWorker.objects.search(text).order_by().values("pk")
        units: Any = Institution.objects.standing(clock.today()).search(text).order_by().values("pk")
        return rows.filter(
            Q(assignment__worker__in=people) | Q(assignment__sending_unit__in=units) | Q(institution__in=units)
        )
