"""What the units of the demonstration's open round ask for and whom they name: a little of everything that happens."""

from __future__ import annotations

from dataclasses import dataclass

from assignments.kinds import Priority
from deploy_admin.workbench.demo_campaigns import QINGXI

PEOPLES, CHINESE, MOTHERS = "示范万州区人民医院", "示范万州区中医院", "示范万州区妇幼保健院"
CDC, BLOOD = "示范万州区疾病预防控制中心", "示范万州区中心血站"
WHITE_STONE, CLOUD_RIDGE, GOOSE_LAKE = "示范白石镇卫生院", "示范云岭乡卫生院", "示范雁湖镇卫生院"
NORTH, SOUTH, GRAIN = "示范北塘街道社区卫生服务中心", "示范南坪街道社区卫生服务中心", "示范禾林街道社区卫生服务中心"
CYPRESS, MOON_TERRACE = "示范柏林镇中心卫生院", "示范月台镇中心卫生院"
STONE_PASS, STAR_WOOD, BAMBOO = "示范石垭镇卫生院", "示范星林镇卫生院", "示范竹台乡卫生院"
CLOUD_WELL, PINE_SPRING, MAPLE = "示范云井镇卫生院", "示范松源镇卫生院", "示范枫林乡卫生院"
GRAIN_RIVER, CLOUD_SCREEN, MOON_PASS = "示范禾河镇卫生院", "示范云屏镇卫生院", "示范月垭镇卫生院"


@dataclass(frozen=True)
class Asks:
    """One line of a unit's requests."""

    speciality: str
    reason: str
    number: int = 1
    also: tuple[str, ...] = ()
    title: str = ""
    priority: int = Priority.NORMAL
    #: So many days after the campaign's first one.
    later: int = 0


@dataclass(frozen=True)
class Demand:
    """The requests of one unit and how far its list has come."""

    unit: str
    lines: tuple[Asks, ...] = ()
    #: approved, submitted, returned, to_be_checked, draft; late: handed in after the window, in the time given.
    ends: str = "approved"
    reason: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Names:
    """One person of a unit's nominations; days are counted from the campaign's first one."""

    name: str
    speciality: str = ""
    wishes: tuple[str, ...] = ()
    possible_after: int | None = None
    possible_for: int | None = None
    remark: str = ""
    #: Entered as absent from so many days on, for so many days.
    away: tuple[int, int] | None = None
    struck: str = ""


@dataclass(frozen=True)
class Offer:
    """The nominations of one unit and how far its list has come."""

    unit: str
    people: tuple[Names, ...]
    ends: str = "approved"


_INTERNAL = ("心血管内", "呼吸与危重症医学", "内分泌")

