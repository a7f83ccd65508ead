"""The states of what happens around an assignment, each with the table of what it may become."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AssignmentState(models.TextChoices):
    """Where an assignment stands in its life."""

    PLANNED = "planned", _("planned")
    FILED = "filed", _("filed")
    ON_POST = "on_post", _("on post")
    TERM_REACHED = "term_reached", _("term reached")
    UNDER_EVALUATION = "under_evaluation", _("under evaluation")
    RETURNED = "returned", _("returned")
    RENEWED = "renewed", _("renewed")
    TRANSFERRED = "transferred", pgettext_lazy("assignment", "transferred")
    ENDED_EARLY = "ended_early", _("ended early")
    VOID = "void", _("not counted")
    WITHDRAWN = "withdrawn", pgettext_lazy("assignment", "withdrawn")

    def may_become(self) -> frozenset[AssignmentState]:
        """Return the states this one may move to."""
        return _NEXT.get(self, frozenset())


_S = AssignmentState
_CLOSED_BY_EVALUATION = frozenset({_S.RETURNED, _S.RENEWED, _S.TRANSFERRED})
_NEXT: dict[AssignmentState, frozenset[AssignmentState]] = {
    _S.PLANNED: frozenset({_S.FILED, _S.WITHDRAWN}),
    _S.FILED: frozenset({_S.PLANNED, _S.ON_POST, _S.WITHDRAWN}),
    # Back to filed: an arrival that was confirmed by mistake.
    _S.ON_POST: frozenset({_S.FILED, _S.TERM_REACHED, _S.ENDED_EARLY, _S.VOID}),
    # Back to on post: the term became longer after its last day had passed.
    # Ended early: somebody had left before the last day, and it was said only afterwards.
    _S.TERM_REACHED: frozenset({_S.ON_POST, _S.UNDER_EVALUATION, _S.ENDED_EARLY, _S.VOID}) | _CLOSED_BY_EVALUATION,
    _S.UNDER_EVALUATION: frozenset({_S.TERM_REACHED, _S.VOID}) | _CLOSED_BY_EVALUATION,
    # Back: an early end that was entered by mistake.
    _S.ENDED_EARLY: frozenset({_S.ON_POST, _S.VOID}),
    _S.RETURNED: frozenset({_S.UNDER_EVALUATION, _S.VOID}),
    _S.RENEWED: frozenset({_S.UNDER_EVALUATION, _S.VOID}),
    _S.TRANSFERRED: frozenset({_S.UNDER_EVALUATION, _S.VOID}),
}
#: Not begun yet.
COMING = frozenset({_S.PLANNED, _S.FILED})
#: Begun and not closed.
RUNNING = frozenset({_S.ON_POST, _S.TERM_REACHED, _S.UNDER_EVALUATION})
#: Closed, with days that were served.
SERVED = frozenset({_S.RETURNED, _S.RENEWED, _S.TRANSFERRED, _S.ENDED_EARLY})
CLOSED = SERVED | {_S.VOID, _S.WITHDRAWN}
#: In the order of the chips.
STATE_SHAPES = {
    _S.PLANNED: "mute",
    _S.FILED: "und",
    _S.ON_POST: "ok",
    _S.TERM_REACHED: "warn",
    _S.UNDER_EVALUATION: "warn",
    _S.RETURNED: "mute",
    _S.RENEWED: "mute",
    _S.TRANSFERRED: "mute",
    _S.ENDED_EARLY: "mute",
    _S.VOID: "bad",
    _S.WITHDRAWN: "mute",
}


class CampaignState(models.TextChoices):
    """Where a campaign stands."""

    DRAFT = "draft", pgettext_lazy("campaign", "being prepared")
    OPEN = "open", pgettext_lazy("campaign", "open")
    CLOSED = "closed", pgettext_lazy("campaign", "closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("campaign", "withdrawn")

    def may_become(self) -> frozenset[CampaignState]:
        """Return the states this one may move to."""
        states = CampaignState
        return {
            states.DRAFT: frozenset({states.OPEN, states.WITHDRAWN}),
            states.OPEN: frozenset({states.DRAFT, states.CLOSED}),
            states.CLOSED: frozenset({states.OPEN}),
            states.WITHDRAWN: frozenset[CampaignState](),
        }[self]


class LeaveState(models.TextChoices):
    """Where a leave stands."""

    ASKED = "asked", pgettext_lazy("leave", "to be decided")
    APPROVED = "approved", pgettext_lazy("leave", "approved")
    DECLINED = "declined", pgettext_lazy("leave", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("leave", "withdrawn")

    def may_become(self) -> frozenset[LeaveState]:
        """Return the states this one may move to."""
        if self is LeaveState.ASKED:
            return frozenset({LeaveState.APPROVED, LeaveState.DECLINED, LeaveState.WITHDRAWN})
        if self is LeaveState.APPROVED:
            return frozenset({LeaveState.WITHDRAWN})
        return frozenset()


class AbsenceState(models.TextChoices):
    """Where an absence without leave stands: it is heard before it counts."""

    TO_BE_CHECKED = "to_be_checked", pgettext_lazy("absence", "to be checked")
    ANSWERED = "answered", pgettext_lazy("absence", "answered")
    CONFIRMED = "confirmed", pgettext_lazy("absence", "unapproved")
    EXCUSED = "excused", pgettext_lazy("absence", "excused")
    WITHDRAWN = "withdrawn", pgettext_lazy("absence", "withdrawn")

    def may_become(self) -> frozenset[AbsenceState]:
        """Return the states this one may move to."""
        states = AbsenceState
        settled = frozenset({states.CONFIRMED, states.EXCUSED, states.WITHDRAWN})
        return {
            states.TO_BE_CHECKED: settled | {states.ANSWERED},
            states.ANSWERED: settled,
            # What turns up later (a certificate from the hospital) excuses it after all.
            states.CONFIRMED: frozenset({states.EXCUSED, states.WITHDRAWN}),
            states.EXCUSED: frozenset[AbsenceState](),
            states.WITHDRAWN: frozenset[AbsenceState](),
        }[self]


class ProposalState(models.TextChoices):
    """Where a proposal of the machine stands; only an officer decides."""

    OPEN = "open", pgettext_lazy("proposal", "to be decided")
    FOLLOWED = "followed", pgettext_lazy("proposal", "followed")
    DISMISSED = "dismissed", pgettext_lazy("proposal", "not followed")
    LAPSED = "lapsed", pgettext_lazy("proposal", "lapsed")  # its reason is gone: an absence was excused

    def may_become(self) -> frozenset[ProposalState]:
        """Return the states this one may move to."""
        if self is ProposalState.OPEN:
            return frozenset(set(ProposalState) - {ProposalState.OPEN})
        # A reason that comes back opens it again.
        return frozenset({ProposalState.OPEN}) if self is ProposalState.LAPSED else frozenset()


class CountedState(models.TextChoices):
    """Whether an assignment counts for a quota: proposed by rule, confirmed by an officer."""

    PROPOSED = "proposed", pgettext_lazy("counted", "proposed")
    CONFIRMED = "confirmed", pgettext_lazy("counted", "confirmed")
    DECLINED = "declined", pgettext_lazy("counted", "not counted")
    LAPSED = "lapsed", pgettext_lazy("counted", "lapsed")  # the rule proposes it no more


class PaperState(models.TextChoices):
    """Where an issued paper stands."""

    ISSUED = "issued", pgettext_lazy("paper", "issued")
    STAMPED = "stamped", pgettext_lazy("paper", "stamped copy filed")
    WITHDRAWN = "withdrawn", pgettext_lazy("paper", "withdrawn")


class CreditState(models.TextChoices):
    """What the credit of an assignment is worth at the moment."""

    RUNNING = "running", pgettext_lazy("credit", "growing")
    PROVISIONAL = "provisional", pgettext_lazy("credit", "awaits the result")
    RECOGNISED = "recognised", pgettext_lazy("credit", "recognised")
    NONE = "none", pgettext_lazy("credit", "not credited")
    UNDETERMINED = "undetermined", pgettext_lazy("credit", "undetermined")
    UNCONFIRMED = "unconfirmed", pgettext_lazy("credit", "past service to be confirmed")


class ObligationState(models.TextChoices):
    """How somebody stands to a service requirement, the pressing ones first."""

    OVERDUE = "overdue", pgettext_lazy("obligation", "overdue")
    RED = "red", pgettext_lazy("obligation", "out of time")  # the time left is shorter than the service left
    AMBER = "amber", pgettext_lazy("obligation", "to be planned")
    OWED = "owed", pgettext_lazy("obligation", "owed")
    BEFORE = "before", pgettext_lazy("obligation", "owed before applying")
    SERVING = "serving", pgettext_lazy("obligation", "being served")  # met by the end of the running assignment
    UNDETERMINED = "undetermined", pgettext_lazy("obligation", "undetermined")
    EXEMPT = "exempt", pgettext_lazy("obligation", "exempt")
    MET = "met", pgettext_lazy("obligation", "met")
    ENDED = "ended", pgettext_lazy("obligation", "no longer asked")


OBLIGATION_SHAPES = {
    ObligationState.OVERDUE: "bad",
    ObligationState.RED: "bad",
    ObligationState.AMBER: "warn",
    ObligationState.OWED: "mute",
    ObligationState.BEFORE: "mute",
    ObligationState.SERVING: "ok",
    ObligationState.UNDETERMINED: "und",
    ObligationState.EXEMPT: "mute",
    ObligationState.MET: "ok",
    ObligationState.ENDED: "mute",
}


class SheetState(models.TextChoices):
    """Where a receiving unit's month stands."""

    DRAFT = "draft", pgettext_lazy("month", "being entered")
    SUBMITTED = "submitted", pgettext_lazy("month", "submitted")
    IN_REVIEW = "in_review", pgettext_lazy("month", "under review")  # the district has opened it
    RETURNED = "returned", pgettext_lazy("month", "sent back")
    ACCEPTED = "accepted", pgettext_lazy("month", "accepted")
    RELEASED = "released", pgettext_lazy("month", "released")

    def may_become(self) -> frozenset[SheetState]:
        """Return the states this one may move to; what was released is corrected, never moved."""
        states = SheetState
        return {
            states.DRAFT: frozenset({states.SUBMITTED}),
            states.SUBMITTED: frozenset({states.DRAFT, states.IN_REVIEW, states.RETURNED, states.ACCEPTED}),
            states.IN_REVIEW: frozenset({states.RETURNED, states.ACCEPTED}),
            states.RETURNED: frozenset({states.SUBMITTED}),
            states.ACCEPTED: frozenset({states.RETURNED, states.RELEASED}),
            states.RELEASED: frozenset[SheetState](),
        }[self]


