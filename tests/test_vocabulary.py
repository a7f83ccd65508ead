"""One word per thing: codes that two apps keep agree, and every code that is stored has words in both languages."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest
from django.utils.translation import override

import assignments
import deploy_admin
import quotas
from appraisals.workload import findings as workload_findings
from assignments import month_words
from assignments.facts import _SEXES as SEX_OF
from deploy_admin import national_ids
from deploy_admin.audit import acts
from deploy_admin.jobs import notices
from deploy_admin.jobs.importing import columns, findings
from deploy_admin.people import codes
from deploy_admin.policies.language import measures
from deploy_admin.policies.language.eligibility import EVENTS, EventCode
from deploy_admin.policies.language.facts import FACTS
from tests.test_consistency import python_files

#: People's code list → the fact of the policies that asks for it. Ordered facts have to agree in the order too.
SAME = {
    "staff_category": codes.STAFF_CATEGORIES,
    "employment_mode": codes.EMPLOYMENT_MODES,
    "title_level": codes.TITLE_LEVELS,
    "title_scope": codes.TITLE_SCOPES,
    "titles_held": codes.TITLE_CODES,
    "licence": codes.LICENCES,
    "practice_category": codes.PRACTICE_CATEGORIES,
    "education": codes.EDUCATIONS,
    "degree": codes.DEGREES,
    "unavailability": codes.UNAVAILABILITIES,
}
#: What only a condition can say: that there is no title at all. The people's records hold no row instead.
ONLY_IN_FACTS = {"title_level": ("none",)}
CHINESE = re.compile(r"[㐀-鿿]")


# Codes


@pytest.mark.parametrize("name", SAME)
def test_a_code_of_the_people_is_the_code_that_policies_ask_for(name):
    fact, kept = FACTS[name], codes.values(SAME[name])
    asked = [code for code in fact.codes if code not in ONLY_IN_FACTS.get(name, ())]
    assert sorted(kept) == sorted(asked)
    if fact.ordered:
        assert asked == [code for code in fact.codes if code in kept]
        steps = [code for code in kept if code != "none"]
        assert [code for code in asked if code != "none"] == steps, "the lists climb in another order"


def test_every_fact_of_a_person_that_has_codes_is_compared():
    """A new code list of a condition has to be found in the people's, or said here to be made otherwise."""
    coded = {name for name, fact in FACTS.items() if fact.subject == "person" and fact.values}
    assert coded - set(SAME) == {"sex", "title_series"}


def test_the_series_of_titles_are_the_policies_and_go_with_a_staff_category():
    series = {title.series for title in codes.TITLES}
    assert series == set(FACTS["title_series"].codes)
    assert series <= set(codes.values(codes.STAFF_CATEGORIES))
    assert {title.level for title in codes.TITLES} == set(codes.values(codes.TITLE_LEVELS))


def test_a_title_is_called_the_same_in_a_roster_and_in_a_policy():
    words = {code.value: code.label_zh for code in FACTS["titles_held"].values}
    assert {title.code: title.zh for title in codes.TITLES} == words


def test_the_sex_of_the_standard_is_the_policies():
    assert SEX_OF == {national_ids.MALE: "male", national_ids.FEMALE: "female"}
    assert set(SEX_OF) <= set(codes.values(codes.SEXES))
    assert set(FACTS["sex"].codes) == set(SEX_OF.values())


def test_what_bars_a_person_is_what_can_be_recorded():
    assert codes.values(codes.EVENTS) == [event.value for event in EventCode] == list(EVENTS)


def test_what_lists_count_by_is_a_code_of_the_people():
    for name in ("staff_category", "employment_mode", "practice_category"):
        assert sorted(codes.values(SAME[name])) == sorted(measures.DIMENSIONS[name].codes)


def modules() -> Iterator[Any]:
    for package in (deploy_admin, quotas, assignments):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not re.search(r"\.(migrations|management|settings|[aw]sgi)\b", found.name):
                yield importlib.import_module(found.name)


