"""Loading: YAML's surprises are refused with their line, every fault at once; documents go out and come back equal."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deploy_admin.policies.language import (
    AbsenceRule,
    AllocationRule,
    Clause,
    LeaveRule,
    PolicyDocument,
    PolicyFaults,
    PostingRule,
    Requirement,
    ServiceRule,
    dump,
    from_json,
    load,
    to_json,
)
from deploy_admin.policies.language.allocation import Criterion
from deploy_admin.policies.language.nodes import TermThreshold
from deploy_admin.policies.language.posting import CohortShare
from deploy_admin.policies.language.requirements import Due, ServiceAsked, SubTotal
from deploy_admin.policies.language.service import Continuity, Conversion, Equivalent, MinimumSegment
from deploy_admin.policies.language.types import CLAUSE_SECTIONS, FORMER_SECTIONS, LATER_SECTIONS
from deploy_admin.policies.language.upcasts import UnknownSchemaError, upcast
from deploy_admin.policies.language.validation import adoption_faults
from tests.policies.language.helpers import HEAD, codes, document, faults, text


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("amount: {share: 0.40, of: {constant: 7}}", "float"),
        ("amount: {share: .4, of: {constant: 7}}", "float"),
        ("amount: {share: 4e-1, of: {constant: 7}}", "float"),
        ("amount: {fixed: 010}", "odd_integer"),
        ("amount: {fixed: 0x10}", "odd_integer"),
        ("amount: {fixed: 1_000}", "odd_integer"),
        ("amount: {fixed: 1:30}", "odd_integer"),
        ("amount: {fixed: 2}\nlabel_zz: no", "yaml_boolean"),
        ("amount: {fixed: 2}\nminimum: 1\nminimum: 2", "duplicate_key"),
        ("amount: &a {fixed: 2}", "anchor"),
        ("amount: {fixed: 2}\nnote_zh: *a", "anchor"),
        ("amount: {fixed: !!int 2}", "tag"),
        ("amount:\n  <<: {fixed: 2}", "merge_key"),
        ("amount: {fixed: 2, 3: 4}", "key_not_text"),
        ("amount: {fixed: 2}\non: total", "key_not_text"),
        ("amount: {fixed: 99999999999999999999999}", "too_many_digits"),
    ],
)
def test_what_yaml_would_read_in_its_own_way_is_refused(line, code):
    assert code in codes(text(line))


def test_a_fault_names_its_line_its_place_and_the_remedy(settings):
    found = faults(text("amount: {share: 0.40, of: {constant: 7}}"))
    (fault,) = [each for each in found if each.code == "float"]
    assert fault.path == "quotas[0].amount.share"
    assert fault.line == 17
    assert '"0.40"' in fault.remedy


def test_every_fault_is_reported_at_once():
    body = """
amount: {share: 0.40, of: {measure: promoted_associate_chef, yaer: previous}}
owed_by: {afiliation: municipal}
minimum: 3
maximum: 2
counts: {who: {title_level: {more_than: senior}}}
"""
    second = text("amount: {fixed: two}\ncounts: {term: {at_least: a year}}").split("quotas:\n")[1]
    assert codes(text(body) + second) == {
        "float",
        "unknown_measure",
        "unknown_key",
        "unknown_fact",
        "minimum_over_maximum",
        "threshold_never_met",
        "wrong_type",
    }


def test_an_unknown_key_names_the_nearest_one():
    (fault,) = faults(text("amount: {fixed: 2}\nminimun: 1"))
    assert (fault.code, fault.path, dict(fault.params)["suggestion"]) == (
        "unknown_key",
        "quotas[0].minimun",
        "minimum",
    )


def test_a_missing_key_is_named():
    found = faults(text("amount: {fixed: 2}").replace("    binding: mandatory\n", ""))
    assert [(fault.code, fault.path) for fault in found] == [("missing_key", "quotas[0].binding")]


def test_a_section_that_nothing_computes_is_refused_by_name():
    (fault,) = faults(text("amount: {fixed: 2}") + "payments: []\n")
    assert (fault.code, fault.path) == ("section_not_interpreted", "payments")


@pytest.mark.parametrize("section", FORMER_SECTIONS)
def test_a_section_that_is_computed_now_is_not_kept_for_later(section):
    (fault,) = faults(text("amount: {fixed: 2}") + f"later: {{{section}: []}}\n")
    assert (fault.code, fault.path) == ("section_is_computed", f"later.{section}")
    assert f"{section}:" in fault.remedy


@pytest.mark.parametrize("section", FORMER_SECTIONS)
def test_a_draft_stored_before_its_section_was_computed_can_still_be_read_but_not_adopted(section):
    written = to_json(document("amount: {fixed: 2}")) | {"later": {section: [{"id": "old"}]}}
    stored = from_json(written)
    assert dict(stored.later) == {section: [{"id": "old"}]}
    assert to_json(stored) == written
    (fault,) = adoption_faults(stored)
    assert (fault.code, fault.path) == ("section_is_computed", f"later.{section}")
    assert f"{section}:" in fault.remedy


def test_every_section_is_built_or_kept_for_later_and_never_both():
    assert not set(CLAUSE_SECTIONS) & set(LATER_SECTIONS)
    assert set(FORMER_SECTIONS) <= set(CLAUSE_SECTIONS)


def test_sections_may_be_kept_for_later_but_only_known_ones():
    written = text("amount: {fixed: 2}")
    kept = load(written + "later: {payments: [{id: pool, amount: '1000'}]}\n")
    assert dict(kept.later) == {"payments": [{"id": "pool", "amount": "1000"}]}
    assert load(dump(kept)) == kept
    assert "unknown_section" in codes(written + "later: {paymets: []}\n")


@pytest.mark.parametrize(
    "written", ["", "# nothing\n", "---\n", "[]", "just text", "a: b\n---\nc: d", "a: [", "\x00", "\t- x"]
)
def test_what_is_no_policy_is_refused_with_a_fault(written):
    assert faults(written)


def test_a_text_that_is_too_deep_or_too_long_is_refused():
    assert codes("a: " + "[" * 5000) == {"too_deep"}
    assert codes("a" * 600_000) == {"too_large"}


def accepted_or_faults(written):
    """The faults of a text, or None where it is a policy; anything else that is raised fails the test."""
    try:
        load(written)
    except PolicyFaults as found:
        return found.faults
    return None


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
@example("? [a]\n: b")
@example("a: !<x> b")
@example("%YAML 1.1\n---\na: 1")
@example("a: 2025-13-45")
def test_any_text_is_either_a_policy_or_a_list_of_faults(written):
    assert accepted_or_faults(written) != []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CLAUSE_SECTIONS), st.text(alphabet="abcdef:{}[],-\n \"'&*!#0123456789.yno市", max_size=80))
def test_any_clause_text_is_either_read_or_refused(section, written):
    found = accepted_or_faults(f"{HEAD}{section}:\n  - " + written.replace("\n", "\n    "))
    assert found
    assert all(fault.message and fault.remedy for fault in found)


def test_a_document_comes_back_equal_through_yaml_and_json():
    once = document(
        """
