"""What the fault rounds work on, made and checked in a process of its own: `python -m tests.ops.faults_world build 5`.

The process that runs the tests has a database of its own; this one is told by DATABASE_URL which it is.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django

#: Sixty points for visits, forty for being there.
RULE = """
      - {id: visits, measure: outpatient_emergency_visits, weight: "60", target: {fixed: "160"}}
      - {id: present, measure: attendance_days, weight: "40", share_of: duty_days}"""


def build(rounds: int) -> dict[str, Any]:
    """Make one sheet a round with people, workload and a rule that scores them; return sessions and sheets."""
    from django.test import Client

    from deploy_admin import clock
    from deploy_admin.access import SYSTEM, Role
    from deploy_admin.months import Month
    from deploy_admin.registry.reference import load_indicators
    from tests.accounts.factories import a_membership, signed_in
    from tests.appraisals.workload.factories import a_count, a_month_clause, a_unit
    from tests.assignments.factories import a_place
    from tests.assignments.months.factories import a_sheet
    from tests.registry.factories import an_authority

    load_indicators(by=SYSTEM)
    a_month_clause(RULE)
    place = a_place("500102")
    authority = an_authority(place)
    today = clock.today()
    sheets = []
    for number in range(rounds):
        unit = a_unit(name=f"示范第{number}卫生院")
        month = Month.of(today).previous
        sheet = a_sheet(unit, month, people=4, open_until=today.replace(year=today.year + 1))
        for n, row in enumerate(sheet.rows.order_by("pk")):
            a_count(row, "outpatient_emergency_visits", 100 + n)
        clerk = signed_in(Client(), a_membership(Role.RECEIVER_CLERK, unit))
        sheets.append({"sheet": sheet.pk, "clerk": clerk.cookies["sessionid"].value})
    officer = signed_in(Client(), a_membership(Role.DISTRICT_OFFICER, authority))
    return {"sheets": sheets, "officer": officer.cookies["sessionid"].value, "month": str(Month.of(today).previous)}


def check() -> dict[str, Any]:
    """Compare what is stored with what follows from the rows; return what differs, which should be nothing."""
    from appraisals.models import MonthRelease, ReleasedScore, Score
    from appraisals.scoring import services as scoring
    from assignments.models import AssignmentMonth, MonthSheet, SheetStep
    from assignments.states import SheetState
    from deploy_admin.access import SYSTEM
    from deploy_admin.jobs.models import Job, JobState

    released = MonthSheet.objects.filter(state=SheetState.RELEASED)
    rows = AssignmentMonth.objects.filter(sheet__in=released)
    steps = {
        (pk, act): SheetStep.objects.filter(sheet=pk, act=act).count()
        for pk in released.values_list("pk", flat=True)
        for act in ("submitted", "accepted", "released")
    }
    frozen = dict(ReleasedScore.objects.values_list("row_id", "points"))
    live = dict(Score.objects.filter(row__in=rows).values_list("row_id", "points"))
    return {
        "released": released.count(),
        "rows": rows.count(),
        "releases": MonthRelease.objects.count(),
        "released_scores": ReleasedScore.objects.count(),
        "differ_from_live": sorted(pk for pk in frozen if frozen[pk] != live.get(pk)),
        "without_points": sorted(pk for pk, points in frozen.items() if points is None),
        "steps_not_once": sorted(f"{pk} {act}: {n}" for (pk, act), n in steps.items() if n != 1),
        "jobs_not_ended": list(Job.objects.unfinished().values_list("pk", flat=True)),
        "jobs_without_reason": list(Job.objects.filter(state=JobState.FAILED, error="").values_list("pk", flat=True)),
        "recomputed": scoring.compute([*released.values_list("pk", flat=True)], by=SYSTEM),
    }


if __name__ == "__main__":
    django.setup()
    told = build(int(sys.argv[2])) if sys.argv[1] == "build" else check()
    sys.stdout.write(json.dumps(told))
