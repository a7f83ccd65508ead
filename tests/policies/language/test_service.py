"""Service and requirement clauses as written: what loads, what is refused and where, how they come back and read."""

from __future__ import annotations

import json
from decimal import Decimal

import jsonschema
import pytest
from django.utils.translation import override

from deploy_admin.policies.language import Target, dump, from_json, json_schema, load, to_json
from deploy_admin.policies.language.eligibility_telling import local_names
from deploy_admin.policies.language.reading import articles, clause_article
from deploy_admin.policies.language.validation import adoption_faults, place_of
from tests.assignments.rules.helpers import policy
from tests.policies.language.helpers import HEAD, a_clause, clause_text, codes, faults

SERVICE = """
applies_to: {all: [{affiliation: municipal}, {staff_category: physician}]}
at: {any: [{kind: [chsc, township_health_centre], as_of: segment_days}, {remote: true, as_of: ever}]}
full_time: true
reckoned_by: both
residual_days_per_month: 31
duty_days_per_month: "21.75"
minimum_segment: {length: {at_least: 3 months}, otherwise: file}
conversions:
  - {id: remote, label_zh: 边远, label_en: Remote, when: {remote: true}, ratio: "1.5", minimum: 6 months,
     cap: 9 months, cap_scope: total}
  - {id: half, label_zh: 半脱产, label_en: Half, when: {full_time: false}, ratio: null}
equivalents:
  - {id: aid, label_zh: 援外, label_en: Aid, recognised: foreign_aid, ratio: "2", cap: 12 months, place: none}
cap: 36 months
continuous: {gap: 30 days, broken_by: [void, not_qualified, ended_early]}
credited_if: qualified
"""
REQUIREMENT = """
target: title_application.associate_senior
applies_to: {all: [{affiliation: municipal}, {staff_category: physician}]}
service:
  length: {at_least: 12 months}
  at: {tier: [township, village]}
  subtotals: [{id: far, label_zh: 边远, label_en: Remote, at: {remote: true}, length: {more_than: 6 months}}]
  minimum_segment: 3 months
requires: {title_level: intermediate}
documents: [{documents_held: 合格证}]
alternatives:
  - {id: a, label_zh: 甲, label_en: A, service: {length: null, reckoned: continuous}}
  - {id: b, label_zh: 乙, label_en: B, requires: {degree: {at_least: master}}}
exemptions: [{id: old, label_zh: 年长, label_en: Old, when: {age: {at_least: 55}}}]
due: {since: hire_date, within: 60 months}
warn_after: 36 months
earlier_service: false
transfer_restarts: true
"""
ASKS = "service: {length: {at_least: 12 months}}\n"
CONVERSION = "conversions: [{id: c, label_zh: 丙, label_en: C, when: {remote: true}, ratio: '1.5'%s}]"
PART = (
    "service: {length: {at_least: 12 months}, subtotals: "
    "[{id: p, label_zh: 部分, label_en: P, at: {remote: true}, length: %s}]}"
)


@pytest.mark.parametrize(("section", "body"), [("service", SERVICE), ("requirements", REQUIREMENT)])
def test_every_node_loads_comes_back_equal_and_fits_the_schema(section, body):
    plan = load(clause_text(section, body))
    (clause,) = getattr(plan, section)
    assert place_of(plan, clause) == (section, 0)
    assert load(dump(plan)) == plan
    assert from_json(json.loads(json.dumps(to_json(plan)))) == plan
    jsonschema.validate(to_json(plan), json_schema())
    assert adoption_faults(plan) == []
    assert isinstance(hash(clause), int)


def test_what_is_written_is_what_is_meant():
    service = load(clause_text("service", SERVICE)).service[0]
    assert service.duty_days_per_month == Decimal("21.75")
    assert [each.ratio for each in service.conversions] == [Decimal("1.5"), None]
    assert (service.conversions[0].cap_scope, service.conversions[1].cap_scope) == ("total", "episode")
    assert (service.equivalents[0].recognised, service.equivalents[0].place) == (("foreign_aid",), "none")
    assert len(service.conditions) == 4
    asked = load(clause_text("requirements", REQUIREMENT)).requirements[0]
    assert asked.target is Target.TITLE_ASSOCIATE_SENIOR
    assert [each.reckoned for each in asked.asked] == ["cumulative", "continuous"]
    assert asked.asked[1].length is None
    assert len(asked.conditions) == 7
    assert (asked.earlier_service, asked.transfer_restarts) == (False, True)


