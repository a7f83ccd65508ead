"""How every person stands under every clause that speaks of them, and how far the judging has come."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments.codes import State
from assignments.rules import Code
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.dated import OfWorkerQuerySet
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution


class EligibilityQuerySet(OfWorkerQuerySet):
    """How standings are read; `visible_to` goes by the person, as everything about one does."""

    def current(self) -> Self:
        """Those that are judged now: without people who left and clauses that no longer speak of them."""
        return self.exclude(state=State.ENDED)

    def for_list(self) -> Self:
        """With the person read along, by pinyin of the name, one person's clauses together."""
        return self.select_related("worker").order_by("sort_key", "worker_id", "target", "topic", "pk")


class Eligibility(models.Model):
    """One person's standing under one clause, as it was last judged; without a clause: no rule speaks of the person.

    `updated_at` moves only when the row says something else than before; for which day a person was last judged stands
    in `Judged`. The explanation is not kept but derived again when asked, from the dated rows of the day.
    """

    worker = models.ForeignKey(
        HealthWorker, models.PROTECT, related_name="eligibilities", db_index=False, verbose_name=_("health worker")
    )
    #: The sending unit: where the person is employed on the day.
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="+", db_index=False, verbose_name=_("unit")
    )
    target = models.CharField(_("target"), max_length=40)
    topic = models.CharField(_("topic"), max_length=100, blank=True)
    scheme = models.CharField(_("scheme"), max_length=60, blank=True)
    policy = models.CharField(_("policy"), max_length=120, blank=True)
    version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    clause_id = models.CharField(_("clause"), max_length=100, blank=True)
    #: What the clause answers, before anything that keeps the person away is counted in.
    code = models.CharField(_("answer"), max_length=16)
    state = models.CharField(_("state"), max_length=16, choices=State)
    alternative = models.CharField(max_length=100, blank=True)
    exemption = models.CharField(max_length=100, blank=True)
    bar = models.CharField(max_length=100, blank=True)
    event = models.CharField(max_length=24, blank=True)
    event_on = models.DateField(null=True, blank=True)
    #: The last day of the bar, or of the exemption's window; empty: without end.
    until = models.DateField(_("until"), null=True, blank=True)
    #: What has to be entered or set before the answer is known.
    missing = ArrayField(models.TextField(), default=list, blank=True)
    #: Which facts refuse, where the requirement is not met.
    unmet = ArrayField(models.TextField(), default=list, blank=True)
    unavailable = models.CharField(_("unavailable because of"), max_length=24, blank=True)
    unavailable_until = models.DateField(null=True, blank=True)
    staff_category = models.CharField(_("staff category"), max_length=24, blank=True)
    title_level = models.CharField(_("title level"), max_length=20, blank=True)
    #: The person's name in pinyin: what lists are sorted by.
    sort_key = models.CharField(max_length=400, blank=True, db_collation="C")
    digest = models.CharField(max_length=32)
    #: The first day for which it was judged as it stands.
    since = models.DateField(_("since"))
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = EligibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("eligibility")
        verbose_name_plural = _("eligibilities")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="eligibility_once",
                fields=["worker", "policy", "clause_id"],
                violation_error_code="eligibility_twice",
                violation_error_message=_("This person is judged under this clause already."),
            ),
            models.CheckConstraint(
                name="eligibility_answer_known",
                condition=Q(code__in=[code.value for code in Code]),
                violation_error_code="answer_unknown",
                violation_error_message=_("This is not an answer that a clause can give."),
            ),
            models.CheckConstraint(
                name="eligibility_state_known",
                condition=Q(state__in=State.values),
                violation_error_code="state_unknown",
                violation_error_message=_("This is not a state of the list."),
            ),
            models.CheckConstraint(
                name="eligibility_clause_whole",
                condition=Q(clause_id="", policy="", topic="", version__isnull=True, code="not_applicable")
                | (~Q(clause_id="") & ~Q(policy="") & ~Q(topic="") & Q(version__isnull=False)),
                violation_error_code="clause_incomplete",
                violation_error_message=_(
                    "A standing names policy, version, topic and clause, or says that none speaks."
                ),
            ),
            models.CheckConstraint(
                name="eligibility_bar_when_barred",
                condition=(Q(code="barred") & ~Q(bar="")) | (~Q(code="barred") & Q(bar="")),
                violation_error_code="bar_without_answer",
                violation_error_message=_("Who is barred has a bar, and nobody else."),
            ),
            models.CheckConstraint(
                name="eligibility_exemption_when_exempt",
                condition=(Q(code="exempt") & ~Q(exemption="")) | (~Q(code="exempt") & Q(exemption="")),
                violation_error_code="exemption_without_answer",
                violation_error_message=_("Who is exempt has an exemption, and nobody else."),
            ),
            models.CheckConstraint(
                name="eligibility_until_of_something",
                condition=Q(until__isnull=True) | Q(code__in=["barred", "exempt"]),
                violation_error_code="until_without_reason",
                violation_error_message=_("A last day belongs to a bar or an exemption."),
            ),
            models.CheckConstraint(
                name="eligibility_absence_named",
                condition=(~Q(state="unavailable") & Q(unavailable_until__isnull=True)) | ~Q(unavailable=""),
                violation_error_code="absence_unnamed",
                violation_error_message=_("Who is unavailable has a reason."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["target", "sort_key", "worker"], condition=~Q(state="ended"), name="eligibility_by_pinyin"
            ),
            models.Index(fields=["institution", "target", "state"], name="eligibility_of_unit"),
            models.Index(fields=["updated_at", "id"], name="eligibility_by_update"),
        ]

    def __str__(self) -> str:
        return f"{self.worker_id}: {self.policy}#{self.clause_id} {self.state}"


class JudgedQuerySet(OfWorkerQuerySet):
    """How the state of the judging is read."""


class Judged(models.Model):
    """For which day a person was last judged, and on which state of their record that rests."""

    worker = models.OneToOneField(HealthWorker, models.PROTECT, primary_key=True, related_name="judged")
    judged_on = models.DateField()
    #: `updated_at` of the record as it was read: another one there means that the person has to be judged again.
    record_at = models.DateTimeField()
    judged_at = models.DateTimeField()

    objects = JudgedQuerySet.as_manager()

    class Meta:
        verbose_name = _("judging")
        verbose_name_plural = _("judgings")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.worker_id}: {self.judged_on}"
