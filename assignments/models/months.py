"""Months at the post: a sheet per receiving unit and month, a row per assignment on it, every step of a sheet."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.models.assignments import Assignment
from assignments.rules.attendance_codes import CELLS, CountsAs, cells_of
from assignments.states import SHEET_HANDED_IN, SHEET_OPEN, MonthAnswer, SheetState
from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.models import StoredFile
from deploy_admin.months import Month
from deploy_admin.registry.models import Institution

_CELL = models.CharField(max_length=2)
_CELLS = ArrayField(_CELL)
#: How many days the row's month has.
_LAST_DAY = Func(
    F("month"),
    template="EXTRACT(day FROM (%(expressions)s + INTERVAL '1 month' - INTERVAL '1 day'))::integer",
    output_field=models.IntegerField(),
)


def _times(cell: str) -> Func:
    """How often `cell` stands in the row; immutable, so that the database may keep the totals."""
    found = Func(F("days"), Value(cell), function="array_positions", output_field=ArrayField(models.IntegerField()))
    return Func(found, function="cardinality", output_field=models.IntegerField())


def _halves(whole: tuple[str, ...], half: tuple[str, ...]) -> Any:
    """Half days: two for each whole cell, one for each half one."""
    terms = [_times(cell) * Value(2) for cell in whole] + [_times(cell) for cell in half]
    return reduce(add, terms)


def _total(whole: tuple[str, ...], half: tuple[str, ...] = ()) -> Any:
    return models.GeneratedField(
        expression=_halves(whole, half), output_field=models.PositiveSmallIntegerField(), db_persist=True
    )


def _every_half() -> tuple[str, ...]:
    """The other half of a half day was spent at the post."""
    return tuple(cell for cell in CELLS if len(cell) == 2)


class MonthSheetQuerySet(models.QuerySet[Any]):
    """How sheets are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The own unit's; those of the units one's authority answers for; all for the city. A person has rows."""
        if actor.reach is Reach.ALL:
            return self.all()
        if actor.reach is Reach.DISTRICT:
            return self.filter(institution__in=Institution.objects.visible_to(actor).order_by().values("pk"))
        if actor.reach is Reach.UNIT:
            return self.filter(institution__in=actor.institution_ids)
        return self.none()

    def of(self, month: Month) -> Self:
        return self.filter(month=month.first)

    def open(self) -> Self:
        """With the unit: still to be submitted."""
        return self.filter(state__in=SHEET_OPEN)

    def handed_in(self) -> Self:
        """With the district, or released: scored."""
        return self.filter(state__in=SHEET_HANDED_IN)

    def for_list(self) -> Self:
        return self.order_by("-month", "institution_id")


class MonthSheet(models.Model):
    """The month of one receiving unit: who was at the post on which day; submitted, reviewed, released as a whole.

    `revision` moves with everything that a score may depend on (days, workload, answers about leave); the scores are
    right while `scored_revision` is the same.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="month_sheets", verbose_name=_("receiving unit")
    )
    month = models.DateField(_("month"))
    state = models.CharField(_("state"), max_length=12, choices=SheetState, default=SheetState.DRAFT)
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    submitted_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    #: Submitted after the last day for it.
    is_late = models.BooleanField(_("late"), default=False, editable=False)
    on_behalf = models.BooleanField(_("entered on behalf"), default=False, editable=False)
    #: The unit's letter from which the authority entered on its behalf.
    scan = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    accepted_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Why it was sent back or opened again, last.
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    #: Until when the unit may still enter although the month is closed, and why.
    exempt_until = models.DateField(_("may be entered until"), null=True, blank=True)
    exemption_reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    #: What a reviewer should look at, as codes; found when it was submitted, and when the review opens it.
    findings = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    scored_revision = models.PositiveIntegerField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MonthSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("month sheet")
        verbose_name_plural = _("month sheets")
        default_permissions = ()
        ordering = ["-month", "institution_id"]
        constraints = [
            models.UniqueConstraint(
                name="month_sheet_once",
                fields=["institution", "month"],
                violation_error_code="sheet_twice",
                violation_error_message=_("This unit has a sheet for this month already."),
            ),
            models.CheckConstraint(
                name="month_sheet_first_day",
                condition=Q(month__day=1),
                violation_error_code="not_a_month",
                violation_error_message=_("A month is known by its first day."),
            ),
            models.CheckConstraint(
                name="month_sheet_state_known",
                condition=Q(state__in=SheetState.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="month_sheet_submitted_by_whom",
                condition=Q(state__in=["draft", "returned"])
                | (Q(submitted_at__isnull=False) & ~Q(submitted_by_name="")),
                violation_error_code="submitted_by_nobody",
                violation_error_message=_("A submitted sheet says who submitted it and when."),
            ),
            models.CheckConstraint(
                name="month_sheet_accepted_by_whom",
                condition=~Q(state__in=["accepted", "released"])
                | (Q(accepted_at__isnull=False) & ~Q(accepted_by_name="")),
                violation_error_code="accepted_by_nobody",
                violation_error_message=_("An accepted sheet says who accepted it and when."),
            ),
            models.CheckConstraint(
                name="month_sheet_second_person",
                condition=Q(on_behalf=False)
                | ~Q(state__in=["accepted", "released"])
                | Q(submitted_by_id__isnull=True)
                | Q(accepted_by_id__isnull=True)
                | ~Q(submitted_by_id=F("accepted_by_id")),
                violation_error_code="second_person",
                violation_error_message=_("Somebody else than who entered it on behalf of the unit accepts it."),
            ),
            models.CheckConstraint(
                name="month_sheet_returned_says_why",
                condition=~Q(state="returned") | ~Q(reason=""),
                violation_error_code="reason_missing",
                violation_error_message=_("Say why the month is sent back."),
            ),
            models.CheckConstraint(
                name="month_sheet_exemption_whole",
                condition=Q(exempt_until__isnull=True, exemption_reason="")
                | (Q(exempt_until__isnull=False) & ~Q(exemption_reason="")),
                violation_error_code="exemption_incomplete",
                violation_error_message=_("More time has a last day and a reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["month", "state"], name="month_sheet_by_month"),
            models.Index(
                fields=["id"],
                name="month_sheet_to_score",
                condition=Q(scored_revision__isnull=True) | ~Q(scored_revision=F("revision")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        return reverse("appraisals:sheet", args=[self.pk])

    @property
    def period(self) -> Month:
        """The month it is of."""
        return Month(self.month)


def seen_months(actor: Actor, path: str = "") -> Q | None:
    """Return what makes a row known to an actor who does not see all of them; None: none is.

    `path` leads to the row from whatever hangs on it: asked there, its own month narrows first.
    """
    if actor.reach is Reach.SELF and actor.worker_id is not None:
        return Q(**{f"{path}assignment__worker": actor.worker_id})
    if actor.reach not in (Reach.DISTRICT, Reach.UNIT):
        return None
    units: Any = actor.institution_ids
    if actor.reach is Reach.DISTRICT:
        units = Institution.objects.visible_to(actor).order_by().values("pk")
    sheets = MonthSheet.objects.filter(institution__in=units).order_by().values("pk")
    sent = Assignment.objects.filter(sending_unit__in=units).order_by().values("pk")
    return Q(**{f"{path}sheet__in": sheets}) | Q(**{f"{path}assignment__in": sent})


class AssignmentMonthQuerySet(models.QuerySet[Any]):
    """How the rows of sheets are read."""

    def visible_to(self, actor: Actor) -> Self:
        """The own months; those on the unit's sheets, and of the people it sends; those of the authority's units."""
        if actor.reach is Reach.ALL:
            return self.all()
        seen = seen_months(actor)
        return self.none() if seen is None else self.filter(seen)

    def handed_in(self) -> Self:
        return self.filter(sheet__state__in=SHEET_HANDED_IN)

    def of(self, month: Month) -> Self:
        return self.filter(month=month.first)

    def for_list(self) -> Self:
        """With the assignment, its person and the sheet, by pinyin."""
        return self.select_related("sheet", "assignment__worker").order_by(
            "assignment__sort_key", "assignment_id", "pk"
        )


class AssignmentMonth(models.Model):
    """One assignment on one sheet: a cell per day of the month, see `rules.attendance_codes`.

    Totals are in half days and kept by the database. Days outside the assignment's time at this unit are closed.
    """

    sheet = models.ForeignKey(MonthSheet, models.PROTECT, related_name="rows")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="months")
    month = models.DateField(_("month"))
    days = ArrayField(_CELL)
    #: Bit n is set when the cell of day n + 1 was set by somebody, so that a later leave does not overwrite it unseen.
    touched = models.PositiveIntegerField(default=0)
    #: How many days the roster asks for within the open days of this month.
    duty_days = models.PositiveSmallIntegerField(default=0)
    attended_halves = _total(cells_of(CountsAs.ATTENDED, half=False), _every_half())
    leave_halves = _total(cells_of(CountsAs.LEAVE, half=False), cells_of(CountsAs.LEAVE, half=True))
    personal_halves = _total(("S",), ("Sh",))
    sick_halves = _total(("B",), ("Bh",))
    absent_halves = _total(("K",), ("Kh",))
    unchecked_halves = _total(("U",), ("Uh",))
    night_halves = _total(("N",))
    extra_halves = _total(("D",), ("Dh",))
    round_halves = _total(("R",), ("Rh",))
    answer = models.CharField(_("the person's answer"), max_length=10, choices=MonthAnswer, blank=True, default="")
    answer_remark = models.CharField(_("what is disputed"), max_length=500, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    updated_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)

    objects = AssignmentMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("month of an assignment")
        verbose_name_plural = _("months of assignments")
        default_permissions = ()
        ordering = ["-month", "id"]
        constraints = [
            models.UniqueConstraint(
                name="assignment_month_once",
                fields=["sheet", "assignment"],
                violation_error_code="row_twice",
                violation_error_message=_("This person stands on the sheet already."),
            ),
            models.CheckConstraint(
                name="assignment_month_first_day",
                condition=Q(month__day=1),
                violation_error_code="not_a_month",
                violation_error_message=_("A month is known by its first day."),
            ),
            models.CheckConstraint(
                name="assignment_month_length",
                condition=Q(days__len=_LAST_DAY),
                violation_error_code="days_of_month",
                violation_error_message=_("A row has one cell for each day of its month."),
            ),
            models.CheckConstraint(
                name="assignment_month_codes_known",
                condition=Q(days__contained_by=Value(list(CELLS), output_field=_CELLS)),
                violation_error_code="code_unknown",
                violation_error_message=_("This is not a code of the attendance list."),
            ),
            models.CheckConstraint(
                name="assignment_month_duty_days",
                condition=Q(duty_days__lte=31),
                violation_error_code="duty_days",
                violation_error_message=_("A month has at most 31 days of duty."),
            ),
            models.CheckConstraint(
                name="assignment_month_answered_when",
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer="confirmed", answered_at__isnull=False)
                | (Q(answer="disputed", answered_at__isnull=False) & ~Q(answer_remark="")),
                violation_error_code="answer_incomplete",
                violation_error_message=_("Say what is not right about the month."),
            ),
        ]
        indexes = [
            models.Index(fields=["assignment", "month"], name="assignment_month_by_time"),
            models.Index(fields=["month"], name="assignment_month_by_month"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.month:%Y-%m}"


class SheetStep(models.Model):
    """One step of a sheet: append-only."""

    sheet = models.ForeignKey(MonthSheet, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=40)
    from_state = models.CharField(max_length=12, blank=True, default="")
    to_state = models.CharField(max_length=12, choices=SheetState)
    reason = models.CharField(max_length=500, blank=True, default="")
    on_behalf = models.BooleanField(default=False)
    by_id = models.BigIntegerField(null=True, blank=True, editable=False)
    by_name = models.CharField(max_length=150, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("step of a sheet")
        verbose_name_plural = _("steps of sheets")
        default_permissions = ()
        ordering = ["sheet_id", "id"]
        constraints = [
            models.CheckConstraint(
                name="sheet_step_known",
                condition=Q(to_state__in=SheetState.values) & ~Q(by_name="") & ~Q(act=""),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.act}"


class RosterCycle(models.Model):
    """The shifts of one assignment from a day on, repeating: day, night, rest, rest. Sheets are prefilled from it."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="roster_cycles")
    valid_from = models.DateField(_("from"))
    cells = ArrayField(_CELL, verbose_name=_("shifts"))
    recorded_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("shift roster")
        verbose_name_plural = _("shift rosters")
        default_permissions = ()
        ordering = ["assignment_id", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="roster_cycle_once_a_day",
                fields=["assignment", "valid_from"],
                violation_error_code="roster_twice",
                violation_error_message=_("Another shift roster begins on this day."),
            ),
            models.CheckConstraint(
                name="roster_cycle_codes",
                condition=Q(cells__contained_by=Value(["P", "N", "X"], output_field=_CELLS))
                & Q(cells__len__gte=1)
                & Q(cells__len__lte=28),
                violation_error_code="roster_codes",
                violation_error_message=_("A shift roster is made of day duty, night duty and rest, at most 28 days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.valid_from}"
