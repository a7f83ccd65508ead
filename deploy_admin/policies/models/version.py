"""One text of a policy, the states it passes through, and the trail of these."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.policies.models.policy import Policy


class State(models.TextChoices):
    """Where a version stands. MAY_BECOME below is the whole table of moves."""

    DRAFT = "draft", _("Draft")
    ADOPTED = "adopted", _("Adopted")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    def may_become(self, other: State) -> bool:
        """Return whether a version may move from this state to the other."""
        return other in MAY_BECOME[self]


#: A superseded version is in force again when its successor turns out never to have been.
MAY_BECOME: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.ADOPTED, State.WITHDRAWN}),
    State.ADOPTED: frozenset({State.SUPERSEDED, State.WITHDRAWN}),
    State.SUPERSEDED: frozenset({State.ADOPTED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset(),
}


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    """Reads of versions."""

    def visible_to(self, actor: Actor) -> PolicyVersionQuerySet:
        """What was ever adopted, for whoever reads policies; what was not, only for those who draft for that place."""
        if not actor.can(Permission.POLICIES_VIEW):
            return self.none()
        adopted = Q(adoption__isnull=False)
        if not actor.can(Permission.POLICIES_DRAFT):
            return self.filter(adopted)
        if actor.reach is Reach.ALL:
            return self
        if actor.reach is Reach.DISTRICT:
            return self.filter(adopted | Q(policy__division_id__in=actor.division_ids))
        return self.filter(adopted)

    def drafts(self) -> PolicyVersionQuerySet:
        """Not adopted yet."""
        return self.filter(state=State.DRAFT)

    def ever_adopted(self) -> PolicyVersionQuerySet:
        """Adopted once, whatever became of it: what may govern some period."""
        return self.filter(adoption__isnull=False)

    def for_list(self) -> PolicyVersionQuerySet:
        """With what a row shows, without the texts."""
        return (
            self.select_related("policy__division", "adoption")
            .defer("document", "source_text")
            .order_by("policy__scheme", "policy__slug", F("revision").desc())
        )


class PolicyVersion(models.Model):
    """One text of a policy: free to edit as a draft, frozen by the database once adopted."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions", verbose_name=_("policy"))
    revision = models.PositiveIntegerField(_("revision"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    title_zh = models.CharField(_("title"), max_length=300)
    title_en = models.CharField(_("title in English"), max_length=300, blank=True)
    document = models.JSONField(_("document"))
    schema_number = models.PositiveIntegerField(_("schema number"))
    source_text = models.TextField(_("text as written"))
    digest = models.CharField(_("digest"), max_length=64)
    #: What its clauses speak about, for finding whom it meets without reading every document.
    topics = ArrayField(models.CharField(max_length=120), verbose_name=_("topics"), default=list)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_to = models.DateField(_("in force until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.BigIntegerField(null=True, blank=True)
    created_by_name = models.CharField(_("written by"), max_length=150)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    version = models.PositiveIntegerField(default=1)

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints = [
            models.UniqueConstraint(
                name="policy_version_revision_once",
                fields=["policy", "revision"],
                violation_error_code="revision_taken",
                violation_error_message=_(
                    "Another revision with this number was written at the same moment; try again."
                ),
            ),
            models.UniqueConstraint(
                name="policy_version_one_adopted",
                fields=["policy"],
                condition=Q(state="adopted"),
                violation_error_code="adopted_twice",
                violation_error_message=_("A policy has one adopted version at a time."),
            ),
            models.CheckConstraint(
                name="policy_version_state_known",
                condition=Q(state__in=State.values),
                violation_error_code="state_unknown",
                violation_error_message=_("A version is a draft, adopted, superseded or withdrawn."),
            ),
            models.CheckConstraint(
                name="policy_version_digest_is_sha256",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                violation_error_code="digest_malformed",
                violation_error_message=_("A version carries the SHA-256 of its document."),
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="policy_version_digest")]

    def __str__(self) -> str:
        return f"{self.policy.slug} #{self.revision}"

    def get_absolute_url(self) -> str:
        return reverse("policies:version", args=[self.policy.slug, self.revision])

    @property
    def title(self) -> str:
        """Return the title in the active language, the Chinese one where there is no other."""
        return self.title_en if (get_language() or "").startswith("en") and self.title_en else self.title_zh

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def file_name(self) -> str:
        """Return the name under which its YAML is downloaded."""
        return f"{self.policy.slug}-{self.revision}.yaml"


class VersionTransition(models.Model):
    """One move of a version from a state to the next: who, when, why. Never changed."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=20, choices=State, blank=True)
    to_state = models.CharField(max_length=20, choices=State)
    reason = models.TextField(_("reason"), blank=True)
    #: The day from which the move counts, where that is not the day it was recorded.
    effective_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by_id = models.BigIntegerField(null=True, blank=True)
    by_name = models.CharField(max_length=150)

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state or '∅'} → {self.to_state}"
