"""Allocation clauses as written: what loads, what is refused and where, how they come back, read and are compared."""

from __future__ import annotations

import json

import jsonschema
import pytest
from django.utils.translation import override

from deploy_admin.policies.diffing import compare
from deploy_admin.policies.language import dump, from_json, json_schema, load, to_json
from deploy_admin.policies.language.allocation import CriterionKind
from deploy_admin.policies.language.faults import SENTENCES
from deploy_admin.policies.language.reading import clause_article
from deploy_admin.policies.language.validation import adoption_faults, place_of
from deploy_admin.policies.switches import asked_of
from tests.policies.language.helpers import HEAD, a_clause, clause_text, codes, faults

REQUESTS = "{id: requests, by: requests, label_zh: 需求, label_en: requests}"


def criterion(name, by, more=""):
    """One criterion as written; `more` are further keys."""
    return f"{{id: {name}, by: {by}, label_zh: 按{name}, label_en: by {name}{more and ', ' + more}}}"


def prefer(name, more):
    return criterion(name, "prefer", more)


def order(*criteria, more=""):
    """A document of one allocation clause with these criteria, the requests first."""
    return clause_text("allocation", f"{more}\ncriteria: [{', '.join([REQUESTS, *criteria])}]")


EVERYTHING = clause_text(
    "allocation",
    """
applies_to: {tier: [township, county]}
criteria:
  - {id: pressing, by: priority, label_zh: 缓急, label_en: pressing}
  - {id: requests, by: requests, label_zh: 需求, label_en: requests}
  - {id: same_words, by: speciality, label_zh: 专业, label_en: speciality}
  - {id: community, by: prefer, when: {same_community: true}, label_zh: 医共体, label_en: community}
  - {id: paired, by: prefer, when: {paired: true}, label_zh: 对口支援, label_en: pairing}
  - {id: programme, by: prefer, when: {in_programme: true}, label_zh: 专科, label_en: programme}
  - {id: key, by: prefer, to: {any: [{key_township: true}, {remote: true}]}, label_zh: 重点, label_en: key places}
  - id: deputies
    by: prefer
    when:
      all:
        - {affiliation: municipal}
        - {title_level: {at_least: null}}
        - {same_district: false}
    to: {kind: chsc}
    label_zh: 业务骨干
    label_en: leaders
  - {id: seniors, by: prefer, when: {title_level: senior}, label_zh: 正高, label_en: seniors}
  - {id: owed, by: quotas, label_zh: 应派人数, label_en: quotas}
  - {id: even, by: balance, label_zh: 均衡, label_en: balance}
  - {id: wishes, by: wishes, label_zh: 意愿, label_en: wishes}
  - {id: near, by: distance, label_zh: 路程, label_en: distance}
  - {id: still, by: least_change, label_zh: 变动, label_en: change}
enforcement: {military: coordinate}
pilot: ['500101']
in_force: {from: 2025-06-01}
note_zh: 注
note_en: note
""",
)


def test_every_node_loads_comes_back_equal_and_fits_the_schema():
    plan = load(EVERYTHING)
    (clause,) = plan.allocation
    assert plan.clauses == (clause,)
    assert place_of(plan, clause) == ("allocation", 0)
    assert load(dump(plan)) == plan
    assert from_json(json.loads(json.dumps(to_json(plan)))) == plan
    jsonschema.validate(to_json(plan), json_schema())
    assert adoption_faults(plan) == []
    assert isinstance(hash(clause), int)


def test_what_is_written_is_what_is_meant():
    (clause,) = load(EVERYTHING).allocation
    assert {each.by for each in clause.criteria} == set(CriterionKind)
    assert [each.id for each in clause.criteria][:3] == ["pressing", "requests", "same_words"]
    by_id = {each.id: each for each in clause.criteria}
    assert (by_id["key"].when, by_id["community"].to) == (None, None)
    assert len(clause.conditions) == 8
    assert clause.conditions[0] == clause.applies_to


def test_it_raises_no_question_that_weighs_on_people():
    assert asked_of(load(EVERYTHING)) == ()


def test_the_schema_completes_the_kinds_of_criteria_and_refuses_others():
    data = to_json(load(order()))
    data["allocation"][0]["criteria"][0]["by"] = "fairness"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema())
    data["allocation"][0]["criteria"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema())


