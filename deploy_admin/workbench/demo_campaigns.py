"""The demonstration's campaigns: who sends how many where, from the first district campaign to next year's draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from assignments.kinds import Kind

CITY = "重庆市卫生健康委员会（示范）"
WANZHOU = "万州区卫生健康委员会（示范）"
DIANJIANG = "垫江县卫生健康委员会（示范）"
QINGXI = "示范清溪镇中心卫生院"

#: Where people go: the divisions whose grassroots units, or whose hospitals, receive them; empty: everywhere.
EVERYWHERE: tuple[str, ...] = ()


@dataclass(frozen=True)
class Goes:
    """Of one unit so many physicians and others."""

    sender: str
    physicians: int = 0
    others: int = 0


@dataclass(frozen=True)
class Round:
    """One campaign with everybody who is placed in it."""

    authority: str
    by: str
    kind: Kind
    scheme: str
    year: int
    batch: int
    name: str
    starts_on: date
    goes: tuple[Goes, ...] = ()
    months: int = 12
    #: Those who are no physicians go for another term.
    others_months: int = 12
    divisions: tuple[str, ...] = EVERYWHERE
    #: Receiving units that come first, before those of the divisions take turns.
    first: tuple[str, ...] = ()
    #: Physicians go to hospitals of the county tier as well.
    to_hospitals: bool = False
    planned: int | None = None
    #: People by name, with where they go.
    named: tuple[tuple[str, str, str], ...] = ()
    #: Of how many nothing is stated, and how many have not come.
    unstated: int = 0
    not_come: int = 0
    #: Whoever has managed something goes first: deputy directors are to be found among them.
    managers: bool = False

    def facts(self) -> dict[str, Any]:
        """Return what an officer would write into the campaign's form."""
        first = self.starts_on
        said: dict[str, Any] = {
            "scheme": self.scheme, "kind": self.kind, "year": self.year, "batch": self.batch, "name": self.name,
            "starts_on": first, "reporting_on": first, "term_months": self.months,
            "planned_number": self.planned, "planned_is_approximate": self.planned is not None,
            "document": f"关于做好{self.name}工作的通知",
            "document_number": f"示范卫发〔{self.year}〕{self.batch + 10}号",
        }  # fmt: skip
        if self.kind == Kind.MUNICIPAL_COUNTY:
            said |= {
                "briefing_on": first,
                "briefing_place": "示范市卫生健康委员会一楼报告厅",
                "destinations": {"condition": {"tier": ["county", "township"]}, "units": []},
                "destinations_note": "各区县级医院、乡镇卫生院和社区卫生服务中心",
            }
        return said


def _municipal(*numbers: tuple[str, int, int]) -> tuple[Goes, ...]:
    return tuple(Goes(sender, physicians, others) for sender, physicians, others in numbers)


_FIRST, _SECOND, _THIRD = "示范市第一医院", "示范市第二医院", "示范市第三医院"
_TCM, _WOMEN, _TEETH, _CHILDREN = "示范市中医院", "示范市妇幼保健院", "示范市口腔医院", "示范市儿童医院"
_PUBLIC, _EMERGENCY, _CHEST = "示范市公共卫生医疗中心", "示范市急救医疗中心", "示范市胸科医院"
_THREE_GORGES, _ARMY_A, _ARMY_B = "示范市三峡中心医院", "示范军队医院甲", "示范军队医院乙"


def _city(year: int, batch: int, starts_on: date, goes: tuple[Goes, ...], **more: Any) -> Round:
    return Round(
        CITY, "shi", Kind.MUNICIPAL_COUNTY, "municipal_county", year, batch,
        f"{year}年度“市聘县用”第{'一二三'[batch - 1]}批", starts_on, goes, others_months=6, to_hospitals=True, **more,
    )  # fmt: skip


