"""Short ways to write a service clause, an assignment as it is reckoned, and a requirement before somebody."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.rules.credit import Credit, Life, Recognised, life, reckoned
from assignments.rules.crediting import FIRST_DAY, Crediting
from assignments.rules.duty import Duty
from assignments.rules.eligibility import Parts
from assignments.rules.requirements import Outcome, Requiring
from assignments.rules.service import Service, Stretch
from assignments.rules.terms import term_end
from deploy_admin.policies.language import PolicyDocument, load
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import SEGMENT_DAYS
from deploy_admin.policies.language.types import Level
from deploy_admin.policies.layering import GoverningClause
from deploy_admin.workdays import WorkCalendar
from tests.policies.language.helpers import clause_text

ON = date(2026, 11, 22)
WEEK = WorkCalendar()
THC = {"kind": "township_health_centre", "settlement": "township", "remote": False}
REMOTE = THC | {"remote": True}
HOSPITAL = {"kind": "county_hospital", "settlement": "street", "remote": False}


def a_rule(body: str = "full_time: true", version: int = 1) -> Crediting:
    """Return a service clause ready to be asked; `body` are its lines beyond id and words."""
    document = load(clause_text("service", body))
    return compiled(document, version)


def compiled(document: PolicyDocument, version: int = 1) -> Crediting:
    clause = document.service[0]
    rule = GoverningClause(
        version, "a-policy", version, "municipal_county", Level.CITY, clause, frozenset({1}), frozenset()
    )
    return Crediting(rule, document)


def a_stretch(first: date, last: date, place: dict[str, Any] | None = None, *, full_time: bool = True) -> Stretch:
    facts = (place or THC) | {"full_time": full_time}
    return Stretch(first, last, 1, full_time, {SEGMENT_DAYS: facts, FIRST_DAY: facts})


def a_service(
    first: date,
    months: int = 12,
    *,
    rule: Crediting | None = None,
    on: date = ON,
    last: date | None = None,
    place: dict[str, Any] | None = None,
    stretches: tuple[Stretch, ...] = (),
    begun: bool = True,
    pattern: str = "five_day",
    **more: Any,
) -> Service:
    """Return an assignment of so many months, lengthened by what its extensions say."""
    extended = sum(days for _first, days in more.get("extensions", ()))
    end = date.fromordinal(term_end(first, months).toordinal() + extended) if last is None else last
    pieces = stretches or (a_stretch(first, end, place),)
    rule = rule or a_rule()
    fields: dict[str, Any] = {
        "id": first.toordinal(),
        "starts_on": first,
        "ends_on": end,
        "through": min(on, end) if begun and first <= on else None,
        "lines": ((rule,) * len(pieces),),
        "stretches": pieces,
        "duty": Duty(pattern, WEEK),
    }
    return Service(**(fields | more))


def credit(service: Service, on: date = ON) -> Credit:
    return reckoned([service], on)[0]


def so_far(service: Service, on: date = ON) -> tuple[int, int]:
    return tuple(credit(service, on).now.length)


def a_life(*services: Service, on: date = ON, recognised: tuple[Recognised, ...] = (), **more: Any) -> Life:
    return life(reckoned(services, on), recognised, **more)


def a_requirement(body: str, day: date = ON) -> Requiring:
    document = load(clause_text("requirements", body))
    return Requiring(document.requirements[0], document, day)


def parts(**said: Any) -> Parts:
    """Return what the conditions answer: they apply, exempt nobody and are met unless said otherwise."""
    held: dict[str, Any] = {
        "applies": Truth.YES,
        "exempt": Truth.NO,
        "exemption": "",
        "needs": Truth.YES,
        "options": (),
        "missing_applies": (),
        "missing": (),
    }
    return Parts(**(held | said))


def stand(
    asked: Requiring | str, *services: Service, since: Any = date(2022, 7, 1), day: date = ON, **said: Any
) -> Outcome | None:
    """Return how somebody with this service stands; `said` is what their conditions answer."""
    asked = a_requirement(asked, day) if isinstance(asked, str) else asked
    if asked.options and "options" not in said:
        said["options"] = (Truth.YES,) * len(asked.options)
    recognised = said.pop("recognised", ())
    held = said.pop("life", None) or a_life(*services, on=asked.day, recognised=recognised)
    return asked.stand(parts(**said), held, since, WEEK)
