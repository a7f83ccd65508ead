"""The roster with whole ID numbers: to whoever may see them and gives a reason, on the record."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from deploy_admin import clock, spreadsheets
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.columns import Context
from deploy_admin.jobs.importing.outgoing import header
from deploy_admin.people.rosters import export
from deploy_admin.people.rosters.columns import COLUMNS
from deploy_admin.registry.models import Institution

SHORTEST_REASON = 4


def whole_roster(*, unit_id: int | None, format: str, reason: str, by: Actor) -> bytes:
    """Return the roster of a unit, or of all that the actor sees; it is itself a valid upload."""
    if not by.can(Permission.PEOPLE_IDS):
        raise RuleViolation(_("You may not see whole ID numbers."), "not_permitted")
    said = reason.strip()
    if len(said) < SHORTEST_REASON:
        raise RuleViolation(_("Write the reason."), "reason_missing", fields={"reason": _("Write the reason.")})
    unit = Institution.objects.visible_to(by).filter(pk=unit_id).first() if unit_id is not None else None
    if unit_id is not None and unit is None:
        raise Http404
    context = Context(by, {"unit": unit_id} if unit_id is not None else {}, clock.today())
    found = list(export.rows(context, with_ids=True))
    audit.record(
        act="people.roster_revealed",
        by=by,
        on=unit,
        detail={"people": len(found), "reason": said[:500], "format": format},
    )
    columns = [column for column in COLUMNS if column.offered]
    table = ([column.shown(row.get(column.key)) or None for column in columns] for row in found)
    return spreadsheets.export([header(column) for column in columns], table, format, title=_("Roster"))
