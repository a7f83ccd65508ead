"""The six policies that are shipped: they load, say what their sources say, and read as articles in both languages."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from deploy_admin.people import codes as people
from deploy_admin.policies.language import (
    Binding,
    Enforcement,
    Level,
    Target,
    dump,
    from_json,
    json_schema,
    load,
    to_json,
)
from deploy_admin.policies.language.eligibility import EVENTS, TARGETS
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.judging import leaves
from deploy_admin.policies.language.measures import DIMENSIONS
from deploy_admin.policies.language.month import SheetMeasure
from deploy_admin.policies.language.reading import articles, clause_article
from deploy_admin.policies.language.strict_yaml import read
from deploy_admin.policies.language.types import CLAUSE_SECTIONS
from deploy_admin.policies.language.validation import adoption_faults
from deploy_admin.registry import codes

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "policies"
SEEDS = sorted(FOLDER.glob("*.yaml"))
DOCUMENTS = sorted((Path(__file__).parent / "documents").glob("*.yaml"))


def seed(name):
    return load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def test_six_policies_are_shipped():
    assert [path.stem for path in SEEDS] == [
        "chongqing-county-township-2021",
        "chongqing-medical-community-2024",
        "chongqing-municipal-county-2025",
        "chongqing-township-village-2024",
        "dianjiang-county-township-2015",
        "wanzhou-county-township-2022",
    ]


@pytest.mark.parametrize("path", [*SEEDS, *DOCUMENTS], ids=lambda path: path.stem)
def test_a_policy_loads_comes_back_and_fits_the_published_schema(path):
    written = path.read_text("utf-8")
    document = load(written)
    assert path.parent != FOLDER or document.id == path.stem
    assert load(dump(document)) == document
    assert from_json(json.loads(json.dumps(to_json(document)))) == document
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(to_json(document), schema)
    as_written, _, found = read(written)
    assert not found
    jsonschema.validate(as_written, schema)
    assert adoption_faults(document) == []


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_every_clause_cites_its_source_and_every_unknown_date_says_why(path):
    document = load(path.read_text("utf-8"))
    assert document.issued or document.issued_note
    sources = {source.id for source in document.sources}
    assert all(clause.cite.source in sources for clause in document.clauses)


def test_the_published_schema_refuses_what_is_unknown():
    data = to_json(seed("chongqing-municipal-county-2025"))
    data["quotas"][0]["owed_by"] = {"afiliation": "municipal"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema())


def test_the_municipal_plan_says_what_its_source_says():
    plan = seed("chongqing-municipal-county-2025")
    physicians, military, others = plan.quotas
    assert physicians.amount.share == Decimal("0.40")
    assert military.amount.share == Decimal("0.20")
    assert others.amount.fixed == 2
    assert [clause.binding for clause in plan.quotas] == [Binding.MANDATORY, Binding.ENCOURAGED, Binding.MANDATORY]
    assert others.enforcement_for("military") is Enforcement.COORDINATE
    assert others.enforcement_for("municipal") is Enforcement.COMMAND
    assert physicians.counts.term.value.number == 12
    assert others.counts.term.value.number == 6
    assert physicians.counts.renewals
    assert physicians.counts.year_by == "campaign"


def test_the_medical_community_plan_is_of_2024_and_leaves_its_ratio_open():
    plan = seed("chongqing-medical-community-2024")
    assert plan.issued.isoformat() == "2024-12-24"
    assert plan.quotas[0].amount.share is None
    assert set(plan.topics).isdisjoint(seed("chongqing-municipal-county-2025").topics)


def test_wanzhou_speaks_on_the_topic_of_the_citys_rule_and_is_nearer():
    city, district = seed("chongqing-county-township-2021"), seed("wanzhou-county-township-2022")
    assert [clause.topic for clause in city.quotas] == [clause.topic for clause in district.quotas]
    assert city.level is Level.PROVINCE
    assert district.level is Level.DISTRICT
    assert city.quotas[0].binding is Binding.IN_PRINCIPLE


def test_an_article_reads_as_a_sentence_with_its_citation_beside_it():
    plan = seed("chongqing-municipal-county-2025")
    article = clause_article(plan.quotas[0], plan)
    assert article.number_text == "第二条"
    assert article.sentences[0] == (
        "市属医疗机构每年应当派出中级及以上职称的执业医师，派出人数不少于上一年度本单位新晋升副主任医师"
        "（临床、中医、口腔、公卫）人数的40%（进位取整）。"
    )
    assert "派驻时间不少于12个月。" in article.sentences
    assert article.citation.phrase.startswith("重庆市属医疗机构每年按照不低于上年度本单位")
    assert article.binding_label == "应当"
    assert ("比例", "40%") in [(each.label, each.value) for each in article.parameters]
    english = clause_article(plan.quotas[0], plan, "en")
    assert english.sentences[0] == (
        "Municipal institutions must send licensed physicians with intermediate title or above each year: at least "
        "40 % of last year's newly promoted associate chief physicians (clinical, TCM, dental, public health) of the "
        "unit (rounded up)."
    )


def test_the_military_article_encourages_and_is_no_violation():
    plan = seed("chongqing-municipal-county-2025")
    said = clause_article(plan.quotas[1], plan)
    assert said.sentences[0].startswith("鼓励部队医疗机构每年派出非军籍中级及以上职称的执业医师")
    assert "未达到的只列示差额，不作为违规。" in said.sentences


def test_an_unset_ratio_is_read_out_as_not_stated():
    plan = seed("chongqing-medical-community-2024")
    article = clause_article(plan.quotas[0], plan)
    assert "一定比例（未定）" in article.text
    assert [each.unset for each in article.parameters if each.label == "比例"] == [True]


@pytest.mark.parametrize("path", [*SEEDS, *DOCUMENTS], ids=lambda path: path.stem)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_policy_reads_as_articles_without_a_code_showing(path, lang):
    document = load(path.read_text("utf-8"))
    names = {"500000": "重庆市", "500101": "万州区", "500231": "垫江县", "500233": "忠县"}
    found = articles(document, lang, lambda code: names.get(code, "某地"))
    assert [article.number for article in found] == list(range(1, len(found) + 1))
    assert all(article.citation for article in found if article.clause_id)
    for article in found:
        assert article.sentences
        for code in ("_", "None", "True", "{", "Decimal"):
            assert code not in article.text, article.text
        if lang == "zh":
            assert article.text.endswith("。")


def test_the_words_of_institutions_are_those_of_the_registry():
    for name, choices in (
        ("kind", codes.Kind),
        ("tier", codes.Tier),
        ("ownership", codes.Ownership),
        ("affiliation", codes.Affiliation),
        ("area_group", codes.AreaGroup),
        ("settlement", codes.Settlement),
    ):
        assert set(FACTS[name].codes) == set(choices.values), name
    assert {int(code) for code in FACTS["level"].codes} == set(codes.Level.values)
    assert set(DIMENSIONS) == {"practice_category", "military_status", "employment_mode", "staff_category"}


def test_the_words_of_people_are_those_of_their_records():
    for name, choices in (
        ("staff_category", people.STAFF_CATEGORIES),
        ("employment_mode", people.EMPLOYMENT_MODES),
        ("licence", people.LICENCES),
        ("practice_category", people.PRACTICE_CATEGORIES),
        ("title_scope", people.TITLE_SCOPES),
        ("unavailability", people.UNAVAILABILITIES),
        ("education", people.EDUCATIONS),
        ("degree", people.DEGREES),
        ("titles_held", people.TITLE_CODES),
    ):
        assert set(FACTS[name].codes) == set(people.values(choices)), name
    assert set(FACTS["title_level"].codes) == {"none", *people.values(people.TITLE_LEVELS)}
    assert set(FACTS["title_series"].codes) == {title.series for title in people.TITLES}
    assert {str(code) for code in EVENTS} == set(people.values(people.EVENTS))
    assert set(TARGETS) == set(Target)


def test_an_eligibility_article_reads_as_a_sentence():
    plan = seed("chongqing-municipal-county-2025")
    clause = plan.eligibility_clause("physicians_sent")
    article = clause_article(clause, plan)
    assert article.number_text == "第五条"
    assert article.sentences == ("市属医疗机构的执业医师类人员派出的，应当为中级及以上职称的执业医师。",)
    assert article.citation.phrase == "派出中级及以上职称的执业医师到区县工作,时间不少于1年"
    assert clause_article(clause, plan, "en").sentences == (
        "For being sent, physicians of municipal institutions must be licensed physicians with intermediate title or "
        "above.",
    )
    nurses = clause_article(plan.eligibility_clause("non_clinical_sent"), plan)
    assert nurses.sentences[-1] == "部队医疗机构由卫生健康部门协调落实，不作排名，不予催办。"
    wanzhou = seed("wanzhou-county-township-2022")
    others = clause_article(wanzhou.eligibility_clause("others_encouraged"), wanzhou)
    assert others.sentences[0].startswith("鼓励公立二级及以上的医疗机构，或者疾病预防控制中心")
    assert others.sentences[0].endswith("的药学、护理、医技类人员派出。")


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_the_whole_policy_on_paper_has_the_same_clauses_and_what_nothing_computes_is_refused_at_adoption(path):
    shipped = load(path.read_text("utf-8"))
    paper = load((FOLDER.parents[1] / "docs" / "decisions" / "0003-drafts" / path.name).read_text("utf-8"))
    for section in CLAUSE_SECTIONS:
        assert getattr(paper, section) == getattr(shipped, section)
    assert paper.model_copy(update={"later": ()}) == shipped
    assert [(fault.code, fault.path) for fault in adoption_faults(paper)] == [
        ("section_not_interpreted", f"later.{section}") for section, _ in paper.later
    ]


def test_every_section_is_shipped_with_a_policy_that_says_something_in_it():
    for section in CLAUSE_SECTIONS:
        assert any(getattr(load(path.read_text("utf-8")), section) for path in SEEDS), section


def test_wanzhou_files_leave_of_five_days_and_leaves_maternity_leave_to_the_officer():
    """AMB-18, 19, 21, 22."""
    (rule,) = seed("wanzhou-county-township-2022").leave
    assert [rule.filing.reached(days) for days in (4, 5)] == [False, True]
    assert (rule.by, rule.merge, rule.extension) == ("whole_episode", "non_duty_days", None)
    assert [rule.extends_by_kind(kind) for kind in ("personal", "sick", "annual", "work_injury", "official_duty")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert rule.extends_by_kind("maternity") is None
    assert (rule.unit_of("personal"), rule.unit_of("maternity")) == ("duty_days", "days")


def test_wanzhou_warns_at_three_absences_and_proposes_a_void_on_the_fourth():
    """AMB-23, 24 and the limits of the regulation on public institutions."""
    (rule,) = seed("wanzhou-county-township-2022").absence
    assert [rule.warn.reached(times) for times in (2, 3)] == [False, True]
    assert [rule.proposes_void.reached(times) for times in (3, 4)] == [False, True]
    assert [rule.in_a_row.reached(days) for days in (15, 16)] == [False, True]
    assert [rule.within_a_year.reached(days) for days in (30, 31)] == [False, True]
    assert (rule.counted_by, rule.takes_extension, rule.heard_within) == ("episode", None, 5)
    assert "原文未载" in rule.note_zh


def test_the_municipal_plan_suspends_the_practice_of_physicians_only_and_counts_all_its_posts():
    """Row 19; AMB-26, 27, 53."""
    plan = seed("chongqing-municipal-county-2025")
    suspension = plan.posting[0]
    assert suspension.suspension
    assert [leaf.values for leaf in leaves(suspension.applies_to)] == [("physician",)]
    assert [str(rule.term.value.number) for rule in plan.posting[1:]] == ["12", "6"]
    (credit,) = plan.service
    assert credit.at is None
    assert (credit.minimum_segment.length.value.number, credit.minimum_segment.otherwise) == (3, "warn")
    assert (credit.continuous.gap.number, credit.continuous.broken_by) == (30, ("void", "not_qualified"))
    assert not plan.leave


def test_new_recruits_in_wanzhou_have_five_years_and_the_same_service_stands_before_associate_senior():
    """AMB-28, 29, 30, 54."""
    recruits, senior, others = seed("wanzhou-county-township-2022").requirements
    assert (recruits.due.within.number, recruits.warn_after.number) == (60, 36)
    assert (recruits.earlier_service, recruits.transfer_restarts) == (True, False)
    assert senior.satisfied_with == ("new_recruits",)
    assert recruits.service.at == senior.service.at
    assert (senior.target, others.target) == (Target.TITLE_ASSOCIATE_SENIOR, Target.TITLE_ASSOCIATE_SENIOR)
    assert others.binding is Binding.ENCOURAGED
    assert seed("chongqing-county-township-2021").requirements[0].topic == senior.topic


def test_about_ten_percent_are_deputies_and_an_exchange_is_one_for_one():
    """AMB-38, 46."""
    share = seed("wanzhou-county-township-2022").posting[-1].deputies
    assert (share.target, share.tolerance) == (Decimal("0.10"), Decimal("0.02"))
    assert seed("dianjiang-county-township-2015").posting[-1].exchange_tolerance == 0


def test_the_municipal_plan_names_what_the_month_is_assessed_by_and_no_weight():
    """Rows 21, 22, 23; AMB-51."""
    (rule,) = seed("chongqing-municipal-county-2025").month
    assert [each.measure for each in rule.indicators] == [
        "attendance_days",
        "outpatient_emergency_visits",
        "rounds",
        "teaching_sessions",
    ]
    assert (rule.open_list, rule.is_weighted, rule.pay_factor) == (True, False, None)
    assert (rule.rated_by, rule.fed_back_by) == ("receiving_unit", "district_authority")
    assert (rule.submit.working_day, rule.feed_back.working_day) == (5, 10)
    assert "原文未载" in rule.note_zh


def test_wanzhou_records_attendance_and_the_eight_services_without_weights():
    """Rows 100, 105."""
    (rule,) = seed("wanzhou-county-township-2022").month
    assert [each.label_zh for each in rule.indicators[1:]] == [
        "诊疗", "教学查房", "技术推广", "技术指导", "人才带教", "病例讨论", "业务培训", "规范管理",
    ]  # fmt: skip
    assert rule.indicators[0].measure == "attendance_days"
    assert not rule.is_weighted
    assert "原文未载" in rule.note_zh


def test_wanzhou_puts_demand_first_and_then_what_the_source_lists_in_its_order():
    """Row 97."""
    (rule,) = seed("wanzhou-county-township-2022").allocation
    assert [str(each.by) for each in rule.criteria] == [
        "requests", "priority", "speciality", "prefer", "prefer", "prefer", "prefer", "quotas", "balance",
        "least_change",
    ]  # fmt: skip
    listed = [each.label_zh for each in rule.criteria if each.by == "prefer"]
    assert listed == ["医共体分组", "专科专病建设", "乡村振兴重点镇乡", "城区公卫能力提升"]
    places = [rule.cite.phrase.index(label) for label in listed]
    assert places == sorted(places)
    assert "变动最少不出自原文" in rule.note_zh


def test_the_municipal_plan_goes_by_demand_alone_and_leaves_destinations_to_the_campaign():
    """Row 17; AMB-11."""
    (rule,) = seed("chongqing-municipal-county-2025").allocation
    assert [str(each.by) for each in rule.criteria] == ["requests", "priority", "speciality"]
    assert rule.conditions == ()


def test_no_source_orders_the_criteria_of_the_other_policies():
    assert [path.stem for path in SEEDS if load(path.read_text("utf-8")).allocation] == [
        "chongqing-municipal-county-2025",
        "wanzhou-county-township-2022",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wanzhou-county-township-2022", "坚持以基层医疗卫生机构需求为主，综合考虑医共体分组、专科专病建设"),
        ("chongqing-municipal-county-2025", "按照基层医疗机构或区县级医院的需求进行统筹调配,让下派更加精准"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_order_is_an_article_with_the_sources_own_words_beside_it(name, words, lang):
    plan = seed(name)
    article = clause_article(plan.allocation[0], plan, lang)
    assert words in article.citation.phrase
    assert len(article.parameters) == len(plan.allocation[0].criteria)
    assert not any(each.unset for each in article.parameters)


def test_dianjiang_tells_of_double_management_only():
    """Rows 170, 171."""
    (rule,) = seed("dianjiang-county-township-2015").month
    assert [each.measure for each in rule.indicators] == ["attendance_days"]
    assert "雙重管理,兩項考核結果均與" in rule.cite.phrase
    assert not rule.is_weighted
    assert "均未载" in rule.note_zh


def test_every_indicator_that_a_shipped_policy_names_is_shipped_too():
    with (FOLDER.parent / "reference" / "indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        shipped = {row["code"] for row in csv.DictReader(file)}
    rules = [rule for path in SEEDS for rule in load(path.read_text("utf-8")).month]
    named = {measure for rule in rules for measure in rule.measures}
    assert len(rules) == 3
    assert named <= shipped | set(SheetMeasure)
