"""What a person or a REST client narrows lists of figures and quotas by; one definition for both."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from deploy_admin import clock
from deploy_admin.api import UpdatedSinceFilter
from deploy_admin.months import Period
from deploy_admin.registry.codes import Affiliation
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Institution
from quotas import reading
from quotas.models import Figure, ListedPerson, ListKind, Quota, Run, Tally, UnitList
from quotas.models.quotas import Binding, Scope, Verdict


class PeriodField(forms.CharField):
    """A period as it stands in an address: 2025, 2025-09 or 2025-09-01--2026-08-31."""

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Period.parse(text)
        except ValueError as error:
            raise forms.ValidationError(_("Write a period as 2025, 2025-09 or 2025-09-01--2026-08-31.")) from error


@extend_schema_field(OpenApiTypes.STR)
class PeriodFilter(django_filters.Filter):
    """Rows of exactly one period."""

    field_class = PeriodField

    def filter(self, qs: Any, value: Period | None) -> Any:
        return qs if value is None else qs.filter(period_start=value.first, period_end=value.last)


class OfUnits(UpdatedSinceFilter):
    """Filters by the unit a row belongs to, as the registry has it on `day`."""

    q = django_filters.CharFilter(method="by_name", label=_("Unit's name or pinyin initials"))
    district = django_filters.NumberFilter(method="in_district", label=_("District"))
    affiliation = django_filters.ChoiceFilter(
        method="of_affiliation", choices=Affiliation.choices, label=_("Affiliation"), empty_label=_("All affiliations")
    )
    institution = django_filters.NumberFilter(field_name="institution_id", label=_("Institution"))
    period = PeriodFilter(label=_("Period"))

    @property
    def day(self) -> date:
        """The day whose names and places the filters mean: that of the period asked for."""
        try:
            period = Period.parse(str(self.data.get("period", "")))
        except ValueError:
            return clock.today()
        return reading.day_of(period)

    def by_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(institution__in=Institution.objects.standing(self.day).search(value.strip()))

    @extend_schema_field(OpenApiTypes.INT)
    def in_district(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        tree = DivisionTree.read(self.day)
        if int(value) not in tree.nodes:  # an address can name what does not exist
            return rows.none()
        units = Institution.objects.standing(self.day).filter(profile__division_id__in=tree.within([int(value)]))
        return rows.filter(institution__in=units)

    def of_affiliation(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(institution__in=Institution.objects.standing(self.day).filter(profile__affiliation=value))


class QuotaFilter(OfUnits):
    """What the board and the interface narrow quotas by."""

    scheme = django_filters.CharFilter(label=_("Scheme"))
    topic = django_filters.CharFilter(label=_("Rule"))
    scope = django_filters.ChoiceFilter(choices=Scope.choices, label=_("Scope"))
    binding = django_filters.ChoiceFilter(choices=Binding.choices, label=_("Binding"), empty_label=_("All levels"))
    verdict = django_filters.ChoiceFilter(choices=Verdict.choices, label=_("Verdict"))
    batch = django_filters.NumberFilter(
        method="from_batch", min_value=1, max_value=99, label=_("Batch from which people count")
    )

    class Meta:
        model = Quota
        fields: list[str] = []

    @extend_schema_field(OpenApiTypes.INT)
    def from_batch(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return rows.filter(batches__contains=[int(value)])


class TallyFilter(OfUnits):
    """What the interface narrows tallies by."""

    scheme = django_filters.CharFilter(label=_("Scheme"))
    topic = django_filters.CharFilter(label=_("Rule"))

    class Meta:
        model = Tally
        fields: list[str] = []


class FigureFilter(OfUnits):
    """What the figures page and the interface narrow figures by."""

    updated_since = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")
    measure = django_filters.CharFilter(label=_("Measure"))
    state = django_filters.ChoiceFilter(choices=Figure.State.choices, label=_("State"))

    class Meta:
        model = Figure
        fields: list[str] = []


class ListFilter(OfUnits):
    """What the page of lists is narrowed by."""

    updated_since = None
    state = django_filters.ChoiceFilter(
        method="in_state",
        choices=[
            ("unanswered", _("To be confirmed")),
            ("objected", _("Objections")),
            ("awaited", _("Results awaited")),
            ("nobody", _("Nobody")),
        ],
        label=_("State"),
    )

    class Meta:
        model = UnitList
        fields: list[str] = []

    def in_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        conditions: dict[str, dict[str, Any]] = {
            "unanswered": {"unanswered__gt": 0},
            "objected": {"objections__gt": 0},
            "awaited": {"awaited_at__isnull": False},
            "nobody": {"nobody_at__isnull": False},
        }
        return rows.filter(**conditions[value])


class ListedPersonFilter(OfUnits):
    """What the interface narrows the rows of lists by."""

    kind = django_filters.ChoiceFilter(choices=ListKind.choices, label=_("Kind"))
    state = django_filters.ChoiceFilter(choices=ListedPerson.State.choices, label=_("State"))
    worker = django_filters.NumberFilter(field_name="worker_id", label=_("Person"))

    class Meta:
        model = ListedPerson
        fields: list[str] = []


class RunFilter(django_filters.FilterSet):
    """What the list of runs is narrowed by."""

    period = PeriodFilter(label=_("Period"))
    trigger = django_filters.ChoiceFilter(
        choices=Run.Trigger.choices, label=_("Trigger"), empty_label=_("All triggers")
    )
    state = django_filters.ChoiceFilter(choices=Run.State.choices, label=_("State"), empty_label=_("All states"))

    class Meta:
        model = Run
        fields: list[str] = []
