"""What others call of the review of months."""

from __future__ import annotations

from appraisals.review.freezing import frozen_values
from appraisals.review.looking import found_on, look_again, look_at_all
from appraisals.review.moves import Moves
from appraisals.review.services_accepting import Accepted, accept, accept_all, begin_for, clean, more_time, send_back
from appraisals.review.services_corrections import (
    approve_correction,
    ask_correction,
    decline_correction,
    may_ask,
    may_decide,
    preview_correction,
    standing,
    withdraw_correction,
)
from appraisals.review.services_releasing import NO_BASIS, ReleaseBasis, releasable, release

__all__ = [
    "NO_BASIS", "Accepted", "Moves", "ReleaseBasis", "accept", "accept_all", "approve_correction", "ask_correction",
    "begin_for", "clean", "decline_correction", "found_on", "frozen_values", "look_again", "look_at_all", "may_ask",
    "may_decide", "more_time", "preview_correction", "releasable", "release", "send_back", "standing",
    "withdraw_correction",
]  # fmt: skip
