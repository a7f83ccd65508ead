"""The demonstration: fictional institutions and invented people, loaded from workbooks as users would bring them."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.accounts.models import User
from deploy_admin.accounts.services.set_up import demo_account
from deploy_admin.errors import RuleViolation
from deploy_admin.months import Period
from deploy_admin.registry import services as registry
from deploy_admin.registry.models import Institution
from deploy_admin.workbench import demo_allocation, demo_months, demo_people, demo_support, demo_year
from deploy_admin.workbench.demo_bringing import FOLDER, actor_of, bring, units_by_name
from quotas import services as quotas
from quotas.models import Figure, Release, Run

PASSWORD = "Xiapai-Shifan-2026"  # noqa: S105 -- printed at every start; readiness fails in production where it is found
CITY = "重庆市卫生健康委员会（示范）"
SINCE = date(2024, 1, 1)

#: username, name, role, institution, manages the unit
PEOPLE: tuple[tuple[str, str, Role, str | None, bool], ...] = (
    ("shi", "示范·周维", Role.CITY_OFFICER, CITY, True),
    ("renshi", "示范·何静", Role.PERSONNEL_SECTION, CITY, False),
    ("wanzhou", "示范·谭越", Role.DISTRICT_OFFICER, "万州区卫生健康委员会（示范）", True),
    ("dianjiang", "示范·程野", Role.DISTRICT_OFFICER, "垫江县卫生健康委员会（示范）", True),
    ("yiyuan", "示范·罗敏", Role.SENDER_HR, "示范市第一医院", True),
    ("renmin", "示范·向宁", Role.SENDER_HR, "示范万州区人民医院", True),
    ("zhongliu", "示范·冉青", Role.SENDER_HR, "示范市肿瘤医院", True),
    ("qingxi", "示范·秦朗", Role.RECEIVER_CLERK, "示范清溪镇中心卫生院", True),
    ("yuanzhang", "示范·方远", Role.RECEIVER_HEAD, "示范清溪镇中心卫生院", False),
    ("yisheng", "示范·许清和", Role.DEPLOYED_PERSON, "示范市第一医院", False),
    ("jiang", "示范·蒋心桐", Role.DEPLOYED_PERSON, "示范万州区人民医院", False),
    ("shenji", "示范·郑恒", Role.AUDITOR, CITY, False),
    ("xitong", "示范·系统管理员", Role.SYSTEM_ADMIN, None, False),
    ("anquan", "示范·安全管理员", Role.SECURITY_ADMIN, None, False),
    ("audit", "示范·审计管理员", Role.AUDIT_ADMIN, None, False),
)
SIGN_INS = [
    (username, PASSWORD, f"{role.label}{f' · {unit}' if unit else ''}") for username, _, role, unit, _ in PEOPLE
]


def load() -> list[str]:
    """Load what of the demonstration is not there yet; return what was done, nothing where it stands already."""
    if not settings.DEMO:
        raise RuleViolation("Demonstration data needs the demo flag.", code="not_in_demo")
    return (
        _offices()
        + demo_support.load()
        + demo_people.load()
        + demo_year.load()
        + demo_months.load()
        + demo_allocation.load()
    )


def _offices() -> list[str]:
    if User.objects.filter(username=PEOPLE[0][0]).exists():
        return []
    done = [*_institutions(), _people()]
    for year in (2024, 2025, 2026):
        done += _figures(year)
    done += _signed_off()
    done.append(_merger())
    done += [_computed(Period.year(year)) for year in (2025, 2026)]
    done.append(_released())
    quotas.remind_missing(Period.year(2025), by=actor_of("renshi"))
    return done


def _institutions() -> list[str]:
    """Bring in the directory of the city, then that of the districts with their grassroots units."""
    return [
        line
        for file in ("institutions.xlsx", "institutions-grassroots.xlsx")
        for line in bring("institutions", FOLDER / file, {"on": "2015-01-01"}, SYSTEM)
    ]


@transaction.atomic
def _people() -> str:
    named = units_by_name()
    for username, name, role, unit, manages in PEOPLE:
        institution = Institution.objects.get(pk=named[unit]) if unit else None
        demo_account(
            username=username, name=name, password=PASSWORD, capacities=[(role, institution, manages)],
            since=clock.today() - timedelta(days=30) if role is Role.AUDITOR else SINCE,
        )  # fmt: skip
    return f"{len(PEOPLE)} accounts"


def _merger() -> str:
    """Let one hospital have taken in another in the summer of 2025: it owes on the sum of both."""
    named = units_by_name()
    gone, heir = (Institution.objects.get(pk=named[name]) for name in ("示范市结核病防治所", "示范市胸科医院"))
    registry.merge(
        predecessors={gone.pk: gone.version}, heir=heir, heir_version=heir.version, on=date(2025, 7, 1),
        document=registry.Document(title="关于合并设置示范市胸科医院的批复", number="示范编办〔2025〕6号"),
        by=actor_of("shi"),
    )  # fmt: skip
    return "one merger"


def _figures(year: int) -> list[str]:
    files = (FOLDER / f"figures-{year}.xlsx", FOLDER / f"figures-grassroots-{year}.xlsx")
    done = []
    for path in files:
        if path.exists():  # the districts' hospitals report since 2026
            done += bring("figures", path, {"year": year, "measure": ""}, actor_of("shi"))
    return done


def _signed_off() -> list[str]:
    """Have a second person sign off all of 2024 and most of 2025; the rest stays expected."""
    by = actor_of("renshi")
    rows = Figure.objects.visible_to(by).current().expected().filter(period_start__year__in=(2024, 2025))
    waiting = Institution.objects.standing(clock.today()).filter(
        profile__name__in=["示范市儿童医院", "示范市第二医院"]
    )
    rows = rows.exclude(period_start__year=2025, institution__in=waiting)
    versions = dict(rows.values_list("pk", "revision"))
    quotas.sign_off(versions, versions=versions, by=by)
    return [f"{len(versions)} figures signed off"]


def _computed(period: Period) -> str:
    run = quotas.recompute(period, trigger=Run.Trigger.HAND, by=SYSTEM)
    return f"{period}: {run.counts.get('quotas', 0)} quotas"


def _released() -> str:
    period = Period.year(2025)
    run = Run.objects.published().of_period(period).latest("pk")
    released: Release = quotas.release(
        period, scheme="municipal_county", number="示范卫〔2025〕1号", released_on=date(2025, 3, 20),
        deciding_body="示范市卫生健康委党委", meeting_on=date(2025, 3, 14), expected_run_id=run.pk, by=actor_of("shi"),
    )  # fmt: skip
    return f"release {released.number}"
