"""What a person or a REST client narrows the list of who may go by; one definition for both."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from assignments import reading
from assignments.codes import State
from assignments.models import Eligibility
from assignments.models.eligibility import EligibilityQuerySet
from deploy_admin import clock
from deploy_admin.api import UpdatedSinceFilter
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies.language.facts import TITLE_LEVELS
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution

#: Of these the list of another day takes those that ask about people; the others are asked of the answers.
ABOUT_PEOPLE = ("q", "district", "institution", "speciality")


def levels() -> list[tuple[str, str]]:
    """Return the title levels with their words, “no title” first."""
    return [(code.value, reading.level_label(code.value)) for code in TITLE_LEVELS]


class EligibilityFilter(UpdatedSinceFilter):
    """Narrows standings by person, unit, rule and answer."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials, person number or unit"))
    district = django_filters.NumberFilter(method="in_district", label=_("District"))
    institution = django_filters.NumberFilter(field_name="institution_id", label=_("Unit"))
    worker = django_filters.NumberFilter(field_name="worker_id", label=_("Health worker"))
    target = django_filters.ChoiceFilter(choices=reading.target_choices, label=_("For what"))
    scheme = django_filters.CharFilter(label=_("Scheme"))
    topic = django_filters.CharFilter(label=_("Rule"))
    state = django_filters.ChoiceFilter(choices=State.choices, label=_("State"))
    staff_category = django_filters.ChoiceFilter(
        choices=lambda: codes.choices(codes.STAFF_CATEGORIES), label=_("Staff category")
    )
    title_level = django_filters.ChoiceFilter(choices=levels, label=_("Title level"))
    speciality = django_filters.CharFilter(
        field_name="worker__speciality", lookup_expr="contains", label=_("Speciality")
    )

    class Meta:
        model = Eligibility
        fields: list[str] = []

    def by_text(self, rows: EligibilityQuerySet, name: str, value: str) -> EligibilityQuerySet:
        text = value.strip()
        people = HealthWorker.objects.search(text).order_by().values("pk")
        units = Institution.objects.standing(clock.today()).search(text).order_by().values("pk")
        return rows.filter(Q(worker__in=people) | Q(institution__in=units))

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: EligibilityQuerySet, name: str, value: Any) -> EligibilityQuerySet:
        tree = DivisionTree.read(clock.today())
        if int(value) not in tree.nodes:  # an address can name what does not exist
            return rows.none()
        units = Institution.objects.standing(clock.today()).filter(profile__division_id__in=tree.within([int(value)]))
        return rows.filter(institution__in=units)
