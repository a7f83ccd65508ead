"""What the rows that hang on an assignment-month share: they are seen by whoever sees it."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from assignments.models.months import seen_months
from deploy_admin.access import Actor, Reach


class OfRowQuerySet(models.QuerySet[Any]):
    """Rows with a `row`: the month of an assignment."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the months this actor may know about."""
        if actor.reach is Reach.ALL:
            return self.all()
        seen = seen_months(actor, "row__")
        return self.none() if seen is None else self.filter(seen)
