"""What a person is there for: set by the receiving unit, changed, removed; whom they teach."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.services import tasks_at_post
from assignments.services.tasks_at_post import TaskEntry
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from tests.assignments.assignments.world import TODAY, fresh
from tests.assignments.postings import CITY_OFFICER, on_post, receiver_clerk, sender_hr
from tests.people.factories import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(db):
    return on_post()


def add(row, *entries, **more):
    return tasks_at_post.add_tasks(
        assignment=row, tasks=entries, **({"by": receiver_clerk(row.receiving_unit)} | more)
    )


def test_tasks_are_set_with_their_goals(row):
    first, second = add(row, TaskEntry("key_staff", "带教骨干", 3), TaskEntry("teaching_round", " 每周查房 "))
    assert (first.goal, first.target_number, second.goal, second.target_number) == ("带教骨干", 3, "每周查房", None)
    assert (first.recorded_by_id, fresh(row).version) == (7101, 2)
    assert Event.objects.get(act="assignments.tasks_set").detail["tasks"] == [
        ["key_staff", "带教骨干"],
        ["teaching_round", "每周查房"],
    ]


def test_a_task_has_a_kind_and_a_goal(row):
    with refused("code_unknown"):
        add(row, TaskEntry("gardening", "种花"))
    with refused("goal_missing"):
        add(row, TaskEntry("key_staff", " "))
    with refused("nothing_to_change"):
        add(row)
    with refused("not_permitted"):
        add(row, TaskEntry("key_staff", "带教"), by=sender_hr(row.sending_unit))
    with pytest.raises(Conflict):
        add(row, TaskEntry("key_staff", "带教"), version=3)
    assert not row.tasks.exists()


def test_what_came_of_it_is_said_and_a_number_taken_back(row):
    (task,) = add(row, TaskEntry("new_technique", "开展新技术", 2))
    clerk = receiver_clerk(row.receiving_unit)
    tasks_at_post.change_task(task=task, by=clerk, reached_number=2, outcome="已开展两项")
    task.refresh_from_db()
    assert (task.reached_number, task.outcome, task.target_number) == (2, "已开展两项", 2)
    tasks_at_post.change_task(task=task, by=clerk, target_number=None, goal="开展新业务")
    task.refresh_from_db()
    assert (task.target_number, task.goal) == (None, "开展新业务")
    with refused("nothing_to_change"):
        tasks_at_post.change_task(task=task, by=clerk, outcome="已开展两项")
    with refused("goal_missing"):
        tasks_at_post.change_task(task=task, by=clerk, goal="")


def test_a_removed_task_stays_as_a_row(row):
    (task,) = add(row, TaskEntry("training", "培训"))
    tasks_at_post.remove_task(task=task, by=CITY_OFFICER)
    task.refresh_from_db()
    assert task.removed_at is not None
    assert Event.objects.get(act="assignments.task_removed").detail["on_behalf"] is True
    with refused("removed_already"):
        tasks_at_post.remove_task(task=task, by=CITY_OFFICER)
    with refused("removed_already"):
        tasks_at_post.change_task(task=task, by=CITY_OFFICER, goal="别的")


def test_nothing_is_set_of_what_is_not_counted(row):
    type(row).objects.filter(pk=row.pk).update(state="void")
    with refused("not_from_here"):
        add(row, TaskEntry("training", "培训"))


def test_whom_the_person_teaches(row):
    clerk = receiver_clerk(row.receiving_unit)
    said = {"assignment": row, "mode": "apprentice", "mentee": "示范徒弟", "post": "内科医师"}
    made = tasks_at_post.add_mentoring(**said, valid_from=date(2026, 4, 1), by=clerk)
    assert (made.mode, made.mentee, made.post, made.valid_to) == ("apprentice", "示范徒弟", "内科医师", None)
    with refused("mentoring_twice"):
        tasks_at_post.add_mentoring(**said, valid_from=date(2026, 4, 1), by=clerk)
    with refused("mentee_missing"):
        tasks_at_post.add_mentoring(**said | {"mentee": ""}, valid_from=TODAY, by=clerk)
    with refused("code_unknown"):
        tasks_at_post.add_mentoring(**said | {"mode": "by_post"}, valid_from=TODAY, by=clerk)
    with refused("outside_assignment"):
        tasks_at_post.add_mentoring(**said, valid_from=date(2026, 1, 1), by=clerk)
    with refused("period_reversed"):
        tasks_at_post.end_mentoring(mentoring=made, last_day=date(2026, 3, 31), by=clerk)
    tasks_at_post.end_mentoring(mentoring=made, last_day=TODAY, by=clerk)
    made.refresh_from_db()
    assert made.valid_to == TODAY
    with refused("nothing_to_change"):
        tasks_at_post.end_mentoring(mentoring=made, last_day=TODAY, by=clerk)
