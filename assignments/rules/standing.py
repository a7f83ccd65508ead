"""What an eligibility clause answers of one person, and how the four questions behind it decide the answer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from deploy_admin.policies.language.explained import Truth


class Code(StrEnum):
    """The answer. `may` and `exempt` refuse nothing, `may_not` and `barred` refuse; the other two do neither."""

    NOT_APPLICABLE = "not_applicable"  # the clause says nothing of this person
    MAY = "may"  # the requirement is met
    EXEMPT = "exempt"  # the clause asks nothing of this person: need not go, need not meet it
    BARRED = "barred"  # kept out until a day, whatever else is met
    MAY_NOT = "may_not"  # the requirement is not met
    UNDETERMINED = "undetermined"  # something has still to be entered or set


class Standing(NamedTuple):
    """The answer with what it rests on, light enough for every person of a city.

    `alternative` is the first way in which the requirement is met. `exempt_until` is the last day of the exemption's
    window. A bar names the last such event; `until` is the last day barred, None for good. `missing` names what keeps
    the answer open; beside `may` and `may_not` it names what could still sharpen it to `exempt` or `barred`.
    """

    code: Code
    alternative: str | None = None
    exemption: str | None = None
    exempt_until: date | None = None
    bar: str | None = None
    event: str | None = None
    event_on: date | None = None
    until: date | None = None
    missing: tuple[str, ...] = ()


NOT_APPLICABLE = Standing(Code.NOT_APPLICABLE)


def decide(applies: Truth, barred: Truth, exempt: Truth, met: Truth) -> Code:
    """Return the answer, total over all that may be unknown.

    | applies | barred  | exempt  | met     | answer         | for                                     |
    |---------|---------|---------|---------|----------------|-----------------------------------------|
    | no      | any     | any     | any     | not_applicable | the clause is silent on this person     |
    | unknown | any     | any     | any     | undetermined   | silence and an answer are two things    |
    | yes     | yes     | any     | any     | barred         | nothing but time lifts a bar            |
    | yes     | not yes | no      | no      | may_not        | a bar unknown may sharpen it to barred  |
    | yes     | unknown | not no  | any     | undetermined   | barred is open                          |
    | yes     | unknown | no      | not no  | undetermined   | barred is open                          |
    | yes     | no      | yes     | any     | exempt         | the clause asks nothing                 |
    | yes     | no      | not yes | yes     | may            | an exemption unknown may sharpen it     |
    | yes     | no      | unknown | not yes | undetermined   | exempt is open                          |
    | yes     | no      | no      | unknown | undetermined   |                                         |

    Filling in what is unknown never turns a decided answer round: `may` may become `exempt`, `may_not` may become
    `barred`, and nothing else changes.
    """
    if applies is Truth.NO:
        return Code.NOT_APPLICABLE
    if applies is Truth.UNKNOWN:
        return Code.UNDETERMINED
    if barred is Truth.YES:
        return Code.BARRED
    if exempt is Truth.NO and met is Truth.NO:
        return Code.MAY_NOT
    if barred is Truth.UNKNOWN:
        return Code.UNDETERMINED
    if exempt is Truth.YES:
        return Code.EXEMPT
    return Code.MAY if met is Truth.YES else Code.UNDETERMINED


#: From the weightiest answer to the lightest: of several clauses that hold for one person the weightiest counts.
WEIGHTIEST_FIRST = (
    Code.BARRED,
    Code.MAY_NOT,
    Code.UNDETERMINED,
    Code.EXEMPT,
    Code.MAY,
    Code.NOT_APPLICABLE,
)
_WEIGHT = {code: n for n, code in enumerate(WEIGHTIEST_FIRST)}


def weightiest(codes: list[Code]) -> Code:
    """Return the answer that several clauses give together; without any, that nothing is said."""
    return min(codes, key=_WEIGHT.__getitem__, default=Code.NOT_APPLICABLE)
