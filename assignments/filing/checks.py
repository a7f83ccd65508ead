"""What has to hold before a list moves on: each kind's own checks, told here; and which lines a decision rests on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from assignments.kinds import ListKind
from assignments.models import FiledList, PlanLine, StaffingRequest
from assignments.states import LineState, PlanState
from deploy_admin.errors import RuleViolation

#: Each refuses a list that may not be handed in, or not be approved, as it stands.
Check = Callable[[FiledList], Any]
before_submit: dict[str, Check] = {}
before_approve: dict[str, Check] = {}


def settled(filed: FiledList) -> frozenset[int]:
    """Return the lines of the list that a decided plan rests on: they are neither removed nor struck. One query."""
    column = "request" if filed.kind == ListKind.REQUESTS else "nomination"
    rows = PlanLine.objects.filter(**{f"{column}__filed_list": filed.pk}, plan__state=PlanState.DECIDED)
    return frozenset(rows.order_by().values_list(f"{column}_id", flat=True))


def refuse_settled(name: str) -> RuleViolation:
    """Return the refusal to change a line that was decided on."""
    sentence = _("“%(line)s” was decided on: it stays as it is.")
    return RuleViolation(sentence % {"line": name}, "line_decided")


def says_something(filed: FiledList) -> None:
    """Refuse a list of requests that neither asks for anybody nor says that nobody is needed."""
    if filed.nothing:
        return
    if not StaffingRequest.objects.filter(filed_list=filed, state=LineState.STANDING).exists():
        raise RuleViolation(_("Enter at least one line, or say that nobody is needed this time."), "list_empty")


before_submit[ListKind.REQUESTS] = says_something
