"""Everything that writes figures, quotas, tallies, reasons and releases, and what explains them."""

from quotas.services.answers import confirm_list, decide_objection, object_to
from quotas.services.counted import doubts, take_counted
from quotas.services.figures import Entered, FigureEntry, correct_figures, enter_figures, withdraw_figures
from quotas.services.list_writing import Listed
from quotas.services.listing import Listing
from quotas.services.lists import (
    await_results,
    declare_nobody,
    list_people,
    results_are_in,
    withdraw_person,
)
from quotas.services.missing import MissingFigure, missing_units, remind_missing, reporting_units
from quotas.services.queue import ask_for_recompute
from quotas.services.quotas import differences, explain, explain_released
from quotas.services.reasons import decide_reason, give_reason
from quotas.services.releases import differences_since, release
from quotas.services.runs import recompute, run_waiting
from quotas.services.signing import sign_off
from quotas.services.tallies import TallyRow, record_tallies

__all__ = [
    "Entered",
    "FigureEntry",
    "Listed",
    "Listing",
    "MissingFigure",
    "TallyRow",
    "ask_for_recompute",
    "await_results",
    "confirm_list",
    "correct_figures",
    "decide_objection",
    "decide_reason",
    "declare_nobody",
    "differences",
    "differences_since",
    "doubts",
    "enter_figures",
    "explain",
    "explain_released",
    "give_reason",
    "list_people",
    "missing_units",
    "object_to",
    "recompute",
    "record_tallies",
    "release",
    "remind_missing",
    "reporting_units",
    "results_are_in",
    "run_waiting",
    "sign_off",
    "take_counted",
    "withdraw_figures",
    "withdraw_person",
]
