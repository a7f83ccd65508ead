"""What a person holds: professional titles, licences, other documents; each with its dates."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.people import codes
from deploy_admin.people.models.dated import OfWorkerQuerySet, Recorded
from deploy_admin.people.models.workers import HealthWorker


class TitleQuerySet(OfWorkerQuerySet):
    """How titles are read."""


class Title(Recorded):
    """One professional title: qualified for on a day, appointed to on another, general or valid at primary level only.

    Series and level follow from the code (GB/T 8561) and lie beside it to be asked by.
    """

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="titles")
    code = models.CharField(_("title"), max_length=24)
    series = models.CharField(_("series"), max_length=24)
    level = models.CharField(_("level"), max_length=20)
    scope = models.CharField(_("scope"), max_length=20, default="general")
    qualified_on = models.DateField(_("qualified on"))
    appointed_on = models.DateField(_("appointed on"), null=True, blank=True)
    #: The year whose review granted it, where that is another than the year of the approval.
    review_year = models.PositiveSmallIntegerField(_("review year"), null=True, blank=True)
    document_number = models.CharField(_("document number"), max_length=100, blank=True, default="")
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)

    objects = TitleQuerySet.as_manager()

    class Meta:
        verbose_name = _("title")
        verbose_name_plural = _("titles")
        default_permissions = ()
        ordering = ["worker_id", "qualified_on"]
        constraints = [
            models.UniqueConstraint(
                name="title_once",
                fields=["worker", "code", "scope"],
                condition=Q(revoked_on__isnull=True),
                violation_error_code="title_twice",
                violation_error_message=_("This person holds this title already."),
            ),
            models.CheckConstraint(
                name="title_code_known",
                condition=Q(code__in=[title.code for title in codes.TITLES]),
                violation_error_code="title_unknown",
                violation_error_message=_("This title is not in the code list."),
            ),
            models.CheckConstraint(
                name="title_level_known",
                condition=Q(level__in=codes.values(codes.TITLE_LEVELS)),
                violation_error_code="level_unknown",
                violation_error_message=_("This level is not in the code list."),
            ),
            models.CheckConstraint(
                name="title_scope_known",
                condition=Q(scope__in=codes.values(codes.TITLE_SCOPES)),
                violation_error_code="scope_unknown",
                violation_error_message=_("A title is general or grassroots-targeted."),
            ),
            models.CheckConstraint(
                name="title_days_in_order",
                condition=(Q(appointed_on__isnull=True) | Q(appointed_on__gte=F("qualified_on")))
                & (Q(revoked_on__isnull=True) | Q(revoked_on__gte=F("qualified_on"))),
                violation_error_code="title_days_reversed",
                violation_error_message=_("A title is appointed to or revoked after it was qualified for."),
            ),
        ]
        indexes = [models.Index(fields=["worker", "qualified_on"], name="title_of_worker")]

    def __str__(self) -> str:
        return codes.TITLE_BY_CODE[self.code].label

    @property
    def scope_label(self) -> str:
        return codes.label(codes.TITLE_SCOPES, self.scope)


class LicenceQuerySet(OfWorkerQuerySet):
    """How licences are read."""


class Licence(Recorded):
    """One licence to practise, with its number and, of a physician, the practice category."""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="licences")
    kind = models.CharField(_("licence"), max_length=24)
    number = models.CharField(_("licence number"), max_length=40, blank=True, default="")
    practice_category = models.CharField(_("practice category"), max_length=20, blank=True, default="")
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        default_permissions = ()
        ordering = ["worker_id", "id"]
        constraints = [
            models.UniqueConstraint(
                name="licence_once",
                fields=["worker", "kind"],
                condition=Q(ended_on__isnull=True),
                violation_error_code="licence_twice",
                violation_error_message=_("This person holds such a licence already."),
            ),
            models.CheckConstraint(
                name="licence_kind_known",
                condition=Q(kind__in=codes.values(codes.LICENCES)),
                violation_error_code="licence_unknown",
                violation_error_message=_("This licence is not in the code list."),
            ),
            models.CheckConstraint(
                name="licence_category_known",
                condition=Q(practice_category="") | Q(practice_category__in=codes.values(codes.PRACTICE_CATEGORIES)),
                violation_error_code="practice_category_unknown",
                violation_error_message=_("This practice category is not in the code list."),
            ),
            models.CheckConstraint(
                name="licence_days_in_order",
                condition=Q(issued_on__isnull=True) | Q(ended_on__isnull=True) | Q(issued_on__lte=F("ended_on")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
        ]
        indexes = [models.Index(fields=["worker"], name="licence_of_worker")]

    def __str__(self) -> str:
        return codes.label(codes.LICENCES, self.kind)

    @property
    def practice_category_label(self) -> str:
        return codes.label(codes.PRACTICE_CATEGORIES, self.practice_category)


class HeldDocumentQuerySet(OfWorkerQuerySet):
    """How certificates are read."""


class HeldDocument(Recorded):
    """Another certificate or paper that a policy may ask for: 住院医师规范化培训合格证 …"""

    worker = models.ForeignKey(HealthWorker, models.PROTECT, related_name="documents")
    name = models.CharField(_("document"), max_length=100)
    number = models.CharField(_("number"), max_length=60, blank=True, default="")
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    objects = HeldDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document held")
        verbose_name_plural = _("documents held")
        default_permissions = ()
        ordering = ["worker_id", "name"]
        constraints = [
            models.UniqueConstraint(
                name="document_once",
                fields=["worker", "name", "number"],
                violation_error_code="document_twice",
                violation_error_message=_("This document of the person is in the system already."),
            ),
            models.CheckConstraint(
                name="document_named",
                condition=~Q(name=""),
                violation_error_code="document_without_name",
                violation_error_message=_("Say what the document is called."),
            ),
            models.CheckConstraint(
                name="document_days_in_order",
                condition=Q(issued_on__isnull=True) | Q(valid_to__isnull=True) | Q(issued_on__lte=F("valid_to")),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
