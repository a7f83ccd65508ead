"""The sentences of the notices about months."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "assignments.month_due": _("The month %(month)s is over: submit its sheet by %(by)s."),
    "assignments.month_late": _("The sheet of %(month)s was due on %(by)s; it may be entered until %(until)s."),
    "assignments.month_returned": _("The sheet of %(month)s was sent back: %(reason)s Correct it by %(until)s."),
    "assignments.month_exempted": _("You may enter the sheet of %(month)s until %(until)s."),
    "assignments.month_to_confirm": _("Your month %(month)s was handed in: say whether it is right."),
}
