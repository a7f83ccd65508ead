"""A notice: what waits for somebody, until the thing is done."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import SYSTEM, Actor
from deploy_admin.jobs import notices


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> NoticeQuerySet:
        """What is addressed to this actor: to the person, or to the capacity in which the person acts now."""
        if actor is SYSTEM:
            return self
        to_me = Q(user_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
        if actor.role is None:
            return self.filter(to_me)
        my_roles = Q(roles__contains=[actor.role.value])
        my_units = set(actor.institution_ids) | ({actor.institution_id} if actor.institution_id else set())
        to_unit = Q(institution_id__in=my_units) & (my_roles | Q(roles=[]))
        to_role = Q(institution_id=None) & my_roles
        return self.filter(to_me | (Q(user_id=None) & (to_unit | to_role)))

    def open(self) -> NoticeQuerySet:
        """What still waits."""
        return self.filter(settled_at=None)

    def for_list(self) -> NoticeQuerySet:
        """Oldest deadline first, then without deadline, newest first."""
        return self.order_by(models.F("due_on").asc(nulls_last=True), "-pk")


class Notice(models.Model):
    """One thing that waits for an institution's roles or for one person; open until it is settled."""

    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    institution_id = models.BigIntegerField(null=True)
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    user_id = models.BigIntegerField(null=True)
    due_on = models.DateField(null=True)
    key = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="notice_open_once_per_key",
                fields=["key"],
                condition=Q(settled_at=None),
                violation_error_code="notice_open",
                violation_error_message=_("This notice is already open."),
            ),
            models.CheckConstraint(
                name="notice_addressed",
                condition=Q(institution_id__isnull=False) | Q(user_id__isnull=False) | ~Q(roles=[]),
                violation_error_code="notice_to_nobody",
                violation_error_message=_("A notice is addressed to an institution, a role or a person."),
            ),
        ]
        indexes = [
            models.Index(fields=["institution_id"], name="notice_open_by_unit", condition=Q(settled_at=None)),
            models.Index(fields=["user_id"], name="notice_open_by_user", condition=Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The notice as one sentence in the reader's language."""
        return notices.sentence(self.code, self.params)

    @property
    def settled(self) -> bool:
        """Whether nothing waits any more."""
        return self.settled_at is not None
