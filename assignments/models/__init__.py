"""Who may go; campaigns, assignments; leave, absence, inspections, months; what follows; papers; the past."""

from assignments.models.assignments import Assignment, Segment, Transition
from assignments.models.campaigns import Campaign, Slot, UnitDuty
from assignments.models.corrections import CorrectionRequest
from assignments.models.eligibility import Eligibility, Judged
from assignments.models.inspections import Finding, Inspection, PresenceCheck, Sanction
from assignments.models.leave import Absence, Leave
from assignments.models.months import AssignmentMonth, MonthSheet, RosterCycle, SheetStep
from assignments.models.papers import IssuedPaper, PaperLine
from assignments.models.past import PastCertificate, PastPayment
from assignments.models.practice import PracticeSuspension
from assignments.models.proposals import Proposal
from assignments.models.standing import Counted, Obligation, Reckoned, ServiceCredit
from assignments.models.tasks import Mentoring, Task

__all__ = [
    "Absence", "Assignment", "AssignmentMonth", "Campaign", "CorrectionRequest", "Counted", "Eligibility", "Finding",
    "Inspection", "IssuedPaper", "Judged", "Leave", "Mentoring", "MonthSheet", "Obligation", "PaperLine",
    "PastCertificate", "PastPayment", "PracticeSuspension", "PresenceCheck", "Proposal", "Reckoned", "RosterCycle",
    "Sanction", "Segment", "ServiceCredit", "SheetStep", "Slot", "Task", "Transition", "UnitDuty",
]  # fmt: skip
