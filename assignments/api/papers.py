"""REST: issued papers as number, date, state and check code; nobody's name, and no files."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from assignments.filters.papers import PaperFilter
from assignments.models import Assignment, IssuedPaper, PaperLine
from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router


class PaperSerializer(serializers.ModelSerializer[IssuedPaper]):
    """One issued paper. `assignments` are those on it that the caller may know about."""

    check_code = serializers.CharField(read_only=True, help_text="As it is printed on the paper")
    assignments = serializers.SerializerMethodField()

    class Meta:
        model = IssuedPaper
        fields = [
            "id", "kind", "state", "issuer", "addressee", "campaign", "number", "dated_on", "check_code", "sha256",
            "assignments", "recorded_at", "stamped_at", "withdrawn_at", "version",
        ]  # fmt: skip

    def get_assignments(self, row: IssuedPaper) -> list[int]:
        return sorted({line.assignment_id for line in row.lines.all()})


class PaperViewSet(ReadOnlyViewSet):
    """Papers that the caller may know about."""

    permissions = {"list": Permission.ASSIGNMENTS_VIEW, "retrieve": Permission.ASSIGNMENTS_VIEW}
    serializer_class = PaperSerializer
    filterset_class = PaperFilter
    ordering_fields = ("id", "dated_on")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        seen = Assignment.objects.visible_to(actor).order_by().values("pk")
        lines = PaperLine.objects.filter(assignment__in=seen).order_by("pk")
        return IssuedPaper.objects.visible_to(actor).defer("content").prefetch_related(Prefetch("lines", lines))


router.register("papers", PaperViewSet, basename="papers")
