"""The table of answers: every combination of the known and the unknown, and none turned round by what is filled in."""

from __future__ import annotations

from itertools import product

import pytest

from assignments.rules import Code, decide, weightiest
from assignments.rules.standing import WEIGHTIEST_FIRST
from deploy_admin.policies.language import Truth

NO, UNKNOWN, YES = Truth.NO, Truth.UNKNOWN, Truth.YES
#: What may become of a decided answer when something more is known.
SHARPER = {Code.MAY: {Code.MAY, Code.EXEMPT}, Code.MAY_NOT: {Code.MAY_NOT, Code.BARRED}}
ALL = list(product(Truth, repeat=4))


def fillings(truths):
    """Every way of filling in what is unknown."""
    return product(*((truth,) if truth is not UNKNOWN else (NO, YES) for truth in truths))


@pytest.mark.parametrize(
    ("barred", "exempt", "met", "code"),
    [
        (NO, NO, NO, Code.MAY_NOT),
        (NO, NO, UNKNOWN, Code.UNDETERMINED),
        (NO, NO, YES, Code.MAY),
        (NO, UNKNOWN, NO, Code.UNDETERMINED),
        (NO, UNKNOWN, UNKNOWN, Code.UNDETERMINED),
        (NO, UNKNOWN, YES, Code.MAY),
        (NO, YES, NO, Code.EXEMPT),
        (NO, YES, UNKNOWN, Code.EXEMPT),
        (NO, YES, YES, Code.EXEMPT),
        (UNKNOWN, NO, NO, Code.MAY_NOT),
        (UNKNOWN, NO, UNKNOWN, Code.UNDETERMINED),
        (UNKNOWN, NO, YES, Code.UNDETERMINED),
        (UNKNOWN, UNKNOWN, NO, Code.UNDETERMINED),
        (UNKNOWN, UNKNOWN, UNKNOWN, Code.UNDETERMINED),
        (UNKNOWN, UNKNOWN, YES, Code.UNDETERMINED),
        (UNKNOWN, YES, NO, Code.UNDETERMINED),
        (UNKNOWN, YES, UNKNOWN, Code.UNDETERMINED),
        (UNKNOWN, YES, YES, Code.UNDETERMINED),
        *((YES, exempt, met, Code.BARRED) for exempt in Truth for met in Truth),
    ],
)
def test_of_whom_the_clause_speaks_the_table_says(barred, exempt, met, code):
    assert decide(YES, barred, exempt, met) is code


@pytest.mark.parametrize(("barred", "exempt", "met"), list(product(Truth, repeat=3)))
def test_of_whom_it_does_not_speak_nothing_else_matters(barred, exempt, met):
    assert decide(NO, barred, exempt, met) is Code.NOT_APPLICABLE
    assert decide(UNKNOWN, barred, exempt, met) is Code.UNDETERMINED


@pytest.mark.parametrize("truths", ALL)
def test_filling_in_an_unknown_never_turns_an_answer_round(truths):
    code = decide(*truths)
    reached = {decide(*filled) for filled in fillings(truths)}
    if code is not Code.UNDETERMINED:
        assert reached <= SHARPER.get(code, {code})


@pytest.mark.parametrize("truths", ALL)
def test_nothing_is_left_open_that_every_filling_decides_alike(truths):
    reached = {decide(*filled) for filled in fillings(truths)}
    if len(reached) == 1:
        assert decide(*truths) in reached


def test_of_several_answers_the_weightiest_counts():
    assert weightiest([]) is Code.NOT_APPLICABLE
    assert weightiest([Code.MAY, Code.NOT_APPLICABLE]) is Code.MAY
    assert weightiest([Code.MAY, Code.EXEMPT]) is Code.EXEMPT
    assert weightiest([Code.EXEMPT, Code.UNDETERMINED]) is Code.UNDETERMINED
    assert weightiest([Code.UNDETERMINED, Code.MAY_NOT]) is Code.MAY_NOT
    assert weightiest(list(Code)) is Code.BARRED
    assert set(WEIGHTIEST_FIRST) == set(Code)
