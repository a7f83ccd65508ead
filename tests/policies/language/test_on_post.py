"""Posting, leave and absence clauses as written: what loads, what is refused where, how they come back and read."""

from __future__ import annotations

import json
from decimal import Decimal

import jsonschema
import pytest
from django.utils.translation import override

from deploy_admin.policies.diffing import compare
from deploy_admin.policies.language import dump, from_json, json_schema, load, to_json
from deploy_admin.policies.language.counts import CountThreshold
from deploy_admin.policies.language.leave import LEAVE_KINDS, LeaveKind
from deploy_admin.policies.language.nodes import Rounding
from deploy_admin.policies.language.reading import clause_article
from deploy_admin.policies.language.validation import adoption_faults, place_of
from tests.policies.language.helpers import a_clause, clause_text, codes, faults

WHOLE = {
    "posting": """
applies_to: {all: [{affiliation: municipal}, {staff_category: physician}, {same_district: false}]}
suspension: true
filing: {within: 20, exempt: {same_community: true}}
full_time: true
term: {at_least: 12 months}
exchange_tolerance: 0
deputies: {target: "0.10", rounding: down, tolerance: "0.02"}
""",
    "leave": """
applies_to: {staff_category: physician}
unit: {personal: duty_days, maternity: days}
merge: never
filing: {at_least: 5}
extension: {more_than: 4}
extends: {personal: true, annual: false, maternity: null}
by: calendar_span
""",
    "absence": """
applies_to: {licence: physician}
counted_by: day
warn: {at_least: 3}
proposes_void: {more_than: 3}
takes_extension: true
heard_within: 5
long_episode: {at_least: 4}
in_a_row: {more_than: 15}
within_a_year: {more_than: null}
""",
}
COMMON = """
enforcement: {military: coordinate}
pilot: ['500101']
in_force: {from: 2025-06-01}
note_zh: 注
note_en: note
"""


@pytest.mark.parametrize("section", WHOLE)
def test_every_node_loads_comes_back_equal_and_fits_the_schema(section):
    plan = load(clause_text(section, WHOLE[section] + COMMON))
    (clause,) = getattr(plan, section)
    assert plan.clauses == (clause,)
    assert place_of(plan, clause) == (section, 0)
    assert load(dump(plan)) == plan
    assert from_json(json.loads(json.dumps(to_json(plan)))) == plan
    jsonschema.validate(to_json(plan), json_schema())
    assert adoption_faults(plan) == []
    assert isinstance(hash(clause), int)
    assert clause.conditions[0] == clause.applies_to


def test_what_is_written_is_what_is_meant():
    posting = load(clause_text("posting", WHOLE["posting"])).posting[0]
    assert (posting.suspension, posting.full_time, posting.exchange_tolerance) == (True, True, 0)
    assert (posting.filing.within, len(posting.conditions)) == (20, 2)
    assert (posting.deputies.target, posting.deputies.tolerance) == (Decimal("0.10"), Decimal("0.02"))
    assert posting.deputies.rounding is Rounding.DOWN
    leave = load(clause_text("leave", WHOLE["leave"])).leave[0]
    assert [leave.unit_of(kind) for kind in ("personal", "maternity", "sick")] == ["duty_days", "days", "duty_days"]
    assert [leave.extends_by_kind(kind) for kind in ("personal", "annual", "maternity", "sick")] == [
        True,
        False,
        None,
        False,
    ]
    absence = load(clause_text("absence", WHOLE["absence"])).absence[0]
    assert (absence.counted_by, absence.heard_within, absence.takes_extension) == ("day", 5, True)
    assert absence.within_a_year.value is None


@pytest.mark.parametrize(
    ("threshold", "below", "on", "above"),
    [
        ({"at_least": 5}, False, True, True),
        ({"more_than": 5}, False, False, True),
        ({"at_most": 5}, True, True, False),
        ({"less_than": 5}, True, False, False),
        ({"at_least": None}, None, None, None),
    ],
)
def test_a_count_says_on_which_side_the_number_itself_stands(threshold, below, on, above):
    held = CountThreshold.model_validate(threshold)
    assert [held.reached(count) for count in (4, 5, 6)] == [below, on, above]
    assert held.model_dump() == threshold


