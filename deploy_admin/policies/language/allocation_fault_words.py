"""What can be wrong with an allocation clause: one code, one sentence and one remedy each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

#: code → (what is wrong, what to do), as in `faults`.
ALLOCATION_SENTENCES: dict[str, tuple[Any, Any]] = {
    "requests_missing": (
        _("No criterion says that requests are to be met, so a plan might place nobody."),
        _("Add a criterion with “by: requests”, usually as the first."),
    ),
    "criterion_twice": (
        _("“%(first)s” and “%(second)s” look at the same; the second decides nothing."),
        _("Keep one of them."),
    ),
    "condition_without_prefer": (
        _("“%(key)s” has no meaning beside “by: %(by)s”."),
        _("Write “by: prefer”, or remove “%(key)s”."),
    ),
    "prefers_nothing": (
        _("The criterion prefers, but does not say what."),
        _("Give “when” (person, sending unit, pairing) or “to” (receiving unit)."),
    ),
    "prefers_nowhere": (
        _("“%(id)s” prefers receiving units of which the clause does not speak."),
        _("Correct “to”, or “applies_to” of the clause."),
    ),
    "as_of_first_day": (
        _("“%(value)s” cannot be asked here: everything is asked on the first day of the campaign."),
        _("Remove “as_of”."),
    ),
}
