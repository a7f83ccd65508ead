"""Issued papers: what was printed, under which number, and the stamped copy that came back as the valid version."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assignments.kinds import PaperKind
from assignments.models.assignments import Assignment
from assignments.models.campaigns import Campaign
from assignments.models.leave import Leave
from assignments.states import PaperState
from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people.models.dated import Recorded
from deploy_admin.registry.models import Institution


def _seen(actor: Actor) -> Any:
    return Assignment.objects.visible_to(actor).order_by().values("pk")


def _to_or_from(actor: Actor) -> Q:
    return Q(issuer__in=actor.institution_ids) | Q(addressee__in=actor.institution_ids)


class IssuedPaperQuerySet(models.QuerySet[Any]):
    """How issued papers are read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those that name an assignment the actor sees, and those one issued or is addressed by.

        A list names colleagues of others too: who reads it whole says `whole_for`, everybody else reads an extract.
        """
        if actor.reach is Reach.ALL:
            return self.all()
        lines = PaperLine.objects.filter(paper=OuterRef("pk"), assignment__in=_seen(actor))
        if actor.reach is Reach.SELF:
            # Of the lists one is named on nothing but one's own receipt and notice.
            return self.filter(Exists(lines), kind__in=[PaperKind.LEAVE_RECEIPT, PaperKind.EXTENSION_NOTICE])
        if actor.reach in (Reach.DISTRICT, Reach.UNIT):
            return self.filter(_to_or_from(actor) | Q(Exists(lines)))
        return self.none()

    def whole_for(self, actor: Actor) -> Self:
        """Those the actor may read from the first row to the last, as files too: where all who are named are seen."""
        if actor.reach is Reach.ALL:
            return self.all()
        hidden = PaperLine.objects.filter(paper=OuterRef("pk")).exclude(assignment__in=_seen(actor))
        mine = _to_or_from(actor) if actor.reach in (Reach.DISTRICT, Reach.UNIT) else Q()
        return self.visible_to(actor).filter(mine | ~Exists(hidden) if mine else ~Exists(hidden))

    def for_list(self) -> Self:
        return self.select_related("campaign").order_by("-dated_on", "-pk")


class IssuedPaper(Recorded):
    """One paper as it was issued: its content is frozen and hashed, its number and date are the office's own."""

    kind = models.CharField(_("kind of paper"), max_length=24, choices=PaperKind)
    state = models.CharField(_("state"), max_length=12, choices=PaperState, default=PaperState.ISSUED)
    issuer = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("issuing unit"))
    addressee = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("addressed to")
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="papers")
    number = models.CharField(_("document number"), max_length=100, blank=True, default="")
    dated_on = models.DateField(_("date"))
    #: What the paper says, as data: pages, PDF and DOCX are made from this and nothing else.
    content = models.JSONField(default=dict)
    #: Of the content: the check code printed on the paper is its beginning.
    sha256 = models.CharField(max_length=64)
    pdf = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    docx = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    stamped = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    stamped_at = models.DateTimeField(null=True, blank=True, editable=False)
    stamped_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by_name = models.CharField(max_length=150, blank=True, default="", editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    objects = IssuedPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("issued paper")
        verbose_name_plural = _("issued papers")
        default_permissions = ()
        ordering = ["-dated_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="paper_number_once",
                fields=["issuer", "number"],
                condition=~Q(number="") & ~Q(state="withdrawn"),
                violation_error_code="number_taken",
                violation_error_message=_("This unit issued a paper under this number already."),
            ),
            models.CheckConstraint(
                name="paper_kind_known",
                condition=Q(kind__in=PaperKind.values) & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_code="kind_unknown",
                violation_error_message=_("This kind of paper is not in the code list."),
            ),
            models.CheckConstraint(
                name="paper_stamped_whole",
                condition=~Q(state="stamped")
                | (Q(stamped__isnull=False, stamped_at__isnull=False) & ~Q(stamped_by_name="") & ~Q(number="")),
                violation_error_code="stamped_incomplete",
                violation_error_message=_("The stamped copy comes with its number, and with who filed it."),
            ),
            models.CheckConstraint(
                name="paper_withdrawn_says_why",
                condition=~Q(state="withdrawn") | (Q(withdrawn_at__isnull=False) & ~Q(reason="")),
                violation_error_code="reason_missing",
                violation_error_message=_("Say why the paper is withdrawn."),
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("assignments:paper", args=[self.pk])

    @property
    def check_code(self) -> str:
        """Twelve characters in three groups: the stamped paper matches the data."""
        head = self.sha256[:12].upper()
        return "-".join((head[:4], head[4:8], head[8:]))


class PaperLine(models.Model):
    """One assignment, or one leave of it, that an issued paper names."""

    paper = models.ForeignKey(IssuedPaper, models.PROTECT, related_name="lines")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="paper_lines")
    leave = models.ForeignKey(Leave, models.PROTECT, null=True, blank=True, related_name="paper_lines")

    class Meta:
        verbose_name = _("line of a paper")
        verbose_name_plural = _("lines of papers")
        default_permissions = ()
        ordering = ["paper_id", "id"]
        constraints = [
            models.UniqueConstraint(
                name="paper_line_once",
                fields=["paper", "assignment", "leave"],
                nulls_distinct=False,
                violation_error_code="line_twice",
                violation_error_message=_("The paper names this already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id}: {self.assignment_id}"