def test_a_service_clause_that_says_no_more_credits_every_day_by_the_corresponding_day():
    clause = load(clause_text("service", "note_zh: 注")).service[0]
    assert (clause.reckoned_by, clause.residual_days_per_month, clause.conditions) == ("corresponding_day", 30, ())


@pytest.mark.parametrize(
    ("section", "body", "code", "path"),
    [
        ("service", "at: {licence: physician}", "fact_out_of_place", "at.licence"),
        ("service", "at: {remote: true, as_of: period_end}", "as_of_period", "at"),
        ("service", "applies_to: {remote: true, as_of: period_end}", "as_of_out_of_place", "applies_to"),
        ("service", "at: {located_in: {in_set: poor}}", "unknown_set", "at.located_in"),
        ("service", "reckoned_by: weeks", "wrong_type", "reckoned_by"),
        ("service", "residual_days_per_month: 0", "wrong_type", "residual_days_per_month"),
        ("service", "duty_days_per_month: '21.75'", "duty_days_not_reckoned", "duty_days_per_month"),
        ("service", "reckoned_by: duty_days\nduty_days_per_month: '0'", "month_of_days", "duty_days_per_month"),
        ("service", "reckoned_by: both\nduty_days_per_month: '32'", "month_of_days", "duty_days_per_month"),
        ("service", "minimum_segment: {length: {at_least: 3 months}}", "missing_key", "minimum_segment.otherwise"),
        (
            "service",
            "minimum_segment: {length: {at_most: 3 months}, otherwise: warn}",
            "upper_bound_out_of_place",
            "minimum_segment.length.at_most",
        ),
        (
            "service",
            "minimum_segment: {length: {at_least: 0 days}, otherwise: warn}",
            "not_positive",
            "minimum_segment.length.at_least",
        ),
        (
            "service",
            "minimum_segment: {length: {at_least: 20 duty_days}, otherwise: drop}",
            "duty_days_not_reckoned",
            "minimum_segment.length.at_least",
        ),
        ("service", (CONVERSION % "").replace("1.5", "150"), "worth_out_of_range", "conversions[0].ratio"),
        ("service", (CONVERSION % "").replace("1.5", "-1"), "worth_out_of_range", "conversions[0].ratio"),
        ("service", (CONVERSION % "").replace("'1.5'", "1.5"), "float", "conversions[0].ratio"),
        ("service", (CONVERSION % "").replace("1.5", "1"), "converts_nothing", "conversions[0].ratio"),
        ("service", (CONVERSION % "").replace("remote: true", "age: 3"), "fact_out_of_place", "conversions[0].when"),
        ("service", CONVERSION % ", cap_scope: total", "scope_without_cap", "conversions[0].cap_scope"),
        ("service", CONVERSION % ", minimum: 0 months", "not_positive", "conversions[0].minimum"),
        ("service", CONVERSION % ", minimum: 20 duty_days", "by_duty_days", "conversions[0].minimum"),
        ("service", CONVERSION % ", cap: 0 months", "not_positive", "conversions[0].cap"),
        (
            "service",
            CONVERSION % "}, {id: c, label_zh: 丁, label_en: D, when: {remote: false}, ratio: '2'",
            "duplicate_id",
            "conversions[1].id",
        ),
        (
            "service",
            "equivalents: [{id: e, label_zh: 戊, label_en: E, recognised: []}]",
            "empty_list",
            "equivalents[0].recognised",
        ),
        (
            "service",
            "equivalents: [{id: e, label_zh: 戊, label_en: E, recognised: x, place: some}]",
            "wrong_type",
            "equivalents[0].place",
        ),
        ("service", "cap: 0 months", "not_positive", "cap"),
        ("service", "cap: 100 duty_days", "by_duty_days", "cap"),
        ("service", "continuous: {gap: 20 duty_days}", "by_duty_days", "continuous.gap"),
        ("service", "continuous: {broken_by: [void]}", "missing_key", "continuous.gap"),
        ("service", "continuous: {gap: 30 days, broken_by: [void, void]}", "named_twice", "continuous.broken_by"),
        ("service", "continuous: {gap: 30 days, broken_by: [leave]}", "wrong_type", "continuous.broken_by"),
        ("service", "credited_if: excellent", "wrong_type", "credited_if"),
        ("requirements", "note_zh: 注", "says_nothing", ""),
        ("requirements", "due: {since: hire_date, within: 60 months}", "due_without_service", "due"),
        (
            "requirements",
            "applies_to: {remote: true, as_of: segment_days}\n" + ASKS,
            "as_of_out_of_place",
            "applies_to",
        ),
        ("requirements", "applies_to: {full_time: true}\n" + ASKS, "fact_out_of_place", "applies_to.full_time"),
        ("requirements", "service: {}", "missing_key", "service.length"),
        ("requirements", "service: {length: 12 months}", "wrong_type", "service.length"),
        ("requirements", "service: {length: {at_most: 12 months}}", "upper_bound_out_of_place", "service.length"),
        ("requirements", "service: {length: {at_least: 0 months}}", "not_positive", "service.length.at_least"),
        ("requirements", "service: {length: null, at: {sex: male}}", "fact_out_of_place", "service.at.sex"),
        ("requirements", PART % "{at_least: 13 months}", "part_over_whole", "service.subtotals[0].length"),
        ("requirements", PART % "{more_than: 12 months}", "part_over_whole", "service.subtotals[0].length"),
        ("requirements", PART % "{at_least: 120 duty_days}", "mixed_units", "service.subtotals[0].length"),
        ("requirements", PART % "{at_least: 180 days}", "mixed_units", "service.subtotals[0].length"),
        (
            "requirements",
            "service: {length: {at_least: 12 months}, minimum_segment: 13 months}",
            "piece_over_whole",
            "service.minimum_segment",
        ),
        (
            "requirements",
            "service: {length: null, minimum_segment: 0 days}",
            "not_positive",
            "service.minimum_segment",
        ),
        ("requirements", ASKS + "documents: [{licence: physician}]", "not_a_document", "documents[0]"),
        (
            "requirements",
            "alternatives: [{id: a, label_zh: 甲, label_en: A, service: {length: null}}]",
            "one_alternative",
            "alternatives",
        ),
        (
            "requirements",
            "alternatives: [{id: a, label_zh: 甲, label_en: A}, {id: b, label_zh: 乙, label_en: B, service: {length: "
            "null}}]",
            "says_nothing",
            "alternatives[0]",
        ),
        (
            "requirements",
            "alternatives: [{id: a, label_zh: 甲, label_en: A, requires: {sex: male}}, "
            "{id: a, label_zh: 乙, label_en: B, service: {length: null}}]",
            "duplicate_id",
            "alternatives[1].id",
        ),
        (
            "requirements",
            ASKS + "exemptions: [{id: e, label_zh: 免, label_en: E}]",
            "exempts_everybody",
            "exemptions[0]",
        ),
        ("requirements", ASKS + "warn_after: 36 months", "clock_without_due", "warn_after"),
        ("requirements", ASKS + "transfer_restarts: true", "clock_without_due", "transfer_restarts"),
        ("requirements", ASKS + "earlier_service: false", "clock_without_due", "earlier_service"),
        ("requirements", ASKS + "due: {since: birth, within: 60 months}", "wrong_type", "due.since"),
        ("requirements", ASKS + "due: {since: hire_date}", "missing_key", "due.within"),
        ("requirements", ASKS + "due: {since: hire_date, within: 0 months}", "not_positive", "due.within"),
        ("requirements", ASKS + "due: {since: hire_date, within: 900 duty_days}", "by_duty_days", "due.within"),
        ("requirements", ASKS + "due: {since: hire_date, within: 11 months}", "due_too_short", "due.within"),
        (
            "requirements",
            ASKS + "due: {since: hire_date, within: 60 months}\nwarn_after: 60 months",
            "warned_too_late",
            "warn_after",
        ),
        (
            "requirements",
            ASKS + "due: {since: hire_date, within: 60 months}\nwarn_after: 20 duty_days",
            "by_duty_days",
            "warn_after",
        ),
        ("requirements", ASKS + "satisfied_with: one", "satisfied_with_itself", "satisfied_with"),
        ("requirements", ASKS + "satisfied_with: [other]", "unknown_requirement", "satisfied_with"),
        ("requirements", ASKS + "target: sabbatical", "wrong_type", "target"),
        ("requirements", ASKS + "servise: x", "unknown_key", "servise"),
    ],
)
def test_a_clause_that_cannot_be_meant_is_refused_at_its_place(section, body, code, path):
    found = [fault for fault in faults(clause_text(section, body)) if fault.code == code]
    assert found
    assert found[0].path.startswith(f"{section}[0]" + (f".{path}" if path else ""))
    assert found[0].line
    with override("en"):
        assert "%(" not in found[0].message + found[0].remedy


