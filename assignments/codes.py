"""What a list of people says of each: the states by which it is filtered, and which targets an absence keeps from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assignments.rules import Code
from deploy_admin.policies.language import Target


class State(models.TextChoices):
    """How somebody stands under a clause on a day, once what keeps them away is counted in."""

    MAY = "may", _("eligible")
    UNAVAILABLE = "unavailable", _("unavailable")
    EXEMPT = "exempt", _("exempt")
    UNDETERMINED = "undetermined", _("undetermined")
    BARRED = "barred", _("barred")
    MAY_NOT = "may_not", _("not eligible")
    NOT_APPLICABLE = "not_applicable", _("no rule speaks")
    ENDED = "ended", _("no longer judged")

    @property
    def shape(self) -> str:
        """The shape it wears beside its word."""
        return SHAPES[self]


SHAPES = {
    State.MAY: "ok",
    State.UNAVAILABLE: "warn",
    State.EXEMPT: "mute",
    State.UNDETERMINED: "und",
    State.BARRED: "bad",
    State.MAY_NOT: "bad",
    State.NOT_APPLICABLE: "mute",
    State.ENDED: "mute",
}
#: In the order of the chips; what is no longer judged stands in the interface's delta only.
SHOWN = tuple(state for state in State if state is not State.ENDED)
CODES = [(code.value, code.value) for code in Code]
#: For these a person has to be there; a title can be applied for on leave.
SENDING = frozenset({Target.DISPATCH, Target.DEPUTY_DIRECTOR})
#: What an absence hides: who is barred or refused anyway stays so.
HIDDEN_BY_ABSENCE = frozenset({Code.MAY, Code.UNDETERMINED})


def state_of(code: Code, target: str, away: str) -> State:
    """Return the state: an absence decides what the clause leaves possible or open, where one has to be there."""
    if away and target in SENDING and code in HIDDEN_BY_ABSENCE:
        return State.UNAVAILABLE
    return State(code.value)
