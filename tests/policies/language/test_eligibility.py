"""The eligibility section as written: what loads, what is refused and where, how it comes back, how it reads."""

from __future__ import annotations

import json
from datetime import date

import jsonschema
import pytest
from django.utils.translation import override

from deploy_admin.policies.diffing import compare
from deploy_admin.policies.language import dump, from_json, json_schema, load, to_json
from deploy_admin.policies.language.conditions import OnDay
from deploy_admin.policies.language.eligibility import EventCode, Target
from deploy_admin.policies.language.reading import articles, clause_article
from deploy_admin.policies.language.validation import adoption_faults, place_of
from tests.assignments.rules.helpers import CLAUSE, policy, text
from tests.policies.language.helpers import HEAD, codes, faults

BAR = "bars: [{id: b, label_zh: 限制, label_en: b, after: service_void, for: 12 months%s}]"
WAYS = """\
alternatives:
  - {id: a, label_zh: 甲, label_en: a, requires: {all: [{licence: physician}, {age: {at_least: 30}}]}}
  - {id: %s, label_zh: 乙, label_en: b, requires: %s}
"""


def loaded(body: str):
    return load(text(body)).eligibility[0]


def test_every_node_loads_and_comes_back_equal():
    plan = load(
        text(
            "applies_to: {all: [{affiliation: municipal}, {staff_category: physician}]}\n"
            "requires: {title_level: {at_least: intermediate}}\n"
            "documents: [{documents_held: 合格证}, {any: [{documents_valid: 甲证}, {documents_valid: 乙证}]}]\n"
            + WAYS
            % ("b", "{all: [{licence: registered_nurse}, {age: {at_least: null}}]}")
            + "mixing: true\n"
            "exemptions:\n"
            "  - {id: e, label_zh: 免, label_en: e, when: {age: {at_least: 55}}, from: 2026-01-01, to: 2026-12-31}\n"
            "bars:\n"
            "  - {id: months, label_zh: 一, label_en: m, after: [service_void, refused_deployment], for: 12 months}\n"
            "  - {id: good, label_zh: 二, label_en: g, after: medical_accident, for: ever, when: {sex: male}}\n"
            "  - {id: open, label_zh: 三, label_en: o, after: service_void, for: null, times: 2, "
            "as_of: {day: 2025-12-31}}\n"
            "enforcement: {military: coordinate}\npilot: ['500101']\nin_force: {from: 2025-06-01}\n"
            "note_zh: 注\nnote_en: note"
        )
    )
    clause = plan.eligibility_clause("one")
    assert clause.target is Target.DISPATCH
    assert clause.bars[0].after == (EventCode.SERVICE_VOID, EventCode.REFUSED_DEPLOYMENT)
    assert [bar.for_ for bar in clause.bars[1:]] == ["ever", None]
    assert clause.bars[2].as_of == OnDay(day=date(2025, 12, 31))
    assert len(clause.conditions) == 8
    assert load(dump(plan)) == plan
    assert from_json(json.loads(json.dumps(to_json(plan)))) == plan
    jsonschema.validate(to_json(plan), json_schema())
    assert adoption_faults(plan) == []


@pytest.mark.parametrize("target", [str(target) for target in Target])
def test_every_target_is_read_aloud(target):
    plan = load(text("requires: {licence: physician}").replace("target: dispatch", f"target: {target}"))
    for lang in ("zh", "en"):
        assert "_" not in clause_article(plan.eligibility[0], plan, lang).text