def _district(year: int, starts_on: date, goes: tuple[Goes, ...], place: str, code: str, **more: Any) -> Round:
    authority, by = f"{place}卫生健康委员会（示范）", more.pop("by", "shi")
    more.setdefault("batch", 1)
    name = f"{year}年{place}“县聘乡用”" + ("" if more["batch"] == 1 else f"第{'一二三'[more['batch'] - 1]}批")
    return Round(
        authority, by, Kind.COUNTY_TOWNSHIP, "county_township", year,
        name=name, starts_on=starts_on, goes=goes, divisions=(code,), **more,
    )  # fmt: skip


_PEOPLES, _CHINESE, _MOTHERS = "示范万州区人民医院", "示范万州区中医院", "示范万州区妇幼保健院"
_CDC, _BLOOD = "示范万州区疾病预防控制中心", "示范万州区中心血站"


def _wanzhou(year: int, starts_on: date, *numbers: int, **more: Any) -> Round:
    goes = tuple(Goes(unit, n) for unit, n in zip((_PEOPLES, _CHINESE, _MOTHERS, _CDC, _BLOOD), numbers, strict=True))
    return _district(year, starts_on, goes, "万州区", "500101", by="wanzhou", **more)


def _dianjiang(year: int, starts_on: date, first: int, second: int, **more: Any) -> Round:
    goes = (Goes("示范垫江县人民医院", first), Goes("示范垫江县中医院", second))
    return _district(year, starts_on, goes, "垫江县", "500231", by="dianjiang", **more)


def _qianjiang(year: int, first: int, second: int) -> Round:
    goes = (Goes("示范黔江区人民医院", first), Goes("示范黔江区中医院", second))
    return _district(year, date(year, 5, 6), goes, "黔江区", "500114")


#: Districts of which only the hospital takes part so far: place, division, how many go.
OTHERS = (
    ("渝中区", "500103", 2), ("城口县", "500229", 2),
    ("开州区", "500154", 3), ("梁平区", "500155", 4), ("武隆区", "500156", 3), ("綦江区", "500110", 2),
    ("丰都县", "500230", 4), ("忠县", "500233", 3), ("云阳县", "500235", 4), ("奉节县", "500236", 3),
    ("巫山县", "500237", 2), ("巫溪县", "500238", 3), ("石柱县", "500240", 4), ("秀山县", "500241", 3),
    ("酉阳县", "500242", 4), ("彭水县", "500243", 3),
)  # fmt: skip

