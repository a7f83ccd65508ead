"""A policy: what one jurisdiction lays down for one scheme, through all its versions."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deploy_admin.access import Actor


class Scheme(models.TextChoices):
    """The schemes that have a name of their own on the pages; a document may name another."""

    MUNICIPAL_COUNTY = "municipal_county", _("Municipally engaged, county-deployed")
    COUNTY_TOWNSHIP = "county_township", _("County-engaged, township-deployed")
    TOWNSHIP_VILLAGE = "township_village", _("Township-engaged, village-deployed")

    @classmethod
    def label_of(cls, code: str) -> str:
        """Return the scheme's name, or its code where it has none."""
        return str(cls(code).label) if code in cls.values else code


class Level(models.TextChoices):
    """How near a jurisdiction is to the units in it: of two policies on one topic the nearer one wins."""

    NATION = "nation", _("Nation")
    PROVINCE = "province", _("Province or municipality")
    CITY = "city", _("Prefecture-level city")
    DISTRICT = "district", _("District or county")

    @property
    def nearness(self) -> int:
        """Return 0 for the widest; the greater number wins."""
        return list(Level).index(self)


class PolicyQuerySet(models.QuerySet["Policy"]):
    """Reads of policies."""

    def visible_to(self, actor: Actor) -> PolicyQuerySet:
        """The policies of which this actor may read at least one version."""
        from deploy_admin.policies.models.version import PolicyVersion

        return self.filter(Exists(PolicyVersion.objects.visible_to(actor).filter(policy=OuterRef("pk"))))

    def for_list(self) -> PolicyQuerySet:
        """With what a row shows."""
        return self.select_related("division").order_by("scheme", "slug")


class Policy(models.Model):
    """What one jurisdiction lays down for one scheme; its text lies in its versions."""

    slug = models.CharField(
        _("short name"), max_length=100, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$")]
    )
    scheme = models.CharField(_("scheme"), max_length=50)
    #: Empty for the nation, which has no division above its provinces.
    division = models.ForeignKey(
        "registry.Division",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name=_("jurisdiction"),
    )
    level = models.CharField(_("level"), max_length=20, choices=Level)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [
            models.CheckConstraint(
                name="policy_level_known",
                condition=Q(level__in=Level.values),
                violation_error_code="level_unknown",
                violation_error_message=_("A policy is the nation's, a province's, a city's or a district's."),
            ),
            models.CheckConstraint(
                name="policy_division_unless_national",
                condition=Q(level=Level.NATION, division__isnull=True)
                | (~Q(level=Level.NATION) & Q(division__isnull=False)),
                violation_error_code="division_missing",
                violation_error_message=_("Every policy but the nation's names its jurisdiction."),
            ),
            models.CheckConstraint(
                name="policy_slug_plain",
                condition=Q(slug__regex=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"),
                violation_error_code="slug_not_plain",
                violation_error_message=_(
                    "The short name has lower-case letters, digits, hyphens and underscores only."
                ),
            ),
            models.CheckConstraint(
                name="policy_scheme_plain",
                condition=Q(scheme__regex=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"),
                violation_error_code="scheme_not_plain",
                violation_error_message=_(
                    "A scheme's code has lower-case letters, digits, hyphens and underscores only."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("policies:policy", args=[self.slug])

    @property
    def scheme_label(self) -> str:
        """Return the scheme's name in the active language."""
        return Scheme.label_of(self.scheme)
