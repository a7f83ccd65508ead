"""What REST clients narrow lists, requests and nominations by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet

from assignments.kinds import Priority
from assignments.models import FiledList, Nomination, StaffingRequest
from assignments.states import LineState, ListState
from deploy_admin.api import UpdatedSinceFilter


class ListFilter(UpdatedSinceFilter):
    """Narrows lists by campaign, unit and state."""

    campaign = django_filters.NumberFilter(field_name="campaign_id")
    institution = django_filters.NumberFilter(field_name="institution_id")
    state = django_filters.ChoiceFilter(choices=ListState.choices)
    on_behalf = django_filters.BooleanFilter()
    is_late = django_filters.BooleanFilter()

    class Meta:
        model = FiledList
        fields: list[str] = []


class LineFilter(UpdatedSinceFilter):
    """Narrows lines by campaign, unit, list, state and speciality; `standing` are those the allocation goes by."""

    campaign = django_filters.NumberFilter(field_name="campaign_id")
    institution = django_filters.NumberFilter(field_name="institution_id")
    filed_list = django_filters.NumberFilter(field_name="filed_list_id")
    list_state = django_filters.ChoiceFilter(field_name="filed_list__state", choices=ListState.choices)
    state = django_filters.ChoiceFilter(choices=LineState.choices)
    speciality = django_filters.CharFilter(lookup_expr="iexact")
    standing = django_filters.BooleanFilter(
        method="by_standing", help_text="Of approved lists and not struck: what the allocation goes by."
    )

    def by_standing(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        found = rows.filter(state=LineState.STANDING, filed_list__state=ListState.APPROVED)
        return found if value else rows.exclude(pk__in=found.order_by().values("pk"))


class RequestFilter(LineFilter):
    """The same, and by how pressing a request is."""

    priority = django_filters.ChoiceFilter(choices=Priority.choices)

    class Meta:
        model = StaffingRequest
        fields: list[str] = []


class NominationFilter(LineFilter):
    """The same, and by person."""

    worker = django_filters.NumberFilter(field_name="worker_id")

    class Meta:
        model = Nomination
        fields: list[str] = []