@pytest.mark.parametrize(
    ("section", "body"),
    [
        ("service", "reckoned_by: duty_days"),
        ("service", "continuous: {gap: null}"),
        ("service", CONVERSION % ", cap: 6 months"),
        ("service", (CONVERSION % "").replace("1.5", "0")),
        ("service", (CONVERSION % ", cap: 6 months").replace("1.5", "1")),
        ("requirements", PART % "{at_least: 12 months}"),
        ("requirements", PART % "null"),
        ("requirements", "service: {length: {at_least: 240 duty_days}}"),
        ("requirements", "requires: {degree: {at_least: master}}"),
        ("requirements", ASKS + "due: {since: hire_date, within: 12 months}"),
        ("requirements", ASKS + "due: {since: hire_date, within: null}\nwarn_after: 36 months"),
        (
            "requirements",
            ASKS + "exemptions: [{id: a, label_zh: 甲, label_en: A, to: 2026-12-31}, "
            "{id: b, label_zh: 乙, label_en: B, from: 2026-06-01}]",
        ),
    ],
)
def test_what_can_be_meant_is_accepted(section, body):
    assert load(clause_text(section, body)).clauses


def test_requirements_of_one_topic_may_stand_before_different_acts():
    first = clause_text("requirements", ASKS)
    two = a_clause(ASKS, clause_id="two")
    assert codes(first + two) == {"same_topic"}
    assert load(first + two + "    target: post_appointment\n")
    assert load(first + two + "    overrides: one\n")


