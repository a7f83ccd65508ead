"""The admin site shows what this app keeps and changes none of it: the services own these rows.

Leave, absences and what is proposed for them are not among them, and of ends and steps not the reasons: who is ill or
expects a child is told to the own units and their authority, not to whoever runs the machine.
"""

from __future__ import annotations

from django.contrib import admin

from assignments import models
from deploy_admin.audit.admin import ReadOnly


@admin.register(models.Eligibility)
class EligibilityAdmin(ReadOnly):
    list_display = ("id", "worker_id", "institution_id", "target", "policy", "clause_id", "code", "state", "since")
    list_filter = ("state", "target")


@admin.register(models.Judged)
class JudgedAdmin(ReadOnly):
    list_display = ("worker_id", "judged_on", "record_at", "judged_at")


@admin.register(models.CorrectionRequest)
class CorrectionRequestAdmin(ReadOnly):
    list_display = ("id", "worker_id", "asked_at", "answered_at", "answered_by_name")


@admin.register(models.Campaign)
class CampaignAdmin(ReadOnly):
    list_display = ("name", "authority_id", "scheme", "kind", "year", "batch", "state", "starts_on")
    list_filter = ("state", "kind", "year")


@admin.register(models.Slot)
class SlotAdmin(ReadOnly):
    list_display = ("id", "campaign_id", "sending_unit_id", "receiving_unit_id", "speciality", "replacement_due_on")


@admin.register(models.UnitDuty)
class UnitDutyAdmin(ReadOnly):
    list_display = ("campaign_id", "institution_id", "item", "done_on", "recorded_by_name")
    list_filter = ("item",)


@admin.register(models.Assignment)
class AssignmentAdmin(ReadOnly):
    list_display = ("id", "worker_id", "sending_unit_id", "receiving_unit_id", "state", "starts_on", "ends_on")
    list_filter = ("state", "kind", "origin")
    exclude = ("end_reason",)


@admin.register(models.Segment)
class SegmentAdmin(ReadOnly):
    list_display = ("assignment_id", "receiving_unit_id", "valid_from", "valid_to", "full_time", "reason")


@admin.register(models.Transition)
class TransitionAdmin(ReadOnly):
    list_display = ("assignment_id", "act", "from_state", "to_state", "on", "recorded_at", "recorded_by_name")
    list_filter = ("act",)
    exclude = ("reason", "detail")


@admin.register(models.PracticeSuspension)
class PracticeSuspensionAdmin(ReadOnly):
    list_display = ("assignment_id", "valid_from", "valid_to", "document_number", "withdrawn_at")


@admin.register(models.Task)
class TaskAdmin(ReadOnly):
    list_display = ("assignment_id", "kind", "goal", "target_number", "reached_number", "removed_at")
    list_filter = ("kind",)


@admin.register(models.Mentoring)
class MentoringAdmin(ReadOnly):
    list_display = ("assignment_id", "mode", "mentee", "valid_from", "valid_to")


@admin.register(models.Inspection)
class InspectionAdmin(ReadOnly):
    list_display = ("id", "authority_id", "institution_id", "kind", "on", "closed_at")
    list_filter = ("kind",)


@admin.register(models.Finding)
class FindingAdmin(ReadOnly):
    list_display = ("id", "inspection_id", "order", "due_on", "answered_at", "settled_on")


@admin.register(models.Sanction)
class SanctionAdmin(ReadOnly):
    list_display = ("id", "institution_id", "decided_on", "deciding_body", "document_number")


@admin.register(models.ServiceCredit)
class ServiceCreditAdmin(ReadOnly):
    list_display = ("assignment_id", "state", "months", "days", "policy", "clause_id", "through", "updated_at")
    list_filter = ("state",)


@admin.register(models.Obligation)
class ObligationAdmin(ReadOnly):
    list_display = ("worker_id", "institution_id", "policy", "clause_id", "state", "due_on", "latest_start_on")
    list_filter = ("state",)


@admin.register(models.Reckoned)
class ReckonedAdmin(ReadOnly):
    list_display = ("worker_id", "reckoned_on", "record_at", "reckoned_at")


@admin.register(models.Counted)
class CountedAdmin(ReadOnly):
    list_display = ("assignment_id", "institution_id", "topic", "period_start", "state", "fits", "decided_by_name")
    list_filter = ("state", "topic")


