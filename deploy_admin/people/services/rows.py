"""Taking hold of a person's record to write on: who may, the version it was read at, and that it still stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Model
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.columns import Code
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people import codes
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.registry.models import Institution


def allow(by: Actor, permission: Permission = Permission.PEOPLE_EDIT) -> None:
    """Refuse whoever has not this permission."""
    if not by.can(permission):
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")


def take(
    worker: HealthWorker,
    version: int | None,
    by: Actor,
    *,
    yours: Mapping[str, Any] | None = None,
    permission: Permission = Permission.PEOPLE_EDIT,
    seen: bool = True,
) -> HealthWorker:
    """Raise the version of the record, which locks it to the end of the transaction, and bring `worker` up to date.

    A version other than the one read is refused with both values; None compares nothing. `seen=False` is for those
    who act on somebody they do not see yet: the unit that takes a person on.
    """
    allow(by, permission)
    if seen and not HealthWorker.objects.visible_to(by).filter(pk=worker.pk).exists():
        raise unknown()
    rows = HealthWorker.objects.filter(pk=worker.pk)
    held = rows if version is None else rows.filter(version=version)
    if not held.update(version=F("version") + 1, updated_at=clock.now()):
        raise _conflict(worker, version, yours)
    worker.refresh_from_db()
    if worker.merged_into_id is not None:
        raise RuleViolation(_("This record was merged into another one: work on that."), "merged_away")
    if seen and not HealthWorker.objects.visible_to(by).filter(pk=worker.pk).exists():
        raise unknown()  # moved on between the two: now it is locked, it stays where it is
    return worker


def unknown() -> RuleViolation:
    """Return the refusal for somebody whom the actor does not see."""
    return RuleViolation(_("This person is not on a roster that you see."), "person_unknown")


def _conflict(worker: HealthWorker, version: int | None, yours: Mapping[str, Any] | None) -> Conflict:
    now = HealthWorker.objects.get(pk=worker.pk)
    mine = {name: value for name, value in (yours or {}).items() if name != "national_id"}
    return Conflict(
        _("Somebody else has changed this person's record since you opened it."),
        "stale_version",
        context={
            "worker": worker.pk,
            "version": version,
            "yours": mine,
            "theirs": {name: getattr(now, name) for name in mine if hasattr(now, name)} | {"version": now.version},
        },
    )


def current(worker: HealthWorker) -> Employment:
    """Return the latest employment, which every act on the post begins from."""
    row = Employment.objects.filter(worker=worker, is_current=True).first()
    if row is None:
        raise RuleViolation(_("No employment of this person is recorded."), "no_employment")
    return row


def sees(by: Actor, *institution_ids: int) -> bool:
    """Whether the actor sees all these institutions."""
    wanted = set(institution_ids)
    return Institution.objects.visible_to(by).filter(pk__in=wanted).count() == len(wanted)


def check_unit_open(institution_id: int, on: date, field: str = "institution") -> None:
    """Refuse to employ anybody at a unit that does not exist on the day."""
    unit = Institution.objects.get(pk=institution_id)
    if on < unit.opened_on or (unit.closed_on is not None and unit.closed_on < on):
        sentence = _("This unit does not exist on %(day)s.") % {"day": on.isoformat()}
        raise RuleViolation(sentence, "unit_closed", fields={field: sentence})


def check_not_future(day: date | None, field: str) -> None:
    """Refuse a day that has not come yet."""
    if day is not None and day > clock.today():
        sentence = _("This day lies in the future.")
        raise RuleViolation(sentence, "day_in_future", fields={field: sentence})


def check_code(value: str, known: Sequence[Code], field: str, *, blank: bool = False) -> None:
    """Refuse a value that is not in its code list, beside the field."""
    if (value or not blank) and value not in codes.values(known):
        sentence = _("This is not in the code list.")
        raise RuleViolation(sentence, "code_unknown", fields={field: sentence})


def reason_given(reason: str, *, at_least: int = 1) -> str:
    """Return the reason without any whole ID number in it; refuse where there is none to speak of."""
    text = clean(reason)
    if len(text) < at_least:
        sentence = _("Write the reason.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    return text


def clean(text: str) -> str:
    """Return free text trimmed, with every whole ID number in it masked: none stands in plain text anywhere."""
    return scrubbed(text.strip())


def cleaned(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with their texts cleaned."""
    return {name: clean(value) if isinstance(value, str) else value for name, value in facts.items()}


def check_names(facts: Mapping[str, Any], known: Sequence[str]) -> None:
    """A name that is not one of these is the caller's mistake, not the person's."""
    if wrong := set(facts) - set(known):
        raise TypeError(f"not a fact of this record: {sorted(wrong)}")


def changed(row: Model, facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what differs from the row, old and new; refuse where nothing does."""
    new = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if not new:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    return {name: getattr(row, name) for name in new}, new


def write(row: Model, values: Mapping[str, Any]) -> None:
    """Set these columns of one row and save no others."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def recorded_by(by: Actor) -> dict[str, Any]:
    """Return the columns that say who wrote a row and when."""
    return {"recorded_by_id": by.user_id, "recorded_by_name": by.name[:150], "recorded_at": clock.now()}
