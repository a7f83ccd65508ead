"""Each node of an eligibility clause against hand-worked people: bounds, windows, bars, alternatives, the unknown."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.rules import EVER, Code, compiled, last_day_barred
from assignments.rules.eligibility import reason_of
from deploy_admin.policies.language import Explained, Undetermined
from deploy_admin.policies.language.nodes import Duration
from deploy_admin.policies.language.telling import told
from tests.assignments.rules.helpers import DAY, judge, policy, sheet, standing

PHYSICIAN = {"staff_category": "physician", "licence": ("physician",)}
SANCTION = "bars: [{id: sanction, label_zh: 处分, label_en: s, after: disciplinary_sanction, for: %s}]"


# ---------------------------------------------------------------- applicability apart from the requirement


def test_of_others_the_clause_says_nothing():
    body = "applies_to: {staff_category: physician}\nrequires: {licence: physician}"
    assert standing(body, staff_category="nursing", licence=()).code is Code.NOT_APPLICABLE
    assert standing(body, **PHYSICIAN).code is Code.MAY
    assert standing(body, staff_category="physician", licence=("assistant_physician",)).code is Code.MAY_NOT


def test_whether_it_speaks_of_somebody_may_be_unknown():
    body = "applies_to: {staff_category: physician}\nrequires: {licence: physician}"
    found = standing(body, licence=("physician",))
    assert (found.code, found.missing) == (Code.UNDETERMINED, ("fact:staff_category",))


def test_the_sending_unit_is_asked_beside_the_person():
    body = "applies_to: {all: [{affiliation: municipal}, {staff_category: physician}]}\nrequires: {licence: physician}"
    assert standing(body, affiliation="municipal", **PHYSICIAN).code is Code.MAY
    assert standing(body, affiliation="district", **PHYSICIAN).code is Code.NOT_APPLICABLE


def test_a_clause_that_asks_nothing_more_says_they_may():
    assert standing("applies_to: {staff_category: nursing}", staff_category="nursing").code is Code.MAY


# ---------------------------------------------------------------- bounds (AMB-17)


@pytest.mark.parametrize(
    ("bound", "years", "code"),
    [
        ("at_least: 5", 5, Code.MAY),
        ("at_least: 5", 4, Code.MAY_NOT),
        ("more_than: 5", 5, Code.MAY_NOT),
        ("more_than: 5", 6, Code.MAY),
        ("at_most: 5", 5, Code.MAY),
        ("at_most: 5", 6, Code.MAY_NOT),
        ("less_than: 5", 5, Code.MAY_NOT),
        ("less_than: 5", 4, Code.MAY),
        ("at_least: 5", None, Code.UNDETERMINED),
    ],
)
def test_whether_the_number_itself_is_inside_is_always_said(bound, years, code):
    assert standing(f"requires: {{years_of_clinical_work: {{{bound}}}}}", years_of_clinical_work=years).code is code


@pytest.mark.parametrize(
    ("level", "code"),
    [
        ("none", Code.MAY_NOT),
        ("junior", Code.MAY_NOT),
        ("intermediate", Code.MAY),
        ("associate_senior", Code.MAY),
        ("senior", Code.MAY),
        (None, Code.UNDETERMINED),
    ],
)
def test_intermediate_or_above_holds_intermediate_itself(level, code):
    assert standing("requires: {title_level: {at_least: intermediate}}", title_level=level).code is code


@pytest.mark.parametrize(("hired", "code"), [("2022-10-07", Code.MAY_NOT), ("2022-10-08", Code.MAY)])
def test_a_day_itself_is_on_or_after_it(hired, code):
    body = "requires: {hire_date: {at_least: 2022-10-08}}"
    assert standing(body, hire_date=date.fromisoformat(hired)).code is code
    assert standing(body, hire_date=hired).code is code


def test_having_none_is_not_the_same_as_not_known():
    body = "requires: {licence: physician}"
    assert standing(body, licence=()).code is Code.MAY_NOT
    assert standing(body, licence=None).code is Code.UNDETERMINED
    assert standing("requires: {practice_category: tcm}", practice_category=()).code is Code.MAY_NOT


def test_a_number_nobody_has_set_leaves_the_answer_open_and_says_so():
    found = standing("requires: {years_of_clinical_work: {at_least: null}}", years_of_clinical_work=30)
    assert (found.code, found.missing) == (Code.UNDETERMINED, ("threshold:years_of_clinical_work",))


# ---------------------------------------------------------------- as of when


def test_facts_are_asked_on_the_day_on_a_fixed_day_or_ever():
    body = (
        "requires:\n  all:\n    - {employment_mode: establishment, as_of: {day: 2020-12-31}}\n"
        "    - {licence: physician, as_of: event}\n    - {remote: true, as_of: ever}"
    )
    asked = judge(body)
    assert asked.days == {DAY, date(2020, 12, 31)}
    assert asked.asks_ever
    assert asked.facts == {"employment_mode", "licence", "remote"}
    now = {"employment_mode": "off_establishment", "licence": ("physician",), "remote": False}
    then = {"employment_mode": "establishment", "licence": ()}
    held = {DAY: now, date(2020, 12, 31): then, EVER: {"remote": (False, True)}}
    assert asked(held).code is Code.MAY
    assert asked({**held, EVER: {"remote": (False,)}}).code is Code.MAY_NOT
    assert asked({**held, EVER: {}}).code is Code.UNDETERMINED


def test_a_clause_is_made_ready_once_for_a_day():
    plan = policy("wanzhou-county-township-2022")
    clause = plan.eligibility[0]
    assert compiled(clause, plan, DAY) is compiled(clause, plan, DAY)
    assert compiled(clause, plan, DAY) is not compiled(clause, plan, date(2026, 3, 11))


# ---------------------------------------------------------------- documents


def test_a_paper_must_be_held_or_be_still_valid():
    body = "documents: [{documents_held: 合格证}, {documents_valid: [甲证, 乙证]}]"
    assert standing(body, documents_held=("合格证", "乙证"), documents_valid=("乙证",)).code is Code.MAY
    assert standing(body, documents_held=("合格证", "乙证"), documents_valid=("合格证",)).code is Code.MAY_NOT
    assert standing(body, documents_held=(), documents_valid=("甲证",)).code is Code.MAY_NOT
    found = standing(body, documents_held=("合格证",))
    assert (found.code, found.missing) == (Code.UNDETERMINED, ("fact:documents_valid",))


# ---------------------------------------------------------------- alternatives

EITHER = """\
requires: {licence: physician}
alternatives:
  - {id: title, label_zh: 职称, label_en: title, requires: {all: [{title_level: {at_least: intermediate}}, \
{years_in_title: {at_least: 2}}]}}
  - {id: degree, label_zh: 学位, label_en: degree, requires: {all: [{degree: {at_least: master}}, \
{years_since_hire: {at_least: 1}}]}}
"""


def either(body: str = EITHER, **facts):
    return standing(body, **{"licence": ("physician",), **facts})


def test_one_alternative_is_enough_and_is_named():
    by_title = either(title_level="intermediate", years_in_title=2, degree="bachelor", years_since_hire=9)
    assert (by_title.code, by_title.alternative) == (Code.MAY, "title")
    by_degree = either(title_level="junior", years_in_title=0, degree="master", years_since_hire=1)
    assert (by_degree.code, by_degree.alternative) == (Code.MAY, "degree")


def test_half_of_one_and_half_of_the_other_is_neither():
    halves = {"title_level": "intermediate", "years_in_title": 1, "degree": "bachelor", "years_since_hire": 5}
    assert either(**halves).code is Code.MAY_NOT
    mixed = either(EITHER + "mixing: true", **halves)
    assert (mixed.code, mixed.alternative) == (Code.MAY, None)


def test_mixing_still_needs_every_part():
    nothing = {"title_level": "intermediate", "years_in_title": 1, "degree": "bachelor", "years_since_hire": 0}
    assert either(EITHER + "mixing: true", **nothing).code is Code.MAY_NOT


def test_the_common_requirement_holds_beside_every_alternative():
    assert either(licence=(), title_level="senior", years_in_title=9).code is Code.MAY_NOT


def test_one_alternative_met_decides_whatever_is_unknown_of_the_other():
    assert either(degree="doctor", years_since_hire=3).code is Code.MAY
    found = either(title_level="intermediate", degree="bachelor")
    assert (found.code, found.missing) == (Code.UNDETERMINED, ("fact:years_in_title",))


# ---------------------------------------------------------------- exemptions

WINDOW = """\
requires: {licence: physician}
exemptions: [{id: pause, label_zh: 暂缓, label_en: pause, when: {staff_category: management}, \
from: 2026-03-10, to: 2026-06-30}]
"""


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 3, 9), Code.MAY_NOT),
        (date(2026, 3, 10), Code.EXEMPT),
        (date(2026, 6, 30), Code.EXEMPT),
        (date(2026, 7, 1), Code.MAY_NOT),
    ],
)
def test_a_window_holds_on_its_first_and_its_last_day(day, code):
    found = standing(WINDOW, day=day, staff_category="management", licence=())
    assert found.code is code
    if code is Code.EXEMPT:
        assert (found.exemption, found.exempt_until) == ("pause", date(2026, 6, 30))


def test_an_exemption_without_people_is_for_everybody_in_its_days():
    body = "requires: {licence: physician}\nexemptions: [{id: all, label_zh: 全, label_en: all, to: 2026-03-10}]"
    assert standing(body, licence=()).code is Code.EXEMPT
    assert standing(body, day=date(2026, 3, 11), licence=()).code is Code.MAY_NOT


def test_who_is_exempt_need_not_meet_what_is_unknown():
    assert standing(WINDOW, staff_category="management").code is Code.EXEMPT


def test_who_meets_it_may_though_the_exemption_is_unknown():
    found = standing(WINDOW, licence=("physician",))
    assert (found.code, found.missing) == (Code.MAY, ("fact:staff_category",))
    assert standing(WINDOW, licence=()).code is Code.UNDETERMINED


# ---------------------------------------------------------------- bars


def test_a_bar_ends_with_the_corresponding_day():
    body = SANCTION % "12 months"
    events = (("disciplinary_sanction", date(2025, 3, 10)),)
    barred = standing(body, day=date(2026, 3, 10), events=events)
    assert (barred.code, barred.bar, barred.event, barred.event_on, barred.until) == (
        Code.BARRED,
        "sanction",
        "disciplinary_sanction",
        date(2025, 3, 10),
        date(2026, 3, 10),
    )
    assert standing(body, day=date(2026, 3, 11), events=events).code is Code.MAY
    assert standing(body, day=date(2025, 3, 10), events=events).code is Code.BARRED
    assert standing(body, day=date(2025, 3, 9), events=events).code is Code.MAY


@pytest.mark.parametrize(
    ("event", "length", "last"),
    [
        ("2025-08-31", "6 months", "2026-02-28"),
        ("2027-08-31", "6 months", "2028-02-29"),
        ("2024-02-29", "12 months", "2025-02-28"),
        ("2025-01-31", "1 months", "2025-02-28"),
        ("2025-03-10", "30 days", "2025-04-09"),
    ],
)
def test_the_last_day_barred_is_clipped_to_its_month(event, length, last):
    assert last_day_barred(date.fromisoformat(event), Duration.model_validate(length)) == date.fromisoformat(last)


def test_the_last_such_event_counts_and_others_do_not():
    body = SANCTION % "6 months"
    events = (
        ("disciplinary_sanction", date(2025, 12, 1)),
        ("disciplinary_sanction", date(2024, 1, 1)),
        ("appraisal_unqualified", date(2026, 3, 1)),
        ("disciplinary_sanction", date(2026, 4, 1)),
    )
    found = standing(body, events=events)
    assert (found.event_on, found.until) == (date(2025, 12, 1), date(2026, 6, 1))


def test_of_several_bars_the_one_that_lasts_longest_is_told():
    body = (
        "bars:\n  - {id: short, label_zh: 短, label_en: s, after: service_void, for: 12 months}\n"
        "  - {id: long, label_zh: 长, label_en: l, after: refused_deployment, for: 24 months}\n"
        "  - {id: good, label_zh: 长期, label_en: g, after: medical_accident, for: ever}\n"
    )
    two = (("service_void", date(2026, 1, 5)), ("refused_deployment", date(2025, 6, 1)))
    assert (standing(body, events=two).bar, standing(body, events=two).until) == ("long", date(2027, 6, 1))
    for_good = standing(body, events=(*two, ("medical_accident", date(2001, 1, 1))))
    assert (for_good.bar, for_good.until) == ("good", None)


def test_a_bar_stands_before_requirement_and_exemption():
    body = (
        "requires: {licence: physician}\n"
        "exemptions: [{id: e, label_zh: 免, label_en: e, when: {age: {at_least: 55}}}]\n" + SANCTION % "12 months"
    )
    events = (("disciplinary_sanction", date(2026, 1, 1)),)
    assert standing(body, licence=("physician",), age=56, events=events).code is Code.BARRED
    assert standing(body, licence=(), age=30, events=events).code is Code.BARRED
    assert standing(body, events=events).code is Code.BARRED
    assert standing(body, licence=(), age=56, events=()).code is Code.EXEMPT


def test_what_happened_may_be_unknown():
    body = "requires: {licence: physician}\n" + SANCTION % "12 months"
    found = standing(body, licence=("physician",))
    assert (found.code, found.missing) == (Code.UNDETERMINED, ("events",))
    assert standing(body, licence=()).code is Code.MAY_NOT


def test_a_bar_whose_length_nobody_set_leaves_the_answer_open_once_there_is_an_event():
    body = SANCTION % "null"
    assert standing(body, events=()).code is Code.MAY
    found = standing(body, events=(("disciplinary_sanction", date(2001, 1, 1)),))
    assert (found.code, found.missing) == (Code.UNDETERMINED, ("bar:sanction",))


def test_a_bar_may_need_several_events_and_certain_people():
    body = (
        "bars: [{id: twice, label_zh: 两次, label_en: t, after: appraisal_unqualified, for: 36 months, times: 2, "
        "when: {title_level: {less_than: senior}}}]"
    )
    once = (("appraisal_unqualified", date(2025, 12, 31)),)
    both = (*once, ("appraisal_unqualified", date(2023, 12, 31)))
    assert standing(body, events=once, title_level="junior").code is Code.MAY
    found = standing(body, events=both, title_level="junior")
    assert (found.code, found.event_on, found.until) == (Code.BARRED, date(2025, 12, 31), date(2026, 12, 31))
    assert standing(body, events=both, title_level="senior").code is Code.MAY
    assert standing(body, events=both).code is Code.UNDETERMINED
    old = (*once, ("appraisal_unqualified", date(2022, 12, 31)))
    assert standing(body, events=old, title_level="junior").code is Code.MAY


def test_a_bar_may_be_asked_on_a_fixed_day():
    body = "bars: [{id: b, label_zh: 限制, label_en: b, after: service_void, for: 30 days, as_of: {day: 2025-09-01}}]"
    asked = judge(body)
    assert asked.days == {date(2025, 9, 1)}
    held = {date(2025, 9, 1): {"events": (("service_void", date(2025, 8, 2)),)}}
    assert asked(held).code is Code.BARRED
    assert asked({date(2025, 9, 1): {"events": (("service_void", date(2025, 8, 1)),)}}).code is Code.MAY


# ---------------------------------------------------------------- why


def test_every_answer_explains_itself_with_codes():
    plan = policy("papers-and-bars")
    asked = judge(plan, "selection")
    facts = {
        "staff_category": "physician",
        "documents_held": ("住院医师规范化培训合格证",),
        "documents_valid": (),
        "title_level": "senior",
        "events": (("disciplinary_sanction", date(2025, 6, 1)),),
    }
    held = sheet(asked, facts)
    explained = asked.explain(held)
    assert explained.value == "barred"
    assert Explained.from_json(explained.to_json()) == explained
    assert {step.clause_id for step in explained.steps} == {"selection"}
    bar = next(step for step in explained.steps if step.operation == "bar")
    assert [(each.name, each.value, each.on) for each in bar.inputs] == [
        ("bar", "sanction", None),
        ("event", "disciplinary_sanction", "2025-06-01"),
        ("until", "2026-06-01", None),
    ]
    first = explained.steps[0]
    assert (first.operation, first.result) == ("fact", "yes")
    assert [(each.name, each.value, each.on) for each in first.inputs] == [
        ("fact:staff_category", "physician", "2026-03-10"),
        ("is", "physician", None),
    ]


def test_an_answer_reads_in_both_languages_without_a_code_showing():
    for name in ("papers-and-bars", "exempt-by-age", "title-or-degree"):
        plan = policy(name)
        for clause in plan.eligibility:
            asked = judge(plan, clause.id)
            for facts in ({}, {"staff_category": "physician", "employment_mode": "establishment", "events": ()}):
                for lang in ("zh", "en"):
                    lines = told(asked.explain(sheet(asked, {"ownership": "public", **facts})), plan, lang)
                    for line in lines:
                        assert "_" not in line.text, line.text
                        assert "None" not in line.text, line.text
    plan = policy("papers-and-bars")
    asked = judge(plan, "selection")
    lines = told(asked.explain(sheet(asked, {"staff_category": "nursing"})), plan)
    assert [line.text for line in lines] == [
        "人员类别（2026-03-10）：护理；要求=执业医师类：否",
        "属于本条所称人员：否",
        "结论：不适用",
    ]


def test_what_is_open_says_what_is_missing_and_why():
    asked = judge("requires: {licence: physician}")
    explained = asked.explain(sheet(asked, {}))
    assert explained.value == Undetermined(("fact:licence",))
    unkept = judge("requires: {graduate_village_doctor: true}")
    assert unkept.explain(sheet(unkept, {})).value == Undetermined(
        ("fact:graduate_village_doctor",), reason="not_built"
    )
    assert reason_of(("fact:licence", "fact:graduate_village_doctor")) == "missing"
    assert reason_of(("events",)) == "missing"


def test_a_closed_window_is_told_without_asking_anybody():
    asked = judge(WINDOW, day=date(2026, 7, 1))
    steps = asked.explain(sheet(asked, {"licence": ("physician",)})).steps
    (exemption,) = [step for step in steps if step.operation == "exemption"]
    assert exemption.result == "no"
    assert not any("staff_category" in each.name for step in steps for each in step.inputs)


def test_mixing_is_told():
    halves = {"title_level": "intermediate", "years_in_title": 1, "degree": "bachelor", "years_since_hire": 5}
    asked = judge(EITHER + "mixing: true")
    steps = asked.explain(sheet(asked, {"licence": ("physician",), **halves})).steps
    assert [(step.operation, step.result) for step in steps if step.operation in ("alternative", "mixed")] == [
        ("alternative", "no"),
        ("alternative", "no"),
        ("mixed", "yes"),
    ]