@pytest.mark.parametrize(
    ("section", "body", "code", "path"),
    [
        ("posting", "", "says_nothing", ""),
        ("posting", "applies_to: {staff_category: physician}", "says_nothing", ""),
        ("posting", "suspension: 1", "wrong_type", "suspension"),
        ("posting", "suspension: yes", "yaml_boolean", "suspension"),
        ("posting", "filing: {}", "missing_key", "filing.within"),
        ("posting", "filing: {within: -1}", "wrong_type", "filing.within"),
        ("posting", "filing: {within: 20 days}", "wrong_type", "filing.within"),
        ("posting", "filing: {within: 20, until: x}", "unknown_key_no_suggestion", "filing.until"),
        ("posting", "filing: {within: 20, exempt: {same_town: true}}", "unknown_fact", "filing.exempt.same_town"),
        ("posting", "full_time: true\napplies_to: {full_time: 1}", "fact_value", "applies_to.full_time"),
        (
            "posting",
            "full_time: true\napplies_to: {age: {at_least: 50}, as_of: segment_days}",
            "as_of_out_of_place",
            "applies_to",
        ),
        ("posting", "term: {at_least: 12 months, at_most: 24 months}", "wrong_type", "term"),
        ("posting", "term: {at_least: 0 months}", "not_positive", "term.at_least"),
        ("posting", "term: {at_least: 250 duty_days}", "by_duty_days", "term.at_least"),
        ("posting", "exchange_tolerance: '2'", "wrong_type", "exchange_tolerance"),
        ("posting", "deputies: {target: '10'}", "ratio_out_of_range", "deputies.target"),
        ("posting", "deputies: {target: '0.1', tolerance: '-0.02'}", "ratio_out_of_range", "deputies.tolerance"),
        ("posting", "deputies: {target: 0.1}", "float", "deputies.target"),
        ("posting", "deputies: {tolerance: '0.02'}", "missing_key", "deputies.target"),
        ("leave", "", "says_nothing", ""),
        ("leave", "merge: never", "says_nothing", ""),
        ("leave", "filing: 5", "wrong_type", "filing"),
        ("leave", "filing: {}", "wrong_type", "filing"),
        ("leave", "filing: {at_least: 5, more_than: 4}", "wrong_type", "filing"),
        ("leave", "filing: {at_least: 0}", "not_positive", "filing.at_least"),
        ("leave", "filing: {at_most: 5}", "upper_bound_out_of_place", "filing.at_most"),
        ("leave", "extension: {less_than: 5}\nextends: {sick: true}", "upper_bound_out_of_place", "extension"),
        ("leave", "extension: {at_least: 5}", "extends_nothing", "extension"),
        ("leave", "extension: {at_least: 5}\nextends: {annual: false}", "extends_nothing", "extension"),
        ("leave", "extends: {sick: true}", "extension_without_threshold", "extends"),
        ("leave", "extends: {maternity: null}", "extension_without_threshold", "extends"),
        ("leave", "filing: {at_least: 5}\nextends: {holiday: true}", "wrong_type", "extends"),
        ("leave", "filing: {at_least: 5}\nextends: {sick: maybe}", "wrong_type", "extends"),
        ("leave", "filing: {at_least: 5}\nunit: {sick: hours}", "wrong_type", "unit"),
        ("leave", "filing: {at_least: 5}\nunit: {sick: days, sick: duty_days}", "duplicate_key", "unit.sick"),
        ("leave", "filing: {at_least: 5}\nunit: [[sick, days], [sick, duty_days]]", "kind_twice", "unit"),
        ("leave", "filing: {at_least: 5}\nextends: [[sick, true], [sick, false]]", "kind_twice", "extends"),
        ("leave", "filing: {at_least: 5}\nby: half", "wrong_type", "by"),
        ("leave", "filing: {at_least: 5}\napplies_to: {remote: 3}", "fact_value", "applies_to.remote"),
        ("absence", "", "says_nothing", ""),
        ("absence", "heard_within: 5\ncounted_by: day", "says_nothing", ""),
        ("absence", "warn: {at_least: 4}\nproposes_void: {more_than: 3}", "warned_too_late", "warn"),
        ("absence", "warn: {at_least: 3}\nproposes_void: {at_least: 3}", "warned_too_late", "warn"),
        ("absence", "proposes_void: {at_most: 3}", "upper_bound_out_of_place", "proposes_void.at_most"),
        ("absence", "in_a_row: {at_least: 0}", "not_positive", "in_a_row.at_least"),
        ("absence", "warn: {at_least: 3}\ncounted_by: week", "wrong_type", "counted_by"),
        ("absence", "warn: {at_least: 3}\nheard_within: 61", "wrong_type", "heard_within"),
        ("absence", "warn: {at_least: true}", "wrong_type", "warn"),
        ("absence", "warn: {at_least: 3}\nwarned: {at_least: 3}", "unknown_key", "warned"),
    ],
)
def test_a_clause_that_cannot_be_meant_is_refused_at_its_place(section, body, code, path):
    found = [fault for fault in faults(clause_text(section, body or "note_zh: 注")) if fault.code == code]
    assert found
    assert found[0].path.startswith(f"{section}[0]" + (f".{path}" if path else ""))
    assert found[0].line
    with override("en"):
        assert "%(" not in found[0].message + found[0].remedy


