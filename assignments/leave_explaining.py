"""What page and drawer show of a last day: the sum, the clauses quoted, the rows it came from."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from assignments import leave_words
from assignments.models import Assignment
from assignments.services import ending
from deploy_admin.access import Actor, Permission
from deploy_admin.policies.models import PolicyVersion


def why_last_day(assignment: Assignment, actor: Actor) -> dict[str, Any]:
    """Return `explained`, `clauses` and `links` for the explanation; kinds of leave as this actor is told them."""
    found, ground = ending.reckoned_on(assignment)
    told = found.explained.to_json()
    rules = list(found.rules())
    pages = {
        version.pk: version.get_absolute_url()
        for version in PolicyVersion.objects.select_related("policy").filter(
            pk__in={rule.version_id for rule in rules}
        )
    }
    own = not actor.can(Permission.ASSIGNMENTS_VIEW)  # the person's own pages have their own list of leave
    return {
        "explained": told if leave_words.knows_kinds(actor) else leave_words.without_private_kinds(told),
        "links": {f"leave:{pk}": _address(pk, own=own) for pk in found.counts()},
        "clauses": [
            {
                "quote": rule.clause.cite.phrase,
                "source": ground.held.document(rule).title_zh,
                "article": rule.clause.cite.article,
                "binding": rule.clause.binding.value,
                "url": "" if own else pages.get(rule.version_id, ""),
            }
            for rule in rules
        ],
    }


def _address(pk: int, *, own: bool) -> str:
    return reverse("assignments:my_leave") if own else reverse("assignments:leave", args=[pk])
