"""The Celery app, and the chains of tasks that cross apps. The worker's options stand in settings (CELERY_…)."""

from __future__ import annotations

import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import task_success

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_admin.settings")

# Root in a container of one's own; messages are JSON alone, so nothing that arrives is run.
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("deploy_admin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: Task names run downhill too, so a lower app cannot name what follows above it; the top of the house does.
#: Each follower is given what the task returned.
FOLLOW_UPS = {
    "policies.announce_change": (
        "quotas.after_adoption",
        "assignments.after_adoption",
        "assignments.ends_after_adoption",
        "assignments.service_after_adoption",
        "appraisals.after_adoption",
    ),
    "quotas.work_off": ("assignments.count_new_quotas",),
    "registry.calendar_changed": ("assignments.after_calendar", "appraisals.after_calendar"),
}


@task_success.connect
def follow_up(sender: Any = None, result: Any = None, **_: Any) -> None:
    """Send what follows a task that succeeded. Lost with the broker, the nightly run does it."""
    for name in FOLLOW_UPS.get(getattr(sender, "name", ""), ()):
        app.send_task(name, [result])
