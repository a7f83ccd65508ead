"""What the tests of an assignment's life share: the shipped schemes in force, a sender, a receiver, an authority."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.models import Assignment
from assignments.services.moving import Basis
from deploy_admin.registry import services as registry
from deploy_admin.registry.models import Institution
from deploy_admin.registry.services import Document, Part
from tests.assignments.factories import a_municipal_hospital, a_place, seeds
from tests.policies.factories import an_adopted
from tests.registry.factories import CITY, an_authority, an_institution

TODAY = date(2026, 11, 22)
#: The decision of a body, with its document.
DECIDED = Basis(
    deciding_body="县聘乡用领导小组（示范）",
    meeting_on=date(2026, 11, 20),
    document="会议纪要（示范）",
    document_number="示范纪要〔2026〕7号",
)
MUNICIPAL = "chongqing-municipal-county-2025"
TOWNSHIP = "wanzhou-county-township-2022"
PAPER = Document(title="合并通知（示范）", number="示〔2026〕9号")


def schemes(*names: str) -> None:
    """Put the shipped schemes in force, the municipal one unless said otherwise."""
    seeds(*(names or (MUNICIPAL,)))


def a_scheme(posting: str, code: str = "municipal_county", since: str = "2025-01-01") -> None:
    """Put a scheme in force that says nothing but these posting clauses, written as they are."""
    a_place("500000")
    an_adopted(
        f"""\
policy: model-{code}
scheme: {{code: {code}, names_zh: [示范派驻], name_en: Model}}
title_zh: 示范方案
title_en: Model plan
issuer_zh: 示范卫生健康委员会
issuer_en: Model Health Commission
issued: 2024-12-01
jurisdiction: "500000"
in_force: {{from: {since}}}
posting:
{posting}""",
        date(2025, 1, 1),
    )


def a_clause(id: str, asks: str, applies_to: str = "") -> str:
    """Return one posting clause that asks for this, as it is written."""
    text = f"""\
  - id: {id}
    topic: municipal_county.{id}
    label_zh: 示范要求
    label_en: Model rule
    cite: 示范要求
    binding: mandatory
"""
    return text + (f"    applies_to: {applies_to}\n" if applies_to else "") + f"    {asks}\n"


def a_sender(name: str | None = None, **more: Any) -> Institution:
    """Return a municipal hospital in a district of the city."""
    return a_municipal_hospital(name, **more)


def a_receiver(name: str | None = None, code: str = "500101", **more: Any) -> Institution:
    """Return a township health centre in a district of the city."""
    facts = {"kind": "township_health_centre", "tier": "township", "level": 1} | more
    return an_institution(name, division=a_place(code), **facts)


def an_office(code: str = "500101") -> Institution:
    """Return the authority competent for the district."""
    return an_authority(a_place(code))


def fresh(assignment: Assignment) -> Assignment:
    """Return the row as it stands."""
    return Assignment.objects.get(pk=assignment.pk)


def steps(assignment: Assignment) -> list[tuple[str, str, str]]:
    """Return the steps as (act, from, to), in order."""
    rows = assignment.transitions.order_by("recorded_at", "pk")
    return [(row.act, row.from_state, row.to_state) for row in rows]


def pieces(assignment: Assignment) -> list[tuple[int, date, date | None, bool, str]]:
    """Return the pieces as (unit, first, last, full-time, reason)."""
    columns = ("receiving_unit_id", "valid_from", "valid_to", "full_time", "reason")
    return list(assignment.segments.order_by("valid_from").values_list(*columns))


def merged(unit: Institution, heir: Institution, on: date) -> None:
    """Merge one unit into another."""
    unit.refresh_from_db()
    heir.refresh_from_db()
    registry.merge(
        predecessors={unit.pk: unit.version}, heir=heir, heir_version=heir.version, on=on, document=PAPER, by=CITY
    )


def parted(unit: Institution, heirs: list[Institution], on: date) -> None:
    """Split a unit among several; nothing of it remains."""
    for each in (unit, *heirs):
        each.refresh_from_db()
    registry.split(
        predecessor=unit,
        version=unit.version,
        parts=[Part(heir_id=heir.pk, version=heir.version, share=None) for heir in heirs],
        on=on,
        document=PAPER,
        continues=False,
        by=CITY,
    )
