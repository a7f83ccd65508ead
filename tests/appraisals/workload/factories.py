"""Indicators, month clauses and counts of work as short as a sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from appraisals.models import Workload
from assignments.models import AssignmentMonth, MonthSheet
from deploy_admin import clock
from deploy_admin.access import Permission, Reach, Role
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import Indicator, Institution
from tests.assignments.factories import a_place
from tests.assignments.months.factories import a_sheet
from tests.policies.factories import a_part, a_text, an_adopted
from tests.registry.factories import FakeActor, an_institution

#: A clause as rule 21 has it: indicators by name, no weights.
NAMED = """
      - {id: visits, measure: outpatient_emergency_visits}
      - {id: present, measure: attendance_days}
      - {id: teaching, measure: teaching_sessions}"""


def an_indicator(code: str = "rounds", **more: Any) -> Indicator:
    """Return an indicator, of whole numbers from 0 to 200 unless something else is said."""
    fields: dict[str, Any] = {
        "label_zh": f"指标{code}",
        "label_en": code.replace("_", " "),
        "unit_zh": "次",
        "unit_en": "times",
        "highest": Decimal(200),
    }
    return Indicator.objects.create(code=code, **(fields | more))


def a_month_clause(indicators: str = NAMED, **more: Any) -> PolicyVersion:
    """Return the adopted version of a plan of the city that measures months by these indicators."""
    a_place("500102")
    part = a_part("month", "municipal_county.month", indicators=indicators, **more)
    return an_adopted(a_text("month-plan", "500000", part, section="month"))


def a_unit(**more: Any) -> Institution:
    """Return a township health centre in a district of the city."""
    place = a_place("500102")
    return an_institution(
        division=place, **({"kind": "township_health_centre", "tier": "township", "level": 1} | more)
    )


def a_clerk(unit: Institution, **more: Any) -> FakeActor:
    """Return the clerk of a receiving unit."""
    fields: dict[str, Any] = {
        "user_id": 7201,
        "membership_id": 7301,
        "name": "示范文员",
        "role": Role.RECEIVER_CLERK,
        "reach": Reach.UNIT,
        "institution_id": unit.pk,
        "institution_ids": frozenset({unit.pk}),
    }
    return FakeActor(**(fields | more))


def the_person(row: AssignmentMonth) -> FakeActor:
    """Return the deployed person whose month it is."""
    worker = row.assignment.worker
    return FakeActor(
        role=Role.DEPLOYED_PERSON,
        reach=Reach.SELF,
        worker_id=worker.pk,
        name=worker.name,
        user_id=7401,
        permissions=frozenset({Permission.OWN_SERVICE}),
    )


def a_count(row: AssignmentMonth, code: str, value: Any, **more: Any) -> Workload:
    """Return a value as it stands; confirmed by the clerk unless something else is said."""
    fields: dict[str, Any] = {
        "indicator": Indicator.objects.get(code=code),
        "value": None if value is None else Decimal(str(value)),
        "is_confirmed": value is not None and "said" not in more,
        "source": "clerk",
    }
    if more.get("said") is not None:
        more = {"said_at": clock.now(), "source": "person"} | more
    return Workload.objects.create(row=row, **(fields | more))


def past_months(assignment: Any, code: str, values: dict[date, Any], unit: Institution) -> None:
    """Hand in sheets of earlier months with one value each."""
    from tests.assignments.months.factories import a_row

    for month, value in values.items():
        sheet = MonthSheet.objects.filter(institution=unit, month=month).first() or a_sheet(
            unit, month, "released", people=0
        )
        a_count(a_row(sheet, assignment), code, value)
