"""Policies over REST: every version the actor may read, with its document and its articles."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from django.db.models import QuerySet
from rest_framework import serializers

from deploy_admin.access import Actor, Permission
from deploy_admin.api import ReadOnlyViewSet, router
from deploy_admin.policies import presenting
from deploy_admin.policies.filters import VersionApiFilter
from deploy_admin.policies.geography import Places
from deploy_admin.policies.models import Adoption, PolicyVersion
from deploy_admin.policies.services import governing


class AdoptionSerializer(serializers.ModelSerializer[Adoption]):
    """The act by which a version took effect, with its transition."""

    class Meta:
        model = Adoption
        fields = (
            "number",
            "adopted_on",
            "source_note",
            "deciding_body",
            "quotas_from",
            "assignments_from",
            "on_post",
            "adverse",
            "at",
        )
        read_only_fields = fields


class VersionSerializer(serializers.ModelSerializer[PolicyVersion]):
    """One version without its text."""

    policy = serializers.CharField(source="policy.slug", read_only=True)
    scheme = serializers.CharField(source="policy.scheme", read_only=True)
    level = serializers.CharField(source="policy.level", read_only=True)
    jurisdiction = serializers.CharField(source="policy.division.code", read_only=True, allow_null=True, default=None)
    adoption = AdoptionSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = PolicyVersion
        fields: tuple[str, ...] = (
            "id",
            "policy",
            "revision",
            "scheme",
            "level",
            "jurisdiction",
            "state",
            "title_zh",
            "title_en",
            "in_force_from",
            "in_force_to",
            "topics",
            "digest",
            "schema_number",
            "adoption",
            "updated_at",
        )
        read_only_fields = fields


class ParameterSerializer(serializers.Serializer[Any]):
    """One number or choice of a clause; unset where the document leaves it open."""

    label = serializers.CharField()  # type: ignore[assignment]  # the field hides the base's own label
    value = serializers.CharField()
    unset = serializers.BooleanField()


class ArticleSerializer(serializers.Serializer[Any]):
    """One article as it reads, with the words it rests on."""

    number = serializers.IntegerField()
    heading = serializers.CharField()
    clause_id = serializers.CharField(allow_null=True)
    sentences = serializers.ListField(child=serializers.CharField())
    citation = serializers.CharField(source="citation.phrase", allow_null=True, default=None)
    binding = serializers.CharField(allow_null=True)
    parameters = ParameterSerializer(many=True)


class VersionDetailSerializer(VersionSerializer):
    """One version with its document and, in both languages, its articles."""

    document = serializers.JSONField(read_only=True)
    articles_zh = serializers.SerializerMethodField()
    articles_en = serializers.SerializerMethodField()

    class Meta(VersionSerializer.Meta):
        fields = (*VersionSerializer.Meta.fields, "document", "articles_zh", "articles_en")
        read_only_fields = fields

    def get_articles_zh(self, version: PolicyVersion) -> list[dict[str, Any]]:
        """The articles in Chinese."""
        return self._articles(version, "zh")

    def get_articles_en(self, version: PolicyVersion) -> list[dict[str, Any]]:
        """The articles in English."""
        return self._articles(version, "en")

    @cached_property
    def _places(self) -> Places:
        return Places.load()

    def _articles(self, version: PolicyVersion, language: Literal["zh", "en"]) -> list[dict[str, Any]]:
        found = presenting.articles(governing.read_document(version), language, self._places)
        return list(ArticleSerializer(found, many=True).data)


class PolicyVersionViewSet(ReadOnlyViewSet):
    """Policy versions: adopted ones for everybody who reads policies, drafts for those who draft there."""

    permissions = {"list": Permission.POLICIES_VIEW, "retrieve": Permission.POLICIES_VIEW}
    filterset_class = VersionApiFilter
    ordering_fields = ("id", "updated_at", "in_force_from")

    def get_serializer_class(self) -> type[VersionSerializer]:
        return VersionDetailSerializer if self.action == "retrieve" else VersionSerializer

    def rows(self, actor: Actor) -> QuerySet[PolicyVersion]:
        rows = PolicyVersion.objects.visible_to(actor).select_related("policy__division", "adoption")
        return rows if self.action == "retrieve" else rows.defer("document", "source_text")


router.register("policies", PolicyVersionViewSet, basename="policies")
