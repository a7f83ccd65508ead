"""REST: figures, quotas with their explanations, runs, releases. Scope and filters are those of the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Greatest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, UpdatedSinceFilter, actor_of, router
from quotas import services
from quotas.filters import FigureFilter, ListedPersonFilter, PeriodFilter, QuotaFilter, TallyFilter
from quotas.models import Figure, ListedPerson, Quota, Release, ReleasedQuota, Run, Tally
from quotas.models.figures import DIMENSIONS


class FigureSerializer(serializers.ModelSerializer[Figure]):
    """One figure in its current revision; the period's first and last day are both inside."""

    updated_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = Figure
        fields = [
            "id", "institution", "measure", "period_start", "period_end", *DIMENSIONS, "revision", "value",
            "state", "source", "reason", "on_behalf_of", "entered_at", "signed_off_at", "updated_at",
        ]  # fmt: skip


class ListedPersonSerializer(serializers.ModelSerializer[ListedPerson]):
    """One person on a unit's list, by the person's id and number; never an ID number. Who was taken off stays."""

    worker_number = serializers.CharField(source="worker.number", read_only=True)
    counts = serializers.SerializerMethodField()

    class Meta:
        model = ListedPerson
        fields = [
            "id", "institution", "kind", "period_start", "period_end", "worker", "worker_number", "happened_on",
            "title_code", "review_year", "practice_category", "military_status", "employment_mode",
            "staff_category", "state", "counts", "on_behalf_of", "reason", "entered_at", "updated_at",
        ]  # fmt: skip

    def get_counts(self, row: ListedPerson) -> bool:
        """Whether the row is counted: on the list, and neither objected to nor taken off."""
        return row.state in ListedPerson.COUNTING


class QuotaSerializer(serializers.ModelSerializer[Quota]):
    """What an institution owes under one clause; `required` is null unless `state` is known, never zero instead."""

    nominated = serializers.IntegerField(allow_null=True, read_only=True)
    on_post = serializers.IntegerField(allow_null=True, read_only=True)
    recognised_year_end = serializers.IntegerField(allow_null=True, read_only=True)
    recognised_final = serializers.IntegerField(allow_null=True, read_only=True)
    shortfall = serializers.IntegerField(allow_null=True, read_only=True)
    batches = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Quota
        fields = [
            "id", "institution", "scheme", "topic", "version", "clause_id", "scope", "period_start",
            "period_end", "binding", "to_coordinate", "state", "required", "maximum", "at_least", "at_most",
            "missing", "provisional", "base_shown", "ratio_shown", "nominated", "on_post",
            "recognised_year_end", "recognised_final", "shortfall", "forecast", "unconfirmed", "batches", "verdict",
            "digest", "run", "updated_at",
        ]  # fmt: skip


class TallySerializer(serializers.ModelSerializer[Tally]):
    """How many people are counted for one unit, topic, group and period; null is: not known, never zero instead.

    Of the three numbers the later decides once it is known: on post, recognised at the period's end, finally. A tally
    whose quota is owed no more stays in the delta with nothing but nulls.
    """

    batches = serializers.ListField(child=serializers.IntegerField(), read_only=True)
    by_alternative = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    composition = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    counted = serializers.IntegerField(allow_null=True, read_only=True)

    class Meta:
        model = Tally
        fields = [
            "id", "institution", "scheme", "topic", "group_key", "period_start", "period_end", "nominated", "on_post",
            "recognised_year_end", "recognised_final", "counted", "forecast", "unconfirmed", "highest", "batches",
            "by_alternative", "composition", "updated_at",
        ]  # fmt: skip


class ExplanationSerializer(serializers.Serializer[Any]):
    """The value and the steps that led to it: clause, operation, inputs with reference and date, result."""

    value = serializers.JSONField()
    steps = serializers.ListField(child=serializers.DictField())


class RunSerializer(serializers.ModelSerializer[Run]):
    """One computation: what asked for it, what it rests on, what it counted."""

    updated_at = serializers.DateTimeField(read_only=True)

    class Meta:
        model = Run
        fields = [
            "id", "period_start", "period_end", "trigger", "state", "requested_at", "started_at",
            "finished_at", "duration_ms", "as_of", "recorded_at", "inputs_digest", "revisions", "counts",
            "previous", "updated_at",
        ]  # fmt: skip


class ReleasedQuotaSerializer(serializers.ModelSerializer[ReleasedQuota]):
    """One quota as released, with its frozen explanation."""

    class Meta:
        model = ReleasedQuota
        fields = [
            "id", "institution", "scheme", "topic", "version_id", "clause_id", "scope", "binding",
            "to_coordinate", "state", "required", "maximum", "at_least", "at_most", "provisional",
            "base_shown", "ratio_shown", "digest", "explanation",
        ]  # fmt: skip


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """One release: number, date, basis and counts."""

    class Meta:
        model = Release
        fields = [
            "id", "scheme", "period_start", "period_end", "number", "released_on", "deciding_body",
            "meeting_on", "remark", "supplement_to", "run", "quota_count", "undetermined_count", "digest",
            "released_at",
        ]  # fmt: skip


