"""What page, drawer and paper show of one person's standing under one clause."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

from django.http import Http404

from assignments import reading, services
from assignments.codes import State, state_of
from assignments.services.writing import as_row
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.words import knows_personal_reasons
from deploy_admin.policies.language.eligibility_telling import local_names
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution


def context(worker: HealthWorker, policy: str, clause_id: str, on: date, actor: Actor, *, own: bool) -> dict[str, Any]:
    """Return everything the three show; 404 where the clause does not govern for this person on the day."""
    found = services.explain(worker.pk, policy, clause_id, on)
    if found is None:
        raise Http404
    post = found.record.post_on(on)
    units = Institution.objects.filter(pk__in=[post.institution_id] if post else []).named(on)
    answer = found.answer
    personal = own or knows_personal_reasons(actor)
    away = found.record.away_on(on)
    row = as_row(answer, on) if answer else None
    state = (
        State(row.state)
        if row
        else state_of(found.standing.code, found.clause.clause.target, away.kind if away else "")
    )
    told = reading.with_refs(found)
    # One paper, one code: person, day and everything that led to the answer.
    check = hashlib.sha256(json.dumps([worker.number, on.isoformat(), told], ensure_ascii=False).encode()).hexdigest()
    return {
        "person": worker,
        "own": own,
        "unit": units.get(post.institution_id, "") if post else "",
        "day": on,
        "today": clock.today(),
        "clause": found.clause.clause,
        "clause_key": (policy, clause_id),
        "document": found.document,
        "version": PolicyVersion.objects.select_related("policy").get(pk=found.clause.version_id),
        "label": reading.clause_label(found.document, clause_id),
        "scheme_name": reading.scheme_label(found.document),
        "target": reading.target_label(found.clause.clause.target),
        "binding": found.clause.clause.binding.value,
        "state": state,
        "reason": reading.reason(row, found.document, personal_too=personal) if row else "",
        "nearer": answer is None and found.standing.code != "not_applicable",
        "explained": reading.without_refs(told),
        "names": local_names(found.document, reading.lang()),
        "facts": reading.facts_table(found, own=own),
        "check": check[:12],
    }
