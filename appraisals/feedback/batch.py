"""Many letters at once, in the background: each unit's in a transaction of its own, so that a killed job goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from appraisals.feedback import owing, services_letters
from appraisals.feedback.owing import Owed
from deploy_admin.access import Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.handlers import Claim, handles
from deploy_admin.jobs.models import Job
from deploy_admin.months import Month

JOB = "appraisals.issue_letters"
#: More letters, or people, than these are issued in the background.
AT_ONCE, PEOPLE = 20, 300


def is_long(due: Sequence[Owed]) -> bool:
    """Whether issuing these takes too long for somebody to wait before a blank page."""
    return len(due) > AT_ONCE or sum(len(each.scores) for each in due) > PEOPLE


def start(*, authority_id: int, month: Month, dated_on: date, contact: str = "", remark: str = "", by: Actor) -> Job:
    """Have the letters of the month issued in the background; what is refused is refused at once."""
    services_letters.check_issuing(authority_id, month, dated_on, by)
    if not owing.owed(authority_id, month):
        raise RuleViolation(_("Everything released of this month is fed back already."), "nothing_owed")
    params: dict[str, Any] = {
        "authority": authority_id,
        "month": str(month),
        "dated_on": dated_on.isoformat(),
        "contact": contact,
        "remark": remark,
    }
    title = _("Issuing the feedback letters of %(month)s") % {"month": month}
    return jobs.start(
        kind=JOB, params=params, by=by, title=title, url=f"{reverse('appraisals:letters')}?month={month}"
    )


@handles(JOB, atomic=False)
def work(claim: Claim) -> dict[str, Any]:
    """Issue what is still owed, unit by unit; begun again, it finds the rest."""
    said = claim.params
    month = Month.parse(said["month"])
    units = list(dict.fromkeys(each.sending_unit_id for each in owing.owed(said["authority"], month)))
    issued = 0
    for done, unit in enumerate(units, start=1):
        with transaction.atomic():
            issued += _of_unit(unit, month, claim)
            claim.check()
        claim.progress(done, len(units))
    return {"letters": issued}


def _of_unit(unit: int, month: Month, claim: Claim) -> int:
    said = claim.params
    try:
        return len(
            services_letters.issue(
                authority_id=said["authority"],
                month=month,
                dated_on=date.fromisoformat(said["dated_on"]),
                contact=said["contact"],
                remark=said["remark"],
                units=[unit],
                by=claim.actor,
            )
        )
    except RuleViolation as refusal:
        if refusal.code == "nothing_owed":  # somebody else was quicker
            return 0
        raise
