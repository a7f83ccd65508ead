"""What a person is there for: tasks with goals and what came of them, and whom they teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.kinds import MentoringMode, TaskKind
from assignments.models import Assignment, Mentoring, Task
from assignments.services import moving
from assignments.services.standing_of import may_act_for_receiver
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.people.services import KEEP
from deploy_admin.people.services.facts import Keep
from deploy_admin.people.services.rows import clean

OVER = {AssignmentState.WITHDRAWN, AssignmentState.VOID}


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """One task with its goal, and a number where it can be counted."""

    kind: str
    goal: str
    target_number: int | None = None


@transaction.atomic
def add_tasks(
    *, assignment: Assignment, tasks: Sequence[TaskEntry], by: Actor, version: int | None = None
) -> list[Task]:
    """Set tasks with their goals."""
    on_behalf = _hold(assignment, version, by)
    if not tasks:
        raise RuleViolation(_("Name at least one task."), "nothing_to_change")
    for entry in tasks:
        _check(entry.kind, TaskKind.values, "kind")
        _goal(entry.goal)
    with refusals():
        made = Task.objects.bulk_create(
            [
                Task(
                    assignment=assignment,
                    kind=entry.kind,
                    goal=_goal(entry.goal),
                    target_number=entry.target_number,
                    **moving.recorded_by(by),
                )
                for entry in tasks
            ]
        )
    _record("tasks_set", assignment, by, {"tasks": [[task.kind, task.goal] for task in made]}, on_behalf)
    return made


@transaction.atomic
def change_task(
    *,
    task: Task,
    by: Actor,
    version: int | None = None,
    goal: str | None = None,
    target_number: int | Keep | None = KEEP,
    reached_number: int | Keep | None = KEEP,
    outcome: str | None = None,
) -> Task:
    """Change a goal, or say what came of it; what is left out stays."""
    on_behalf = _hold(task.assignment, version, by)
    task.refresh_from_db()
    _check_there(task)
    said: dict[str, Any] = {"target_number": target_number, "reached_number": reached_number}
    said |= {"goal": _goal(goal) if goal is not None else KEEP}
    said |= {"outcome": clean(outcome)[:500] if outcome is not None else KEEP}
    values = {name: value for name, value in said.items() if value is not KEEP and getattr(task, name) != value}
    if not values:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    before = {name: getattr(task, name) for name in values}
    for name, value in values.items():
        setattr(task, name, value)
    with refusals():
        task.save(update_fields=list(values))
    _record("task_changed", task.assignment, by, {"task": task.pk, "before": before, "after": values}, on_behalf)
    return task


@transaction.atomic
def remove_task(*, task: Task, by: Actor, version: int | None = None) -> Task:
    """Take a task off the list; the row stays."""
    on_behalf = _hold(task.assignment, version, by)
    task.refresh_from_db()
    _check_there(task)
    task.removed_at = clock.now()
    task.save(update_fields=["removed_at"])
    _record("task_removed", task.assignment, by, {"task": task.pk, "goal": task.goal}, on_behalf)
    return task


@transaction.atomic
def add_mentoring(
    *,
    assignment: Assignment,
    mode: str,
    mentee: str,
    valid_from: date,
    by: Actor,
    post: str = "",
    valid_to: date | None = None,
    version: int | None = None,
) -> Mentoring:
    """Record whom the person teaches at the receiving unit: a colleague, or a team."""
    on_behalf = _hold(assignment, version, by)
    _check(mode, MentoringMode.values, "mode")
    name = clean(mentee)[:100]
    if not name:
        sentence = _("Say who is taught.")
        raise RuleViolation(sentence, "mentee_missing", fields={"mentee": sentence})
    _check_within(assignment, valid_from, "valid_from")
    with refusals():
        made = Mentoring.objects.create(
            assignment=assignment,
            mode=mode,
            mentee=name,
            post=clean(post)[:100],
            valid_from=valid_from,
            valid_to=valid_to,
            **moving.recorded_by(by),
        )
    _record("mentoring_added", assignment, by, {"mentee": name, "from": valid_from}, on_behalf)
    return made


@transaction.atomic
def end_mentoring(*, mentoring: Mentoring, last_day: date, by: Actor, version: int | None = None) -> Mentoring:
    """Say on which day a mentoring ended."""
    on_behalf = _hold(mentoring.assignment, version, by)
    mentoring.refresh_from_db()
    if mentoring.valid_to is not None and mentoring.valid_to <= last_day:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    mentoring.valid_to = last_day
    with refusals():
        mentoring.save(update_fields=["valid_to"])
    _record("mentoring_ended", mentoring.assignment, by, {"mentee": mentoring.mentee, "until": last_day}, on_behalf)
    return mentoring


def _hold(assignment: Assignment, version: int | None, by: Actor) -> bool:
    """Take the assignment; return whether this is on the receiving unit's behalf."""
    moving.hold(assignment, version, by)
    on_behalf = may_act_for_receiver(assignment, by)
    moving.check_state([assignment], set(AssignmentState) - OVER)
    return on_behalf


def _record(act: str, assignment: Assignment, by: Actor, detail: dict[str, Any], on_behalf: bool) -> None:
    moving.touched([assignment.pk])
    moving.record(act, [assignment], by=by, detail=detail | ({"on_behalf": True} if on_behalf else {}))


def _check(value: str, known: Sequence[str], field: str) -> None:
    if value not in known:
        sentence = _("This is not in the code list.")
        raise RuleViolation(sentence, "code_unknown", fields={field: sentence})


def _goal(goal: str) -> str:
    text = clean(goal)[:300]
    if not text:
        sentence = _("A task has a goal.")
        raise RuleViolation(sentence, "goal_missing", fields={"goal": sentence})
    return text


def _check_there(task: Task) -> None:
    if task.removed_at is not None:
        raise RuleViolation(_("This task was removed."), "removed_already")


def _check_within(assignment: Assignment, day: date, field: str) -> None:
    if not assignment.starts_on <= day <= assignment.ends_on:
        sentence = _("This day lies outside the assignment.")
        raise RuleViolation(sentence, "outside_assignment", fields={field: sentence})