owed_by:
  all: [{affiliation: [municipal, military]}, {not: {remote: true}}, {level: {at_least: 2}, as_of: period_start}]
enforcement: {military: coordinate}
period: {twelve_from: 9, labelled_by: first_year}
amount:
  share: {clinical: "0.10", tcm: null}
  of:
    measure: promoted_associate_chief
    dimensions: {practice_category: [clinical, tcm]}
    year: {either: [current, previous]}
  taken: per_category
  by: practice_category
counts: {term: {more_than: 30 days}, who: {hire_date: {at_least: 2020-01-01}}, continuous: true}
note_zh: "no, '引号' # 和 : 冒号"
"""
    )
    assert load(dump(once)) == once
    assert from_json(json.loads(json.dumps(to_json(once)))) == once
    assert to_json(once)["schema"] == 1
    assert once.quotas[0].amount.share == (("clinical", Decimal("0.10")), ("tcm", None))
    assert isinstance(hash(once), int)


words = st.text(alphabet="市聘县用ab \"'#:,-{}[]&*!|>%@`no0.1\\", min_size=1, max_size=30).filter(str.strip)


IN_SECTIONS = {
    "allocation": AllocationRule,
    "posting": PostingRule,
    "leave": LeaveRule,
    "absence": AbsenceRule,
    "service": ServiceRule,
    "requirements": Requirement,
}


def keys_of(nodes):
    """Every key that one of the nodes knows."""
    return set().union(*(node.keys() for node in nodes))


#: What each section may say, and what may stand inside of it.
KEYS = st.sampled_from(sorted(keys_of(IN_SECTIONS.values()) - keys_of([Clause])))
INNER = (
    Criterion, TermThreshold, ServiceAsked, SubTotal, Due, Conversion, Equivalent, Continuity, MinimumSegment,
    CohortShare,
)  # fmt: skip
INNER_KEYS = st.sampled_from([*sorted(keys_of(INNER)), "all", "not", "kind", "sick"])
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 400)
    | st.sampled_from(
        ["12 months", "0 days", "5 duty_days", "episode", "prefer", "", "1.5", "remote", "hire_date", "市"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER_KEYS, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(IN_SECTIONS)),
    st.dictionaries(KEYS, ANYTHING, min_size=1, max_size=4),
)
def test_whatever_stands_behind_the_keys_is_read_or_refused_with_its_place(section, said):
    clause = {"id": "one", "topic": "a.b", "label_zh": "条", "label_en": "one", "cite": "引", "binding": "mandatory"}
    written = yaml.safe_dump({section: [clause | said]}, allow_unicode=True, sort_keys=False)
    found = accepted_or_faults(HEAD + written)
    assert found is None or all(fault.path and fault.message and fault.remedy for fault in found)


@settings(max_examples=100, deadline=None)
@given(words, words, st.integers(0, 999), st.decimals(0, 1, places=4, allow_nan=False))
def test_load_reads_back_what_dump_wrote(title, phrase, number, ratio):
    base = to_json(document('amount: {share: "0.1", of: {constant: 7}}'))
    base["title_zh"] = title
    base["quotas"][0]["cite"] = {"phrase": phrase}
    base["quotas"][0]["minimum"] = number
    base["quotas"][0]["amount"] = {"share": str(ratio), "of": {"constant": number}}
    once = from_json(base)
    assert load(dump(once)) == once


def test_documents_of_earlier_schemas_are_read_through_pure_upcasts():
    def first_to_second(data):
        return {**data, "title_zh": data["title"]}

    written = {"schema": 1, "title": "方案"}
    assert upcast(written, {1: first_to_second}, 2) == {"schema": 2, "title": "方案", "title_zh": "方案"}
    assert written == {"schema": 1, "title": "方案"}
    with pytest.raises(UnknownSchemaError):
        upcast({"schema": 3}, {1: first_to_second}, 2)
    assert "schema_number" in codes("schema: 9\n" + text("amount: {fixed: 2}"))


def test_a_document_is_frozen():
    once = document("amount: {fixed: 2}")
    assert isinstance(once, PolicyDocument)
    with pytest.raises(ValueError, match="frozen"):
        once.title_zh = "另一个"
