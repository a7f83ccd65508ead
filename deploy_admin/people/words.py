"""Words of people's pages: flags, periods, and reasons that are told to some readers only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from deploy_admin.access import Actor, Permission
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people import codes


def yes_no(value: bool | None) -> str:
    """Return a flag as a word; unknown is not no."""
    return _("not known") if value is None else _("yes") if value else _("no")


def period(first: date | None, last: date | None) -> str:
    """Return the days from one to another; an open end is said in words."""
    if first and not last:
        return _("since %(day)s") % {"day": first.isoformat()}
    return f"{first.isoformat() if first else '…'} – {last.isoformat() if last else '…'}"


def knows_personal_reasons(actor: Actor) -> bool:
    """Whether the actor is told personal reasons: whoever keeps the records, not whoever only reads them."""
    return actor.can(Permission.PEOPLE_EDIT)


def reason_shown(kind: str, *, personal_too: bool) -> str:
    """Return why somebody is unavailable, in words; a personal reason only to those who are told it."""
    if kind in codes.PERSONAL_UNAVAILABILITIES and not personal_too:
        return _("personal reason")
    return codes.label(codes.UNAVAILABILITIES, kind)


def without_ids(asked: Mapping[str, str]) -> dict[str, str]:
    """Return what an address asked for, for the record: an ID number that somebody typed is masked."""
    return {name: masked(value) for name, value in asked.items() if name != "cursor"}


def masked(text: str) -> str:
    """Return the text with every ID number in it masked: a file's name may hold one."""
    return scrubbed(text)
