"""The demonstration's people: rosters and lists as units send them in, and what offices do with them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from assignments import services as assignments
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.accounts.models import Membership
from deploy_admin.accounts.services import members
from deploy_admin.jobs.models import UploadState
from deploy_admin.people import services as people
from deploy_admin.people.models import HealthWorker, Recognition, TransferRequest
from deploy_admin.people.services import Paper, identity
from deploy_admin.registry.models import Institution
from deploy_admin.workbench.demo_bringing import FOLDER, actor_of, bring, units_by_name

FIRST = "示范市第一医院"
WANZHOU = "示范万州区人民医院"


@dataclass(frozen=True)
class Table:
    """One workbook: which column set reads it, who sends it in, for which unit, and how it ends."""

    key: str
    file: str
    by: str
    unit: str = ""  # on whose behalf; empty: the sender's own
    year: int | None = None
    ends: UploadState = UploadState.APPLIED


#: Units without an account of their own: the city's officer brings their rosters in.
BROUGHT_BY_THE_CITY = (
    ("shi-di-er-yiyuan", "示范市第二医院"),
    ("shi-di-san-yiyuan", "示范市第三医院"),
    ("shi-fuyou", "示范市妇幼保健院"),
    ("shi-ertong", "示范市儿童医院"),
    ("shi-gongwei", "示范市公共卫生医疗中心"),
    ("shi-jijiu", "示范市急救医疗中心"),
    ("shi-xiongke", "示范市胸科医院"),
    ("jundui-jia", "示范军队医院甲"),
    ("jundui-yi", "示范军队医院乙"),
    ("wanzhou-fuyou", "示范万州区妇幼保健院"),
    ("wanzhou-jikong", "示范万州区疾病预防控制中心"),
    ("wanzhou-xuezhan", "示范万州区中心血站"),
    ("qianjiang-renmin", "示范黔江区人民医院"),
    ("qianjiang-zhongyi", "示范黔江区中医院"),
    ("yuzhong-renmin", "示范渝中区人民医院"),
    ("kaizhou-renmin", "示范开州区人民医院"),
    ("liangping-renmin", "示范梁平区人民医院"),
    ("wulong-renmin", "示范武隆区人民医院"),
    ("qijiang-renmin", "示范綦江区人民医院"),
    ("chengkou-renmin", "示范城口县人民医院"),
    ("fengdu-renmin", "示范丰都县人民医院"),
    ("zhongxian-renmin", "示范忠县人民医院"),
    ("yunyang-renmin", "示范云阳县人民医院"),
    ("fengjie-renmin", "示范奉节县人民医院"),
    ("wushan-renmin", "示范巫山县人民医院"),
    ("wuxi-renmin", "示范巫溪县人民医院"),
    ("shizhu-renmin", "示范石柱县人民医院"),
    ("xiushan-renmin", "示范秀山县人民医院"),
    ("youyang-renmin", "示范酉阳县人民医院"),
    ("pengshui-renmin", "示范彭水县人民医院"),
    ("dianjiang-pingshan", "示范坪山中心卫生院"),
    ("dianjiang-shaping", "示范沙坪镇卫生院"),
)
TABLES = (
    Table("roster", "rosters/shi-di-yi-yiyuan.xlsx", "yiyuan"),
    Table("roster", "rosters/wanzhou-renmin-yiyuan.xlsx", "renmin"),
    Table("roster", "rosters/wanzhou-zhongyiyuan.csv", "wanzhou", "示范万州区中医院"),
    Table("roster", "rosters/shi-zhongyiyuan.xlsx", "shi", "示范市中医院"),
    # as such tables really come: title rows, a header of two lines, dates as text in four ways, blank rows
    Table("roster", "rosters/shi-kouqiang-yiyuan.xlsx", "shi", "示范市口腔医院"),
    Table("roster", "rosters/shi-sanxia-zhongxin-yiyuan.xlsx", "shi", "示范市三峡中心医院"),
    Table("roster", "rosters/dianjiang-renmin-yiyuan.xlsx", "dianjiang", "示范垫江县人民医院"),
    Table("roster", "rosters/dianjiang-zhongyiyuan.xlsx", "dianjiang", "示范垫江县中医院"),
    *(Table("roster", f"rosters/{file}.xlsx", "shi", unit) for file, unit in BROUGHT_BY_THE_CITY),
    # what goes wrong most often: it waits to be mended
    Table("roster", "rosters/shi-zhongliu-yiyuan.xlsx", "zhongliu", ends=UploadState.REFUSED),
    Table("promotions", "lists/promotions-2024-shi-di-yi-yiyuan.xlsx", "yiyuan", year=2024),
    Table("promotions", "lists/promotions-2025-shi-di-yi-yiyuan.xlsx", "yiyuan", year=2025),
    Table("promotions", "lists/promotions-2024-shi-zhongliu-yiyuan.xlsx", "zhongliu", year=2024),
    Table("recruits", "lists/recruits-2024-wanzhou-renmin-yiyuan.xlsx", "renmin", year=2024),
    # by the commission, so the hospital has to confirm it
    Table("recruits", "lists/recruits-2025-wanzhou-renmin-yiyuan.xlsx", "wanzhou", year=2025),
    # one more on the establishment than was typed: the difference is shown before anybody signs
    Table("recruits", "lists/recruits-2026-wanzhou-renmin-yiyuan.xlsx", "renmin", year=2026),
)


def load() -> list[str]:
    """Bring in what is not there yet; return what was done."""
    units = units_by_name()
    done = []
    for table in TABLES:
        params: dict[str, Any] = {"unit": units[table.unit] if table.unit else None}
        if table.year is not None:
            params = {"year": table.year}
        done += bring(table.key, FOLDER / table.file, params, actor_of(table.by), ends=table.ends)
    done += _afterwards(units)
    if done:
        counts = assignments.refresh(on=clock.today(), by=SYSTEM)
        done.append(f"who may go: {counts}")
    return done


def _colleague(unit: int, name: str) -> HealthWorker:
    """Return somebody of the unit; of two records with one name the one with the fuller record."""
    found = HealthWorker.objects.living().employed_at([unit], clock.today()).filter(name=name)
    person: HealthWorker = found.order_by("pk")[:1].get()
    return person


@transaction.atomic
def _afterwards(units: dict[str, int]) -> list[str]:
    """Have the offices do what they do: link, claim, decide, ask for a transfer, record. Once."""
    if TransferRequest.objects.exists() or Recognition.objects.exists():
        return []
    first, wanzhou = units[FIRST], units[WANZHOU]
    yiyuan, renmin, city = actor_of("yiyuan"), actor_of("renmin"), actor_of("shi")
    for username, unit, name, by in (("yisheng", first, "许清和", yiyuan), ("jiang", wanzhou, "蒋心桐", renmin)):
        deployed = Membership.objects.get(user__username=username)
        members.link_worker(membership=deployed, worker=_colleague(unit, name), by=by)

    claims = [
        (first, "戴玲语", yiyuan, "foreign_aid", date(2023, 1, 10), date(2024, 1, 9), "示范援外医疗队"),
        (first, "于兰梦", yiyuan, "pairing_support", date(2022, 3, 1), date(2023, 2, 28), "示范黔江区人民医院"),
        (wanzhou, "范静雨", renmin, "grassroots_service", date(2019, 7, 1), date(2020, 7, 31), "示范白石镇卫生院"),
        (wanzhou, "秦岳森", renmin, "emergency_order", date(2022, 11, 5), date(2022, 12, 31), "示范方舱医院"),
    ]
    made = []
    for number, (unit, name, by, kind, served_from, served_to, place) in enumerate(claims, start=1):
        person = _colleague(unit, name)
        paper = Paper(document="派出通知与服务证明", document_number=f"示范证〔2026〕{number}号")
        made.append(
            people.claim_recognition(
                worker=person, kind=kind, served_from=served_from, served_to=served_to, place=place, paper=paper,
                version=person.version, by=by,
            )
        )  # fmt: skip
    people.decide_recognition(recognition=made[0], recognise=True, remark="证明齐全", by=city)

    wanted = _colleague(first, "潘若丽")
    known = identity.opened(wanted)
    assert known is not None  # noqa: S101 -- everybody of the rosters has a number
    people.request_transfer(
        national_id=known.number, name=wanted.name, to=Institution.objects.get(pk=wanzhou),
        first_day=date(2026, 11, 16), by=renmin,
    )  # fmt: skip

    person = _colleague(wanzhou, "刘兰玉")
    people.record_event(
        worker=person, kind="disciplinary_sanction", happened_on=date(2026, 4, 20),
        paper=Paper(document="处分决定", document_number="示范卫处〔2026〕2号"), version=person.version, by=renmin,
    )  # fmt: skip
    return ["two links, four claims, one transfer asked, one event"]
