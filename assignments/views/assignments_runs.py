"""What each act on an assignment runs: the service, with what its form says and the version it was shown."""

from __future__ import annotations

from typing import Any

from assignments.kinds import EndReason, FilingBasis
from assignments.services import arriving, changing, closing, deputies, going, renewing, stopping, tasks_at_post
from assignments.services.tasks_at_post import TaskEntry
from assignments.states import AssignmentState


def _versions(form: Any, assignment: Any) -> dict[int, int]:
    return {assignment.pk: form.cleaned_data["version"]}


def _said(form: Any, *names: str) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in names}


# ------------------------------------------------------------------------------------------ before the first day


def suspend(form: Any, assignment: Any, by: Any) -> object:
    return going.state_suspensions(
        assignments=[assignment],
        basis=form.basis(by),
        versions=_versions(form, assignment),
        **_said(form, "on", "valid_from"),
        by=by,
    )


def withdraw_suspension(form: Any, suspension: Any, by: Any) -> object:
    said = _said(form, "reason", "on", "version")
    return going.withdraw_suspension(suspension=suspension, **said, by=by)


def file(form: Any, assignment: Any, by: Any) -> object:
    said = form.cleaned_data
    return going.record_filings(
        assignments=[assignment],
        filing=FilingBasis(said["filing"]),
        numbers=said["number"],
        on=said["on"],
        basis=form.basis(by),
        versions=_versions(form, assignment),
        by=by,
    )


def arrive(form: Any, assignment: Any, by: Any) -> object:
    versions = _versions(form, assignment)
    return arriving.confirm_arrivals(assignments=[assignment], on=form.cleaned_data["on"], versions=versions, by=by)


def undo_arrival(form: Any, assignment: Any, by: Any) -> object:
    return arriving.undo_arrival(assignment=assignment, **_said(form, "reason", "version"), by=by)


# ------------------------------------------------------------------------------------------ on post


def details(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "department", "supervisor", "roster_pattern", "version")
    return changing.change_details(assignment=assignment, **said, by=by)


def extend(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "days", "reason", "version")
    return changing.grant_extension(assignment=assignment, basis=form.basis(by), **said, by=by)


def move(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "receiving_unit", "first_day", "reason", "version")
    return changing.move_to(assignment=assignment, basis=form.basis(by), **said, by=by)


def full_time(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "full_time", "first_day", "reason", "version")
    return changing.change_full_time(assignment=assignment, **said, by=by)


def deputy(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "order", "first_day", "last_day", "version")
    return deputies.appoint_deputy(assignment=assignment, basis=form.basis(by), **said, by=by)


def end_deputy(form: Any, assignment: Any, by: Any) -> object:
    return deputies.end_deputy(assignment=assignment, **_said(form, "last_day", "reason", "version"), by=by)


# ------------------------------------------------------------------------------------------ the end


def end_early(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "last_day", "remark", "replace", "version")
    reason = EndReason(form.cleaned_data["reason"])
    return stopping.end_early(assignment=assignment, reason=reason, basis=form.basis(by), **said, by=by)


def recall(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "last_day", "remark", "replace", "version")
    return stopping.recall(assignment=assignment, basis=form.basis(by), **said, by=by)


def undo_end(form: Any, assignment: Any, by: Any) -> object:
    return stopping.undo_early_end(assignment=assignment, **_said(form, "reason", "version"), by=by)


def void(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "on", "reason", "last_day", "version")
    return stopping.void(assignment=assignment, basis=form.basis(by), **said, by=by)


def evaluate(form: Any, assignment: Any, by: Any) -> object:
    versions = _versions(form, assignment)
    return closing.begin_evaluation(assignments=[assignment], on=form.cleaned_data["on"], versions=versions, by=by)


def close(form: Any, assignment: Any, by: Any) -> object:
    said = form.cleaned_data
    return closing.close(
        assignments=[assignment],
        outcome=AssignmentState(said["outcome"]),
        basis=form.basis(by),
        versions=_versions(form, assignment),
        **_said(form, "on", "result", "reason"),
        by=by,
    )


def reopen(form: Any, assignment: Any, by: Any) -> object:
    return closing.reopen(assignment=assignment, **_said(form, "reason", "version"), by=by)


def renew(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "months", "days")
    versions = _versions(form, assignment)
    return renewing.renew(assignments=[assignment], basis=form.basis(by), versions=versions, **said, by=by)


# ------------------------------------------------------------------------------------------ tasks and teaching


def add_task(form: Any, assignment: Any, by: Any) -> object:
    entry = TaskEntry(**_said(form, "kind", "goal", "target_number"))
    return tasks_at_post.add_tasks(
        assignment=assignment, tasks=[entry], version=form.cleaned_data["version"], by=by
    )  # fmt: skip


def change_task(form: Any, task: Any, by: Any) -> object:
    said = _said(form, "goal", "target_number", "reached_number", "outcome", "version")
    return tasks_at_post.change_task(task=task, **said, by=by)


def remove_task(form: Any, task: Any, by: Any) -> object:
    return tasks_at_post.remove_task(task=task, version=form.cleaned_data["version"], by=by)


def add_mentoring(form: Any, assignment: Any, by: Any) -> object:
    said = _said(form, "mode", "mentee", "post", "valid_from", "valid_to", "version")
    return tasks_at_post.add_mentoring(assignment=assignment, **said, by=by)


def end_mentoring(form: Any, mentoring: Any, by: Any) -> object:
    return tasks_at_post.end_mentoring(mentoring=mentoring, **_said(form, "last_day", "version"), by=by)
