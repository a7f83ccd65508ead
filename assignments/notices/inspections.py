"""The sentences of the notices about inspections."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "assignments.inspection_closed": _("Your unit was inspected on %(day)s; look at what was found."),
    "assignments.order_to_answer": _("Put right and answer: %(text)s"),
    "assignments.order_returned": _("The answer does not do yet (%(reason)s): %(text)s"),
    "assignments.order_answered": _("%(unit)s answered an order; look at it: %(text)s"),
    "assignments.order_overdue": _("Overdue since %(day)s: %(text)s"),
    "assignments.orders_overdue": _("Corrective orders that no unit answered in time: %(count)s."),
}
