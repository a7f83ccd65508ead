"""A person who signs in, and the passwords that person used before."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach, Role

if TYPE_CHECKING:
    from deploy_admin.accounts.models.memberships import MembershipQuerySet


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, actor: Actor) -> UserQuerySet:
        """Oneself, and whoever has a capacity that the actor may know about."""
        from deploy_admin.accounts.models.memberships import Membership

        if actor.role is Role.SECURITY_ADMIN or (actor.reach is Reach.ALL and actor.role is None):
            return self
        known = Membership.objects.visible_to(actor).filter(user_id=OuterRef("pk"))
        return self.filter(Q(pk=actor.user_id) | Exists(known))


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> User:
        """Find a person by username, however it was typed."""
        return self.get(username=User.canonical(username or ""))

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Save a person without further rules: services.add_member is the way with rules; this one serves set-up."""
        user: User = self.model(username=User.canonical(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """One person, one account. What the person may do stands in the memberships; nobody is a superuser."""

    username = models.CharField(
        _("Username"),
        max_length=64,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9][a-z0-9._-]{2,63}$",
                _("Use 3 to 64 small letters, digits, dots, hyphens or underscores, a letter or digit first."),
            )
        ],
        error_messages={"unique": _("This username is taken.")},
    )
    name = models.CharField(_("Full name"), max_length=100)
    is_active = models.BooleanField(_("Active"), default=True)
    is_demo = models.BooleanField(_("Demonstration account"), default=False)
    language = models.CharField(_("Language"), max_length=10, blank=True)
    must_change_password = models.BooleanField(_("Must change the password"), default=True)
    password_changed_at = models.DateTimeField(_("Password changed"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("Last seen"), null=True, blank=True)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    disabled_at = models.DateTimeField(_("Disabled"), null=True, blank=True)
    disabled_reason = models.CharField(_("Reason"), max_length=200, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("User")
        verbose_name_plural = _("Users")
        default_permissions = ()
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="accounts_user_username_is_small",
                condition=Q(username=Lower("username")) & ~Q(username=""),
                violation_error_code="username_not_small",
                violation_error_message=_("A username is written in small letters."),
            ),
            models.CheckConstraint(
                name="accounts_user_disabled_with_reason",
                condition=Q(is_active=True, disabled_at__isnull=True, disabled_reason="")
                | (Q(is_active=False, disabled_at__isnull=False) & ~Q(disabled_reason="")),
                violation_error_code="disabled_without_reason",
                violation_error_message=_("A disabled account carries the moment and the reason."),
            ),
            models.CheckConstraint(
                name="accounts_user_has_a_name",
                condition=~Q(name=""),
                violation_error_code="name_missing",
                violation_error_message=_("An account carries its person's name."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.username})"

    if TYPE_CHECKING:
        memberships: MembershipQuerySet

    @staticmethod
    def canonical(username: str) -> str:
        """Return the stored form of what was typed: NFKC (full-width input is met), trimmed, small letters."""
        return unicodedata.normalize("NFKC", username).strip().lower()

    def get_full_name(self) -> str:
        """Return the person's name, as Django's own pages ask for it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the person's name, as Django's own pages ask for it."""
        return self.name

    def clean(self) -> None:
        """Bring the username to its stored form."""
        self.username = self.canonical(self.username)

    @cached_property
    def runs_the_system(self) -> bool:
        """Whether the person is a system administrator today: the only one whom the admin site lets in."""
        from deploy_admin.accounts.models.memberships import Membership

        return Membership.objects.filter(user_id=self.pk, role=Role.SYSTEM_ADMIN).valid_on(clock.today()).exists()

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin site may show itself to this person at all."""
        return self.is_active and self.runs_the_system

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Let the system administrator look at everything in the admin site, and write nothing: services write."""
        return perm.rpartition(".")[2].startswith("view_") and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Let the system administrator see every app of the admin site."""
        return self.is_staff


class PasswordHistory(models.Model):
    """The hash of a password that a person has had: the last five may not come back."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("Former password")
        verbose_name_plural = _("Former passwords")
        default_permissions = ()
        indexes = [models.Index(fields=["user", "-set_at"], name="accounts_password_newest")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"
