"""Lists of people: who was promoted or recruited at a unit in a period; what is counted from them is a figure."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Permission
from deploy_admin.people.models import Employment, HealthWorker, Title
from deploy_admin.registry.models import Institution, InstitutionProfile
from quotas.models.periods import OfPeriod, OfUnitsQuerySet, days_in_order


class ListKind(models.TextChoices):
    """What a list names people for. Which figures are counted from it stands in quotas/counting.py."""

    PROMOTIONS = "promotions", _("Promotions")
    RECRUITS = "recruits", _("Recruits")


class UnitListQuerySet(OfUnitsQuerySet["UnitList"]):
    """How the headers of lists are read."""

    def awaited(self) -> Self:
        """Those that say that results are still to come."""
        return self.filter(awaited_at__isnull=False)

    def with_counts(self) -> Self:
        """With how many people are on the list, how many the unit has to confirm, how many it objects to."""
        state = ListedPerson.State
        return self.annotate(
            people=_people(~Q(state=state.WITHDRAWN)),
            unanswered=_people(Q(state=state.LISTED, on_behalf_of=True)),
            objections=_people(Q(state=state.OBJECTED)),
        )

    def for_list(self) -> Self:
        """By the units' names."""
        names = InstitutionProfile.objects.filter(institution=OuterRef("institution_id")).order_by("-valid_from")
        return self.annotate(pinyin=Subquery(names.values("pinyin")[:1])).order_by("pinyin", "institution_id")


def _people(which: Q) -> Coalesce:
    """Count the list's rows that meet the condition."""
    key = {name: OuterRef(name) for name in ("institution_id", "kind", "period_start", "period_end")}
    rows = ListedPerson.objects.filter(which, **key).order_by().values("institution_id")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


