"""One search over what this actor may know about: institutions and policies, by name, pinyin initials or number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from deploy_admin.access import Actor, Permission
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution

SHOWN = 20


def find(actor: Actor, text: str, today: date) -> dict[str, Any]:
    """Return at most SHOWN hits of each kind, and whether there are more."""
    wanted = " ".join(text.split())[:100]
    institutions: list[Institution] = []
    policies: list[PolicyVersion] = []
    if wanted:
        if actor.can(Permission.INSTITUTIONS_VIEW):
            units = Institution.objects.visible_to(actor).standing(today).search(wanted)
            institutions = list(units.for_list()[: SHOWN + 1])
        if actor.can(Permission.POLICIES_VIEW):
            named = (
                Q(title_zh__contains=wanted)
                | Q(title_en__icontains=wanted)
                | Q(policy__slug__icontains=wanted)
                | Q(adoption__number__contains=wanted)
            )
            policies = list(PolicyVersion.objects.visible_to(actor).filter(named).for_list()[: SHOWN + 1])
    return {
        "wanted": wanted,
        "institutions": institutions[:SHOWN],
        "more_institutions": len(institutions) > SHOWN,
        "policies": policies[:SHOWN],
        "more_policies": len(policies) > SHOWN,
    }
