"""What holds for every clause and every person: nothing known turns an answer round, and the explanation agrees."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assignments.rules import EVER, Code, Judge
from deploy_admin.policies.language.conditions import Compare, InSet, Is
from deploy_admin.policies.language.eligibility import EventCode
from deploy_admin.policies.language.facts import FACTS, FactType
from deploy_admin.policies.language.judging import leaves
from tests.assignments.rules.helpers import DAY, judge, policy
from tests.assignments.rules.test_standing import SHARPER

NAMES = (
    "exempt-by-age",
    "papers-and-bars",
    "title-or-degree",
    "chongqing-municipal-county-2025",
    "wanzhou-county-township-2022",
    "dianjiang-county-township-2015",
)
JUDGES = [judge(plan, clause.id) for plan in map(policy, NAMES) for clause in plan.eligibility]


def asked_values(asked: Judge, name: str) -> set[object]:
    """The values the clause itself asks for: the interesting ones."""
    found: set[object] = set()
    for node in asked.clause.conditions:
        for leaf in leaves(node):
            if leaf.fact == name:
                match leaf:
                    case Is():
                        found |= set(leaf.values)
                    case InSet():
                        found |= asked.document.set_values(leaf.in_set)
                    case Compare():
                        found |= {leaf.value} - {None}
    return found


def values(asked: Judge, name: str) -> st.SearchStrategy[object]:
    """Something a sheet may know under this name."""
    if name == "events":
        days = st.dates(date(2022, 1, 1), date(2026, 12, 31))
        return st.lists(st.tuples(st.sampled_from([str(code) for code in EventCode]), days), max_size=4).map(tuple)
    fact = FACTS[name]
    known = asked_values(asked, name)
    match fact.type:
        case FactType.BOOLEAN:
            one: st.SearchStrategy[object] = st.booleans()
        case FactType.INTEGER:
            edges = {n + step for n in known if isinstance(n, int) for step in (-1, 0, 1)}
            one = st.sampled_from(sorted(edges | {fact.low or 0}))
        case FactType.DATE:
            one = st.dates(date(2000, 1, 1), date(2026, 12, 31))
        case FactType.CODE:
            one = st.sampled_from(fact.codes)
        case _:
            one = st.sampled_from([*sorted(map(str, known)), "别的"])
    return st.lists(one, max_size=3).map(tuple) if fact.many else one


@st.composite
def people(draw):
    """A clause, what is known of somebody at first, and the same with more known."""
    asked = draw(st.sampled_from(JUDGES))
    whole = {}
    for day in sorted({*asked.days, EVER, DAY}):
        whole[day] = {name: draw(values(asked, name)) for name in sorted(asked.facts)}
    places = [(day, name) for day in whole for name in whole[day]]
    hidden = draw(st.sets(st.sampled_from(places)))
    still_hidden = draw(st.sets(st.sampled_from(sorted(hidden)))) if hidden else set()

    def without(gone):
        return {day: {n: v for n, v in held.items() if (day, n) not in gone} for day, held in whole.items()}

    return asked, without(hidden), without(still_hidden)


@given(people())
def test_filling_in_an_unknown_never_turns_a_decided_answer_round(drawn):
    asked, less, more = drawn
    before, after = asked(less).code, asked(more).code
    if before is not Code.UNDETERMINED:
        assert after in SHARPER.get(before, {before})


@given(people())
def test_an_open_answer_always_names_what_is_missing(drawn):
    asked, less, _more = drawn
    found = asked(less)
    if found.code is Code.UNDETERMINED:
        assert found.missing
    if found.code is Code.BARRED:
        assert found.bar
    if found.code is Code.EXEMPT:
        assert found.exemption


@given(people())
def test_the_explanation_gives_the_same_answer(drawn):
    asked, less, _more = drawn
    explained = asked.explain(less)
    code = asked(less).code
    assert explained.steps[-1].operation == "standing"
    assert explained.steps[-1].result == str(code)
    assert explained.is_known is (code is not Code.UNDETERMINED)