@admin.register(models.IssuedPaper)
class IssuedPaperAdmin(ReadOnly):
    list_display = ("id", "kind", "state", "issuer_id", "number", "dated_on", "stamped_at")
    list_filter = ("kind", "state")
    #: It names people and, on receipts, their kinds of leave.
    exclude = ("content", "reason")


@admin.register(models.PaperLine)
class PaperLineAdmin(ReadOnly):
    list_display = ("paper_id", "assignment_id")
    exclude = ("leave",)


@admin.register(models.PastPayment)
class PastPaymentAdmin(ReadOnly):
    list_display = ("assignment_id", "purpose", "amount", "paid_on")


@admin.register(models.PastCertificate)
class PastCertificateAdmin(ReadOnly):
    list_display = ("assignment_id", "number", "issued_on", "issuer")


@admin.register(models.MonthSheet)
class MonthSheetAdmin(ReadOnly):
    list_display = ("id", "institution_id", "month", "state", "submitted_at", "is_late", "revision", "scored_revision")
    list_filter = ("state",)
    #: They name people.
    exclude = ("reason", "remark", "exemption_reason")


@admin.register(models.AssignmentMonth)
class AssignmentMonthAdmin(ReadOnly):
    list_display = ("id", "sheet_id", "assignment_id", "month", "duty_days", "answer", "version", "updated_at")
    list_filter = ("answer",)
    #: The days say who was ill, and the person's words may.
    exclude = ("days", "leave_halves", "personal_halves", "sick_halves", "answer_remark")


@admin.register(models.SheetStep)
class SheetStepAdmin(ReadOnly):
    list_display = ("sheet_id", "act", "from_state", "to_state", "at", "by_name", "on_behalf")
    list_filter = ("act",)
    exclude = ("reason",)


@admin.register(models.RosterCycle)
class RosterCycleAdmin(ReadOnly):
    list_display = ("assignment_id", "valid_from", "cells", "recorded_by_name", "recorded_at")


@admin.register(models.FiledList)
class FiledListAdmin(ReadOnly):
    list_display = ("id", "campaign_id", "institution_id", "kind", "state", "nothing", "on_behalf", "submitted_at")
    list_filter = ("kind", "state")
    #: They name people.
    exclude = ("reason", "remark", "exempt_reason")


@admin.register(models.StaffingRequest)
class StaffingRequestAdmin(ReadOnly):
    list_display = ("id", "campaign_id", "institution_id", "speciality", "number", "priority", "state", "updated_at")
    list_filter = ("state", "priority")
    exclude = ("reason", "struck_reason")


@admin.register(models.Nomination)
class NominationAdmin(ReadOnly):
    list_display = ("id", "campaign_id", "institution_id", "worker_id", "state", "updated_at")
    list_filter = ("state",)
    #: Warnings that were accepted may tell of illness.
    exclude = ("accepted", "remark", "struck_reason")


@admin.register(models.NominationWish)
class NominationWishAdmin(ReadOnly):
    list_display = ("nomination_id", "rank", "institution_id")


@admin.register(models.ListStep)
class ListStepAdmin(ReadOnly):
    list_display = ("filed_list_id", "act", "from_state", "to_state", "recorded_at", "recorded_by_name")
    list_filter = ("act",)
    exclude = ("reason", "detail")


@admin.register(models.AllocationPlan)
class AllocationPlanAdmin(ReadOnly):
    list_display = ("id", "campaign_id", "number", "state", "after", "decision", "solved_at", "updated_at")
    list_filter = ("state",)


@admin.register(models.PlanLine)
class PlanLineAdmin(ReadOnly):
    list_display = ("plan_id", "request_id", "seat", "nomination_id", "source", "assignment_id")
    list_filter = ("source",)
    exclude = ("reason",)


@admin.register(models.PlanMark)
class PlanMarkAdmin(ReadOnly):
    list_display = ("plan_id", "kind", "request_id", "nomination_id", "by_name", "at")
    list_filter = ("kind",)
    exclude = ("reason",)


@admin.register(models.PlanGap)
class PlanGapAdmin(ReadOnly):
    list_display = ("plan_id", "request_id", "nomination_id", "places")
    #: Why somebody cannot go may tell of illness.
    exclude = ("reason",)