class FigureViewSet(ReadOnlyViewSet):
    """Yearly figures, current revisions; `updated_since` gives what changed."""

    permissions = {"list": Permission.FIGURES_VIEW, "retrieve": Permission.FIGURES_VIEW}
    serializer_class = FigureSerializer
    filterset_class = FigureFilter
    ordering_fields = ("id", "period_start", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        # A revision is written once and signed off once: the later of the two, for GREATEST passes over nulls.
        return Figure.objects.visible_to(actor).current().annotate(updated_at=Greatest("entered_at", "signed_off_at"))


class ListedPersonViewSet(ReadOnlyViewSet):
    """The rows of promotion and recruitment lists; `updated_since` gives what changed, rows taken off included."""

    permissions = {"list": Permission.PEOPLE_VIEW, "retrieve": Permission.PEOPLE_VIEW}
    serializer_class = ListedPersonSerializer
    filterset_class = ListedPersonFilter
    ordering_fields = ("id", "happened_on", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return ListedPerson.objects.visible_to(actor).select_related("worker")


class QuotaViewSet(ReadOnlyViewSet):
    """Current quotas; each explains itself under `explanation/`."""

    permissions = {
        "list": Permission.QUOTAS_VIEW,
        "retrieve": Permission.QUOTAS_VIEW,
        "explanation": Permission.QUOTAS_VIEW,
    }
    serializer_class = QuotaSerializer
    filterset_class = QuotaFilter
    ordering_fields = ("id", "required", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Quota.objects.visible_to(actor).current().with_tallies().defer("basis")

    @extend_schema(responses=ExplanationSerializer)
    @action(detail=True)
    def explanation(self, request: Request, pk: str | None = None) -> Response:
        """Answer why the quota is what it is."""
        return Response(services.explain(self.get_object()).to_json())


class TallyViewSet(ReadOnlyViewSet):
    """What is counted against the quotas; `updated_since` gives what says something else now."""

    permissions = {"list": Permission.QUOTAS_VIEW, "retrieve": Permission.QUOTAS_VIEW}
    serializer_class = TallySerializer
    filterset_class = TallyFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Tally.objects.visible_to(actor)


class RunFilterSet(UpdatedSinceFilter):
    """Runs by period and state."""

    period = PeriodFilter()
    state = django_filters.ChoiceFilter(choices=Run.State.choices)


class RunViewSet(ReadOnlyViewSet):
    """Computations of the quotas."""

    permissions = {"list": Permission.RUNS_VIEW, "retrieve": Permission.RUNS_VIEW}
    serializer_class = RunSerializer
    filterset_class = RunFilterSet
    ordering_fields = ("id", "requested_at", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Run.objects.visible_to(actor).annotate(
            updated_at=Greatest("requested_at", "started_at", "finished_at"),
        )


class ReleaseFilterSet(django_filters.FilterSet):
    """Releases by period and scheme; a release never changes, so what is new is what was released since."""

    period = PeriodFilter()
    scheme = django_filters.CharFilter()
    updated_since = django_filters.IsoDateTimeFilter(field_name="released_at", lookup_expr="gte")


class ReleaseViewSet(ReadOnlyViewSet):
    """Published quotas; the frozen rows are under `quotas/`."""

    permissions = {
        "list": Permission.RELEASES_VIEW,
        "retrieve": Permission.RELEASES_VIEW,
        "quotas": Permission.RELEASES_VIEW,
    }
    serializer_class = ReleaseSerializer
    filterset_class = ReleaseFilterSet
    ordering_fields = ("id", "released_on", "released_at")

    def rows(self, actor: Actor) -> QuerySet[Any]:
        return Release.objects.visible_to(actor)

    @extend_schema(responses=ReleasedQuotaSerializer(many=True), filters=False)
    @action(detail=True, filterset_class=None, ordering_fields=("id",))
    def quotas(self, request: Request, pk: str | None = None) -> Response:
        """List the released quotas that the caller may see, by cursor pages."""
        actor = actor_of(request)
        assert actor is not None  # noqa: S101 -- HasPermission has refused the nameless
        rows = ReleasedQuota.objects.filter(release=self.get_object()).visible_to(actor)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(ReleasedQuotaSerializer(page, many=True).data)


router.register("figures", FigureViewSet, basename="figures")
router.register("listed-people", ListedPersonViewSet, basename="listed-people")
router.register("quotas", QuotaViewSet, basename="quotas")
router.register("tallies", TallyViewSet, basename="tallies")
router.register("runs", RunViewSet, basename="runs")
router.register("releases", ReleaseViewSet, basename="releases")
