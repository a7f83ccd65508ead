"""What was released of months, as valid rows written directly: releases, released scores, corrections of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from appraisals.models import MonthRelease, ReleasedScore
from appraisals.review.freezing import frozen_values
from appraisals.states import ReleaseKind, ScoreState
from assignments.models import AssignmentMonth
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Institution

#: What a released score keeps of its explanation where a test does not ask for it.
EXPLAINED = {"schema": 1, "value": None, "steps": []}


def a_release(
    row: AssignmentMonth, authority: Institution, kind: str = ReleaseKind.FIRST, **more: Any
) -> MonthRelease:
    """Return the release of the row's sheet by the authority: the one there is, or a new one; corrections are new."""
    held = MonthRelease.objects.filter(sheet=row.sheet_id).exclude(kind=ReleaseKind.CORRECTION).first()
    if held is not None and kind != ReleaseKind.CORRECTION:
        return held
    fields = {"people": 1, "recorded_by_name": "区县经办（示范）"} | more
    return MonthRelease.objects.create(
        sheet=row.sheet,
        institution_id=row.sheet.institution_id,
        authority=authority,
        month=row.month,
        kind=kind,
        **fields,
    )


def a_released(
    row: AssignmentMonth,
    authority: Institution,
    *,
    points: Any = None,
    factor: Any = None,
    state: str | None = None,
    version: PolicyVersion | None = None,
    clause_id: str = "month",
    workload: Mapping[str, Any] | None = None,
    days: list[str] | None = None,
    corrects: ReleasedScore | None = None,
    kind: str = "",
    **more: Any,
) -> ReleasedScore:
    """Return what was released of a person's month: scored where points are said, else what `state` says.

    With `corrects`, the correction of an earlier one.
    """
    points = Decimal(str(points)) if points is not None else None
    state = state or (ScoreState.SCORED if points is not None else ScoreState.NO_RULE)
    counted = {code: None if value is None else Decimal(str(value)) for code, value in (workload or {}).items()}
    values = frozen_values(days or row.days, row.duty_days, counted)
    digest = hashlib.sha256(json.dumps([row.pk, str(points), values], sort_keys=True).encode()).hexdigest()
    kind = kind or (ReleaseKind.CORRECTION if corrects else ReleaseKind.FIRST)
    return ReleasedScore.objects.create(
        release=a_release(row, authority, kind),
        row=row,
        assignment_id=row.assignment_id,
        sending_unit_id=row.assignment.sending_unit_id,
        month=row.month,
        corrects=corrects,
        state=state,
        policy_version=version,
        clause_id=clause_id if version else "",
        points=points,
        factor=Decimal(str(factor)) if factor is not None else None,
        values=values,
        explanation=EXPLAINED,
        sha256=digest,
        **more,
    )
