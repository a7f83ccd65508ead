"""Administrative divisions with the dates between which they existed."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.registry import periods
from deploy_admin.registry.codes import AreaGroup, DivisionLevel


class DivisionQuerySet(models.QuerySet["Division"]):
    def on(self, day: date) -> DivisionQuerySet:
        """The divisions that exist on `day`."""
        return self.filter(periods.holds_on(day))

    def search(self, text: str) -> DivisionQuerySet:
        """The divisions whose name contains `text`, or whose initials or code begin with it."""
        return self.filter(
            Q(name__contains=text)
            | Q(name_en__icontains=text)
            | Q(initials__startswith=text.lower())
            | Q(code__startswith=text)
        )


class Division(models.Model):
    """One administrative division for as long as its name, code and parent stayed what they are.

    A division that goes over to another parent ends, and a new row begins the next day; `successor` names it. Codes
    are never deleted: identity numbers issued under them stay valid for ever.
    """

    code = models.CharField(_("code"), max_length=12, null=True, blank=True)  # noqa: DJ001 -- no code is not an empty code
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    level = models.CharField(_("level of division"), max_length=20, choices=DivisionLevel.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    area_group = models.CharField(_("area group"), max_length=20, choices=AreaGroup.choices, blank=True)
    valid_from = models.DateField(_("first day"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")
    source = models.CharField(_("source"), max_length=300, blank=True)
    pinyin = models.CharField(max_length=400, blank=True, db_collation="C")
    initials = models.CharField(max_length=120, blank=True, db_collation="C")

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["pinyin", "valid_from", "id"]
        constraints = [
            models.CheckConstraint(
                name="division_ends_after_it_begins",
                condition=periods.in_order(),
                violation_error_code="period_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            models.CheckConstraint(
                name="division_with_successor_has_ended",
                condition=Q(successor__isnull=True) | Q(valid_to__isnull=False),
                violation_error_code="successor_of_the_living",
                violation_error_message=_("A division that has a successor needs a last day."),
            ),
            models.CheckConstraint(
                name="division_code_is_digits",
                condition=Q(code__isnull=True) | Q(code__regex=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"),
                violation_error_code="division_code_form",
                violation_error_message=_("A division code has 6, 9 or 12 digits, or is left empty."),
            ),
            models.UniqueConstraint(
                name="division_code_unique_at_a_time",
                fields=["code"],
                condition=Q(valid_to__isnull=True),
                violation_error_code="division_code_taken",
                violation_error_message=_("Another existing division has this code."),
            ),
            models.UniqueConstraint(
                name="division_row_unique",
                fields=["name", "parent", "valid_from"],
                nulls_distinct=False,
                violation_error_code="division_twice",
                violation_error_message=_("This division is already recorded from that day."),
            ),
        ]
        indexes = [models.Index(fields=["code"], name="division_by_code")]

    def __str__(self) -> str:
        return self.name
