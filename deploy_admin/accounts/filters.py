"""How the list of members is narrowed; the address carries it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Membership, MembershipQuerySet
from deploy_admin.registry.models import Institution

STATES = [
    ("active", _("Active")),
    ("coming", _("Not yet begun")),
    ("ended", _("Ended")),
    ("disabled", _("Account closed")),
]


class MemberFilter(django_filters.FilterSet):
    """By name or username, institution, capacity, state."""

    q = django_filters.CharFilter(method="by_person", label=_("Name or username"))
    unit = django_filters.CharFilter(method="by_institution", label=_("Institution"))
    role = django_filters.ChoiceFilter(label=_("Capacity"), choices=[], empty_label=_("All capacities"))
    state = django_filters.ChoiceFilter(
        method="by_state", label=_("State"), choices=STATES, empty_label=_("All states")
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["role"].extra["choices"] = [(role.value, role.label) for role in Role]

    def by_person(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        """Part of the name, or the beginning of the username."""
        return rows.filter(Q(user__name__icontains=value) | Q(user__username__startswith=value.lower()))

    def by_institution(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        """The institutions found under that name, initials or code."""
        return rows.filter(institution__in=Institution.objects.standing(clock.today()).search(value).values("pk"))

    def by_state(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        """Active today, not begun, ended, or with a closed account."""
        today = clock.today()
        if value == "active":
            return rows.valid_on(today).filter(user__is_active=True)
        if value == "coming":
            return rows.filter(valid_from__gt=today)
        if value == "ended":
            return rows.filter(valid_to__lt=today)
        return rows.filter(user__is_active=False)
