"""Institutions: what stays the same (identity) and what is true from one day to another (profile)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.registry import periods
from deploy_admin.registry.codes import Affiliation, Kind, Level, Ownership, Settlement, State, Tier
from deploy_admin.registry.models.divisions import Division


def standing_on(day: date, prefix: str = "", owner: str = "institution__") -> Q:
    """Select the profile that speaks for its institution on `day`.

    That is the one valid on the day; after closing, the last; before opening, the first.
    """
    return (
        periods.holds_on(day, prefix)
        | (Q(**{f"{owner}closed_on__lt": day}) & Q(**{f"{prefix}valid_to": F(f"{owner}closed_on")}))
        | (Q(**{f"{owner}opened_on__gt": day}) & Q(**{f"{prefix}valid_from": F(f"{owner}opened_on")}))
    )


class ProfileQuerySet(models.QuerySet["InstitutionProfile"]):
    def on(self, day: date) -> ProfileQuerySet:
        """The profiles valid on `day`, at most one per institution."""
        return self.filter(periods.holds_on(day))

    def standing(self, day: date) -> ProfileQuerySet:
        """One profile per institution: that of `day`, or the last of a closed one, or the first of a coming one."""
        return self.filter(standing_on(day))


class InstitutionQuerySet(models.QuerySet[Any]):  # Any: the type checker does not see the joined `profile`
    def visible_to(self, actor: Actor) -> InstitutionQuerySet:
        """The institutions this actor may know about. Every page, file and API call starts here."""
        if actor.reach == Reach.ALL:
            return self.all()
        if actor.reach == Reach.DISTRICT:
            here = InstitutionProfile.objects.standing(clock.today()).filter(
                institution=OuterRef("pk"), division_id__in=actor.division_ids
            )
            return self.filter(Q(Exists(here)) | Q(pk__in=actor.institution_ids))
        if actor.reach == Reach.UNIT:
            return self.filter(pk__in=actor.institution_ids)
        return self.none()

    def _with_profile(self, condition: Q) -> InstitutionQuerySet:
        joined: InstitutionQuerySet = self.annotate(profile=FilteredRelation("profiles", condition=condition))
        return joined.filter(profile__isnull=False)

    def as_of(self, day: date) -> InstitutionQuerySet:
        """The institutions existing on `day`; `profile` is the one valid then, in the same query."""
        return self._with_profile(periods.holds_on(day, "profiles__"))

    def standing(self, day: date) -> InstitutionQuerySet:
        """Every institution, closed and coming ones too; `profile` is the one that speaks for it on `day`."""
        return self._with_profile(standing_on(day, "profiles__", owner=""))

    def in_state(self, state: State, day: date) -> InstitutionQuerySet:
        """Those open, closed or not yet open on `day`."""
        if state == State.CLOSED:
            return self.filter(closed_on__lt=day)
        if state == State.UPCOMING:
            return self.filter(opened_on__gt=day)
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day), opened_on__lte=day)

    def search(self, text: str) -> InstitutionQuerySet:
        """Those whose name contains `text`, whose initials begin with it or whose credit code does. After as_of()."""
        return self.filter(
            Q(profile__name__contains=text)
            | Q(profile__short_name__contains=text)
            | Q(profile__initials__startswith=text.lower())
            | Q(credit_code__startswith=text.upper())
        )

    def for_list(self) -> InstitutionQuerySet:
        """With the profile and its division read along, by pinyin. After as_of() or standing()."""
        return self.select_related("profile", "profile__division").order_by("profile__pinyin", "pk")

    def named(self, day: date) -> dict[int, str]:
        """Return the names on `day` by id, in one query."""
        rows: Any = self.standing(day).values_list("pk", "profile__name")
        return dict(rows)


class Institution(models.Model):
    """One institution, authorities included, from the day it opened to the day it closed."""

    credit_code = models.CharField(_("unified social credit code"), max_length=18, null=True, blank=True)  # noqa: DJ001
    opened_on = models.DateField(_("first day"))
    closed_on = models.DateField(_("last day"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    objects = InstitutionQuerySet.as_manager()
    if TYPE_CHECKING:
        profile: InstitutionProfile  # of the day asked about: joined by the querysets as_of() and standing()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="institution_credit_code_unique",
                fields=["credit_code"],
                condition=Q(closed_on__isnull=True),
                violation_error_code="credit_code_taken",
                violation_error_message=_("Another existing institution has this unified social credit code."),
            ),
            models.CheckConstraint(
                name="institution_credit_code_form",
                condition=Q(credit_code__isnull=True) | Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                violation_error_code="credit_code_invalid",
                violation_error_message=_("This is not a valid unified social credit code."),
            ),
            models.CheckConstraint(
                name="institution_closes_after_it_opens",
                condition=Q(closed_on__isnull=True) | Q(opened_on__lte=F("closed_on")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
        ]
        indexes = [models.Index(fields=["credit_code"], name="institution_by_credit_code")]

    def __str__(self) -> str:
        profile = self.__dict__.get("profile")
        return profile.name if profile else f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("registry:institution_detail", args=[self.pk])

    def state_on(self, day: date) -> State:
        """Return whether it exists on `day`."""
        if day < self.opened_on:
            return State.UPCOMING
        return State.CLOSED if self.closed_on and self.closed_on < day else State.OPEN


class InstitutionProfile(models.Model):
    """What was true of an institution from one day to another; its periods never overlap."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="profiles")
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    pinyin = models.CharField(max_length=400, blank=True, db_collation="C")
    initials = models.CharField(max_length=120, blank=True, db_collation="C")
    kind = models.CharField(_("kind"), max_length=40, choices=Kind.choices)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier.choices)
    level = models.PositiveSmallIntegerField(_("grade"), choices=Level.choices, null=True, blank=True)
    ownership = models.CharField(_("ownership"), max_length=20, choices=Ownership.choices)
    affiliation = models.CharField(_("affiliation"), max_length=20, choices=Affiliation.choices)
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name=_("located in"))
    administered_by = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("administered by")
    )
    parent = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="branch_profiles", verbose_name=_("branch of")
    )
    remote = models.BooleanField(_("remote area"), null=True, blank=True)
    key_township = models.BooleanField(_("key township"), null=True, blank=True)
    settlement = models.CharField(_("settlement"), max_length=20, choices=Settlement.choices, blank=True)
    medical_community = models.CharField(_("medical community"), max_length=100, blank=True)
    population = models.PositiveIntegerField(_("population served"), null=True, blank=True)
    #: Where it stands, in degrees (CGCS2000, which no distance of ours tells from WGS 84); both or neither.
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.CharField(max_length=150, blank=True, editable=False)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution profile")
        verbose_name_plural = _("institution profiles")
        ordering = ["institution_id", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="profile_ends_after_it_begins",
                condition=periods.in_order(),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            ExclusionConstraint(
                name="profile_one_at_a_time",
                expressions=[
                    (periods.Same("institution"), RangeOperators.EQUAL),
                    (periods.Days(), RangeOperators.OVERLAPS),
                ],
                violation_error_code="profiles_overlap",
                violation_error_message=_("Another profile of this institution covers some of these days."),
            ),
            models.CheckConstraint(
                name="profile_kind_known",
                condition=Q(kind__in=Kind.values),
                violation_error_code="kind_unknown",
                violation_error_message=_("This kind of institution is not in the code list."),
            ),
            models.CheckConstraint(
                name="profile_tier_known",
                condition=Q(tier__in=Tier.values),
                violation_error_code="tier_unknown",
                violation_error_message=_("This tier is not in the code list."),
            ),
            models.CheckConstraint(
                name="profile_level_known",
                condition=Q(level__isnull=True) | Q(level__in=Level.values),
                violation_error_code="level_unknown",
                violation_error_message=_("The grade is 1, 2 or 3, or left empty."),
            ),
            models.CheckConstraint(
                name="profile_ownership_known",
                condition=Q(ownership__in=Ownership.values),
                violation_error_code="ownership_unknown",
                violation_error_message=_("This ownership is not in the code list."),
            ),
            models.CheckConstraint(
                name="profile_affiliation_known",
                condition=Q(affiliation__in=Affiliation.values),
                violation_error_code="affiliation_unknown",
                violation_error_message=_("This affiliation is not in the code list."),
            ),
            models.CheckConstraint(
                name="profile_settlement_known",
                condition=Q(settlement="") | Q(settlement__in=Settlement.values),
                violation_error_code="settlement_unknown",
                violation_error_message=_("This settlement is not in the code list."),
            ),
            models.CheckConstraint(
                name="profile_not_branch_of_itself",
                condition=Q(parent__isnull=True) | ~Q(parent=F("institution")),
                violation_error_code="branch_of_itself",
                violation_error_message=_("An institution cannot be a branch of itself."),
            ),
            models.CheckConstraint(
                name="profile_stands_somewhere",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__isnull=False,  # a comparison with nothing would hold
                    longitude__isnull=False,
                    latitude__gte=3,
                    latitude__lte=54,
                    longitude__gte=73,
                    longitude__lte=136,
                ),
                violation_error_code="place_unknown",
                violation_error_message=_("Latitude (3 to 54) and longitude (73 to 136) go together."),
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "valid_from"], name="profile_by_day"),
            models.Index(fields=["division"], name="profile_by_division"),
            models.Index(fields=["pinyin"], name="profile_by_pinyin"),
        ]

    #: The columns that a change or a correction may set.
    FACTS = (
        "name",
        "short_name",
        "kind",
        "tier",
        "level",
        "ownership",
        "affiliation",
        "division_id",
        "administered_by_id",
        "parent_id",
        "remote",
        "key_township",
        "settlement",
        "medical_community",
        "population",
        "latitude",
        "longitude",
    )

    def __str__(self) -> str:
        return self.name

    def values(self) -> dict[str, Any]:
        """Return the facts of this row as plain values, for a copy, a comparison or the record."""
        return {column: getattr(self, column) for column in self.FACTS}


class ProfileRevision(models.Model):
    """What a profile said before it was corrected, and for how long the record said so."""

    profile = models.ForeignKey(InstitutionProfile, models.PROTECT, related_name="revisions")
    facts = models.JSONField(encoder=DjangoJSONEncoder)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.CharField(max_length=150, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), default=timezone.now)
    corrected_by = models.CharField(max_length=150)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("corrected profile")
        verbose_name_plural = _("corrected profiles")
        ordering = ["corrected_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="revision_corrected_after_recorded",
                condition=Q(recorded_at__lte=F("corrected_at")),
                violation_error_code="period_reversed",
                violation_error_message=_("A record cannot be corrected before it was made."),
            ),
            models.CheckConstraint(
                name="revision_has_a_reason",
                condition=~Q(reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("A correction needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.corrected_at:%Y-%m-%d}"
