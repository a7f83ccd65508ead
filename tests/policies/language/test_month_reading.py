"""How a month clause is read aloud in both languages, its numbers beside it, and what is missing in words."""

from __future__ import annotations

import pytest

from deploy_admin.policies.language import load
from deploy_admin.policies.language.reading import clause_article
from deploy_admin.policies.language.telling import missing_words
from tests.policies.language.month_texts import BY_SHARE, EVERYTHING, SHOWN, indicator, month

NAMES = {"rounds": "巡诊", "lectures": "专题讲座"}
IN_CHINESE = (
    "接收单位应当每月对市属医疗机构的执业医师类人员进行绩效考核。",
    "考核指标为：出勤天数、门急诊、巡诊、consultation、教学、专题讲座、作风、new_techniques、夜班次数等，可以增列。",
    "接收单位不迟于次月第5个工作日报送。",
    "考核结果由市卫生健康部门统一反馈派出单位，不迟于次月第10个工作日。",
    "“出勤天数”占20分，按占应出勤天数的比例计分，超出的不多计。",
    "“门急诊”占15分，按完成目标值的比例计分，最多按权重的1.2倍计；目标值按专业分别为内科200、外科未定，其他160。",
    "“巡诊”占10分，按完成目标值的比例计分，超出的不多计；目标值为本人此前6个月的中位数的1.1倍"
    "（少于3个月的，目标值待定）。",
    "“consultation”占5分，按完成目标值的比例计分，超出的不多计；目标值未定。",
    "“教学”按所在档次计分：低于2的计0分；不少于2、低于4的计5分；不少于4的计10分。",
    "“专题讲座”每1（不足1的按1计）计2分，最多5分。",
    "执业医师类人员的“作风”由接收单位评分，最多15分，比最高分少3分以上（含3分）的须说明理由。",
    "“new_techniques”每增加1计1分，最多一定分值（未定），为加分，不计入满分。",
    "夜班次数没有权重或分值，只列示、不计分。",
    "满分100分，连同加分最多110分。",
    "另设20分，按下列情形扣减，扣至5分为止：事假：事假天数超过2的部分每增加1扣2分，最多扣6分；"
    "长事假：事假天数超过5的部分每0.5（不足0.5的按0.5计）扣一定分值（未定）；旷工：旷工天数不为零的扣10分。",
    "一票否决（多次旷工）：旷工次数超过3的，当月总分为0分。",
    "一票否决（三次旷工）：旷工次数为3的，当月总分为60分。",
    "当月不满整月在岗的，目标值不折算。",
    "应填未填或者尚待核定的，总分待定，不按零计。",
    "绩效工资系数按总分确定：低于60的0.8；不少于60、低于90的1；不少于90的未定。",
)
IN_ENGLISH = (
    "The receiving unit must assess the performance of physicians of municipal institutions every month.",
    "The indicators are: days of attendance, visits, rounds, consultation, teaching, lectures, style, new_techniques "
    "and night duties; others may be added.",
    "The receiving unit hands it in by working day 5 of the next month.",
    "The city's health authority feeds the results back to the sending units by working day 10 of the next month.",
    "“days of attendance”: 20 points, by the share of duty days of the roster, no more for what exceeds it.",
    "“visits”: 15 points, by the share of the target that is reached, at most 1.2 times the weight; the target goes "
    "by speciality: 内科 200, 外科 not stated, others 160.",
    "“rounds”: 10 points, by the share of the target that is reached, no more for what exceeds it; the target is 1.1 "
    "times the median of the person's own last 6 months (unset with fewer than 3).",
    "“consultation”: 5 points, by the share of the target that is reached, no more for what exceeds it; the target is "
    "not stated.",
    "“teaching”: points by step: less than 2: 0 points; at least 2 and less than 4: 5 points; at least 4: 10 points.",
    "“lectures”: 2 points for every 1 or part of it, at most 5 points.",
    "“style” of physicians: the receiving unit gives at most 15 points, with a reason from 3 points less on.",
    "“new_techniques”: 1 point each, at most a number of points (not stated); these are extra points on top of the "
    "full sum.",
    "Without weight or points, shown only: night duties.",
    "The full sum is 100 points; with extra points at most 110.",
    "From another 20 points is deducted, down to 5: Leave: for days of personal leave above 2, 2 points each, at most "
    "6; Long leave: for days of personal leave above 5, a number of points (not stated) for every 0.5 or part of it; "
    "Absence: 10 points for days of unapproved absence above 0.",
    "What undoes the month (Often absent): with more than 3 times of unapproved absence its total is 0 points.",
    "What undoes the month (Absent thrice): with exactly 3 times of unapproved absence its total is 60 points.",
    "In a month only partly at the post targets stay as they are.",
    "What is missing or still to be decided leaves the total undetermined; it is never taken as zero.",
    "The factor of performance pay goes by the total: less than 60: 0.8; at least 60 and less than 90: 1; at least "
    "90: not stated.",
)


def read(written, lang="zh", names=None):
    plan = load(written)
    (rule,) = plan.month
    return clause_article(rule, plan, lang, *([] if names is None else [names]))


