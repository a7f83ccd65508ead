"""Institutions over REST: the same rows, filters and facts as on the pages."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import IsoDateTimeFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import exceptions, serializers

from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router
from deploy_admin.registry import (  # noqa: F401 -- they register their addresses
    api_calendar,
    api_indicators,
    api_support,
)
from deploy_admin.registry.authority import Competences
from deploy_admin.registry.codes import Affiliation, AreaGroup, Kind, Ownership, Settlement, State, Tier
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.filters import InstitutionFilter
from deploy_admin.registry.models import Institution


class PlaceSerializer(serializers.Serializer[Any]):
    """A division with its code, where it has one."""

    id = serializers.IntegerField()
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField()


class InstitutionSerializer(serializers.Serializer[Institution]):
    """One institution with the profile that speaks for it on the day asked about."""

    id = serializers.IntegerField()
    credit_code = serializers.CharField(allow_null=True)
    name = serializers.CharField(source="profile.name")
    short_name = serializers.CharField(source="profile.short_name")
    state = serializers.SerializerMethodField()
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    profile_from = serializers.DateField(source="profile.valid_from")
    profile_to = serializers.DateField(source="profile.valid_to", allow_null=True)
    kind = serializers.ChoiceField(source="profile.kind", choices=Kind.choices)
    tier = serializers.ChoiceField(source="profile.tier", choices=Tier.choices)
    level = serializers.IntegerField(source="profile.level", allow_null=True)
    ownership = serializers.ChoiceField(source="profile.ownership", choices=Ownership.choices)
    affiliation = serializers.ChoiceField(source="profile.affiliation", choices=Affiliation.choices)
    settlement = serializers.ChoiceField(source="profile.settlement", choices=Settlement.choices, allow_blank=True)
    remote = serializers.BooleanField(source="profile.remote", allow_null=True)
    key_township = serializers.BooleanField(source="profile.key_township", allow_null=True)
    medical_community = serializers.CharField(source="profile.medical_community")
    population = serializers.IntegerField(source="profile.population", allow_null=True)
    latitude = serializers.DecimalField(8, 5, source="profile.latitude", allow_null=True)
    longitude = serializers.DecimalField(8, 5, source="profile.longitude", allow_null=True)
    located_in = serializers.SerializerMethodField()
    area_group = serializers.SerializerMethodField()
    administered_by = serializers.IntegerField(source="profile.administered_by_id", allow_null=True)
    branch_of = serializers.IntegerField(source="profile.parent_id", allow_null=True)
    competent_authority = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField()

    @property
    def _found(self) -> Competences:
        found: Competences = self.context["competences"]
        return found

    def get_state(self, row: Institution) -> State:
        return row.state_on(self._found.tree.on)

    @extend_schema_field(PlaceSerializer(many=True))
    def get_located_in(self, row: Institution) -> list[dict[str, Any]]:
        tree = self._found.tree
        nodes = (tree.nodes[step] for step in tree.path(row.profile.division_id))
        return [{"id": node.id, "code": node.code, "name": node.name} for node in nodes]

    @extend_schema_field(serializers.ChoiceField(choices=AreaGroup.choices, allow_null=True))
    def get_area_group(self, row: Institution) -> str | None:
        return self._found.tree.area_group(row.profile.division_id)

    def get_competent_authority(self, row: Institution) -> int | None:
        there = self._found.of(row.profile.division_id, row.pk)
        return there.authority_id if there else None


class InstitutionApiFilter(InstitutionFilter):
    """The page's filters, and what was written since a moment."""

    updated_since = IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")

    @property
    def tree(self) -> DivisionTree:
        view: InstitutionViewSet = self.request.parser_context["view"]
        return view.competences.tree


AS_OF = OpenApiParameter("as_of", OpenApiTypes.DATE, description="The day asked about; today where none is named.")


@extend_schema(parameters=[AS_OF])
class InstitutionViewSet(ReadOnlyViewSet):
    """Institutions that the token's owner may know about."""

    permissions = {"list": Permission.INSTITUTIONS_VIEW, "retrieve": Permission.INSTITUTIONS_VIEW}
    serializer_class = InstitutionSerializer
    filterset_class = InstitutionApiFilter
    ordering_fields = ("id", "updated_at", "opened_on")

    @cached_property
    def competences(self) -> Competences:
        """The day's divisions and authorities, read once for a request."""
        return Competences(DivisionTree.read(self.day))

    @cached_property
    def day(self) -> date:
        """The day asked about."""
        text = self.request.query_params.get("as_of", "") if self.request else ""
        try:
            return date.fromisoformat(text) if text else clock.today()
        except ValueError as error:
            raise exceptions.ValidationError({"as_of": [_("A day is written as 2026-01-25.")]}) from error

    def rows(self, actor: Actor) -> QuerySet[Institution]:
        return Institution.objects.visible_to(actor).standing(self.day).select_related("profile")

    def get_serializer_context(self) -> dict[str, Any]:
        context = dict(super().get_serializer_context())
        if not getattr(self, "swagger_fake_view", False):
            context["competences"] = self.competences
        return context


router.register("institutions", InstitutionViewSet, basename="institutions")