def held(value: Any, seen: set[int]) -> Iterator[Any]:
    """Yield the codes in a module's value, however deep they lie in its tables."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, columns.Code | measures.Code | codes.TitleCode):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from held(each, seen)
    elif isinstance(value, tuple | list | frozenset):
        for each in value:
            yield from held(each, seen)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for field in fields(value):
            yield from held(getattr(value, field.name, None), seen)


def test_every_code_has_words_in_both_languages():
    seen: set[int] = set()
    found = [code for module in modules() for value in list(vars(module).values()) for code in held(value, seen)]
    assert len(found) > 200
    wrong = []
    for code in found:
        chinese, english = (code.label_zh, code.label_en) if isinstance(code, measures.Code) else (code.zh, code.en)
        speaks = CHINESE.search(chinese) or re.fullmatch(r"[A-Z0-9 .]+", chinese)
        if not speaks or not english.strip() or CHINESE.search(english):
            wrong.append(code)
    assert wrong == []


LISTS = {
    name: value
    for name, value in vars(codes).items()
    if isinstance(value, tuple) and value and all(isinstance(each, columns.Code) for each in value)
}


@pytest.mark.parametrize("name", LISTS)
def test_no_word_of_a_code_list_means_two_codes(name):
    """What people write in a cell is one code of the list, or none."""
    listed = LISTS[name]
    assert len(codes.values(listed)) == len(set(codes.values(listed)))
    meant: dict[str, str] = {}
    for code in listed:
        for word in {columns.folded(word) for word in code.names()}:
            assert meant.setdefault(word, code.value) == code.value, word


# Sentences


def strings(node: ast.AST | None) -> list[str]:
    """Return the strings that an expression may give: of a choice both."""
    match node:
        case ast.Constant(value=str()):
            return [node.value]
        case ast.IfExp():
            return strings(node.body) + strings(node.orelse)
        case ast.BoolOp():
            return [text for value in node.values for text in strings(value)]
        case ast.JoinedStr():
            return []
        case _:
            return []


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield (the name that is called, the call, where) of every call in the code."""
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield name, node, f"{path.name}:{node.lineno}"


def keyword(call: ast.Call, name: str) -> ast.AST | None:
    return next((given.value for given in call.keywords if given.arg == name), None)


def written(where: str, name: str, found: list[str], known: Mapping[str, Any]) -> list[str]:
    return [f"{where} {name}: {text}" for text in found if text not in known]


def test_every_act_in_use_is_named():
    nameless, count, labels = [], 0, acts.all_labels()
    for name, call, where in calls():
        used = strings(keyword(call, "act"))
        if name in {"_record", "record", "record_act"} and call.args:
            used += [text for text in strings(call.args[0]) if "." in text]
        count += len(used)
        # A step of an assignment bears the act's own word; the record puts the app's name before it.
        used = [text if "." in text else f"assignments.{text}" for text in used if text]
        nameless += written(where, name, used, labels)
    assert nameless == []
    assert count > 90


def test_every_notice_in_use_has_a_sentence():
    silent, count = [], 0
    for name, call, where in calls():
        if name == "notify":
            used = strings(keyword(call, "code"))
            count += len(used)
            silent += written(where, name, used, notices._templates)
    assert silent == []
    assert count > 8


#: Which argument of the call is the code of a finding.
SAYS = {"refuse": 1, "warn": 1, "notice": 0, "wrong": 0, "Finding": 0}


#: What a reviewer is shown of a month is said in words of its own: nothing there refuses a cell.
OF_MONTHS = {**findings._templates, **month_words.FINDINGS, **workload_findings.SENTENCES}


def test_every_finding_in_use_has_a_sentence_and_one_that_refuses_a_remedy():
    silent, helpless, count = [], [], 0
    for name, call, where in calls():
        if name in SAYS and len(call.args) > SAYS[name]:
            used = strings(call.args[SAYS[name]])
            count += len(used)
            of_months = name == "Finding" and where.partition(":")[0] in {"findings.py", "months_findings.py"}
            silent += written(where, name, used, OF_MONTHS if of_months else findings._templates)
            if name != "notice" and not of_months:
                helpless += [code for code in used if not str(findings._templates.get(code, ("", "?"))[1])]
    assert (silent, helpless) == ([], [])
    assert count > 80


def test_what_is_wrong_with_an_id_number_has_a_sentence_each():
    assert {f"id_{code}" for code in ("length", "characters", "checksum", "birth_date", "old_15")} <= set(
        findings._templates
    )


PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("kind", ["notices", "findings", "acts"])
def test_every_sentence_is_said_in_both_languages(kind):
    """The Chinese one is Chinese, and both have the same places to fill in."""
    said = {
        "notices": [*notices._templates.values()],
        "findings": [text for pair in findings._templates.values() for text in pair if text],
        "acts": [*acts._labels.values()],
    }[kind]
    wrong = []
    for text in said:
        with override("en"):
            english = str(text)
        with override("zh-hans"):
            chinese = str(text)
        if not PLACEHOLDER.sub("", english):
            continue  # a sentence handed on as it was said
        if not CHINESE.search(chinese) or set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(chinese)):
            wrong.append((english, chinese))
    assert wrong == []