ROUNDS: tuple[Round, ...] = (
    _wanzhou(2023, date(2023, 3, 10), 8, 5, 3, 1, 1, planned=18),
    _wanzhou(2024, date(2024, 3, 11), 9, 6, 4, 1, 1, planned=21),
    _city(
        2025, 1, date(2025, 3, 10),
        _municipal(
            (_FIRST, 5, 1), (_SECOND, 4, 1), (_THIRD, 2, 1), (_TCM, 3, 1), (_WOMEN, 3, 1), (_TEETH, 1, 1),
            (_CHILDREN, 3, 1), (_PUBLIC, 1, 1), (_CHEST, 1, 1), (_THREE_GORGES, 4, 1), (_ARMY_A, 1, 1),
            (_ARMY_B, 1, 1),
        ),
        planned=76,
    ),
    _wanzhou(2025, date(2025, 3, 10), 9, 5, 3, 1, 1, planned=20),
    _dianjiang(2025, date(2025, 4, 1), 7, 4, planned=11),
    _qianjiang(2025, 5, 3),
    _city(
        2025, 2, date(2025, 9, 1),
        _municipal(
            (_FIRST, 5, 1), (_SECOND, 3, 1), (_THIRD, 1, 1), (_TCM, 3, 1), (_WOMEN, 1, 1), (_TEETH, 1, 0),
            (_CHILDREN, 2, 1), (_PUBLIC, 1, 0), (_EMERGENCY, 0, 1), (_CHEST, 1, 1), (_THREE_GORGES, 3, 1),
            (_ARMY_A, 1, 1),
        ),
        planned=40,
    ),
    _city(
        2026, 1, date(2026, 3, 9),
        _municipal(
            (_FIRST, 4, 0), (_SECOND, 5, 1), (_THIRD, 1, 1), (_TCM, 3, 1), (_WOMEN, 3, 1), (_TEETH, 2, 1),
            (_CHILDREN, 3, 1), (_PUBLIC, 1, 1), (_EMERGENCY, 1, 1), (_CHEST, 1, 1), (_THREE_GORGES, 3, 1),
            (_ARMY_A, 1, 1), (_ARMY_B, 1, 0),
        ),
        # The second is a nurse whose term is twelve months to the day: placing warns of it.
        named=((_FIRST, "许清和", QINGXI), (_FIRST, "侯秋", "示范黔江区人民医院")), planned=60,
    ),
    _wanzhou(
        2026, date(2026, 3, 10), 6, 3, 3, 1, 0,
        named=((_PEOPLES, "蒋心桐", QINGXI),), first=(QINGXI,) * 4, managers=True, planned=14,
    ),
    *(
        _district(2026, date(2026, 4, 7), (Goes(f"示范{place}人民医院", n),), place, code)
        for place, code, n in OTHERS
    ),
    _qianjiang(2026, 4, 2),
    Round(
        CITY, "shi", Kind.GROUP_SUPPORT, "", 2026, 1, "2026年组团式支援示范黔江区人民医院", date(2026, 5, 11),
        (Goes(_FIRST, 2), Goes(_SECOND, 2)), divisions=("500114",), first=("示范黔江区人民医院",) * 4,
    ),
    Round(
        CITY, "shi", Kind.TIDAL_SUPPORT, "", 2026, 1, "2026年夏季旅游高峰潮汐式支援", date(2026, 7, 1),
        (Goes(_THIRD, 1, 1), Goes(_TCM, 1, 1)), months=2, others_months=2, divisions=("500156",),
    ),
    Round(
        CITY, "shi", Kind.DISEASE_CONTROL_SUPERVISOR, "", 2026, 1, "2026年疾控监督员派驻", date(2026, 6, 1),
        (Goes(_CDC, 2), Goes(_PUBLIC, 1)), divisions=("500101",), first=("示范市三峡中心医院", _PEOPLES, _CHINESE),
    ),
    _city(
        2026, 2, date(2026, 9, 1),
        _municipal(
            (_FIRST, 4, 1), (_SECOND, 3, 1), (_THIRD, 1, 1), (_TCM, 2, 1), (_WOMEN, 3, 1), (_TEETH, 1, 1),
            (_CHILDREN, 2, 1), (_PUBLIC, 1, 1), (_EMERGENCY, 0, 0), (_CHEST, 1, 1), (_THREE_GORGES, 3, 1),
            (_ARMY_A, 0, 1),
        ),
        planned=40, unstated=1, not_come=1,
    ),
    Round(
        DIANJIANG, "dianjiang", Kind.EQUAL_EXCHANGE, "county_township", 2026, 1, "2026年垫江县等额跟班学习",
        date(2026, 10, 12), (Goes("示范坪山中心卫生院", 2, 1), Goes("示范沙坪镇卫生院", 2)),
        months=6, others_months=6, divisions=("500231",), first=("示范垫江县人民医院",) * 4 + ("示范垫江县中医院",),
    ),
    _dianjiang(2026, date(2026, 10, 12), 5, 3, planned=9, unstated=1, not_come=1),
    _wanzhou(2026, date(2026, 11, 9), 0, 1, 0, 0, 0, batch=2, first=("示范白石镇卫生院",), planned=1),
    _wanzhou(2026, date(2026, 12, 1), 1, 1, 0, 0, 0, batch=3, first=(QINGXI,), planned=2),
    _city(2027, 1, date(2027, 3, 8), ()),
)  # fmt: skip
