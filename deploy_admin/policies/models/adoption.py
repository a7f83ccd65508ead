"""The officer's act by which a version takes effect, with its document number and its transition."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.policies.models.version import PolicyVersion


class OnPost(models.TextChoices):
    """Which rule holds for people who were on post before: chosen at every adoption, never assumed."""

    OLD = "old", _("the old rule")
    NEW = "new", _("the new rule")
    MORE_FAVOURABLE = "more_favourable", _("whichever is more favourable to them")


class Adoption(models.Model):
    """One version adopted: by whom, under which number, and from when it counts for what. Never changed."""

    policy_version = models.OneToOneField(PolicyVersion, models.PROTECT, related_name="adoption")
    number = models.CharField(_("document number"), max_length=100, blank=True)
    #: Empty only where the source does not give it, which the note then says.
    adopted_on = models.DateField(_("date of the document"), null=True, blank=True)
    source_note = models.CharField(_("note on number and date"), max_length=200, blank=True)
    deciding_body = models.CharField(_("deciding body"), max_length=200)
    quotas_from = models.DateField(_("quotas from the period that starts on"))
    assignments_from = models.DateField(_("assignments that start on or after"))
    on_post = models.CharField(_("people already on post"), max_length=20, choices=OnPost)
    #: The switches that weigh on people, each with the officer's answer (AMB-22, 24, 25, 27).
    adverse = models.JSONField(_("adverse switches"), default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by_id = models.BigIntegerField(null=True, blank=True)
    by_name = models.CharField(_("adopted by"), max_length=150)

    class Meta:
        verbose_name = _("adoption")
        verbose_name_plural = _("adoptions")
        constraints = [
            models.CheckConstraint(
                name="adoption_on_post_chosen",
                condition=Q(on_post__in=OnPost.values),
                violation_error_code="on_post_unknown",
                violation_error_message=_("Choose which rule holds for people already on post."),
            ),
            models.CheckConstraint(
                name="adoption_number_and_date_or_note",
                condition=(~Q(number="") & Q(adopted_on__isnull=False)) | ~Q(source_note=""),
                violation_error_code="number_or_note",
                violation_error_message=_(
                    "Give the document's number and date, or say in the note why there is none."
                ),
            ),
            models.CheckConstraint(
                name="adoption_body_named",
                condition=~Q(deciding_body=""),
                violation_error_code="deciding_body_missing",
                violation_error_message=_("Name the body that decided."),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.source_note
