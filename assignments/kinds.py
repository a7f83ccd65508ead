"""The code lists of assignments: kinds, reasons, patterns, tasks, checklists, results."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What an assignment is, on the same machinery."""

    MUNICIPAL_COUNTY = "municipal_county", _("municipally engaged, county-deployed")
    COUNTY_TOWNSHIP = "county_township", _("county-engaged, township-deployed")
    GROUP_SUPPORT = "group_support", _("group-style support")
    TIDAL_SUPPORT = "tidal_support", _("tidal support")
    DISEASE_CONTROL_SUPERVISOR = "disease_control_supervisor", _("disease-control supervisor")
    EQUAL_EXCHANGE = "equal_exchange", _("equal exchange")


#: Support beside the schemes: nobody's quota asks for it, so it may have no scheme.
WITHOUT_SCHEME = (Kind.GROUP_SUPPORT, Kind.TIDAL_SUPPORT, Kind.DISEASE_CONTROL_SUPERVISOR)


class RosterPattern(models.TextChoices):
    """On which days somebody is on duty."""

    FIVE_DAY = "five_day", _("five-day week")  # the work calendar's working days
    SIX_DAY = "six_day", _("six-day week")  # Saturdays too; public holidays off
    SHIFT = "shift", _("shifts")  # duty days are said with each leave


class EndReason(models.TextChoices):
    """Why an assignment ended before its term; the policy says which are not held against the sending unit."""

    CALLED_AWAY = "called_away", _("called away by the organisation")
    FORCE_MAJEURE = "force_majeure", _("force majeure")
    GRAVE_ILLNESS = "grave_illness", _("grave illness")
    DEATH = "death", _("death")
    RESIGNED = "resigned", _("left the sending unit")
    RECALLED_BY_SENDER = "recalled_by_sender", _("recalled by the sending unit")
    REFUSED = "refused", _("refused to go on")
    UNFIT = "unfit", _("not fit for the post")
    RECEIVER_ASKED = "receiver_asked", _("at the receiving unit's request")
    OTHER = "other", _("other")


class SegmentReason(models.TextChoices):
    """Why a piece of an assignment began."""

    START = "start", _("first day on post")
    MOVED = "moved", _("moved to another receiving unit")
    SUCCESSION = "succession", _("the receiving unit was succeeded")
    FULL_TIME = "full_time", _("full-time or part-time changed")


class FilingBasis(models.TextChoices):
    """On what practice at the receiving unit rests."""

    NONE = "", _("not needed")
    FILING = "multi_site_filing", _("multi-site practice filing")
    EXEMPT = "exempt_by_law", _("exempt by law (Law on Physicians, art. 18)")


class TaskKind(models.TextChoices):
    """Tasks and goals at the post: three task groups and the eight service kinds."""

    SPECIALITY_DEPARTMENT = "speciality_department", _("build a speciality department")
    KEY_STAFF = "key_staff", _("train key staff")
    NEW_TECHNIQUE = "new_technique", _("start a new technique or service")
    CONSULTATION = "consultation", _("consultation and treatment")
    TEACHING_ROUND = "teaching_round", _("teaching rounds")
    TECHNIQUE_PROMOTION = "technique_promotion", _("promotion of techniques")
    TECHNICAL_GUIDANCE = "technical_guidance", _("technical guidance")
    MENTORING = "mentoring", _("mentoring")
    CASE_DISCUSSION = "case_discussion", _("case discussions")
    TRAINING = "training", _("training")
    MANAGEMENT = "management", _("standardised management")


class MentoringMode(models.TextChoices):
    """How knowledge is handed on."""

    APPRENTICE = "apprentice", _("master and apprentice")
    TEAM = "team", _("team to team")