def test_requirements_are_satisfied_together_with_others_of_the_document():
    other = a_clause(ASKS + "satisfied_with: [one]", clause_id="two", topic="county_township.other")
    plan = load(clause_text("requirements", ASKS) + other)
    assert clause_article(plan.requirements[1], plan).sentences[-1] == "已满足“派出人数”的，视为同时满足本条。"


def test_a_clause_that_cannot_be_read_does_not_hide_the_next_and_is_not_missed():
    two = a_clause(ASKS + "satisfied_with: [one, three]", clause_id="two", topic="county_township.other")
    found = faults(clause_text("requirements", ASKS + "due: tomorrow") + two)
    assert {(fault.path, fault.code) for fault in found} >= {
        ("requirements[0].due", "wrong_type"),
        ("requirements[1].satisfied_with", "unknown_requirement"),
    }


def test_faults_of_every_section_are_told_at_once():
    written = HEAD
    for section, body in (
        ("posting", "full_tim: true"),
        ("leave", "filing: {at_least: 0}"),
        ("absence", "warn: {at_most: 3}"),
        ("service", "cap: 0 months"),
        ("requirements", "service: {length: {less_than: 3 months}}"),
    ):
        written += f"{section}:\n" + a_clause(body, clause_id=section)
    assert {(fault.path, fault.code) for fault in faults(written)} == {
        ("posting[0].full_tim", "unknown_key"),
        ("posting[0]", "says_nothing"),
        ("leave[0].filing.at_least", "not_positive"),
        ("absence[0].warn.at_most", "upper_bound_out_of_place"),
        ("service[0].cap", "not_positive"),
        ("requirements[0].service.length.less_than", "upper_bound_out_of_place"),
    }


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("service", {"reckoned_by": "weeks"}),
        ("service", {"cap": "36 weeks"}),
        ("service", {"at": {"licence_": "physician"}}),
        ("service", {"conversions": [{"id": "c"}]}),
        ("requirements", {"service": {"length": {"at_least": 12}}}),
        ("requirements", {"due": {"since": "birth", "within": "60 months"}}),
        ("requirements", {"target": "elsewhere"}),
    ],
)
def test_the_published_schema_refuses_what_is_not_a_clause(section, change):
    data = to_json(load(clause_text(section, SERVICE if section == "service" else REQUIREMENT)))
    wrong = {**data, section: [data[section][0] | change]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json_schema())


# ---------------------------------------------------------------- read aloud


