"""Pairing support and speciality programmes over REST: dated rows, read only."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, UpdatedSinceFilter, router
from deploy_admin.registry.models import PairingSupport, SpecialityProgramme


class PairingSerializer(serializers.ModelSerializer[PairingSupport]):
    """One unit supporting another from a day to a day; without a last day it holds until somebody ends it."""

    class Meta:
        model = PairingSupport
        fields = [
            "id", "supporting_unit", "supported_unit", "valid_from", "valid_to", "document", "version", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class ProgrammeSerializer(serializers.ModelSerializer[SpecialityProgramme]):
    """One speciality that a unit builds up from a day to a day."""

    class Meta:
        model = SpecialityProgramme
        fields = ["id", "institution", "speciality", "valid_from", "valid_to", "document", "version", "updated_at"]
        read_only_fields = fields


class DatedFilter(UpdatedSinceFilter):
    """Narrows dated rows to those that hold on a day, and by when they were written."""

    on = django_filters.DateFilter(method="holding_on")

    def holding_on(self, rows: Any, name: str, value: date) -> Any:
        return rows.on(value)


class PairingFilter(DatedFilter):
    """Narrows pairing supports by unit."""

    supporting_unit = django_filters.NumberFilter(field_name="supporting_unit_id")
    supported_unit = django_filters.NumberFilter(field_name="supported_unit_id")

    class Meta:
        model = PairingSupport
        fields: list[str] = []


class ProgrammeFilter(DatedFilter):
    """Narrows speciality programmes by unit and speciality."""

    institution = django_filters.NumberFilter(field_name="institution_id")

    class Meta:
        model = SpecialityProgramme
        fields = ["speciality"]


class PairingViewSet(ReadOnlyViewSet):
    """Which unit supports which; `on=2026-11-22` gives those of a day. Units are named by their ids."""

    permissions = {"list": Permission.INSTITUTIONS_VIEW, "retrieve": Permission.INSTITUTIONS_VIEW}
    serializer_class = PairingSerializer
    filterset_class = PairingFilter
    ordering_fields = ("id", "valid_from", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return PairingSupport.objects.visible_to(actor)


class ProgrammeViewSet(ReadOnlyViewSet):
    """Which specialities units build up; `on=2026-11-22` gives those of a day. Units are named by their ids."""

    permissions = {"list": Permission.INSTITUTIONS_VIEW, "retrieve": Permission.INSTITUTIONS_VIEW}
    serializer_class = ProgrammeSerializer
    filterset_class = ProgrammeFilter
    ordering_fields = ("id", "valid_from", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return SpecialityProgramme.objects.visible_to(actor)


router.register("pairings", PairingViewSet, basename="pairings")
router.register("programmes", ProgrammeViewSet, basename="programmes")
