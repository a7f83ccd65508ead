"""What page, drawer and paper show of one credit and of one obligation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse

from assignments import reading, standing_reading, standing_words
from assignments.models import Assignment, Campaign
from assignments.services import standing_answers
from assignments.services.standing_rows import as_credit, as_obligation
from assignments.states import CampaignState, ObligationState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies.language.eligibility_telling import local_names
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution

#: Whoever stands so would be sent.
TO_BE_PLACED = frozenset(
    {ObligationState.OVERDUE, ObligationState.RED, ObligationState.AMBER, ObligationState.OWED, ObligationState.BEFORE}
)


def credit_context(assignment: Assignment, *, own: bool) -> dict[str, Any]:
    """Return everything the credit's pages show; 404 for an assignment that never took place."""
    found = standing_answers.explain_credit(assignment)
    if found is None:
        raise Http404
    row = as_credit(found.credit, assignment.worker_id)
    row.assignment, row.worker = assignment, assignment.worker
    [line] = standing_reading.credit_lines([row], found.on, own=own)
    names = local_names(found.rules[0][1], reading.lang()) if found.rules else {}
    told = found.explained.to_json()
    pages = _pages(rule.version_id for rule, _document in found.rules)
    return {
        "assignment": assignment,
        "person": assignment.worker,
        "own": own,
        "line": line,
        "day": found.on,
        "today": clock.today(),
        "explained": worded(told, names, found.on),
        "names": names,
        "clauses": [
            {
                "quote": rule.clause.cite.phrase,
                "source": document.title_zh,
                "article": rule.clause.cite.article or "",
                "binding": rule.clause.binding.value,
                "url": pages.get(rule.version_id, ""),
            }
            for rule, document in found.rules
        ],
        "check": _check(assignment.worker.number, found.on, told),
    }


def obligation_context(
    worker: HealthWorker, policy: str, clause_id: str, actor: Actor, *, own: bool
) -> dict[str, Any]:
    """Return everything the obligation's pages show; 404 where the requirement does not speak of the person."""
    found = standing_answers.explain_obligation(worker.pk, policy, clause_id)
    if found is None:
        raise Http404
    owed = next(each for each in found.found.owed if each.clause.key == found.clause.key)
    row = as_obligation(owed)
    row.worker = worker
    [line] = standing_reading.obligation_lines([row], found.on, own=own)
    names = local_names(found.document, reading.lang())
    told = found.explained.to_json()
    clause = found.clause.clause
    return {
        "person": worker,
        "own": own,
        "line": line,
        "key": (policy, clause_id),
        "day": found.on,
        "today": clock.today(),
        "explained": worded(told, names, found.on),
        "names": names,
        "clauses": [
            {
                "quote": clause.cite.phrase,
                "source": found.document.title_zh,
                "article": clause.cite.article or "",
                "binding": clause.binding.value,
                "url": _pages([found.clause.version_id]).get(found.clause.version_id, ""),
            }
        ],
        "campaigns": [] if own or row.state not in TO_BE_PLACED else placing(worker, actor, found.clause.scheme),
        "check": _check(worker.number, found.on, told),
    }


def placing(worker: HealthWorker, actor: Actor, scheme: str) -> list[tuple[str, str]]:
    """Return the open campaigns into which the actor may place the person, those of the scheme first."""
    if not actor.can(Permission.ASSIGNMENTS_PLAN):
        return []
    rows = Campaign.objects.visible_to(actor).filter(state=CampaignState.OPEN)
    if actor.reach is not Reach.ALL:
        rows = rows.filter(authority__in=actor.institution_ids)
    found = sorted(rows.for_list()[:20], key=lambda each: each.scheme != scheme)
    return [(each.name, f"{reverse('assignments:place', args=[each.pk])}?worker={worker.pk}") for each in found]


def worded(told: Mapping[str, Any], names: Mapping[str, str], on: date) -> dict[str, Any]:
    """Return the JSON with units by name and the document's own words for its parts, as the component shows them."""
    steps = [dict(step) for step in told["steps"]]
    inputs = [each for step in steps for each in step["inputs"]]
    ids = {each["value"] for each in inputs if each["name"] == "credit.at"}
    units = Institution.objects.filter(pk__in=ids).named(on) if ids else {}
    for step in steps:
        step["inputs"] = [_input(each, names, units) for each in step["inputs"]]
    return {**told, "steps": steps}


def _input(each: Mapping[str, Any], names: Mapping[str, str], units: Mapping[int, str]) -> dict[str, Any]:
    """Return one input without the row it came from: the arithmetic names it."""
    value = each["value"]
    if each["name"] == "credit.at":
        value = units.get(value, "")
    elif isinstance(value, str) and ":" in value:
        value = names.get(value) or standing_words.code_words(value) or value
    kept = {name: held for name, held in each.items() if name != "ref"}
    return kept | {"value": value}


def _pages(version_ids: Iterable[int]) -> dict[int, str]:
    rows = PolicyVersion.objects.select_related("policy").filter(pk__in=set(version_ids))
    return {version.pk: version.get_absolute_url() for version in rows}


def _check(number: str, on: date, told: Mapping[str, Any]) -> str:
    # One paper, one code: person, day and everything that led to the answer.
    content = json.dumps([number, on.isoformat(), told], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