@pytest.mark.parametrize(
    ("written", "code", "path"),
    [
        (clause_text("allocation", ""), "missing_key", "criteria"),
        (clause_text("allocation", "criteria: []"), "wrong_type", "criteria"),
        (clause_text("allocation", "criteria: requests"), "wrong_type", "criteria"),
        (clause_text("allocation", f"criteria: [{criterion('wishes', 'wishes')}]"), "requests_missing", "criteria"),
        (order(criterion("fair", "fairness")), "wrong_type", "criteria[1].by"),
        (order("{id: wishes, by: wishes, label_zh: 意愿}"), "missing_key", "criteria[1].label_en"),
        (order("{id: wishes, label_zh: 意愿, label_en: wishes}"), "missing_key", "criteria[1].by"),
        (order(criterion("wishes", "wishes", "weight: 3")), "unknown_key_no_suggestion", "criteria[1].weight"),
        (order(criterion("requests", "wishes")), "duplicate_id", "criteria[1].id"),
        (order(criterion("again", "requests")), "criterion_twice", "criteria[1]"),
        (order(criterion("a", "wishes"), criterion("b", "wishes")), "criterion_twice", "criteria[2]"),
        (
            order(prefer("a", "to: {remote: true}"), prefer("b", "to: {remote: true}")),
            "criterion_twice",
            "criteria[2]",
        ),
        (order(prefer("a", "")), "prefers_nothing", "criteria[1]"),
        (
            order(criterion("a", "wishes", "when: {same_community: true}")),
            "condition_without_prefer",
            "criteria[1].when",
        ),
        (order(criterion("a", "distance", "to: {remote: true}")), "condition_without_prefer", "criteria[1].to"),
        (order(prefer("a", "to: {staff_category: nursing}")), "fact_out_of_place", "criteria[1].to.staff_category"),
        (order(prefer("a", "to: {same_community: true}")), "fact_out_of_place", "criteria[1].to.same_community"),
        (order(prefer("a", "when: {full_time: true}")), "fact_out_of_place", "criteria[1].when.full_time"),
        (order(prefer("a", "when: {same_comunity: true}")), "unknown_fact", "criteria[1].when.same_comunity"),
        (order(prefer("a", "to: {kind: hospital}")), "fact_value", "criteria[1].to.kind"),
        (order(prefer("a", "when: {same_community: true, paired: true}")), "several_facts", "criteria[1].when"),
        (order(prefer("a", "to: {remote: true, as_of: ever}")), "as_of_first_day", "criteria[1].to"),
        (order(prefer("a", "when: {age: 30, as_of: {day: 2025-01-01}}")), "as_of_first_day", "criteria[1].when"),
        (order(prefer("a", "when: {age: 30, as_of: period_end}")), "as_of_first_day", "criteria[1].when"),
        (order(more="applies_to: {staff_category: nursing}"), "fact_out_of_place", "applies_to.staff_category"),
        (order(more="applies_to: {remote: true, as_of: period_start}"), "as_of_first_day", "applies_to"),
        (
            order(prefer("a", "to: {kind: chsc}"), more="applies_to: {kind: general_hospital}"),
            "prefers_nowhere",
            "criteria[1].to",
        ),
        (
            order(prefer("a", "when: {all: [{same_community: true}, {same_community: false}]}")),
            "contradiction",
            "criteria[1].when.all[1].same_community",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(written, code, path):
    found = {fault.code: fault for fault in faults(written)}
    assert code in found, found
    assert found[code].path == f"allocation[0].{path}"
    assert found[code].line
    with override("en"):
        assert "%(" not in found[code].message + found[code].remedy
    with override("zh-hans"):
        assert "%(" not in found[code].message + found[code].remedy


def test_a_sentence_names_what_is_twice_and_what_may_be_asked():
    with override("en"):
        (twice,) = faults(order(criterion("a", "wishes"), criterion("b", "wishes")))
        assert twice.message == "“a” and “b” look at the same; the second decides nothing."
        (place,) = faults(order(prefer("a", "when: {full_time: true}")))
        assert "same_community" in place.remedy
        assert "full_time" not in place.remedy
        (day,) = faults(order(prefer("a", "when: {age: 30, as_of: {day: 2025-01-01}}")))
        assert day.message.startswith("“2025-01-01” cannot be asked here")


def test_every_fault_of_a_clause_is_told_at_once():
    written = order(criterion("requests", "wishes"), prefer("a", ""), criterion("b", "balance", "to: {remote: true}"))
    assert codes(written) == {"duplicate_id", "prefers_nothing", "condition_without_prefer"}


def test_the_same_fact_may_be_preferred_twice_in_different_ways():
    first = prefer("a", "when: {same_community: true}")
    assert load(order(first, prefer("b", "to: {remote: true}"), prefer("c", "to: {remote: false}")))
    assert load(order(first, prefer("b", "when: {same_community: true}, to: {kind: chsc}")))


def test_two_orders_on_one_topic_must_speak_of_different_units_or_say_which_holds():
    body = f"criteria: [{REQUESTS}]"

    def two(first, second, topic="county_township.rule"):
        return (
            HEAD
            + "allocation:\n"
            + a_clause(f"{first}\n{body}", clause_id="one")
            + a_clause(f"{second}\n{body}", clause_id="two", topic=topic)
        )

    assert codes(two("", "")) == {"same_topic"}
    assert load(two("applies_to: {tier: township}", "applies_to: {tier: county}"))
    assert load(two("", "overrides: one"))
    assert load(two("", "", topic="county_township.other"))


def test_an_order_and_a_quota_on_one_topic_answer_different_questions():
    quota = "quotas:\n" + a_clause("amount: {fixed: 2}", clause_id="two")
    assert load(order() + quota).topics == ("county_township.rule",)


def test_under_later_it_is_no_section_because_it_never_was_one():
    assert codes(HEAD + "later: {allocation: []}\nallocation:\n" + a_clause(f"criteria: [{REQUESTS}]")) == {
        "unknown_section"
    }


# ---------------------------------------------------------------- read aloud


IN_CHINESE = (
    "向乡级、区县级接收单位统筹调配派驻人员，应当依次考虑下列各项，前项的结果不因后项而改变。",
    "第1项，缓急：急需的和各单位排在前面的需求优先满足。",
    "第2项，需求：满足的需求人数尽可能多。",
    "第3项，专业：与所需专业相同的人员优先于可以放宽的专业。",
    "第4项，医共体：尽可能多地派往与派出单位同一医共体的接收单位。",
    "第5项，对口支援：尽可能多地派往与派出单位有对口支援关系的接收单位。",
    "第6项，专科：尽可能多地派往有相应专科专病建设项目的接收单位。",
    "第7项，重点：尽可能多地派往乡村振兴重点乡镇的接收单位，或者边远地区的接收单位。",
    "第8项，业务骨干：尽可能多地将市属医疗机构的未定及以上职称的人员派往与派出单位不在同一区县的社区卫生服务中心。",
    "第9项，正高：尽可能多地派出正高级职称的人员。",
    "第10项，应派人数：派出单位尽可能派足应派人数，以其上报的人员为限；不足的不影响方案。",
    "第11项，均衡：各接收单位需求的满足程度尽可能均衡。",
    "第12项，意愿：尽可能照顾派出人员的意愿。",
    "第13项，路程：派出单位到接收单位的距离尽可能短，距离不明的不作比较。",
    "第14项，变动：与所依据的方案相比，变动尽可能少。",
    "“缓急”排在满足需求之前，为此可能少满足需求。",
    "是否符合尚不清楚的，不计入该项，另行列明。",
)
IN_ENGLISH = (
    "The allocation of people on post to receiving units at township or district or county level is decided by these "
    "criteria in their order; no later one undoes what an earlier one gives.",
    "1. Pressing: urgent requests, and those that each unit ranks first, before the others.",
    "2. Requests: as many of the people asked for as can be.",
    "3. Speciality: the speciality that is asked for before one that would do too.",
    "4. Community: as many people as can be go to receiving units in the sending unit's medical community.",
    "5. Pairing: as many people as can be go to receiving units in pairing support with the sending unit.",
    "6. Programme: as many people as can be go to receiving units with a programme in the speciality.",
    "7. Key places: as many people as can be go to receiving units in key townships of rural revitalisation, or "
    "receiving units in remote areas.",
    "8. Leaders: as many people with not stated title or above of municipal institutions as can be go to community "
    "health service centres outside the sending unit's district.",
    "9. Seniors: as many people with senior title as can be go.",
    "10. Quotas: each sending unit sends as many as it owes, as far as it nominated them; falling short stops no "
    "plan.",
    "11. Balance: the requests of the receiving units are met as evenly as can be.",
    "12. Wishes: the wishes of those who go, as far as can be.",
    "13. Distance: as short a way from sending to receiving unit as can be; an unknown one is not compared.",
    "14. Change: as few changes as can be against the plan it is made from.",
    "“pressing” stands before meeting requests, so fewer of these may be met.",
    "Where it is not known whether a criterion is met, it does not count as met, and is told apart.",
)


def read(written, lang="zh"):
    plan = load(written)
    return clause_article(plan.allocation[0], plan, lang)


@pytest.mark.parametrize(("lang", "sentences"), [("zh", IN_CHINESE), ("en", IN_ENGLISH)])
def test_every_criterion_is_read_aloud(lang, sentences):
    assert read(EVERYTHING, lang).sentences[: len(sentences)] == sentences


@pytest.mark.parametrize(("lang", "word"), [("zh", "始终须符合"), ("en", "always holds")])
def test_what_is_no_criterion_because_it_always_holds_is_said_of_every_order(lang, word):
    assert word in read(order(), lang).text


@pytest.mark.parametrize(
    ("binding", "zh", "en"),
    [
        ("mandatory", "统筹调配派驻人员，应当考虑下列一项。", "people on post is decided by one criterion."),
        ("in_principle", "原则上应当考虑下列一项。", "is in principle decided by one criterion."),
        ("encouraged", "鼓励考虑下列一项。", "should preferably be decided by one criterion."),
    ],
)
def test_how_far_the_order_binds_is_said_and_one_criterion_has_no_order(binding, zh, en):
    written = order().replace("binding: mandatory", f"binding: {binding}")
    assert read(written).sentences[0].endswith(zh)
    assert en in read(written, "en").sentences[0]


def test_requests_that_come_first_take_no_warning_and_what_asks_no_facts_leaves_none_open():
    text = read(order(criterion("wishes", "wishes"))).text
    assert "之前" not in text
    assert "尚不清楚" not in text


@pytest.mark.parametrize(
    ("more", "zh", "en"),
    [
        (
            "when: {paired: false}",
            "派往与派出单位没有对口支援关系的接收单位",
            "not in pairing support with the sending unit",
        ),
        ("when: {in_programme: false}", "没有相应专科专病建设项目的接收单位", "without a programme in the speciality"),
        (
            "when: {any: [{same_community: true}, {paired: true}]}",
            "派往与派出单位同一医共体的接收单位，或者与派出单位有对口支援关系的接收单位",
            "medical community, or receiving units in pairing support",
        ),
        (
            "when: {tier: county}",
            "派出区县级医疗机构的人员",
            "as many people of institutions at district or county level as",
        ),
    ],
)
def test_what_is_preferred_is_said_of_whom_or_of_where(more, zh, en):
    assert zh in read(order(prefer("a", more))).sentences[2]
    assert en in read(order(prefer("a", more)), "en").sentences[2]


def test_the_order_and_what_is_unset_stand_beside_it():
    shown = [(each.label, each.value, each.unset) for each in read(EVERYTHING).parameters]
    assert shown[:2] == [("第1项", "缓急", False), ("第2项", "需求", False)]
    assert shown[-1] == ("职称", "未定", True)
    english = read(EVERYTHING, "en").parameters
    assert (english[3].label, english[3].value) == ("Criterion 4", "community")


def test_every_code_has_a_sentence_and_a_remedy_of_its_own():
    for code in (
        "requests_missing", "criterion_twice", "condition_without_prefer", "prefers_nothing", "prefers_nowhere",
        "as_of_first_day",
    ):  # fmt: skip
        said, remedy = SENTENCES[code]
        assert str(said) != str(remedy)


# ---------------------------------------------------------------- compared


def changes(old, new):
    (clause,) = compare(load(old), load(new)).clauses
    return {change.path: (change.old, change.new) for change in clause.fields}


def test_criteria_in_another_order_are_a_difference():
    first, second = criterion("wishes", "wishes"), criterion("near", "distance")
    assert changes(order(first, second), order(second, first)) == {
        "criteria": ("requests, wishes, near", "requests, near, wishes")
    }
    assert changes(order(first, second), order(first, second)) == {}


def test_a_criterion_that_asks_otherwise_is_shown_by_its_id():
    found = changes(order(prefer("a", "to: {remote: true}")), order(prefer("a", "to: {key_township: true}")))
    assert found == {
        "criteria[a].to.remote": ("True", None),
        "criteria[a].to.key_township": (None, "True"),
    }


def test_an_added_criterion_is_shown_with_its_place():
    found = changes(order(), order(criterion("wishes", "wishes")))
    assert found["criteria"] == ("requests", "requests, wishes")
    assert found["criteria[wishes].by"] == (None, "wishes")