@pytest.mark.parametrize(
    ("section", "body"),
    [
        ("posting", "suspension: false"),
        ("posting", "exchange_tolerance: 0"),
        ("posting", "deputies: {target: null}"),
        ("posting", "filing: {within: 0}"),
        ("leave", "filing: {more_than: 0}"),
        ("leave", "filing: {at_least: null}"),
        ("leave", "extends: {personal: false}"),
        ("leave", "filing: {at_least: 5}\nextends: {maternity: null}"),
        ("absence", "proposes_void: {at_least: null}\nwarn: {at_least: 3}"),
        ("absence", "warn: {more_than: 2}\nproposes_void: {more_than: 3}"),
        ("absence", "within_a_year: {more_than: 30}"),
    ],
)
def test_what_can_be_meant_is_accepted(section, body):
    assert load(clause_text(section, body)).clauses


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("posting", {"filing": {"within": "soon"}}),
        ("posting", {"deputies": {"target": 0.5}}),
        ("leave", {"extends": {"holiday": True}}),
        ("leave", {"extends": {"sick": "yes"}}),
        ("leave", {"unit": {"sick": "hours"}}),
        ("absence", {"counted_by": "week"}),
        ("absence", {"heard_within": 100}),
    ],
)
def test_the_published_schema_refuses_what_is_not_a_clause(section, change):
    data = to_json(load(clause_text(section, WHOLE[section])))
    jsonschema.validate(data, json_schema())
    wrong = {**data, section: [data[section][0] | change]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json_schema())


def test_two_clauses_of_a_section_exclude_each_other_or_say_which_holds():
    first = clause_text("posting", "applies_to: {staff_category: physician}\nsuspension: true")

    def second(body, topic="county_township.rule"):
        return a_clause(body, clause_id="two", topic=topic)

    assert codes(first + second("full_time: true")) == {"same_topic"}
    assert load(first + second("applies_to: {staff_category: nursing}\nfull_time: true"))
    assert load(first + second("full_time: true\nholds_with: one"))
    assert load(first + second("full_time: true", topic="county_township.full_time"))


def test_clauses_of_different_sections_may_share_a_topic_but_no_id():
    written = clause_text("leave", "filing: {at_least: 5}")
    assert load(written + "absence:\n" + a_clause("warn: {at_least: 3}", clause_id="two")).topics == (
        "county_township.rule",
    )
    assert codes(written + "absence:\n" + a_clause("warn: {at_least: 3}")) == {"duplicate_id"}


def test_every_kind_of_leave_is_read_aloud():
    kinds = ", ".join(f"{kind}: true" for kind in LeaveKind)
    plan = load(clause_text("leave", f"filing: {{at_least: 5}}\nextends: {{{kinds}}}"))
    zh, en = (clause_article(plan.leave[0], plan, lang) for lang in ("zh", "en"))
    for code in LEAVE_KINDS.values():
        assert code.label_zh in zh.text
        assert code.label_en in en.text