@pytest.mark.parametrize("code", [str(code) for code in EventCode])
def test_every_event_is_read_aloud(code):
    plan = load(text((BAR % "").replace("service_void", code)))
    for lang in ("zh", "en"):
        assert "_" not in clause_article(plan.eligibility[0], plan, lang).text


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ("requires: {license: physician}", "unknown_fact", "requires.license"),
        ("applies_to: {stafcategory: physician}", "unknown_fact", "applies_to.stafcategory"),
        ("requires: {full_time: true}", "fact_out_of_place", "requires.full_time"),
        ("requires: {licence: doctor}", "fact_value", "requires.licence"),
        ("requires: {licence: {at_least: physician}}", "fact_not_ordered", "requires.licence"),
        ("requires: {speciality: {in_set: scarce}}", "unknown_set", "requires.speciality"),
        ("requires: {age: {at_least: 200}}", "threshold_never_met", "requires.age"),
        ("requires: {sex: male, as_of: ever}", "as_of_not_dated", "requires.as_of"),
        ("requires: {age: {at_least: 30}, as_of: period_end}", "as_of_out_of_place", "requires"),
        ("requires: {licence: physician, as_of: segment_days}", "as_of_out_of_place", "requires"),
        ("requires: {all: [{age: {at_least: 50}}, {age: {less_than: 50}}]}", "contradiction", "requires.all[1].age"),
        ("documents: [{licence: physician}]", "not_a_document", "documents[0]"),
        ("documents: [{any: [{documents_held: 甲}, {age: {at_least: 3}}]}]", "not_a_document", "documents[0]"),
        ("documents: [{documents_held: {in_set: papers}}]", "unknown_set", "documents[0].documents_held"),
        ("", "asks_nothing", ""),
        (WAYS % ("a", "{licence: physician}"), "duplicate_id", "alternatives[1].id"),
        (WAYS % ("b", "{age: {at_least: 30}}") + "mixing: true", "mixing_uneven", "mixing"),
        ("mixing: true\nrequires: {licence: physician}", "mixing_uneven", "mixing"),
        (
            "alternatives: [{id: a, label_zh: 甲, label_en: a, requires: {licence: physician}}]",
            "one_alternative",
            "alternatives",
        ),
        (
            "exemptions: [{id: e, label_zh: 免, label_en: e, from: 2026-02-01, to: 2026-01-31}]",
            "dates_reversed",
            "exemptions[0].to",
        ),
        ("exemptions: [{id: e, label_zh: 免, label_en: e}]", "exempts_everybody", "exemptions[0]"),
        (
            "exemptions: [{id: e, label_zh: 免, label_en: e, to: 2026-01-31}, "
            "{id: e, label_zh: 免, label_en: e, from: 2026-01-31}]",
            "duplicate_id",
            "exemptions[1].id",
        ),
        (
            "exemptions: [{id: e, label_zh: 免, label_en: e, when: {full_time: true}}]",
            "fact_out_of_place",
            "exemptions[0].when.full_time",
        ),
        (BAR.replace("12 months", "12 duty_days") % "", "bar_by_duty_days", "bars[0].for"),
        (BAR.replace("12 months", "0 months") % "", "not_positive", "bars[0].for"),
        (BAR.replace("12 months", "a year") % "", "wrong_type", "bars[0].for"),
        (BAR.replace("for: 12 months", "times: 1") % "", "missing_key", "bars[0].for"),
        (BAR.replace("service_void", "[]") % "", "empty_list", "bars[0].after"),
        (BAR.replace("service_void", "sacked") % "", "wrong_type", "bars[0].after"),
        (BAR % ", times: 0", "wrong_type", "bars[0].times"),
        (BAR % ", as_of: ever", "wrong_type", "bars[0].as_of"),
        (BAR % ", when: {licens: physician}", "unknown_fact", "bars[0].when.licens"),
        (BAR % "" + "\nrequire: {licence: physician}", "unknown_key", "require"),
        ("requires: {licence: physician}\nin_force: {from: 2024-01-01}", "outside_document", "in_force"),
        (
            "requires: {licence: physician}\nin_force: {from: 2026-01-02, to: 2026-01-01}",
            "dates_reversed",
            "in_force.to",
        ),
        ("requires: {licence: physician}\noverrides: two", "unknown_clause", "overrides"),
        ("requires: {licence: physician}\nenforcement: {army: coordinate}", "enforcement_value", "enforcement"),
    ],
)
def test_a_clause_that_cannot_be_meant_is_refused_at_its_place(body, code, path):
    found = faults(text(body))
    assert code in {fault.code for fault in found}, found
    (fault, *_) = [fault for fault in found if fault.code == code]
    place = "eligibility[0]" + (f".{path}" if path else "")
    assert fault.path.startswith(place)
    assert fault.line
    with override("en"):
        assert "%(" not in fault.message + fault.remedy


