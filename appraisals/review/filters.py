"""What a REST client narrows releases and released scores by."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from appraisals.models import MonthRelease, ReleasedScore
from appraisals.states import ReleaseKind, ScoreState
from deploy_admin.api import UpdatedSinceFilter


class MonthReleaseFilter(UpdatedSinceFilter):
    """Narrows releases by month, unit and kind; `updated_since` goes by when it was released: it never changes."""

    updated_since = django_filters.IsoDateTimeFilter(field_name="recorded_at", lookup_expr="gte")
    month = django_filters.DateFilter(field_name="month", label=_("First day of the month"))
    institution = django_filters.NumberFilter(field_name="institution_id", label=_("Receiving unit"))
    kind = django_filters.ChoiceFilter(choices=ReleaseKind.choices, label=_("Kind"))

    class Meta:
        model = MonthRelease
        fields: list[str] = []


class ReleasedScoreFilter(UpdatedSinceFilter):
    """Narrows released scores by month, assignment, units and state; what a correction replaced is told, too."""

    updated_since = django_filters.IsoDateTimeFilter(field_name="release__recorded_at", lookup_expr="gte")
    month = django_filters.DateFilter(field_name="month", label=_("First day of the month"))
    assignment = django_filters.NumberFilter(field_name="assignment_id", label=_("Assignment"))
    sending_unit = django_filters.NumberFilter(field_name="sending_unit_id", label=_("Sending unit"))
    institution = django_filters.NumberFilter(field_name="release__institution_id", label=_("Receiving unit"))
    state = django_filters.ChoiceFilter(choices=ScoreState.choices, label=_("State"))
    standing = django_filters.BooleanFilter(
        field_name="corrected_by", lookup_expr="isnull", label=_("Not replaced by a correction")
    )

    class Meta:
        model = ReleasedScore
        fields: list[str] = []
