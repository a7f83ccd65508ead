"""The daily word to sending units about whose time runs out: one note a unit, closed where nobody's does."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse

from assignments.models import Obligation
from assignments.states import ObligationState
from deploy_admin.access import Role
from deploy_admin.jobs.services import inbox
from deploy_admin.policies.language.nodes import Binding

PRESSING = "assignments.obligations_pressing:"
OUT_OF_TIME = (ObligationState.OVERDUE, ObligationState.RED)


@transaction.atomic
def remind() -> int:
    """Tell each unit how many of its people have to be sent soon; return how many units are told. Safe to run again.

    What is only encouraged is nobody's fault, so that nobody is reminded of it.
    """
    rows = Obligation.objects.filter(state__in=[*OUT_OF_TIME, ObligationState.AMBER])
    counted = (
        rows.exclude(binding=Binding.ENCOURAGED)
        .order_by()
        .values_list("institution_id")
        .annotate(
            late=Count("worker", distinct=True, filter=Q(state__in=OUT_OF_TIME)),
            soon=Count("worker", distinct=True, filter=Q(state=ObligationState.AMBER)),
        )
    )
    notes = {
        f"{PRESSING}{unit}": {
            "code": "assignments.obligations_pressing",
            "params": {"late": late, "soon": soon},
            "url": f"{reverse('assignments:obligations')}?institution={unit}",
            "institution_id": unit,
            "roles": [Role.SENDER_HR.value],
        }
        for unit, late, soon in counted
    }
    inbox.keep(PRESSING, notes)
    return len(notes)