@pytest.mark.parametrize("wrong", ["posting", "title_application", "''", "3"])
def test_an_unknown_target_names_the_known_ones(wrong):
    (fault,) = faults(text("requires: {licence: physician}").replace("target: dispatch", f"target: {wrong}"))
    assert (fault.code, fault.path) == ("wrong_type", "eligibility[0].target")
    assert "deputy_director" in fault.remedy


def test_faults_of_both_sections_are_told_at_once():
    quota = "quotas:\n" + CLAUSE.partition("\n")[2].replace("one", "quota").replace("    target: dispatch\n", "")
    written = HEAD + quota + "    amount: {fixed: -1}\n" + CLAUSE + "    requires: {licens: physician}\n"
    assert {(fault.path, fault.code) for fault in faults(written)} == {
        ("quotas[0].amount.fixed", "wrong_type"),
        ("eligibility[0].requires.licens", "unknown_fact"),
    }


def test_a_clause_that_cannot_be_read_does_not_hide_the_next():
    written = text("requires: {licens: physician}").replace("target: dispatch", "target: nowhere")
    written += CLAUSE.partition("\n")[2].replace("one", "two") + "    requires: {licens: physician}\n"
    assert {(fault.path, fault.code) for fault in faults(written)} == {
        ("eligibility[0].target", "wrong_type"),
        ("eligibility[1].requires.licens", "unknown_fact"),
    }


def second(body: str, **replaced: str) -> str:
    written = CLAUSE.partition("\n")[2].replace("id: one", "id: two")
    for old, new in replaced.items():
        written = written.replace(f"{old}: ", f"{old}: {new} #", 1)
    return written + "".join(f"    {line}\n" for line in body.splitlines())


def test_two_clauses_on_one_topic_exclude_each_other_or_say_which_holds():
    first = text("applies_to: {staff_category: physician}\nrequires: {licence: physician}")
    both = "requires: {age: {at_most: 60}}"
    assert codes(first + second(both)) == {"same_topic"}
    assert load(first + second("applies_to: {staff_category: nursing}\n" + both))
    assert load(first + second(both + "\nholds_with: one"))
    assert load(first + second(both, target="deputy_director"))
    assert load(first + second(both, topic="municipal_county.others"))


def test_an_id_is_used_once_in_the_whole_document():
    quota = "quotas:\n" + CLAUSE.partition("\n")[2].replace("    target: dispatch\n", "    amount: {fixed: 2}\n")
    written = HEAD + quota + CLAUSE + "    requires: {licence: physician}\n"
    assert [(fault.code, fault.path) for fault in faults(written)] == [("duplicate_id", "eligibility[0].id")]


def test_a_quota_and_an_eligibility_clause_may_share_a_topic():
    quota = "quotas:\n" + CLAUSE.partition("\n")[2].replace("    target: dispatch\n", "    amount: {fixed: 2}\n")
    plan = load(HEAD + quota.replace("id: one", "id: many") + CLAUSE + "    requires: {licence: physician}\n")
    assert plan.topics == ("municipal_county.who",)
    assert [clause.id for clause in plan.clauses] == ["many", "one"]
    assert place_of(plan, plan.eligibility[0]) == ("eligibility", 0)
    with pytest.raises(KeyError):
        plan.clause("one")
    with pytest.raises(KeyError):
        plan.eligibility_clause("many")
    with pytest.raises(KeyError):
        place_of(plan, policy("exempt-by-age").eligibility[0])
    assert [article.clause_id for article in articles(plan)] == [None, "many", "one"]