class UnitList(OfPeriod):
    """The header of one unit's list of one kind for one period: whoever changes the list or counts it locks this row.

    It says what no row can say: that there was nobody, or that results are still awaited.
    """

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="unit_lists", verbose_name=_("institution")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ListKind)
    #: Declared empty: nobody was promoted or recruited, so the figures are nought and not missing.
    nobody_at = models.DateTimeField(_("declared empty"), null=True, blank=True)
    nobody_by_name = models.CharField(max_length=150, blank=True, default="")
    awaited_at = models.DateTimeField(_("results awaited since"), null=True, blank=True)
    awaited_by_name = models.CharField(max_length=150, blank=True, default="")
    awaited_remark = models.CharField(_("remark"), max_length=500, blank=True, default="")
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UnitListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of a unit")
        verbose_name_plural = _("lists of units")
        constraints = [
            days_in_order("unit_list_days_in_order"),
            models.CheckConstraint(
                name="unit_list_kind_known",
                condition=Q(kind__in=["promotions", "recruits"]),
                violation_error_code="list_kind",
                violation_error_message=_("A list names promotions or recruits."),
            ),
            models.UniqueConstraint(
                name="unit_list_once",
                fields=["institution", "kind", "period_start", "period_end"],
                violation_error_code="list_twice",
                violation_error_message=_("This list of the unit is there already."),
            ),
            models.CheckConstraint(
                name="unit_list_nobody_by_whom",
                condition=Q(nobody_at__isnull=True, nobody_by_name="")
                | (Q(nobody_at__isnull=False) & ~Q(nobody_by_name="")),
                violation_error_code="list_nobody",
                violation_error_message=_("A list declared empty says who declared it and when."),
            ),
            models.CheckConstraint(
                name="unit_list_awaited_by_whom",
                condition=Q(awaited_at__isnull=True, awaited_by_name="", awaited_remark="")
                | (Q(awaited_at__isnull=False) & ~Q(awaited_by_name="") & ~Q(awaited_remark="")),
                violation_error_code="list_awaited",
                violation_error_message=_("A list with results to come says which, who says so and since when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"


class ListedPersonQuerySet(OfUnitsQuerySet["ListedPerson"]):
    """How the rows of lists are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The rows of units the actor sees, for those who may know about people at all."""
        seen = super().visible_to(actor)
        return seen if actor.can(Permission.PEOPLE_VIEW) else seen.none()

    def standing(self) -> Self:
        """Those that were not taken off."""
        return self.exclude(state=ListedPerson.State.WITHDRAWN)

    def counting(self) -> Self:
        """Those that are counted: on the list, and neither objected to nor taken off."""
        return self.filter(state__in=ListedPerson.COUNTING)

    def unanswered(self) -> Self:
        """Those that somebody else put down for the unit and the unit has not confirmed."""
        return self.filter(state=ListedPerson.State.LISTED, on_behalf_of=True)

    def objected(self) -> Self:
        """Those on whose objection nobody has decided."""
        return self.filter(state=ListedPerson.State.OBJECTED)

    def for_list(self) -> Self:
        """With what a page shows, by name."""
        return self.select_related("worker", "title").order_by("worker__pinyin", "worker_id", "pk")


class ListedPerson(OfPeriod):
    """One person on one unit's list: promoted or recruited on a day of the period, with what the row made."""

    class State(models.TextChoices):
        LISTED = "listed", _("listed")
        CONFIRMED = "confirmed", _("confirmed")
        OBJECTED = "objected", _("objected to")
        WITHDRAWN = "withdrawn", _("taken off")

        def may_become(self, other: ListedPerson.State) -> bool:
            return other in MAY_BECOME[self]

    COUNTING = (State.LISTED, State.CONFIRMED)

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="listed_people", verbose_name=_("institution")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ListKind)
    worker = models.ForeignKey(
        HealthWorker, on_delete=models.PROTECT, related_name="listings", verbose_name=_("person")
    )
    #: The day the list's period is asked by: of the title's approval, or of the hire.
    happened_on = models.DateField(_("date"))
    title = models.ForeignKey(Title, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    employment = models.ForeignKey(Employment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    title_code = models.CharField(_("title"), max_length=24, blank=True, default="")
    review_year = models.PositiveSmallIntegerField(_("review year"), null=True, blank=True)
    practice_category = models.CharField(_("practice category"), max_length=32, blank=True, default="")
    military_status = models.CharField(_("military status"), max_length=32, blank=True, default="")
    employment_mode = models.CharField(_("employment mode"), max_length=32, blank=True, default="")
    staff_category = models.CharField(_("staff category"), max_length=32, blank=True, default="")
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.LISTED)
    on_behalf_of = models.BooleanField(_("entered on the unit's behalf"), default=False)
    #: Why the unit objects, or why the row was taken off.
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    entered_by_id = models.BigIntegerField(null=True, blank=True)
    entered_by_name = models.CharField(_("entered by"), max_length=150)
    entered_at = models.DateTimeField(_("entered"))
    answered_by_id = models.BigIntegerField(null=True, blank=True)
    answered_by_name = models.CharField(_("answered by"), max_length=150, blank=True, default="")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decided_by_name = models.CharField(_("decided by"), max_length=150, blank=True, default="")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    job_id = models.BigIntegerField(_("import"), null=True, blank=True)

    objects = ListedPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("listed person")
        verbose_name_plural = _("listed people")
        constraints = [
            models.CheckConstraint(
                name="listed_person_within_period",
                condition=Q(happened_on__gte=F("period_start"), happened_on__lte=F("period_end")),
                violation_error_code="listed_elsewhen",
                violation_error_message=_(
                    "Who was promoted or hired in another period belongs on that period's list."
                ),
            ),
            models.CheckConstraint(
                name="listed_person_kind_known",
                condition=Q(kind="promotions", employment_mode="", staff_category="") & ~Q(title_code="")
                | Q(kind="recruits", title_code="", review_year__isnull=True)
                & ~Q(employment_mode="")
                & ~Q(staff_category=""),
                violation_error_code="list_kind",
                violation_error_message=_("A promotion has a title; a recruit a staff category and a kind of post."),
            ),
            models.CheckConstraint(
                name="listed_person_state_known",
                condition=Q(state__in=["listed", "confirmed", "objected", "withdrawn"]),
                violation_error_code="listed_state",
                violation_error_message=_("A row of a list is listed, confirmed, objected to or taken off."),
            ),
            models.UniqueConstraint(
                name="listed_person_once",
                fields=["worker", "kind", "period_start", "period_end"],
                condition=~Q(state="withdrawn"),
                violation_error_code="listed_twice",
                violation_error_message=_("This person is on a list of this kind and period already."),
            ),
            models.CheckConstraint(
                name="listed_person_reason",
                condition=~Q(state__in=["objected", "withdrawn"]) | ~Q(reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Write the reason."),
            ),
            models.CheckConstraint(
                name="listed_person_answered_by_whom",
                condition=(Q(answered_at__isnull=True, answered_by_name="") & ~Q(state__in=["confirmed", "objected"]))
                | (Q(answered_at__isnull=False) & ~Q(answered_by_name="")),
                violation_error_code="answered_by_nobody",
                violation_error_message=_("An answer says who gave it and when."),
            ),
            models.CheckConstraint(
                name="listed_person_decided_by_whom",
                condition=(Q(decided_at__isnull=True, decided_by_name="") & ~Q(state="withdrawn"))
                | (Q(decided_at__isnull=False) & ~Q(decided_by_name="")),
                violation_error_code="decided_by_nobody",
                violation_error_message=_("A decision says who made it and when."),
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "kind", "period_start"], name="listed_person_of_unit"),
            models.Index(fields=["updated_at", "id"], name="listed_person_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}: {self.worker_id}"

    @property
    def is_unanswered(self) -> bool:
        """Whether the unit has still to confirm what somebody else put down for it."""
        return self.state == self.State.LISTED and self.on_behalf_of


MAY_BECOME: dict[ListedPerson.State, frozenset[ListedPerson.State]] = {
    ListedPerson.State.LISTED: frozenset(
        {ListedPerson.State.CONFIRMED, ListedPerson.State.OBJECTED, ListedPerson.State.WITHDRAWN}
    ),
    ListedPerson.State.CONFIRMED: frozenset({ListedPerson.State.WITHDRAWN}),
    ListedPerson.State.OBJECTED: frozenset({ListedPerson.State.CONFIRMED, ListedPerson.State.WITHDRAWN}),
    ListedPerson.State.WITHDRAWN: frozenset(),
}
