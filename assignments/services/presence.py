"""What an inspection found of each person: one by one as the inspector goes round the house, or the rest at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from assignments import roll
from assignments.kinds import Presence
from assignments.models import Inspection, PresenceCheck
from assignments.services import inspections
from deploy_admin.access import Actor
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one person; None takes back what was recorded."""

    result: Presence | None
    remark: str = ""


@transaction.atomic
def record_presence(*, inspection: Inspection, found: Mapping[int, Found], by: Actor) -> Inspection:
    """Record what was found of some people, by their assignments. Of one person the last word stands.

    No version is compared: two inspectors in one house record side by side.
    """
    row = inspections.take(inspection, None, by)
    inspections.check_begun(row)
    lines = {line.assignment.pk: line for line in roll.of(row).lines}
    new: list[PresenceCheck] = []
    changed: list[PresenceCheck] = []
    gone: list[int] = []
    for pk, said in found.items():
        line = lines.get(pk)
        if line is None:
            raise RuleViolation(_("This person is not on the roll of the day."), "not_on_the_roll")
        if said.result is None:
            gone += [line.check.pk] if line.check else []
            continue
        _check(line, said.result)
        check = line.check or PresenceCheck(inspection=row, assignment=line.assignment)
        check.result, check.remark = said.result, scrubbed(said.remark.strip())[:300]
        (changed if line.check else new).append(check)
    with refusals():
        PresenceCheck.objects.bulk_create(new)
        PresenceCheck.objects.bulk_update(changed, ["result", "remark"])
    PresenceCheck.objects.filter(pk__in=gone).delete()
    detail = {str(pk): said.result or "" for pk, said in found.items()}
    inspections.record("presence_recorded", row, by, {"found": detail})
    return row


@transaction.atomic
def record_the_rest(*, inspection: Inspection, received: bool, by: Actor) -> int:
    """Record everybody of one side whom nobody looked at: as known, else present, or not at the sending unit."""
    plain = Presence.PRESENT if received else Presence.NOT_THERE
    held = roll.of(inspection)
    rest = [line for line in (held.received if received else held.sent) if line.check is None]
    if not rest:
        raise RuleViolation(_("Of everybody something is recorded already."), "nobody_left")
    found = {line.assignment.pk: Found(line.known or plain) for line in rest}
    record_presence(inspection=inspection, found=found, by=by)
    return len(found)


def _check(line: roll.Line, result: Presence) -> None:
    if result in line.possible:
        return
    if result == Presence.ON_LEAVE and line.is_received:
        sentence = _("No approved leave covers this day: record absent, and in the remark what was said.")
        raise RuleViolation(sentence, "leave_unknown")
    raise RuleViolation(_("This cannot be found of this person at this unit."), "result_impossible")
