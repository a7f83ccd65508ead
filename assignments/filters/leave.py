"""What a person or a REST client narrows leave and absences by; one definition for both."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from assignments import leave_words
from assignments.models import Absence, Leave
from assignments.states import AbsenceState, LeaveState
from deploy_admin import clock
from deploy_admin.api import UpdatedSinceFilter
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution


class _OfAssignment(UpdatedSinceFilter):
    """What rows beside an assignment are narrowed by: person, units, days."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials or unit"))
    assignment = django_filters.NumberFilter(field_name="assignment_id", label=_("Assignment"))
    receiving_unit = django_filters.NumberFilter(field_name="assignment__receiving_unit_id", label=_("Receiving unit"))
    sending_unit = django_filters.NumberFilter(field_name="assignment__sending_unit_id", label=_("Sending unit"))
    district = django_filters.NumberFilter(method="in_district", label=_("District of the receiving unit"))
    from_day = django_filters.DateFilter(field_name="last_day", lookup_expr="gte", label=_("Days from"))
    to_day = django_filters.DateFilter(field_name="first_day", lookup_expr="lte", label=_("Days until"))

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        text = value.strip()
        people = HealthWorker.objects.search(text).order_by().values("pk")
        units = Institution.objects.standing(clock.today()).search(text).order_by().values("pk")
        return rows.filter(
            Q(assignment__worker__in=people)
            | Q(assignment__receiving_unit__in=units)
            | Q(assignment__sending_unit__in=units)
        )

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: Any, name: str, value: Any) -> Any:
        today = clock.today()
        tree = DivisionTree.read(today)
        if int(value) not in tree.nodes:  # an address can name what does not exist
            return rows.none()
        units = Institution.objects.standing(today).filter(profile__division_id__in=tree.within([int(value)]))
        return rows.filter(assignment__receiving_unit__in=units.order_by().values("pk"))


class LeaveFilter(_OfAssignment):
    """Narrows leave by person, units, days, state and what is still to be filed."""

    state = django_filters.ChoiceFilter(choices=LeaveState.choices, label=_("State"))
    filing = django_filters.ChoiceFilter(
        choices=[("due", _("to be filed")), ("filed", _("filed"))], method="by_filing", label=_("Filing")
    )

    class Meta:
        model = Leave
        fields: list[str] = []

    def by_filing(self, rows: Any, name: str, value: str) -> Any:
        return rows.filing_due() if value == "due" else rows.filter(filed_on__isnull=False)


class LeaveListFilter(LeaveFilter):
    """The same for those who are told every kind: by kind, too."""

    kind = django_filters.ChoiceFilter(choices=leave_words.kinds_to_choose, label=_("Kind of leave"))


class AbsenceFilter(_OfAssignment):
    """Narrows absences by person, units, days and state."""

    state = django_filters.ChoiceFilter(choices=AbsenceState.choices, label=_("State"))

    class Meta:
        model = Absence
        fields: list[str] = []
