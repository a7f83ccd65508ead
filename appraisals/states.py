"""The states of the month's results: what a score is worth, where a correction and a situation report stand."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class ScoreState(models.TextChoices):
    """What the score of one assignment-month is worth."""

    SCORED = "scored", pgettext_lazy("score", "scored")
    #: Something is missing: a value nobody entered, a day to be checked, a number that the policy leaves open.
    UNDETERMINED = "undetermined", pgettext_lazy("score", "undetermined")
    #: The policy names the indicators and gives no weights: the indicators are shown, no sum is made.
    UNWEIGHTED = "unweighted", pgettext_lazy("score", "indicators only")
    #: No adopted policy speaks of the month of this person.
    NO_RULE = "no_rule", pgettext_lazy("score", "no rule")


SCORE_SHAPES = {
    ScoreState.SCORED: "ok",
    ScoreState.UNDETERMINED: "und",
    ScoreState.UNWEIGHTED: "mute",
    ScoreState.NO_RULE: "mute",
}


class ValueSource(models.TextChoices):
    """Where a value of the workload comes from."""

    PERSON = "person", pgettext_lazy("workload", "the person")
    CLERK = "clerk", pgettext_lazy("workload", "the unit's clerk")
    WORKBOOK = "workbook", pgettext_lazy("workload", "a workbook")
    REST = "rest", pgettext_lazy("workload", "a connected system")
    CORRECTION = "correction", pgettext_lazy("workload", "a correction")


class ReleaseKind(models.TextChoices):
    """What a release is: the unit's month in time, after the letters went out, or corrected afterwards."""

    FIRST = "first", pgettext_lazy("release", "release")
    SUPPLEMENT = "supplement", pgettext_lazy("release", "supplement")
    CORRECTION = "correction", pgettext_lazy("release", "correction")


class CorrectionState(models.TextChoices):
    """Where a correction of a released month stands."""

    ASKED = "asked", pgettext_lazy("correction", "to be decided")
    APPROVED = "approved", pgettext_lazy("correction", "approved and released")
    DECLINED = "declined", pgettext_lazy("correction", "declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("correction", "taken back")

    def may_become(self) -> frozenset[CorrectionState]:
        """Return the states this one may move to."""
        if self is CorrectionState.ASKED:
            return frozenset(set(CorrectionState) - {CorrectionState.ASKED})
        return frozenset()


class ReportState(models.TextChoices):
    """Where a situation report stands."""

    DRAFT = "draft", pgettext_lazy("situation report", "being written")
    SUBMITTED = "submitted", pgettext_lazy("situation report", "submitted")
    RETURNED = "returned", pgettext_lazy("situation report", "sent back")
    RECEIVED = "received", pgettext_lazy("situation report", "taken note of")

    def may_become(self) -> frozenset[ReportState]:
        """Return the states this one may move to."""
        states = ReportState
        return {
            states.DRAFT: frozenset({states.SUBMITTED}),
            states.SUBMITTED: frozenset({states.DRAFT, states.RETURNED, states.RECEIVED}),
            states.RETURNED: frozenset({states.SUBMITTED}),
            states.RECEIVED: frozenset[ReportState](),
        }[self]
