"""What a list of institutions or divisions can be narrowed to; pages and REST share it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.registry.codes import Affiliation, AreaGroup, DivisionLevel, Kind, Level, Ownership, State, Tier
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import Division, Institution
from deploy_admin.registry.models.institutions import InstitutionQuerySet


class InstitutionFilter(django_filters.FilterSet):
    """Narrows institutions that carry their profile; `tree` is that of the day asked about."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials or credit code"))
    state = django_filters.ChoiceFilter(choices=State.choices, method="by_state", label=_("State"))
    kind = django_filters.ChoiceFilter(choices=Kind.choices, field_name="profile__kind", label=_("Kind"))
    tier = django_filters.ChoiceFilter(choices=Tier.choices, field_name="profile__tier", label=_("Tier"))
    level = django_filters.ChoiceFilter(choices=Level.choices, field_name="profile__level", label=_("Grade"))
    ownership = django_filters.ChoiceFilter(
        choices=Ownership.choices, field_name="profile__ownership", label=_("Ownership")
    )
    affiliation = django_filters.ChoiceFilter(
        choices=Affiliation.choices, field_name="profile__affiliation", label=_("Affiliation")
    )
    district = django_filters.NumberFilter(method="by_district", label=_("District"))
    area_group = django_filters.ChoiceFilter(choices=AreaGroup.choices, method="by_area_group", label=_("Area group"))

    class Meta:
        model = Institution
        fields: list[str] = []

    def __init__(self, *args: Any, tree: DivisionTree | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self._tree = tree

    @property
    def tree(self) -> DivisionTree:
        """The divisions of the day asked about; today's where nobody handed any in."""
        if self._tree is None:
            self._tree = DivisionTree.read(clock.today())
        return self._tree

    def by_text(self, rows: InstitutionQuerySet, name: str, value: str) -> InstitutionQuerySet:
        return rows.search(value.strip())

    def by_state(self, rows: InstitutionQuerySet, name: str, value: str) -> InstitutionQuerySet:
        return rows.in_state(State(value), self.tree.on)

    def by_district(self, rows: InstitutionQuerySet, name: str, value: Any) -> InstitutionQuerySet:
        division = int(value)
        if division not in self.tree.nodes:
            return rows.none()
        return rows.filter(profile__division__in=self.tree.within({division}))

    def by_area_group(self, rows: InstitutionQuerySet, name: str, value: str) -> InstitutionQuerySet:
        tree = self.tree
        return rows.filter(profile__division__in=[node for node in tree.nodes if tree.area_group(node) == value])


class DivisionFilter(django_filters.FilterSet):
    """Narrows divisions."""

    q = django_filters.CharFilter(method="by_text", label=_("Name, initials or code"))
    level = django_filters.ChoiceFilter(choices=DivisionLevel.choices, label=_("Level of division"))
    area_group = django_filters.ChoiceFilter(choices=AreaGroup.choices, label=_("Area group"))
    parent = django_filters.NumberFilter(method="by_parent", label=_("Belongs to"))

    class Meta:
        model = Division
        fields: list[str] = []

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        return rows.search(value.strip())

    def by_parent(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(Q(parent=int(value)) | Q(pk=int(value)))
