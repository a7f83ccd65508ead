"""A health worker: one human being, whoever employs them. What changes with time lies in dated rows beside it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Reach
from deploy_admin.people import codes
from deploy_admin.registry.models import Institution

if TYPE_CHECKING:
    from deploy_admin.people.models.employments import Employment

#: What sealed ID numbers are bound to: this purpose, and the number's own keyed hash, so that none fits another row.
ID_PURPOSE = "people.national_id"


class HealthWorkerQuerySet(models.QuerySet[Any]):  # Any: the type checker does not see the joined `employment`
    def visible_to(self, actor: Actor) -> HealthWorkerQuerySet:
        """The people this actor may know about: those whose current employer it sees, or oneself.

        Who left is seen by the unit that was left, who moved on only by the new one.
        """
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach is Reach.SELF:
            return self.filter(pk=actor.worker_id) if actor.worker_id is not None else self.none()
        if actor.reach not in (Reach.DISTRICT, Reach.UNIT):
            return self.none()
        from deploy_admin.people.models.employments import Employment

        here = Employment.objects.filter(worker=OuterRef("pk"), is_current=True)
        if actor.reach is Reach.UNIT:
            here = here.filter(institution__in=actor.institution_ids)
        else:
            here = here.filter(institution__in=Institution.objects.visible_to(actor).values("pk"))
        return self.filter(Exists(here))

    def living(self) -> HealthWorkerQuerySet:
        """Without the records that were merged into another."""
        return self.filter(merged_into__isnull=True)

    def with_employment(self) -> HealthWorkerQuerySet:
        """With the current employment joined as `employment` (the last one of who left); people without any too."""
        return self.annotate(employment=FilteredRelation("employments", condition=Q(employments__is_current=True)))

    def employed_at(self, institution_ids: Any, on: date) -> HealthWorkerQuerySet:
        """Whose current employment is at one of these institutions and holds on `on`."""
        from deploy_admin.people.models.employments import Employment

        here = Employment.objects.filter(worker=OuterRef("pk"), is_current=True, institution__in=institution_ids)
        return self.filter(Exists(here.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))))

    def search(self, text: str) -> HealthWorkerQuerySet:
        """Those whose name contains `text`, whose initials begin with it, or whose person number it is."""
        wanted = text.strip()
        return self.filter(
            Q(name__contains=wanted) | Q(initials__startswith=wanted.lower()) | Q(number=wanted.upper())
        )

    def for_list(self) -> HealthWorkerQuerySet:
        """With the current employment read along, by pinyin. After with_employment()."""
        return self.select_related("employment").order_by("pinyin", "pk")


class HealthWorker(models.Model):
    """One person, known by a number of ours; the citizen ID lies sealed, with a keyed hash to match by."""

    #: 人员编号: "P" and eight digits, given once; it stands in exports where the ID is masked.
    number = models.CharField(_("person number"), max_length=9, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    pinyin = models.CharField(max_length=400, blank=True, db_collation="C")
    initials = models.CharField(max_length=120, blank=True, db_collation="C")
    sex = models.CharField(_("sex"), max_length=1, default="0")
    ethnicity = models.CharField(_("ethnicity"), max_length=2, blank=True)
    #: From the ID; pages and REST show year and month only.
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    id_sealed = models.BinaryField(null=True, editable=False)
    id_digest = models.BinaryField(max_length=32, null=True, editable=False)
    id_masked = models.CharField(_("ID number"), max_length=18, blank=True, editable=False)
    education = models.CharField(_("education"), max_length=20, blank=True)
    degree = models.CharField(_("degree"), max_length=20, blank=True)
    major = models.CharField(_("major"), max_length=100, blank=True)
    speciality = models.CharField(_("speciality"), max_length=100, blank=True)
    #: Since when in clinical work: years of it are counted from here.
    clinical_since = models.DateField(_("in clinical work since"), null=True, blank=True)
    management_experience = models.BooleanField(_("management experience"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    #: Written by every service that changes anything about the person, dated rows included: what a delta asks for.
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = HealthWorkerQuerySet.as_manager()
    if TYPE_CHECKING:
        employment: Employment  # the current one: joined by with_employment()

    class Meta:
        verbose_name = _("health worker")
        verbose_name_plural = _("health workers")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="worker_id_once",
                fields=["id_digest"],
                condition=Q(merged_into__isnull=True),
                violation_error_code="id_taken",
                violation_error_message=_("Somebody with this ID number is in the system already."),
            ),
            models.CheckConstraint(
                name="worker_id_whole",
                condition=Q(id_sealed__isnull=True, id_digest__isnull=True, id_masked="")
                | (Q(id_sealed__isnull=False, id_digest__isnull=False, born_on__isnull=False) & ~Q(id_masked="")),
                violation_error_code="id_incomplete",
                violation_error_message=_("An ID number is kept sealed, hashed and masked, with the date of birth."),
            ),
            models.CheckConstraint(
                name="worker_id_never_plain",
                condition=Q(id_masked="") | Q(id_masked__regex=r"^[0-9]{6}\*{8}[0-9]{3}[0-9X]$"),
                violation_error_code="id_plain",
                violation_error_message=_("An ID number is shown masked."),
            ),
            models.CheckConstraint(
                name="worker_has_a_name",
                condition=~Q(name=""),
                violation_error_code="name_missing",
                violation_error_message=_("A health worker has a name."),
            ),
            models.CheckConstraint(
                name="worker_number_form",
                condition=Q(number__regex=r"^P[0-9]{8}$"),
                violation_error_code="number_form",
                violation_error_message=_("A person number is P and eight digits."),
            ),
            models.CheckConstraint(
                name="worker_sex_known",
                condition=Q(sex__in=codes.values(codes.SEXES)),
                violation_error_code="sex_unknown",
                violation_error_message=_("This is not a code of GB/T 2261.1."),
            ),
            models.CheckConstraint(
                name="worker_ethnicity_known",
                condition=Q(ethnicity="") | Q(ethnicity__in=codes.values(codes.ETHNICITIES)),
                violation_error_code="ethnicity_unknown",
                violation_error_message=_("This is not a code of GB/T 3304."),
            ),
            models.CheckConstraint(
                name="worker_education_known",
                condition=Q(education="") | Q(education__in=codes.values(codes.EDUCATIONS)),
                violation_error_code="education_unknown",
                violation_error_message=_("This education is not in the code list."),
            ),
            models.CheckConstraint(
                name="worker_degree_known",
                condition=Q(degree="") | Q(degree__in=codes.values(codes.DEGREES)),
                violation_error_code="degree_unknown",
                violation_error_message=_("This degree is not in the code list."),
            ),
            models.CheckConstraint(
                name="worker_not_merged_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                violation_error_code="merged_into_itself",
                violation_error_message=_("A record cannot be merged into itself."),
            ),
        ]
        indexes = [
            models.Index(fields=["pinyin", "id"], name="worker_by_pinyin"),
            models.Index(fields=["updated_at", "id"], name="worker_by_update"),
            models.Index(fields=["name"], name="worker_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:person", args=[self.pk])

    @property
    def birth_month(self) -> str:
        """Year and month of birth, as everybody who may see the person sees it: 1985-03; empty where unknown."""
        return self.born_on.strftime("%Y-%m") if self.born_on else ""

    @property
    def sex_label(self) -> str:
        return codes.label(codes.SEXES, self.sex)

    @property
    def ethnicity_label(self) -> str:
        return codes.label(codes.ETHNICITIES, self.ethnicity)

    @property
    def education_label(self) -> str:
        return codes.label(codes.EDUCATIONS, self.education)

    @property
    def degree_label(self) -> str:
        return codes.label(codes.DEGREES, self.degree)
