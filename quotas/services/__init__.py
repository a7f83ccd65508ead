"""Everything that writes figures, quotas, tallies, reasons and releases, and what explains them."""

from quotas.services.figures import Entered, FigureEntry, correct_figures, enter_figures, sign_off, withdraw_figures
from quotas.services.missing import MissingFigure, missing_units, remind_missing
from quotas.services.queue import ask_for_recompute
from quotas.services.quotas import differences, explain, explain_released
from quotas.services.reasons import decide_reason, give_reason
from quotas.services.releases import differences_since, release
from quotas.services.runs import recompute, run_waiting
from quotas.services.tallies import TallyRow, record_tallies

__all__ = [
    "Entered",
    "FigureEntry",
    "MissingFigure",
    "TallyRow",
    "ask_for_recompute",
    "correct_figures",
    "decide_reason",
    "differences",
    "differences_since",
    "enter_figures",
    "explain",
    "explain_released",
    "give_reason",
    "missing_units",
    "recompute",
    "record_tallies",
    "release",
    "remind_missing",
    "run_waiting",
    "sign_off",
    "withdraw_figures",
]