class ChecklistItem(models.TextChoices):
    """What a unit has to put in place for a campaign."""

    WORKING_GROUP = "working_group", _("working group set up")
    TASKS = "tasks", _("support tasks set out")
    POSTS = "posts", _("posts arranged")
    ATTENDANCE = "attendance", _("attendance rules in place")
    LOGISTICS = "logistics", _("housing, meals and transport arranged")
    MEASURES = "measures", _("implementation measures issued")
    CONTACT = "contact", _("contact person named")
    PAY = "pay", _("pay and benefits secured")

    @property
    def is_receivers(self) -> bool:
        """Whether a receiving unit does this; the others are a sending unit's."""
        return self not in (ChecklistItem.MEASURES, ChecklistItem.CONTACT, ChecklistItem.PAY)


class Evidence(models.TextChoices):
    """What an entry about the past rests on, the strongest first."""

    ORIGINAL = "original", _("original document")
    ARCHIVE = "archive", _("record in a unit's archive")
    STATEMENT = "statement", _("statement of a unit")
    NONE = "none", _("no document")


class Origin(models.TextChoices):
    """How an assignment came into the system."""

    ENTERED = "entered", _("entered")
    IMPORTED = "imported", _("taken on from the past")


class CompletionResult(models.TextChoices):
    """The result of the completion evaluation."""

    NONE = "", _("no result yet")
    QUALIFIED = "qualified", _("qualified")
    NOT_QUALIFIED = "not_qualified", _("not qualified")


class ProposalKind(models.TextChoices):
    """What the machine proposes for an officer's decision."""

    VOID = "void", _("not to count this assignment")


class InspectionKind(models.TextChoices):
    """How an inspection comes about."""

    PLANNED = "planned", pgettext_lazy("inspection", "planned")
    UNANNOUNCED = "unannounced", _("unannounced")


class Presence(models.TextChoices):
    """What an inspection found of one person."""

    PRESENT = "present", _("present")
    ON_LEAVE = "on_leave", _("on approved leave")
    OFFICIAL_DUTY = "official_duty", _("on official duty")
    OFF_DUTY = "off_duty", _("off duty by the roster")
    ABSENT = "absent", _("absent")
    #: Of an inspection at the sending unit: the person was practising there.
    PRACTISING = "practising", _("practising at the sending unit")
    NOT_THERE = "not_there", _("not at the sending unit")


class PaperKind(models.TextChoices):
    """The papers this app issues."""

    SUSPENSION_NOTICE = "suspension_notice", _("notice of suspended practice")
    DISPATCH_NOTICE = "dispatch_notice", _("dispatch notice")
    LEAVE_RECEIPT = "leave_receipt", _("receipt of a leave filing")
    EXTENSION_NOTICE = "extension_notice", _("notice of an extended term")
    #: Of the months: made in `appraisals`, kept, numbered and stamped here.
    FEEDBACK_LETTER = "feedback_letter", _("feedback letter on the month")
    SITUATION_REPORT = "situation_report", _("situation report")
    #: Of the allocation: what units filed, and what was decided.
    REQUEST_LIST = "request_list", _("list of staffing requests")
    NOMINATION_LIST = "nomination_list", _("nomination list")
    ALLOCATION_DECISION = "allocation_decision", _("allocation decision")


class ListKind(models.TextChoices):
    """What a unit files in a campaign."""

    REQUESTS = "requests", _("staffing requests")
    NOMINATIONS = "nominations", _("nominations")


class Priority(models.IntegerChoices):
    """How pressing a staffing request is; the lower is met first."""

    URGENT = 1, pgettext_lazy("request", "urgent")
    NORMAL = 2, pgettext_lazy("request", "normal")
    LATER = 3, pgettext_lazy("request", "can wait")


class LineSource(models.TextChoices):
    """How a person came to a place in a plan."""

    SOLVER = "solver", pgettext_lazy("plan", "proposed")
    HAND = "hand", pgettext_lazy("plan", "by hand")


class MarkKind(models.TextChoices):
    """What was said by hand about a pairing."""

    PIN = "pin", pgettext_lazy("plan", "pinned")
    BAN = "ban", pgettext_lazy("plan", "banned")
