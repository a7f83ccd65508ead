"""Killing the worker that applies a table, at any moment, again and again, until the table is applied."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import connection

from deploy_admin import clock, embedded
from deploy_admin.access import Actor
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import services
from deploy_admin.jobs.models import Job, JobState, Upload, UploadState
from tests.conftest import CLUSTER, ROOT, VAR

KILLS = int(os.environ.get("KILLS", "3"))
WORKER = """
import sys
import django
django.setup()
%s
from deploy_admin.jobs import services
print("ready", flush=True)
services.run(int(sys.argv[1]))
"""


def a_worker(job_id: int, setup: str = "") -> subprocess.Popen[bytes]:
    """Start a process of its own on this job and return it once it is about to begin."""
    environment = {
        **os.environ,
        "DATABASE_URL": embedded.database_url(CLUSTER, str(connection.settings_dict["NAME"])),
        "VAR_DIR": str(VAR),
        "PYTHONPATH": str(ROOT),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER % setup, str(job_id)], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"ready\n"
    return worker


def ended(worker: subprocess.Popen[bytes]) -> int:
    """Return how the process ended, once its session in the database has ended too."""
    code = worker.wait(60)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                break
        time.sleep(0.05)
    assert worker.stdout is not None
    worker.stdout.close()
    return code


def applied_in_spite_of_kills(
    upload: Upload, whole: Callable[[], bool], nothing: Callable[[], bool], *, by: Actor, setup: str = ""
) -> None:
    """Confirm the plan and kill its workers: after each kill all of it is there or nothing, in the end all."""
    chance = random.Random()  # noqa: S311 -- another moment in every run
    assert upload.state == UploadState.PLANNED, upload.summary
    services.confirm(upload=upload, digest=upload.digest, by=by)
    pk = Upload.objects.get(pk=upload.pk).apply_job_id
    assert pk is not None
    for _kill in range(KILLS):
        worker = a_worker(pk, setup)
        time.sleep(chance.uniform(0, 0.6))
        os.kill(worker.pid, signal.SIGKILL)
        code = ended(worker)
        done = Job.objects.get(pk=pk).state == JobState.DONE
        assert code in (0, -signal.SIGKILL)
        assert whole() if done else nothing()
        assert (Upload.objects.get(pk=upload.pk).state == UploadState.APPLIED) == done
        if done:
            break
        Job.objects.filter(pk=pk, state=JobState.RUNNING).update(heartbeat_at=clock.now() - timedelta(seconds=61))
        jobs.put_back_stale()
    if Upload.objects.get(pk=upload.pk).state != UploadState.APPLIED:
        assert ended(a_worker(pk, setup)) == 0
    assert Upload.objects.get(pk=upload.pk).state == UploadState.APPLIED
    assert whole()
