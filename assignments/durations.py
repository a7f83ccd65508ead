"""Lengths of service in words: months and days, never decimals."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def days_in_words(days: int) -> str:
    """Return “19 days”."""
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def months_in_words(months: int) -> str:
    """Return “7 months”."""
    return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}


def in_words(months: int, days: int) -> str:
    """Return “7 months 19 days”; what is nothing is left out, nothing at all is “0 days”."""
    if not months:
        return days_in_words(days)
    if not days:
        return months_in_words(months)
    return _("%(months)s %(days)s") % {"months": months_in_words(months), "days": days_in_words(days)}


def duty_days_in_words(days: int) -> str:
    """Return “4 duty days”."""
    return ngettext("%(n)d duty day", "%(n)d duty days", days) % {"n": days}
