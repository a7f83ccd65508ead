"""A made-up city that has to allocate: people of hospitals, requests of many units; the same one every time."""

from __future__ import annotations

import random
from datetime import date

from assignments.rules.allocation.types import Person, Problem, Request, Ties
from deploy_admin.policies.language.allocation import Criterion
from deploy_admin.policies.language.explained import Truth

SPECIALITIES = (
    "儿科", "妇产科", "全科", "心血管内科", "呼吸内科", "神经内科", "消化内科", "内分泌科", "肾内科", "普通外科",
    "骨科", "泌尿外科", "神经外科", "急诊医学科", "康复医学科", "中医科", "口腔科", "眼科", "医学影像科", "公共卫生",
)  # fmt: skip
TITLES = ("intermediate", "associate_senior", "senior")
#: The order of a plan as Wanzhou's names it, with everything an order can name.
ORDER: tuple[dict[str, object], ...] = (
    {"id": "requests", "by": "requests"},
    {"id": "priority", "by": "priority"},
    {"id": "speciality", "by": "speciality"},
    {"id": "community", "by": "prefer", "when": {"same_community": True}},
    {"id": "paired", "by": "prefer", "when": {"paired": True}},
    {"id": "programme", "by": "prefer", "when": {"in_programme": True}},
    {"id": "remote", "by": "prefer", "to": {"remote": True}},
    {"id": "quotas", "by": "quotas"},
    {"id": "balance", "by": "balance"},
    {"id": "wishes", "by": "wishes"},
    {"id": "distance", "by": "distance"},
    {"id": "least", "by": "least_change"},
)


def criteria(*written: dict[str, object]) -> tuple[Criterion, ...]:
    """Return criteria as a policy would hold them, with their ids for labels."""
    return tuple(
        Criterion.model_validate({"label_zh": each["id"], "label_en": each["id"], **each}) for each in written
    )


def city(people: int = 2000, requests: int = 2000, units: int = 1400, senders: int = 120, seed: int = 6) -> Problem:
    """Return the problem: most requests ask one place, some accept a second speciality, one way in ten is unknown."""
    draw = random.Random(seed)  # noqa: S311 -- nothing secret
    places = {n: (29 + draw.random() * 2.5, 106 + draw.random() * 3.5) for n in range(units + senders)}
    communities = {n: f"c{draw.randrange(60)}" for n in range(units + senders)}
    them = tuple(_person(draw, n, units, senders, places, communities) for n in range(people))
    theirs = tuple(_request(draw, n, units, places, communities) for n in range(requests))
    first = date(2027, 1, 11)
    paired = frozenset((units + draw.randrange(senders), draw.randrange(units)) for _n in range(senders * 3))
    programmes = frozenset((draw.randrange(units), draw.choice(SPECIALITIES)) for _n in range(units // 4))
    return Problem(
        theirs,
        them,
        criteria(*ORDER),
        first,
        date(2028, 1, 10),
        ties=Ties(paired, programmes),
        present=frozenset((draw.randrange(requests), n) for n in range(0, people, 2)),
        owed={units + n: draw.randrange(1, max(2, 2 * people // senders)) for n in range(senders)},
    )


Places = dict[int, tuple[float, float]]


def _person(
    draw: random.Random, n: int, units: int, senders: int, places: Places, communities: dict[int, str]
) -> Person:
    sender = units + draw.randrange(senders)
    return Person(
        n,
        100_000 + n,
        sender,
        frozenset(draw.sample(SPECIALITIES, 1 if draw.random() < 0.9 else 2)),
        staff_category="physician",
        title=draw.choice(TITLES),
        possible_from=None if draw.random() < 0.9 else date(2027, 3, 1),
        facts={"medical_community": communities[sender]},
        wishes=tuple(draw.sample(range(units), 3)) if draw.random() < 0.3 else (),
        district=sender % 38,
        place=None if draw.random() < 0.05 else places[sender],
    )


def _request(draw: random.Random, n: int, units: int, places: Places, communities: dict[int, str]) -> Request:
    unit = draw.randrange(units)
    asked = draw.sample(SPECIALITIES, 2)
    return Request(
        n,
        unit,
        asked[0],
        tuple(asked[1:]) if draw.random() < 0.2 else (),
        minimum_title=draw.choice(("", "intermediate", "associate_senior")),
        number=1 if draw.random() < 0.9 else 2,
        priority=draw.choice((1, 2, 2, 2, 3)),
        rank=draw.randrange(1, 4),
        facts={"medical_community": communities[unit], "remote": unit % 7 == 0},
        destination=Truth.YES if draw.random() < 0.97 else Truth.NO,
        district=unit % 38,
        place=None if draw.random() < 0.05 else places[unit],
    )
