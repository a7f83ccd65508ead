"""The acts of this app: judging everybody again, answering about a few, and what a person says of the own record."""

from assignments.services.answering import Explanation, explain, judge_live
from assignments.services.corrections import answer_correction, ask_correction
from assignments.services.refreshing import Counts, refresh, refresh_changed, start_refresh

__all__ = [
    "Counts",
    "Explanation",
    "answer_correction",
    "ask_correction",
    "explain",
    "judge_live",
    "refresh",
    "refresh_changed",
    "start_refresh",
]
