"""Months with numbers in them: workload, live scores and releases as rows written directly, as short as a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from appraisals.models import MonthRelease, ReleasedScore, Score, Workload
from assignments.models import AssignmentMonth
from deploy_admin import clock
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Indicator
from tests.assignments.factories import a_place
from tests.policies.factories import a_draft


def an_indicator(code: str = "operations", **more: Any) -> Indicator:
    """Return the indicator with this code, made where there is none."""
    fields = {"label_zh": "手术", "label_en": "Operations", "unit_zh": "台", "unit_en": "operations", "highest": 9999}
    return Indicator.objects.get_or_create(code=code, defaults=fields | more)[0]


def worked(row: AssignmentMonth, value: Any, code: str = "operations") -> Workload:
    """Return the value of an indicator in somebody's month; None was asked and not answered."""
    number = None if value is None else Decimal(str(value))
    return Workload.objects.create(row=row, indicator=an_indicator(code), value=number, source="clerk")


def a_version() -> PolicyVersion:
    """Return a policy version, the same for all."""
    a_place("500000")
    return PolicyVersion.objects.first() or a_draft()


def scored(row: AssignmentMonth, points: str) -> Score:
    """Return the live score of somebody's month."""
    return Score.objects.create(
        row=row, month=row.month, state="scored", points=Decimal(points), policy_version=a_version(), clause_id="m",
        digest="d",
    )  # fmt: skip


def released(
    row: AssignmentMonth, *, points: str | None = None, corrects: ReleasedScore | None = None, **workload: Any
) -> ReleasedScore:
    """Return what was released of somebody's month: its days as they are, and this workload."""
    sheet = row.sheet
    kind = "correction" if corrects else "first"
    release = MonthRelease.objects.filter(sheet=sheet, kind=kind).first() if not corrects else None
    release = release or MonthRelease.objects.create(
        sheet=sheet, institution=sheet.institution, authority=sheet.institution, month=row.month, kind=kind, people=1,
        recorded_by_name="示范经办", recorded_at=clock.now(),
    )  # fmt: skip
    scoring = {"policy_version": a_version(), "clause_id": "m"} if points else {}
    return ReleasedScore.objects.create(
        release=release, row=row, assignment=row.assignment, sending_unit=row.assignment.sending_unit,
        month=row.month, corrects=corrects, state="scored" if points else "no_rule",
        points=Decimal(points) if points else None, sha256="0" * 64,
        values={
            "days": row.days, "duty_days": row.duty_days,
            "totals": {"attended": str(Decimal(row.attended_halves) / 2), "leave": str(Decimal(row.leave_halves) / 2)},
            "workload": {code: None if value is None else str(value) for code, value in workload.items()},
        }, **scoring,
    )  # fmt: skip