def test_the_published_schema_knows_targets_events_and_lengths():
    data = to_json(load(text(BAR % "")))
    jsonschema.validate(data, json_schema())
    for change in ({"target": "elsewhere"}, {"bars": [data["eligibility"][0]["bars"][0] | {"for": "12 duty_days"}]}):
        wrong = {**data, "eligibility": [data["eligibility"][0] | change]}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, json_schema())


def test_what_differs_is_told_clause_by_clause_in_every_section():
    old = load(text("requires: {age: {at_most: 55}}"))
    new = load(text("requires: {age: {at_most: 60}}").replace("target: dispatch", "target: deputy_director"))
    (change,) = compare(old, new).clauses
    assert (change.clause_id, change.kind) == ("one", "changed")
    assert {(field.path, field.old, field.new) for field in change.fields} == {
        ("target", "dispatch", "deputy_director"),
        ("requires.age.at_most", "55", "60"),
    }
    with override("en"):
        assert "For" in {field.label for field in change.fields}
    assert compare(old, old).is_empty


# ---------------------------------------------------------------- read aloud


@pytest.mark.parametrize(
    ("body", "zh", "en"),
    [
        (
            "applies_to: {affiliation: municipal}\nrequires: {age: {less_than: 55}}",
            "市属医疗机构的人员派出的，应当为年龄低于55岁的人员。",
            "For being sent, people of municipal institutions must be people with fewer than 55 years of age.",
        ),
        (
            "documents: [{documents_held: 甲证}, {documents_valid: [乙证, 丙证]}]",
            "人员派出的，应当符合下列要求。须持有“甲证”；“乙证”或者“丙证”（在有效期内）。",
            "For being sent, people must meet what follows. They must hold “甲证”; “乙证” or “丙证” (in force).",
        ),
        (
            BAR % "",
            "本条适用于人员派出。限制：服务不计入的，自该日起12个月内不得派出，期满之日为对应日，当日仍不得，"
            "没有对应日的为当月最后一日。",
            "This article concerns people and being sent. b: service not counted bars from being sent for 12 months; "
            "the corresponding day, or the last of its month, is the last one barred.",
        ),
        ("applies_to: {staff_category: nursing}", "护理类人员可以派出。", "Being sent is open for nursing staff."),
        (
            "requires: {hire_date: {at_least: 2022-10-08}}",
            "人员派出的，应当为入职日期不早于2022年10月8日的人员。",
            "For being sent, people must be people with date of hire on or after 8 October 2022.",
        ),
        (
            "requires: {employment_mode: establishment, as_of: {day: 2020-12-31}}",
            "人员派出的，应当为在编的人员。“用人方式”以2020年12月31日的情况为准。",
            "For being sent, people must be people on the establishment. The employment mode is taken as of "
            "31 December 2020.",
        ),
        (
            "exemptions: [{id: e, label_zh: 老, label_en: Old, when: {all: [{sex: female}, {age: {at_least: 50}}]}, "
            "to: 2026-12-31}]",
            "本条适用于人员派出。老：女性年龄不少于50岁的人员至2026年12月31日止（含当日）不受本条约束。",
            "This article concerns people and being sent. Old: female people with at least 50 years of age are not "
            "bound by this article until 31 December 2026, that day included.",
        ),
    ],
)
def test_a_clause_reads_as_its_sentences(body, zh, en):
    plan = load(text(body))
    assert clause_article(plan.eligibility[0], plan).text == zh
    assert clause_article(plan.eligibility[0], plan, "en").text == en


def test_what_is_unset_is_said_to_be_so():
    plan = policy("title-or-degree")
    article = clause_article(plan.eligibility_clause("heads"), plan)
    assert "不少于未定年" in article.text
    assert [each.label for each in article.parameters if each.unset] == ["临床工作"]
    bars = policy("papers-and-bars")
    article = clause_article(bars.eligibility[0], bars, "en")
    assert "for a certain time (not stated)" in article.text
    assert [each.label for each in article.parameters if each.unset] == ["Not for a time after refusing"]
    assert "Whoever is chosen all the same needs a written reason." in article.sentences
