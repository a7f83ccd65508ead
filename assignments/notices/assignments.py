"""The sentences of the notices about the life of an assignment."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    "assignments.to_state": _("%(count)s of your people are planned to go, the first on %(day)s: state that they go."),
    "assignments.to_arrive": _("%(count)s people come to you, the first on %(day)s: confirm who is there."),
    "assignments.not_arrived": _("Of %(count)s people nobody has confirmed the arrival, though their day is over."),
    "assignments.not_come": _("%(unit)s: %(name)s has not come. %(reason)s"),
    "assignments.filing_overdue": _("The multi-site practice filing of %(count)s people is overdue."),
    "assignments.term_near": _("The term of %(count)s people ends by %(day)s."),
    "assignments.term_reached": _("The term of %(count)s people is over: evaluate it, or have it renewed."),
    "assignments.own_term_near": _("Your term ends on %(day)s."),
    "assignments.own_term_reached": _("Your term ended on %(day)s; the evaluation follows."),
    "assignments.ended_early": _("The assignment of %(name)s ended on %(day)s, before its term."),
    "assignments.voided": _("It was decided on %(day)s not to count the assignment of %(name)s."),
    "assignments.extended": _("The last day of %(name)s is now %(day)s, by decision of the authority."),
    "assignments.moved": _("%(name)s serves at another receiving unit now, until %(day)s."),
    "assignments.receiver_gone": _(
        "%(unit)s is closed and has no one heir; %(count)s people are still assigned there: move them, or end it."
    ),
}