#: While the unit enters; from submission on the scores are computed.
SHEET_OPEN = (SheetState.DRAFT, SheetState.RETURNED)
SHEET_HANDED_IN = (SheetState.SUBMITTED, SheetState.IN_REVIEW, SheetState.ACCEPTED, SheetState.RELEASED)

SHEET_SHAPES = {
    SheetState.DRAFT: "mute",
    SheetState.SUBMITTED: "run",
    SheetState.IN_REVIEW: "run",
    SheetState.RETURNED: "warn",
    SheetState.ACCEPTED: "ok",
    SheetState.RELEASED: "ok",
}


class MonthAnswer(models.TextChoices):
    """What the deployed person says of the own month before it is released."""

    NONE = "", pgettext_lazy("month", "not answered")
    CONFIRMED = "confirmed", pgettext_lazy("month", "confirmed by the person")
    DISPUTED = "disputed", pgettext_lazy("month", "disputed by the person")


class ListState(models.TextChoices):
    """Where a list of requests or nominations stands."""

    DRAFT = "draft", pgettext_lazy("list", "being entered")
    TO_BE_CHECKED = "to_be_checked", pgettext_lazy("list", "to be checked by another person")  # entered on behalf
    SUBMITTED = "submitted", pgettext_lazy("list", "submitted")
    RETURNED = "returned", pgettext_lazy("list", "sent back")
    APPROVED = "approved", pgettext_lazy("list", "approved")

    def may_become(self) -> frozenset[ListState]:
        """Return the states this one may move to; an approved list is reopened by sending it back."""
        states = ListState
        return {
            states.DRAFT: frozenset({states.SUBMITTED, states.TO_BE_CHECKED}),
            states.TO_BE_CHECKED: frozenset({states.DRAFT, states.SUBMITTED, states.RETURNED}),
            states.SUBMITTED: frozenset({states.DRAFT, states.RETURNED, states.APPROVED}),
            states.RETURNED: frozenset({states.SUBMITTED, states.TO_BE_CHECKED}),
            states.APPROVED: frozenset({states.RETURNED}),
        }[self]