def test_every_node_is_read_aloud_in_chinese_with_the_registers_names():
    assert read(month(EVERYTHING), "zh", lambda code: NAMES.get(code, code)).sentences == IN_CHINESE


def test_every_node_is_read_aloud_in_english():
    assert read(month(EVERYTHING), "en").sentences == IN_ENGLISH


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        (month(SHOWN), "各项指标的权重和分值未定，只列示、不计分。", "shown and give no score"),
        (month(SHOWN), "接收单位按月报送，期限未定。", "hands it in every month; by when is unset"),
        (
            month(SHOWN),
            "考核结果由区县卫生健康部门统一反馈派出单位，期限未定。",
            "the sending units; by when is unset",
        ),
        (
            indicator("weight: '100', target: {by: staff_category, values: {physician: '9'}}"),
            "目标值按人员类别分别为执业医师类9，其他未定",
            "by kind of staff: physicians 9, others not stated",
        ),
        (
            indicator("weight: '100', target: {by: receiving_kind, values: {chsc: '9'}, otherwise: '5'}"),
            "目标值按接收单位类别分别为社区卫生服务中心9，其他5",
            "by kind of receiving unit",
        ),
        (
            indicator("weight: '100', target: {own_history: 1}"),
            "目标值为本人此前1个月的平均数。",
            "the target is the mean of the person's own last month.",
        ),
        (indicator("weight: '100', target: {fixed: '160'}"), "目标值为160。", "the target is 160."),
        (
            indicator("weight: '100', target: {fixed: '160'}"),
            "当月不满整月在岗的，目标值按应出勤天数折算。",
            "targets are pro rata by duty days.",
        ),
        (indicator("judged: {most: '100'}"), "最多100分，须说明理由。", "at most 100 points, with a reason."),
        (
            indicator("per_unit: {points: '2', each: '0.5', most: '100'}"),
            "每满0.5计2分，最多100分。",
            "2 points for every full 0.5, at most 100 points.",
        ),
        (indicator("bands: [{points: '100'}]"), "不论多少计100分。", "whatever it is: 100 points."),
        (
            month(BY_SHARE + "pay_factor: {per_point: '0.01'}"),
            "绩效工资系数为总分乘以0.01。",
            "is 0.01 times the total.",
        ),
        (
            month(BY_SHARE).replace("binding: mandatory", "binding: encouraged"),
            "鼓励接收单位每月对派驻人员进行绩效考核。",
            "no violation",
        ),
    ],
)
def test_each_part_reads_as_a_sentence(written, zh, en):
    assert zh in read(written).text
    assert en in read(written, "en").text


def test_what_may_be_asked_about_stands_beside_it_and_what_is_unset_is_marked():
    found = {each.label: (each.value, each.unset) for each in read(month(EVERYTHING)).parameters}
    assert found["报送期限"] == ("次月第5个工作日", False)
    assert found["门急诊"] == ("15分", False)
    assert found["consultation目标值"] == ("未定", True)
    assert found["教学（不少于4的）"] == ("10分", False)
    assert found["长事假"] == ("未定", True)
    assert found["绩效工资系数（不少于90的）"] == ("未定", True)
    english = {each.label: each.unset for each in read(month(SHOWN), "en").parameters}
    assert english == {
        "Handed in by": True,
        "Fed back by": True,
        "outpatient_emergency_visits": True,
        "Pay factor": True,
    }
    per_point = read(month(BY_SHARE + "pay_factor: {per_point: '0.01'}"), "en").parameters[-1]
    assert (per_point.label, per_point.value) == ("Pay factor per point", "0.01")


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("value:outpatient_emergency_visits", "门急诊", "visits"),
        ("value:attendance_days", "出勤天数", "days of attendance"),
        ("value:operations", "operations", "operations"),
        ("weight:visits", "“门急诊”的权重", "the weight of “visits”"),
        ("target:visits", "“门急诊”的目标值", "the target of “visits”"),
        (
            "target_zero:attendance",
            "“出勤天数”的目标值（现为零）",
            "the target of “days of attendance”, which is zero",
        ),
        ("history:rounds", "“rounds”的以往月份", "earlier months of “rounds”"),
        ("points:more_leave", "“长事假”的分值", "the points of “Long leave”"),
        ("points:often_absent", "“多次旷工”的分值", "the points of “Often absent”"),
        ("most:style", "“作风”的最高分", "the most points of “style”"),
        ("contradiction:absent_days", "“旷工天数”的数据（相互矛盾）", "the figures of “days of unapproved absence”"),
        ("unchecked_days", "待核的出勤", "days still to be checked"),
        ("absence_open", "旷工的认定", "the decision on an absence"),
        ("duty_days", "全月应出勤天数", "the duty days of the whole month"),
        ("factor", "绩效工资系数", "the pay factor"),
        ("fact:staff_category", "人员类别", "staff category"),
    ],
)
def test_what_keeps_a_score_from_being_known_is_said_in_words(code, zh, en):
    plan = load(month(EVERYTHING))
    assert missing_words(code, "zh", plan) == zh
    assert missing_words(code, "en", plan).startswith(en)


def test_without_its_document_a_missing_part_is_named_by_its_id():
    assert missing_words("points:late") == "“late”的分值"
    assert missing_words("value:rounds", "en") == "rounds"
