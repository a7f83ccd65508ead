"""What an address names, looked up as the actor may know it: unseen is not there."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.shortcuts import get_object_or_404

from deploy_admin.access import Actor
from deploy_admin.people.models import HealthWorker


def person_or_404(actor: Actor, pk: int) -> HealthWorker:
    """Return the person with the current employment."""
    rows = HealthWorker.objects.visible_to(actor).with_employment().select_related("employment")
    worker: HealthWorker = get_object_or_404(rows, pk=pk)
    return worker


def row_or_404(actor: Actor, model: type[models.Model], pk: int, row: int) -> Any:
    """Return a dated row of that person, the person read along."""
    rows: Any = model._default_manager
    return get_object_or_404(rows.visible_to(actor).select_related("worker"), pk=row, worker=pk)
