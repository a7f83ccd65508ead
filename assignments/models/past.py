"""What was paid and certified before this system kept assignments: taken on with them, as it was."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.models.assignments import Assignment, OfAssignmentQuerySet
from deploy_admin.people.models.dated import Documented


class PastPayment(Documented):
    """An amount in yuan that was paid for a past assignment, by purpose."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="past_payments")
    purpose = models.CharField(_("purpose"), max_length=100)
    amount = models.DecimalField(_("amount (CNY)"), max_digits=12, decimal_places=2)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)

    objects = OfAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("past payment")
        verbose_name_plural = _("past payments")
        default_permissions = ()
        ordering = ["assignment_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="past_payment_of_something",
                condition=Q(amount__gt=0) & ~Q(purpose=""),
                violation_error_code="amount_or_purpose",
                violation_error_message=_("An amount above zero and its purpose are expected."),
            ),
            models.UniqueConstraint(
                name="past_payment_once",
                fields=["assignment", "purpose", "paid_on", "amount"],
                nulls_distinct=False,
                violation_error_code="payment_twice",
                violation_error_message=_("This payment is recorded already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.amount}"


class PastCertificate(Documented):
    """A certificate of primary-level service that was issued for a past assignment."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="past_certificate")
    number = models.CharField(_("certificate number"), max_length=100)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    issuer = models.CharField(_("issued by"), max_length=200, blank=True, default="")

    objects = OfAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("past certificate")
        verbose_name_plural = _("past certificates")
        default_permissions = ()
        ordering = ["assignment_id"]
        constraints = [
            models.CheckConstraint(
                name="past_certificate_numbered",
                condition=~Q(number=""),
                violation_error_code="number_missing",
                violation_error_message=_("A certificate has a number."),
            ),
        ]

    def __str__(self) -> str:
        return self.number
