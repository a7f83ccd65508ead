"""A city with a commission, a district with its authority, two hospitals with their people, and their browsers."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import deploy_admin.celery  # noqa: F401 -- so that delay() finds our broker, as in wsgi.py
from tests.people.factories import a_licence, a_title, a_worker, away
from tests.registry.factories import a_division, an_authority, an_institution


def a_world() -> SimpleNamespace:
    """Two districts with a hospital each; three people at the first, one at the second."""
    city = a_division("示范市", level="province")
    first = a_division("示范甲区", parent=city, code="509901")
    second = a_division("示范乙区", parent=city, code="509902")
    found = SimpleNamespace(
        commission=an_authority(city, "示范市卫生健康委员会", tier="municipal", affiliation="municipal"),
        authority=an_authority(first, "示范甲区卫生健康委员会"),
        hospital=an_institution("示范甲区医院", division=first),
        other=an_institution("示范乙区医院", division=second),
    )
    found.doctor = a_worker("示范安", at=found.hospital, speciality="儿科", education="bachelor", degree="bachelor")
    a_title(found.doctor, "232", qualified_on=date(2024, 11, 1), appointed_on=date(2025, 1, 1))
    a_licence(found.doctor, number="示范110000000001")
    found.nurse = a_worker(
        "示范白", at=found.hospital, sex="2", post={"staff_category": "nursing", "department": "护理部"}
    )
    away(found.nurse, "pregnancy_nursing", valid_from=date(2026, 6, 1), valid_to=date(2027, 5, 31), remark="示范备注")
    found.gone = a_worker("示范曹", at=found.hospital, post={"valid_to": date(2026, 3, 31), "ended_as": "resigned"})
    found.elsewhere = a_worker("示范丁", at=found.other)
    return found