#: While the unit enters.
LIST_OPEN = (ListState.DRAFT, ListState.RETURNED)

LIST_SHAPES = {
    ListState.DRAFT: "mute",
    ListState.TO_BE_CHECKED: "run",
    ListState.SUBMITTED: "run",
    ListState.RETURNED: "warn",
    ListState.APPROVED: "ok",
}


class LineState(models.TextChoices):
    """Whether a line of a list stands."""

    STANDING = "standing", pgettext_lazy("line", "standing")
    STRUCK = "struck", pgettext_lazy("line", "struck")


class PlanState(models.TextChoices):
    """Where an allocation plan stands."""

    SOLVING = "solving", pgettext_lazy("plan", "being computed")
    DRAFT = "draft", pgettext_lazy("plan", "draft")
    DECIDED = "decided", pgettext_lazy("plan", "decided")
    DISCARDED = "discarded", pgettext_lazy("plan", "discarded")

    def may_become(self) -> frozenset[PlanState]:
        """Return the states this one may move to; what was decided stands."""
        states = PlanState
        return {
            states.SOLVING: frozenset({states.DRAFT, states.DISCARDED}),
            states.DRAFT: frozenset({states.DECIDED, states.DISCARDED}),
            states.DECIDED: frozenset[PlanState](),
            states.DISCARDED: frozenset({states.DRAFT}),
        }[self]
