"""An explanation's codes and values become sentences; what is unknown stays unknown."""

from __future__ import annotations

import pytest
from django.template import engines
from django.utils.translation import override

from deploy_admin.ui import explaining, samples


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def _input(name, value, **more):
    return {"name": name, "value": value, **more}


def _step(operation, inputs, result):
    return explaining.step_row({"clause": "c", "operation": operation, "inputs": inputs, "result": result})


def test_a_share_reads_as_base_times_percent():
    row = _step("share", [_input("base", 25), _input("ratio", "0.40")], "10.00")
    assert (row["label"], row["formula"], row["result"]) == ("Share of the base", "25 × 40%", "10.00")


def test_an_unset_ratio_is_unknown_and_never_zero():
    row = _step("share", [_input("base", 25), _input("ratio", None)], None)
    assert row["formula"] == "25 × unknown"
    assert row["result"] is None


def test_rounding_says_why():
    row = _step("round", [_input("number", "4.8"), _input("rounding", "up")], 5)
    assert row["formula"] == "⌈4.8⌉"
    assert "smallest whole number" in row["why"]


def test_a_figure_is_the_sum_of_its_rows():
    rows = [_input("need", "m/2025"), _input("m", 17, ref="figure:1"), _input("m", 8, ref="figure:2")]
    assert _step("figure", rows, 25)["formula"] == "17 + 8"


def test_a_number_per_so_many_people_keeps_its_divisor():
    assert _step("per_unit", [_input("base", 2400), _input("ratio", "1"), _input("per", 1000)], "2.4")["formula"] == (
        "2400 × 1 ÷ 1000"
    )


def test_an_operation_nobody_has_worded_is_still_legible():
    row = _step("carried_over", [_input("left_from_before", 3)], 3)
    assert (row["label"], row["formula"]) == ("carried over", "left from before 3")


def test_every_input_with_a_row_appears_once_with_its_address():
    step = {
        "clause": "c",
        "operation": "figure",
        "inputs": [_input("need", "m/2025"), _input("m", 17, ref="figure:1", state="signed", revision=2, on="2025")],
        "result": 17,
    }
    parts = explaining.present({"value": 17, "steps": [step, step]}, {"figure:1": "/f/1/"})
    assert parts["inputs"] == [{"label": "m", "value": "17", "url": "/f/1/", "note": "2025 · signed off · revision 2"}]


def test_an_undetermined_result_names_what_is_missing_and_what_holds_all_the_same():
    value = {"undetermined": True, "missing": ["ratio"], "at_least": 2, "at_most": None, "reason": "missing"}
    parts = explaining.present({"value": value, "steps": []}, {})
    assert (parts["missing"], parts["at_least"], parts["at_most"], parts["not_built"]) == (["ratio"], 2, None, False)


def test_an_app_above_names_its_codes():
    def namer(code):
        return "promotions" if code == "test_promoted" else None

    explaining.name_with(namer)
    try:
        assert explaining.name_of("test_promoted") == "promotions"
    finally:
        explaining._NAMERS.remove(namer)


def test_policy_text_is_escaped():
    template = engines["django"].from_string("{% explanation e clauses=c %}")
    shown = template.render({"e": {"value": 1, "steps": []}, "c": [{"quote": "<script>x</script>"}]})
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown


def test_the_same_component_prints_without_links():
    template = engines["django"].from_string(
        "{% explanation explained links paper=paper clauses=clauses basis=basis %}"
    )
    data = samples.explained()
    assert "<a " in template.render({**data, "paper": False})
    assert "<a " not in template.render({**data, "paper": True})


# ---------------------------------------------------------------- who may go


def test_a_question_shows_the_fact_the_bound_and_the_day():
    row = _step("fact", [_input("fact:years_of_clinical_work", 4, on="2026-03-10"), _input("at_least", 5)], "no")
    assert (row["label"], row["formula"], row["result"]) == ("years of clinical work", "4 ≥ 5", "no")
    assert row["why"] == "as of 2026-03-10"


def test_a_question_reads_codes_by_their_words():
    row = _step("fact", [_input("fact:title_level", "none", on="ever"), _input("at_least", "intermediate")], "no")
    assert (row["formula"], row["why"]) == ("no title ≥ intermediate", "at any time")
    row = _step("fact", [_input("fact:licence", "none"), _input("is", "physician/registered_nurse")], "no")
    assert row["formula"] == "none = licensed physician, registered nurse"
    row = _step("fact", [_input("fact:military_status", None), _input("is", "no")], "unknown")
    assert (row["formula"], row["result"]) == ("unknown = no", "unknown")


def test_a_set_an_exemption_and_a_bar_are_called_as_the_policy_calls_them():
    names = {"in_set:papers": "emergency papers", "bar:sanction": "No sanction within a year", "exemption:age": "Age"}

    def step(operation, inputs, result):
        return explaining.step_row({"operation": operation, "inputs": inputs, "result": result}, names)

    row = step("fact", [_input("fact:documents_valid", "甲证"), _input("in_set", "papers")], "no")
    assert row["formula"] == "甲证 ∈ emergency papers"
    row = step(
        "bar",
        [
            _input("bar", "sanction"),
            _input("event", "disciplinary_sanction", on="2025-03-10"),
            _input("until", "2026-03-10"),
        ],
        "yes",
    )
    assert (row["label"], row["formula"], row["result"]) == ("Bar", "No sanction within a year", "yes")
    assert row["why"] == "a disciplinary sanction on 2025-03-10, until 2026-03-10, that day included"
    row = step(
        "exemption", [_input("exemption", "age"), _input("from", "2026-01-01"), _input("to", "2026-12-31")], "no"
    )
    assert (row["formula"], row["why"]) == ("Age", "from 2026-01-01 on, until 2026-12-31, that day included")
    row = step("standing", [_input("bar", "sanction"), _input("until", "2026-03-10")], "barred")
    assert (row["formula"], row["result"]) == ("No sanction within a year", "barred")


def test_what_keeps_an_answer_open_is_named():
    value = {
        "undetermined": True,
        "missing": ["events", "bar:sanction", "threshold:age", "fact:licence"],
        "at_least": None,
        "at_most": None,
        "reason": "missing",
    }
    found = explaining.present({"value": value, "steps": []}, {}, names={"bar:sanction": "No sanction"})
    assert found["missing"] == ["record of events", "No sanction", "threshold of age", "licence"]
