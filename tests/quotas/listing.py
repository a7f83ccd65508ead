"""Lists for tests, as short as a sentence: who was promoted or recruited, and a workbook that says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from deploy_admin import national_ids, spreadsheets
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.months import Period
from deploy_admin.registry.models import Institution
from quotas import services
from quotas.models import Figure, ListedPerson
from quotas.services import Listing
from tests.people.factories import an_id

APPROVED, HIRED = date(2024, 12, 20), date(2024, 7, 1)
Y2024 = Period.year(2024)
PROMOTED, PHYSICIANS, PROFESSIONALS = "promoted_associate_chief", "recruited_physicians", "recruited_professionals"


def someone(**more: Any) -> dict[str, Any]:
    """Return a new person: a name and an ID number that are nobody's."""
    number = national_ids.parse(an_id())
    return {"name": f"示范{number.number[6:17]}", "national_id": number} | more


def promoted(unit: Institution, *categories: str, on: date = APPROVED, **more: Any) -> list[Listing]:
    """Return rows for new people promoted to associate chief physician, one of each category."""
    facts = {"title_code": "232", "happened_on": on} | more
    return [Listing(unit.pk, practice_category=category, **someone(**facts)) for category in categories]


def recruited(unit: Institution, *posts: tuple[str, str], on: date = HIRED) -> list[Listing]:
    """Return rows for new people recruited, one for each (staff category, kind of post)."""
    return [
        Listing(unit.pk, staff_category=category, employment_mode=mode, **someone(happened_on=on))
        for category, mode in posts
    ]


def list_promotions(
    unit: Institution, *categories: str, period: Period = Y2024, by: Actor = SYSTEM, **more: Any
) -> list[ListedPerson]:
    """Put new people on the unit's promotion list; return all its rows."""
    services.list_people("promotions", period, promoted(unit, *categories, **more), by=by)
    return rows_of(unit, "promotions", period)


def rows_of(unit: Institution, kind: str = "promotions", period: Period = Y2024) -> list[ListedPerson]:
    """Return the standing rows of a unit's list, in the order they were put down."""
    return list(ListedPerson.objects.standing().of_period(period).filter(institution=unit, kind=kind).order_by("pk"))


def numbers(unit: Institution, measure: str = PROMOTED, period: Period = Y2024) -> dict[str, int]:
    """Return the current figures of a unit by the words of their cell: {"clinical": 4, …}."""
    figures = Figure.objects.current().of_period(period).filter(institution=unit, measure=measure)
    return {"/".join(figure.cell.values()): figure.value for figure in figures}


def workbook(head: Sequence[str], *rows: Sequence[Any]) -> bytes:
    """Return a workbook with this header and these rows."""
    return spreadsheets.export(list(head), [list(row) for row in rows], "xlsx", title="示范")