DEMAND: tuple[Demand, ...] = (
    Demand(
        WHITE_STONE,
        (
            Asks("内科", "住院部仅1名内科执业医师", 2, _INTERNAL, priority=Priority.URGENT),
            Asks("中医内", "中医馆建成后无中医师坐诊", also=("针灸推拿",)),
            Asks("康复科", "康复专科建设", title="intermediate", priority=Priority.LATER),
        ),
    ),
    Demand(CLOUD_RIDGE, (Asks("全科医学", "全院无全科医师，慢病随访无人承担", priority=Priority.URGENT),)),
    Demand(
        GOOSE_LAKE,
        (
            Asks("儿", "辖区儿童就诊量上升", also=("儿科",)),
            Asks("普外", "恢复一、二级手术，需能独立手术者", title="intermediate"),
        ),
    ),
    Demand(
        NORTH,
        (
            Asks("预防保健", "基本公共卫生服务项目质控"),
            Asks("内分泌科", "内分泌专科建设"),
        ),
        remark="预防保健岗位请优先考虑公共卫生类别医师",
    ),
    Demand(
        CYPRESS,
        (
            Asks("心血管内", "胸痛救治单元建设，需带教", title="associate_senior", priority=Priority.URGENT),
            Asks("骨", "骨伤专科建设", also=("中医骨伤",)),
            Asks("麻醉", "手术室重新启用", title="intermediate"),
            Asks("针灸推拿", "针灸推拿专科建设"),
        ),
    ),
    Demand(STONE_PASS, (Asks("中医骨伤", "中医骨伤特色门诊"),)),
    Demand(STAR_WOOD, (Asks("儿", "原儿科医师退休", 2),)),
    Demand(BAMBOO, (Asks("全科医学", "全院仅2名执业医师", priority=Priority.URGENT),)),
    Demand(
        GRAIN,
        (
            Asks("内分泌", "糖尿病专病门诊"),
            Asks("神经内", "卒中随访门诊，需正高级指导", title="senior", priority=Priority.LATER),
        ),
    ),
    Demand(
        GRAIN_RIVER,
        (
            Asks("肾内", "血液透析室筹建", title="associate_senior"),
            Asks("眼", "白内障筛查", priority=Priority.LATER),
        ),
    ),
    Demand(CLOUD_SCREEN, (Asks("神经内", "卒中筛查门诊六月开诊", later=85),)),
    Demand(PINE_SPRING, (Asks("消化内", "胃镜室开诊"),), ends="late", reason="换届期间无人经办，申请延期报送"),
    Demand(MAPLE, remark="上年派驻人员续签，本年不需要"),
    Demand(SOUTH, (Asks("内分泌", "慢病管理中心"), Asks("妇产", "计划生育技术服务")), ends="submitted"),
    Demand(
        MOON_TERRACE,
        (Asks("普外", "阑尾、疝手术恢复开展"), Asks("呼吸与危重症医学", "肺功能室")),
        ends="submitted",
        remark="两个岗位均可提供周转房",
    ),
    Demand(
        QINGXI,
        (Asks("心血管内", "需要", title="associate_senior"), Asks("儿", "需要")),
        ends="returned",
        reason="请写明每个岗位的需求理由和带教任务，并与第二批派驻人员的安排衔接",
    ),
    Demand(CLOUD_WELL, (Asks("内科", "夜间急诊排班缺人", also=_INTERNAL),), ends="to_be_checked"),
    Demand(MOON_PASS, ends="draft", reason="道路中断，纸质材料未能按时送达"),
)

OFFERS: tuple[Offer, ...] = (
    Offer(
        PEOPLES,
        (
            Names("冯柏文", wishes=(CLOUD_RIDGE, WHITE_STONE)),
            Names("秦思", wishes=(WHITE_STONE,)),
            Names("邱飞松", remark="希望到能开展手术的中心卫生院"),
            Names("许涵诗", wishes=(GOOSE_LAKE,), away=(162, 90), remark="九月起进修三个月，已与科室说明"),
            Names("范静雨", wishes=(NORTH,)),
            Names("卢婷清", possible_after=80, remark="哺乳期满后可派出"),
            Names("朱雪怡", wishes=(WHITE_STONE,)),
            Names("江梦云", struck="科室仅余一名能独立值二线班的医师，本年不派"),
        ),
    ),
    Offer(
        CHINESE,
        (
            Names("孔春语", wishes=(WHITE_STONE,)),
            Names("郭远海", wishes=(STONE_PASS,)),
            Names("周月兰", wishes=(CYPRESS, STONE_PASS)),
            Names("张语", wishes=(BAMBOO,)),
            Names("郑宗浩"),
            Names("蔡嫣欣"),
            Names("牟承波", wishes=(STAR_WOOD,)),
            Names("苏军", possible_for=192, remark="十月起有科研任务，只能派半年"),
        ),
    ),
    Offer(
        MOTHERS,
        (
            Names("喻雅然", wishes=(STAR_WOOD, GOOSE_LAKE)),
            Names("谢志瑜"),
            Names("谢安川", wishes=(GRAIN,)),
            Names("郎景哲", wishes=(GRAIN,)),
            Names("姚雅宁"),
            Names("任思远"),
            Names("孔雅和", remark="中级职称，本人愿意到任何单位"),
        ),
    ),
    Offer(CDC, (Names("韦晓岚"), Names("姜承舒"))),
    Offer(BLOOD, (Names("喻若瑜"), Names("康清朗", wishes=(CYPRESS,))), ends="submitted"),
)
