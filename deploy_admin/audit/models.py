"""The one table of what happened, and who may read which of its rows."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Role
from deploy_admin.audit import acts, scope


class Result(models.TextChoices):
    """How an act came out."""

    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, actor: Actor) -> EventQuerySet:
        """Everything for the audit administrator; for an auditor what its reach did or what was done to it."""
        if not actor.can(Permission.AUDIT_VIEW):
            return self.none()
        if scope.reads_everything(actor):
            return self
        reached = scope.institutions_of(actor)
        return self.filter(Q(institution_id__in=reached) | Q(object_institution_id__in=reached))

    def unsealed(self) -> EventQuerySet:
        """The events that no seal covers yet."""
        return self.filter(sequence__isnull=True)

    def sealed(self) -> EventQuerySet:
        """The chain, from its first link."""
        return self.filter(sequence__isnull=False).order_by("sequence")

    def for_list(self) -> EventQuerySet:
        """Newest first, without what only the detail shows."""
        return self.defer("detail", "user_agent", "previous_hash", "digest").order_by("-recorded_at", "-id")


class Event(models.Model):
    """One act: who, in which capacity, what, on what, with which result, from where. Never changed, never removed.

    People and institutions are kept as id and name, not as foreign keys: the record outlives them and this app lies
    below theirs.
    """

    recorded_at = models.DateTimeField(_("Time"), default=clock.now)
    user_id = models.BigIntegerField(_("User"), null=True, blank=True)
    membership_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(_("Who"), max_length=150, blank=True)
    role = models.CharField(_("Capacity"), max_length=40, blank=True)
    on_behalf_of = models.CharField(_("In place of"), max_length=150, blank=True)
    institution_id = models.BigIntegerField(null=True, blank=True)
    institution_label = models.CharField(_("Institution"), max_length=200, blank=True)
    act = models.CharField(_("Act"), max_length=80)
    result = models.CharField(_("Result"), max_length=10, choices=Result, default=Result.DONE)
    object_type = models.CharField(max_length=100, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    object_label = models.CharField(_("Object"), max_length=300, blank=True)
    object_institution_id = models.BigIntegerField(null=True, blank=True)
    detail = models.JSONField(_("Detail"), default=dict, blank=True)
    ip = models.GenericIPAddressField(_("Address"), null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)

    #: Filled once, together, when the event is sealed: its place in the chain and the hashes that tie it there.
    sequence = models.BigIntegerField(null=True, blank=True, editable=False)
    previous_hash = models.CharField(max_length=64, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("Event")
        verbose_name_plural = _("Events")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="audit_event_one_place_in_the_chain",
                fields=["sequence"],
                violation_error_code="sequence_taken",
                violation_error_message=_("Another event has this place in the chain."),
            ),
            models.CheckConstraint(
                name="audit_event_sealed_whole",
                condition=Q(sequence__isnull=True, previous_hash="", digest="")
                | (
                    Q(sequence__gte=1) & Q(previous_hash__regex=r"^[0-9a-f]{64}$") & Q(digest__regex=r"^[0-9a-f]{64}$")
                ),
                violation_error_code="half_sealed",
                violation_error_message=_("A seal is a place, the hash before and the event's own hash, all three."),
            ),
            models.CheckConstraint(
                name="audit_event_known_result",
                condition=Q(result__in=Result.values),
                violation_error_code="unknown_result",
                violation_error_message=_("An act is done or refused."),
            ),
        ]
        indexes = [
            models.Index(fields=["-recorded_at", "-id"], name="audit_event_newest"),
            models.Index(fields=["act", "-recorded_at"], name="audit_event_by_act"),
            models.Index(fields=["institution_id", "-recorded_at"], name="audit_event_by_unit"),
            models.Index(fields=["object_institution_id", "-recorded_at"], name="audit_event_about_unit"),
            models.Index(fields=["user_id", "-recorded_at"], name="audit_event_by_user"),
            models.Index(fields=["object_type", "object_id"], name="audit_event_by_object"),
            models.Index(fields=["id"], name="audit_event_unsealed", condition=Q(sequence__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M:%S} {self.act}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new event; the database refuses anything else, this only says so earlier."""
        if not self._state.adding:
            raise TypeError("An audit event is written once.")
        super().save(*args, **kwargs)

    @property
    def act_label(self) -> str:
        """The act in words, or its code where no app has named it."""
        return acts.label(self.act)

    @property
    def role_label(self) -> str:
        """The capacity in words."""
        return Role(self.role).label if self.role in set(Role) else self.role
