"""What may be done with feedback letters and situation reports: the services other rooms call, in one place."""

from __future__ import annotations

from appraisals.feedback.owing import Owed, Waiting, owed, waiting
from appraisals.feedback.services_letters import issue, receive, receive_all
from appraisals.feedback.services_reports import (
    begin_report,
    save_report,
    send_back_report,
    submit_report,
    take_back_report,
    take_note_of_report,
)
from appraisals.feedback.summary import summary_xlsx

__all__ = [
    "Owed", "Waiting", "begin_report", "issue", "owed", "receive", "receive_all", "save_report", "send_back_report",
    "submit_report", "summary_xlsx", "take_back_report", "take_note_of_report", "waiting",
]  # fmt: skip
