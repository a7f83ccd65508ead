"""Setting the days of a released month as an approved correction says: the sheet stays released, its scores follow."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from assignments.models import AssignmentMonth
from assignments.services import months_hooks
from assignments.states import SheetState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation


@transaction.atomic
def correct_days(*, row: AssignmentMonth, days: Sequence[str], by: Actor) -> AssignmentMonth:
    """Write the corrected cells and move the sheet's revision; what is not released is entered, not corrected.

    Who may is decided where the correction is: here it has been approved.
    """
    if row.sheet.state != SheetState.RELEASED:
        raise RuleViolation(_("This month is not released; the unit enters it, or it is sent back."), "not_released")
    with refusals():
        AssignmentMonth.objects.filter(pk=row.pk).update(
            days=list(days),
            version=F("version") + 1,
            updated_at=clock.now(),
            updated_by_id=by.user_id,
            updated_by_name=by.name[:150],
        )
    months_hooks.touch({row.sheet_id})
    row.refresh_from_db()
    return row
