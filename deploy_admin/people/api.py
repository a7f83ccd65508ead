"""Health workers over REST: the pages' scope and filters, without ID numbers unless the token's scope says so."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.api import ReadOnlyViewSet, actor_of, router
from deploy_admin.audit import services as audit
from deploy_admin.people import codes, words
from deploy_admin.people.filters import PersonFilter
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.rules import HeldTitle, Post
from deploy_admin.people.services import identity
from deploy_admin.people.standing import Away, HeldLicence, Standing, standing

#: Named in settings for the schema: other resources have a state and a scope too.
STATES = ("employed", "left", "merged", "none")
TITLE_SCOPES = tuple(codes.values(codes.TITLE_SCOPES))


class TitleSerializer(serializers.Serializer[HeldTitle]):
    """The highest title that counts where the person works."""

    code = serializers.CharField(help_text="GB/T 8561, or other_<level>")
    level = serializers.ChoiceField(choices=codes.values(codes.TITLE_LEVELS))
    scope = serializers.ChoiceField(choices=TITLE_SCOPES)
    qualified_on = serializers.DateField()
    appointed_on = serializers.DateField(allow_null=True)


class LicenceSerializer(serializers.Serializer[HeldLicence]):
    """One licence that is valid today."""

    kind = serializers.ChoiceField(choices=codes.values(codes.LICENCES))
    practice_category = serializers.CharField(allow_blank=True)
    issued_on = serializers.DateField(allow_null=True)


class AwaySerializer(serializers.Serializer[Away]):
    """What keeps the person away today; a personal reason is not told."""

    reason = serializers.SerializerMethodField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)

    def get_reason(self, row: Away) -> str:
        return "personal" if row.kind in codes.PERSONAL_UNAVAILABILITIES else row.kind


class EmploymentSerializer(serializers.Serializer[Post]):
    """Where the person works today, or worked last."""

    institution = serializers.IntegerField(source="institution_id")
    department = serializers.CharField(allow_blank=True)
    staff_category = serializers.CharField(allow_blank=True)
    employment_mode = serializers.CharField(allow_blank=True)
    military = serializers.BooleanField(allow_null=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    ended_as = serializers.CharField(allow_blank=True)


class PersonSerializer(serializers.Serializer[HealthWorker]):
    """One health worker as of today: of the birth, year and month; a merged record names the one that was kept."""

    id = serializers.IntegerField()
    number = serializers.CharField(help_text="Person number: P and eight digits")
    name = serializers.CharField()
    state = serializers.SerializerMethodField()
    merged_into = serializers.IntegerField(source="merged_into_id", allow_null=True)
    sex = serializers.CharField(help_text="GB/T 2261.1")
    birth_month = serializers.CharField(allow_blank=True, help_text="1985-03")
    ethnicity = serializers.CharField(allow_blank=True, help_text="GB/T 3304")
    education = serializers.CharField(allow_blank=True)
    degree = serializers.CharField(allow_blank=True)
    major = serializers.CharField(allow_blank=True)
    speciality = serializers.CharField(allow_blank=True)
    clinical_since = serializers.DateField(allow_null=True)
    management_experience = serializers.BooleanField(allow_null=True)
    employment = serializers.SerializerMethodField()
    hired_on = serializers.SerializerMethodField()
    establishment_since = serializers.SerializerMethodField()
    title = serializers.SerializerMethodField()
    licences = serializers.SerializerMethodField()
    unavailable = serializers.SerializerMethodField()
    national_id = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField()

    def to_representation(self, instance: HealthWorker) -> dict[str, Any]:
        row = dict(super().to_representation(instance))
        if not self.context["with_ids"]:
            del row["national_id"]
        return row

    def _held(self, row: HealthWorker) -> Standing:
        held: Standing = self.context["standing"][row.pk]
        return held

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_state(self, row: HealthWorker) -> str:
        if row.merged_into_id is not None:
            return "merged"
        held = self._held(row)
        return "employed" if held.employment else "left" if held.left else "none"

    @extend_schema_field(EmploymentSerializer(allow_null=True))
    def get_employment(self, row: HealthWorker) -> Any:
        post = self._held(row).employment or self._held(row).left
        return EmploymentSerializer(post).data if post else None

    def get_hired_on(self, row: HealthWorker) -> date | None:
        """The first hire on the unbroken chain of transfers."""
        return self._held(row).hired_on

    def get_establishment_since(self, row: HealthWorker) -> date | None:
        """Since when the post is on the establishment."""
        return self._held(row).establishment_since

    @extend_schema_field(TitleSerializer(allow_null=True))
    def get_title(self, row: HealthWorker) -> Any:
        title = self._held(row).title
        return TitleSerializer(title).data if title else None

    @extend_schema_field(LicenceSerializer(many=True))
    def get_licences(self, row: HealthWorker) -> Any:
        return [LicenceSerializer(one).data for one in self._held(row).licences]

    @extend_schema_field(AwaySerializer(many=True))
    def get_unavailable(self, row: HealthWorker) -> Any:
        return [AwaySerializer(one).data for one in self._held(row).away]

    @extend_schema_field(
        serializers.CharField(
            allow_null=True, help_text="Only for a token with the scope people.ids; each reading is recorded."
        )
    )
    def get_national_id(self, row: HealthWorker) -> str | None:
        if not self.context["with_ids"]:
            return None
        found = identity.opened(row)
        return found.number if found else None


class PersonApiFilter(PersonFilter):
    """The page's filters, and what was written since a moment."""

    updated_since = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")


class PersonViewSet(ReadOnlyViewSet):
    """Health workers that the caller may know about; who left and what was merged stays in, with its state.

    `national_id` is there only for a token whose scope holds people.ids, never for a browser's session.
    """

    permissions = {"list": Permission.PEOPLE_VIEW, "retrieve": Permission.PEOPLE_VIEW}
    serializer_class = PersonSerializer
    filterset_class = PersonApiFilter
    ordering_fields = ("id", "updated_at")

    def rows(self, actor: Actor) -> QuerySet[HealthWorker]:
        people = HealthWorker.objects.all()
        if actor.reach is not Reach.ALL:  # a merged record has no unit any more: it is seen with the one kept
            seen = HealthWorker.objects.visible_to(actor).order_by().values("pk")
            people = people.filter(Q(pk__in=seen) | Q(merged_into__in=seen))
        return people.with_employment()

    @property
    def with_ids(self) -> bool:
        """Whether this caller is given ID numbers: a token does, where its scope says so."""
        if getattr(self, "swagger_fake_view", False):
            return True
        actor = actor_of(self.request)
        return self.request.auth is not None and actor is not None and actor.can(Permission.PEOPLE_IDS)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "with_ids": self.with_ids}

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Read what is true of all rows at once, and record who read how many, with or without whole numbers."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer(*args, **kwargs)
        shown = list(args[0]) if kwargs.get("many") else list(args[:1])
        context = self.get_serializer_context()
        context["standing"] = standing([worker.pk for worker in shown], clock.today())
        self._record(shown)
        return PersonSerializer(*args, context=context, **kwargs)

    def _record(self, shown: list[HealthWorker]) -> None:
        actor = actor_of(self.request)
        if not shown or actor is None:
            return
        numbers = sum(bool(worker.id_masked) for worker in shown) if self.with_ids else 0
        one = shown[0] if self.action == "retrieve" else None
        audit.record(
            act="people.ids_read" if numbers else "people.read_over_rest",
            by=actor,
            on=one,
            label=one.number if one else "",
            detail={"count": numbers or len(shown), "filters": words.without_ids(self.request.query_params.dict())},
        )


router.register("people", PersonViewSet, basename="people")