@pytest.mark.parametrize(
    ("section", "body", "zh", "en"),
    [
        (
            "posting",
            "applies_to: {staff_category: physician}\nsuspension: true",
            "派出单位应当在执业医师类人员派驻期间暂停其在本单位的执业活动。派出单位未出具暂停执业说明的，不得到岗。",
            "Sending units must suspend the practice of physicians with them while they are on post. Nobody goes on "
            "post "
            "without the sending unit's statement.",
        ),
        (
            "posting",
            "deputies: {target: '0.10', tolerance: '0.02'}",
            "挂职业务副院长的人数约为当年派驻人数的10%（四舍五入，上下相差2个百分点以内均可）。",
            "About 10 % of the year's people are posted as deputy directors (rounded half up, give or take 2 "
            "percentage "
            "points).",
        ),
        (
            "leave",
            "filing: {at_least: 5}",
            "派驻人员请假5天以上（含5天）的，应当向项目办公室备案。请假天数按本人排班的工作日计算。"
            "几次请假之间只隔非工作日的，合并为一次。",
            "Leave of 5 or more days by people on post must be filed with the scheme's office. Leave is counted in "
            "duty "
            "days of the person's roster. Leave separated only by days that are not duty days is one leave.",
        ),
        (
            "absence",
            "warn: {at_least: 3}\nproposes_void: {more_than: 3}\nheard_within: 5",
            "派驻人员旷工按次还是按日计，由施行机关在施行时确定。旷工3次以上（含3次）的，予以警示。"
            "旷工超过3次的，提出本次服务时间不计入的建议，由主管部门决定。"
            "不计入的时间是否包括顺延的时间，由施行机关在施行时确定。"
            "认定旷工前告知本人，本人可以在5个工作日内补办请假手续或者说明理由。",
            "Unapproved absence of people on post counts per episode or per day; which of them is decided at "
            "adoption. "
            "Unapproved absence of 3 or more times leads to a warning. Unapproved absence of more than 3 times "
            "leads to a "
            "proposal not to count this assignment; the authority decides. What is not counted may include the "
            "extension "
            "of the term, which is decided at adoption. Before absence is confirmed the person is told and has 5 "
            "working "
            "days to bring leave or reasons.",
        ),
    ],
)
def test_a_clause_reads_as_its_sentences(section, body, zh, en):
    plan = load(clause_text(section, body))
    assert clause_article(plan.clauses[0], plan).text == zh
    assert clause_article(plan.clauses[0], plan, "en").text == en


@pytest.mark.parametrize("binding", ["mandatory", "in_principle", "encouraged"])
@pytest.mark.parametrize("section", WHOLE)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_binding_is_read_aloud(section, binding, lang):
    plan = load(clause_text(section, WHOLE[section]).replace("binding: mandatory", f"binding: {binding}"))
    article = clause_article(plan.clauses[0], plan, lang)
    assert article.binding_label
    for code in ("_", "None", "True", "{"):
        assert code not in article.text
    reason = {"zh": "应当书面说明理由", "en": "needs a written reason"}[lang]
    assert (reason in article.text) is (binding == "in_principle")


def test_what_is_unset_is_said_to_be_so():
    plan = load(clause_text("leave", WHOLE["leave"]))
    assert [each.label for each in clause_article(plan.leave[0], plan).parameters if each.unset] == ["产假顺延"]
    plan = load(clause_text("absence", WHOLE["absence"]))
    article = clause_article(plan.absence[0], plan, "en")
    assert [each.label for each in article.parameters if each.unset] == ["Alert, within a year"]
    plan = load(clause_text("posting", "deputies: {target: null}\napplies_to: {age: {at_least: null}}"))
    article = clause_article(plan.posting[0], plan)
    assert [each.label for each in article.parameters if each.unset] == ["挂职业务副院长占比", "年龄"]


def test_what_differs_is_told_field_by_field():
    old = load(clause_text("leave", WHOLE["leave"]))
    new = load(clause_text("leave", WHOLE["leave"].replace("{at_least: 5}", "{at_least: 3}")))
    (change,) = compare(old, new).clauses
    assert (change.clause_id, change.kind) == ("one", "changed")
    assert [(field.path, field.old, field.new) for field in change.fields] == [("filing.at_least", "5", "3")]
    with override("en"):
        assert change.fields[0].label == "Leave filed from"
