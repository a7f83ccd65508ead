"""A machine's key: hashed, expiring, owned by an institution, limited to named permissions."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach, Role
from deploy_admin.accounts.models.memberships import Membership
from deploy_admin.registry.models import Institution

#: A token lives a year at most (366 days, because a year may be leap).
LONGEST = timedelta(days=366)


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, actor: Actor) -> TokenQuerySet:
        """The own institution's; all for the security administrator. Reach gives nobody another unit's keys."""
        if actor.role is Role.SECURITY_ADMIN or (actor.reach is Reach.ALL and actor.role is None):
            return self
        ids = {*actor.institution_ids, *([actor.institution_id] if actor.institution_id else [])}
        return self.filter(institution_id__in=ids)

    def live(self) -> TokenQuerySet:
        """Neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=clock.now())

    def for_list(self) -> TokenQuerySet:
        """With the owner and who made it, newest first."""
        return self.select_related("institution", "created_by__user").order_by("-created_at", "-pk")


class Token(models.Model):
    """A key for one reporting system. Only its hash is kept: whoever lost it makes another."""

    name = models.CharField(_("Name"), max_length=100)
    prefix = models.CharField(_("Beginning"), max_length=12)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("Institution")
    )
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("May"))
    created_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="tokens_made", verbose_name=_("Made by")
    )
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    expires_at = models.DateTimeField(_("Expires"))
    revoked_at = models.DateTimeField(_("Revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("Last used"), null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("Token")
        verbose_name_plural = _("Tokens")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="accounts_token_lives_a_year_at_most",
                condition=Q(expires_at__gt=F("created_at")) & Q(expires_at__lte=F("created_at") + LONGEST),
                violation_error_code="token_too_long",
                violation_error_message=_("A token expires within a year."),
            ),
            models.CheckConstraint(
                name="accounts_token_may_something",
                condition=Q(scopes__len__gt=0),
                violation_error_code="token_without_scope",
                violation_error_message=_("A token names what it may."),
            ),
            models.CheckConstraint(
                name="accounts_token_hash_only",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$") & ~Q(prefix=""),
                violation_error_code="token_not_hashed",
                violation_error_message=_("Of a token only its hash and its beginning are kept."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def state(self) -> str:
        """ "live", "revoked" or "expired"."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at <= clock.now() else "live"
