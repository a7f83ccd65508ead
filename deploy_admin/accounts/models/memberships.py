"""In which capacity a person acts: one role at one institution for a while."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Least
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, ROLE_LABELS, Actor, Reach, Role
from deploy_admin.accounts.models.users import User
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import Institution

ADMINISTRATOR_VALUES = sorted(role.value for role in ADMINISTRATORS)


def point(value: Any) -> Func:
    """Return the range that holds one bigint: GiST has no bigint equality of its own without an extension."""
    number = Cast(value, models.BigIntegerField())
    return Func(number, number, Value("[]"), function="int8range", output_field=BigIntegerRangeField())


#: valid_from … valid_to, both days inside; open where there is no last day.
SPAN = Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange", output_field=DateRangeField())

#: From the day of the link to the last day: what the capacity showed before is another matter.
LINKED = Func(
    Least(Coalesce(F("linked_on"), F("valid_from")), F("valid_to")),
    F("valid_to"),
    Value("[]"),
    function="daterange",
    output_field=DateRangeField(),
)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, actor: Actor) -> MembershipQuerySet:
        """One's own; those of the units in reach; all for the security administrator, who answers for them."""
        if actor.role is Role.SECURITY_ADMIN or (actor.reach is Reach.ALL and actor.role is None):
            return self
        own = Q(user_id=actor.user_id) if actor.user_id else Q(pk__in=[])
        if actor.reach is Reach.ALL:
            return self.filter(own | Q(institution__isnull=False))
        if actor.reach is Reach.DISTRICT:
            reached = Institution.objects.visible_to(actor).values("pk")
            return self.filter(own | Q(institution_id__in=reached) | Q(institution_id__in=actor.institution_ids))
        if actor.reach is Reach.UNIT:
            return self.filter(own | Q(institution_id__in=actor.institution_ids))
        return self.filter(own)

    def valid_on(self, day: date) -> MembershipQuerySet:
        """The capacities that hold on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def for_list(self) -> MembershipQuerySet:
        """With the person, the institution, the health worker and whom it stands in for, in a stable order."""
        return self.select_related("user", "institution", "worker", "substitute_for__user").order_by(
            "institution_id", "-manages_unit", "user__username", "pk"
        )


class Membership(models.Model):
    """One person in one role at one institution for a while; the three administrators belong to none."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("Person"))
    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("Institution"),
    )
    role = models.CharField(_("Capacity"), max_length=40, choices=[(role.value, ROLE_LABELS[role]) for role in Role])
    manages_unit = models.BooleanField(_("Manages the unit's people"), default=False)
    #: Whom a deployed person's capacity is about: the only record that the capacity sees.
    worker = models.ForeignKey(
        HealthWorker,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("Health worker"),
    )
    #: Since when that person's record is shown here; the whole capacity where nothing is said.
    linked_on = models.DateField(_("Linked on"), null=True, blank=True)
    valid_from = models.DateField(_("From"))
    valid_to = models.DateField(_("Until"), null=True, blank=True)
    substitute_for = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="substitutes",
        verbose_name=_("In place of"),
    )
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    #: Counts the writes; a page that shows an older one is refused (409).
    version = models.PositiveIntegerField(default=1)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("Membership")
        verbose_name_plural = _("Memberships")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="accounts_membership_dates_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                violation_error_code="dates_reversed",
                violation_error_message=_("The first day must not come after the last."),
            ),
            models.CheckConstraint(
                name="accounts_membership_known_role",
                condition=Q(role__in=[role.value for role in Role]),
                violation_error_code="unknown_role",
                violation_error_message=_("This capacity does not exist."),
            ),
            models.CheckConstraint(
                name="accounts_membership_place",
                condition=Q(role__in=ADMINISTRATOR_VALUES, institution__isnull=True, manages_unit=False)
                | (~Q(role__in=ADMINISTRATOR_VALUES) & Q(institution__isnull=False)),
                violation_error_code="wrong_place",
                violation_error_message=_("An administrator belongs to no institution; every other capacity to one."),
            ),
            models.CheckConstraint(
                name="accounts_membership_substitution",
                condition=Q(substitute_for__isnull=True)
                | (
                    Q(valid_to__isnull=False)
                    & ~Q(substitute_for=F("id"))
                    & ~Q(role__in=ADMINISTRATOR_VALUES)
                    & Q(manages_unit=False)
                ),
                violation_error_code="substitution_open",
                violation_error_message=_("A substitution has a last day, and nobody stands in for an administrator."),
            ),
            models.CheckConstraint(
                name="accounts_membership_worker",
                condition=Q(worker__isnull=True) | Q(role=Role.DEPLOYED_PERSON.value),
                violation_error_code="worker_of_another_role",
                violation_error_message=_("Only a deployed person's capacity names a health worker."),
            ),
            models.CheckConstraint(
                name="accounts_membership_auditor_ends",
                condition=~Q(role=Role.AUDITOR.value) | Q(valid_to__isnull=False),
                violation_error_code="auditor_without_end",
                violation_error_message=_("An auditor's capacity has a last day."),
            ),
            ExclusionConstraint(
                name="accounts_membership_no_duplicate",
                index_type="GIST",
                expressions=[
                    (point("user"), RangeOperators.OVERLAPS),
                    (point(Coalesce(F("institution"), Value(0))), RangeOperators.OVERLAPS),
                    (
                        point(Func(F("role"), function="hashtext", output_field=models.IntegerField())),
                        RangeOperators.OVERLAPS,
                    ),
                    (SPAN, RangeOperators.OVERLAPS),
                ],
                violation_error_code="membership_twice",
                violation_error_message=_("This person already has this capacity here in that time."),
            ),
            ExclusionConstraint(
                name="accounts_membership_worker_once",
                index_type="GIST",
                expressions=[(point("worker"), RangeOperators.OVERLAPS), (LINKED, RangeOperators.OVERLAPS)],
                condition=Q(worker__isnull=False),
                violation_error_code="worker_twice",
                violation_error_message=_("Another account acts for this health worker in that time: end that first."),
            ),
            # An administrator's third range is endless and meets every other one; the others' is their own id only.
            ExclusionConstraint(
                name="accounts_membership_administrator_alone",
                index_type="GIST",
                expressions=[
                    (point("user"), RangeOperators.OVERLAPS),
                    (SPAN, RangeOperators.OVERLAPS),
                    (
                        Case(
                            When(
                                role__in=ADMINISTRATOR_VALUES,
                                then=Func(
                                    Cast(Value(None), models.BigIntegerField()),
                                    Cast(Value(None), models.BigIntegerField()),
                                    function="int8range",
                                    output_field=BigIntegerRangeField(),
                                ),
                            ),
                            default=point("id"),
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_code="administrator_not_alone",
                violation_error_message=_("The three administrators combine with no other capacity."),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "valid_from"], name="accounts_membership_person"),
            models.Index(fields=["institution", "role"], name="accounts_membership_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"

    def get_absolute_url(self) -> str:
        """The page of this capacity."""
        from django.urls import reverse

        return reverse("accounts:member", args=[self.pk])

    @property
    def kind(self) -> Role:
        """The role as its enum."""
        return Role(self.role)

    @property
    def role_label(self) -> str:
        """The role in words."""
        return self.kind.label

    def holds_on(self, day: date) -> bool:
        """Whether the capacity holds on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
