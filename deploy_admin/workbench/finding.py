"""One search over what this actor may know about: people, assignments, institutions, policies, by name or number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from assignments import posting_rows
from assignments.models import Assignment
from deploy_admin.access import Actor, Permission
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution

SHOWN = 20


def find(actor: Actor, text: str, today: date) -> dict[str, Any]:
    """Return at most SHOWN hits of each kind, and whether there are more."""
    wanted = " ".join(text.split())[:100]
    institutions: list[Institution] = []
    policies: list[PolicyVersion] = []
    people: list[dict[str, Any]] = []
    postings: list[dict[str, Any]] = []
    if wanted:
        if actor.can(Permission.PEOPLE_VIEW):
            people = workers(actor, wanted, today)
        if actor.can(Permission.ASSIGNMENTS_VIEW):
            postings = assigned(actor, wanted, today)
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
        "people": people[:SHOWN],
        "more_people": len(people) > SHOWN,
        "postings": postings[:SHOWN],
        "more_postings": len(postings) > SHOWN,
        "institutions": institutions[:SHOWN],
        "more_institutions": len(institutions) > SHOWN,
        "policies": policies[:SHOWN],
        "more_policies": len(policies) > SHOWN,
    }


def workers(actor: Actor, wanted: str, today: date) -> list[dict[str, Any]]:
    """Return at most one more than SHOWN people with the unit's name of the day and the department."""
    found = HealthWorker.objects.visible_to(actor).living().with_employment().search(wanted)
    rows = list(found.for_list()[: SHOWN + 1])
    posts = [row.employment for row in rows if row.employment is not None]
    names = Institution.objects.filter(pk__in={post.institution_id for post in posts}).named(today)
    return [
        {
            "person": row,
            "unit": names.get(row.employment.institution_id, "") if row.employment is not None else "",
            "department": row.employment.department if row.employment is not None else "",
            "category": codes.label(codes.STAFF_CATEGORIES, row.employment.staff_category)
            if row.employment is not None
            else "",
            "left": row.employment is None
            or (row.employment.valid_to is not None and row.employment.valid_to < today),
        }
        for row in rows
    ]


def assigned(actor: Actor, wanted: str, today: date) -> list[dict[str, Any]]:
    """Return at most one more than SHOWN assignments of people so named, the latest first."""
    named = HealthWorker.objects.search(wanted).order_by().values("pk")
    rows = Assignment.objects.visible_to(actor).living().filter(worker__in=named)
    found = posting_rows.dressed(rows, today).order_by("-starts_on", "pk")[: SHOWN + 1]
    return posting_rows.rows(found, today)
