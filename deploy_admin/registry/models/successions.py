"""What became of a unit: renamed, moved, merged into or split off another, by a document, on a day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin.registry.codes import SuccessionKind
from deploy_admin.registry.models.institutions import Institution

#: The unit stays itself: these kinds record the document, not a new owner of the past.
WITHIN = (SuccessionKind.RENAME, SuccessionKind.MOVE)


class Succession(models.Model):
    """One unit, or one state of it, following another. `on` is the first day of the new state.

    `share` is the part of a split unit's figures that goes to the heir; none where the document does not say.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=SuccessionKind.choices)
    on = models.DateField(_("takes effect on"))
    predecessor = models.ForeignKey(Institution, models.PROTECT, related_name="successions")
    heir = models.ForeignKey(Institution, models.PROTECT, related_name="inheritances")
    share = models.DecimalField(_("share"), max_digits=7, decimal_places=6, null=True, blank=True)
    document_title = models.CharField(_("document title"), max_length=200)
    document_number = models.CharField(_("document number"), max_length=100, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.CharField(max_length=150, blank=True, editable=False)

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(
                name="succession_kind_fits_its_units",
                condition=(Q(kind__in=[k.value for k in WITHIN]) & Q(predecessor=F("heir")))
                | (Q(kind__in=["merge", "split"]) & ~Q(predecessor=F("heir"))),
                violation_error_code="succession_units",
                violation_error_message=_("A merger or split needs two different units; a renaming or move only one."),
            ),
            models.CheckConstraint(
                name="succession_share_only_of_a_split",
                condition=Q(share__isnull=True) | (Q(kind="split") & Q(share__gt=0) & Q(share__lte=1)),
                violation_error_code="share_out_of_range",
                violation_error_message=_("A share belongs to a split and lies above 0 and not above 1."),
            ),
            models.CheckConstraint(
                name="succession_has_a_document",
                condition=~Q(document_title=""),
                violation_error_code="document_missing",
                violation_error_message=_("A change of this kind needs its document."),
            ),
            models.UniqueConstraint(
                name="succession_once",
                fields=["predecessor", "heir", "on", "kind"],
                violation_error_code="succession_twice",
                violation_error_message=_("This change is already recorded."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
