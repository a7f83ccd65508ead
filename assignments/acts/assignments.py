"""What the audit record calls the acts of the life of an assignment."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "assignments.read": _("Opened an assignment"),
    "assignments.read_over_rest": _("Read assignments over REST"),
    "assignments.exported": _("Exported assignments"),
    "assignments.stated": _("Stated that people go"),
    "assignments.statement_withdrawn": _("Withdrew the statement that somebody goes"),
    "assignments.practice_filed": _("Recorded multi-site practice filings"),
    "assignments.filing_exempted": _("Recorded that the law asks for no practice filing"),
    "assignments.arrived": _("Confirmed arrivals"),
    "assignments.not_come": _("Reported that somebody has not come"),
    "assignments.arrival_undone": _("Took back an arrival"),
    "assignments.term_reached": _("Terms were reached"),
    "assignments.term_resumed": _("Terms go on after all"),
    "assignments.evaluation_begun": _("Began completion evaluations"),
    "assignments.closed": _("Closed assignments"),
    "assignments.result_recorded": _("Recorded the result of an assignment"),
    "assignments.reopened": _("Opened an assignment for evaluation again"),
    "assignments.ended_early": _("Ended an assignment early"),
    "assignments.recalled": _("Recalled somebody"),
    "assignments.early_end_undone": _("Took back an early end"),
    "assignments.voided": _("Decided not to count an assignment"),
    "assignments.extended": _("Granted a longer term"),
    "assignments.extension_taken_back": _("Took back a longer term"),
    "assignments.renewal_planned": _("Planned further terms"),
    "assignments.moved": _("Moved somebody to another receiving unit"),
    "assignments.full_time_changed": _("Changed somebody to full-time or part-time"),
    "assignments.details_changed": _("Changed the details of an assignment"),
    "assignments.unit_succeeded": _("Moved the assignments of a merged unit to its heir"),
    "assignments.deputy_appointed": _("Posted a deputy director"),
    "assignments.deputy_ended": _("Ended a posting as deputy director"),
    "assignments.tasks_set": _("Set tasks at the post"),
    "assignments.task_changed": _("Changed a task at the post"),
    "assignments.task_removed": _("Removed a task at the post"),
    "assignments.mentoring_added": _("Recorded a mentoring"),
    "assignments.mentoring_ended": _("Ended a mentoring"),
}
