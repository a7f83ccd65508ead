"""Who may go; campaigns, lists, allocation, assignments; leave, absence, months; what follows; papers; the past."""

from assignments.models.allocation import AllocationPlan, PlanGap, PlanLine, PlanMark
from assignments.models.assignments import Assignment, Segment, Transition
from assignments.models.campaigns import Campaign, Slot, UnitDuty
from assignments.models.corrections import CorrectionRequest
from assignments.models.eligibility import Eligibility, Judged
from assignments.models.filing import FiledList, ListStep, Nomination, NominationWish, StaffingRequest
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
    "Absence", "AllocationPlan", "Assignment", "AssignmentMonth", "Campaign", "CorrectionRequest", "Counted",
    "Eligibility", "FiledList", "Finding", "Inspection", "IssuedPaper", "Judged", "Leave", "ListStep", "Mentoring",
    "MonthSheet", "Nomination", "NominationWish", "Obligation", "PaperLine", "PastCertificate", "PastPayment",
    "PlanGap", "PlanLine", "PlanMark", "PracticeSuspension", "PresenceCheck", "Proposal", "Reckoned",
    "RosterCycle", "Sanction", "Segment", "ServiceCredit", "SheetStep", "Slot", "StaffingRequest", "Task",
    "Transition", "UnitDuty",
]  # fmt: skip