@pytest.mark.parametrize(
    ("section", "body", "zh", "en"),
    [
        (
            "service",
            "at: {kind: chsc}\nfull_time: true\ncontinuous: {gap: 30 days, broken_by: [void]}",
            "派驻人员在社区卫生服务中心的服务时间予以认定。未全脱产的服务不予认定。"
            "服务时间按月计算，期满之日为对应日的前一日；不足1个月的按日计，几段服务余下的天数每满30天折合1个月，一段之内不折合。"
            "两段服务之间间隔不超过30天的视为连续，超过的中断。服务不计入的，连续中断；请假不中断连续。顺延的时间不计入服务时间。",
            "Service of people on post at community health service centres is credited. Service that is not "
            "full-time is "
            "not. Service is reckoned in months that end the day before the corresponding day, then in days; every 30 "
            "days left over from several pieces make a month, those of one piece do not. A gap of up to 30 days keeps "
            "service continuous; a longer one breaks it. Service that is not counted breaks it; leave does not. "
            "Days by "
            "which the term was extended are not credited.",
        ),
        (
            "requirements",
            "target: title_application.associate_senior\napplies_to: {staff_category: physician}\n"
            "service: {length: {at_least: 12 months}, at: {tier: township}}",
            "执业医师类人员在申报副高级职称前，应当具有在乡级医疗机构的服务时间累计不少于12个月。",
            "Before applying for an associate-senior title, physicians must have in all at least 12 months of "
            "service at "
            "institutions at township level.",
        ),
        (
            "requirements",
            "applies_to: {staff_category: physician}\nservice: {length: {at_least: 12 months}}\n"
            "due: {since: hire_date, within: 60 months}\nwarn_after: 36 months",
            "执业医师类人员自入职之日起60个月内，应当具有服务时间累计不少于12个月。期满之日为对应日，服务须在期满前完成。"
            "满36个月尚未完成的予以提示；余下时间少于尚缺服务时间的予以警示。起算之日以前的服务计入。调动单位的，不重新起算。",
            "Within 60 months of hire, physicians must have in all at least 12 months of service. The time ends on "
            "the "
            "corresponding day, with the service completed by then. It is pointed out after 36 months, and urgently "
            "once "
            "less time is left than service. Service before the clock began counts. A transfer does not start it "
            "anew.",
        ),
    ],
)
def test_a_clause_reads_as_its_sentences(section, body, zh, en):
    plan = load(clause_text(section, body))
    assert clause_article(plan.clauses[0], plan).text == zh
    assert clause_article(plan.clauses[0], plan, "en").text == en


@pytest.mark.parametrize("target", [str(target) for target in Target])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_act_that_service_may_stand_before_is_read_aloud(target, lang):
    plan = load(clause_text("requirements", ASKS + f"target: {target}"))
    assert "_" not in clause_article(plan.requirements[0], plan, lang).text


@pytest.mark.parametrize("binding", ["mandatory", "in_principle", "encouraged"])
@pytest.mark.parametrize(("section", "body"), [("service", SERVICE), ("requirements", REQUIREMENT)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_node_is_read_aloud(section, body, binding, lang):
    plan = load(clause_text(section, body).replace("binding: mandatory", f"binding: {binding}"))
    article = clause_article(plan.clauses[0], plan, lang)
    for code in ("_", "None", "True", "{", "Decimal"):
        assert code not in article.text


def test_a_whole_of_which_a_part_lies_in_certain_counties_is_read_aloud_with_their_names():
    plan = policy("parts-and-ways")
    article = clause_article(plan.requirements[0], plan)
    assert "其中脱贫县：在位于脱贫县的医疗机构的服务时间不少于6个月。" in article.sentences
    assert "“所在行政区划”以服务期间每日的情况为准。" in article.sentences
    names = {"530625": "永善县", "530626": "绥江县"}
    assert articles(plan, "zh", lambda code: names.get(code, code))[-1].text == "脱贫县：永善县、绥江县。"
    english = clause_article(plan.requirements[0], plan, "en")
    assert (
        "Of these, in counties lifted out of poverty: at least 6 months of service at institutions in counties lifted "
        "out of poverty." in english.sentences
    )


def test_conversions_and_equivalents_are_read_with_their_caps():
    plan = policy("conversions-with-caps")
    sentences = clause_article(plan.service[0], plan).sentences
    assert "边远地区：在边远地区的医疗机构的全脱产的服务每段满3个月的，按1.5倍折算，每段最多认定9个月。" in sentences
    assert "非全脱产：非全脱产的服务按0.5倍折算，累计最多认定6个月。" in sentences
    assert "援藏援疆经历：经主管部门认定的视同服务时间，按2倍折算，不视为在所要求的地点服务。" in sentences
    assert "“边远地区”曾经符合的即可。" in sentences
    unset = [each.label for each in clause_article(plan.service[0], plan).parameters if each.unset]
    assert unset == ["乡村振兴重点乡镇", "连续服务允许间隔"]


def test_ways_are_judged_by_themselves_and_say_so():
    plan = policy("parts-and-ways")
    said = clause_article(plan.requirements[1], plan, "en").text
    assert "One of these will do; each is judged wholly by itself." in said
    assert "(3) Six months running: have without a break more than 6 months of service and be people with" in said


def test_an_explanation_finds_the_names_of_the_parts():
    names = local_names(policy("parts-and-ways")) | local_names(policy("conversions-with-caps"))
    assert names["subtotal:poverty"] == "脱贫县"
    assert names["alternative:county"] == "县级2年"
    assert names["conversion:remote"] == "边远地区"
    assert names["equivalent:aid"] == "援外经历"
