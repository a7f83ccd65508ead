"""A worker killed at any moment of applying: the table is applied whole or not at all, and then resumed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection

from deploy_admin import clock, embedded
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import services
from deploy_admin.jobs.models import Job, JobState, Upload, UploadState
from tests.conftest import CLUSTER, ROOT, VAR
from tests.jobs import staff
from tests.jobs.scratch import line, sent_in, table
from tests.registry.factories import CITY

KILLS = int(os.environ.get("KILLS", "3"))
PEOPLE = 900
WORKER = """
import os, sys
import django
django.setup()
from tests.jobs import staff
from django.conf import settings
settings.ROOT_URLCONF = "tests.jobs.staff"
from deploy_admin.jobs import services
print("ready", flush=True)
services.run(int(sys.argv[1]))
"""


@pytest.fixture
def alone(transactional_db, settings):
    """The scratch table in a database that a second process sees."""
    settings.ROOT_URLCONF = "tests.jobs.staff"
    staff.made()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {staff.TABLE}")


def a_worker(job_id: int) -> subprocess.Popen[bytes]:
    """Start a process of its own on this job and return it once it is about to begin."""
    environment = {
        **os.environ,
        "DATABASE_URL": embedded.database_url(CLUSTER, str(connection.settings_dict["NAME"])),
        "VAR_DIR": str(VAR),
        "PYTHONPATH": str(ROOT),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(job_id)], cwd=ROOT, env=environment, stdout=subprocess.PIPE
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


def applied() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {staff.TABLE}")  # noqa: S608
        return int(cursor.fetchone()[0])


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("alone")
def test_whatever_moment_a_worker_is_killed_at_the_table_is_applied_whole_or_not_at_all_and_resumes():
    chance = random.Random()  # noqa: S311 -- another moment in every run
    upload = sent_in(table([line(n) for n in range(PEOPLE)]), CITY)
    assert upload.state == UploadState.PLANNED, upload.summary
    services.confirm(upload=upload, digest=upload.digest, by=CITY)
    pk = Upload.objects.get(pk=upload.pk).apply_job_id
    assert pk is not None
    kills = 0
    while kills < KILLS:
        worker = a_worker(pk)
        time.sleep(chance.uniform(0, 0.6))
        os.kill(worker.pid, signal.SIGKILL)
        kills += 1
        code = ended(worker)
        job, upload = Job.objects.get(pk=pk), Upload.objects.get(pk=upload.pk)
        whole = job.state == JobState.DONE
        assert code in (0, -signal.SIGKILL)
        assert applied() == (PEOPLE if whole else 0)
        assert (upload.state == UploadState.APPLIED) == whole
        if whole:
            break
        Job.objects.filter(pk=pk, state=JobState.RUNNING).update(heartbeat_at=clock.now() - timedelta(seconds=61))
        jobs.put_back_stale()
    if Upload.objects.get(pk=upload.pk).state != UploadState.APPLIED:
        assert ended(a_worker(pk)) == 0
    assert Upload.objects.get(pk=upload.pk).state == UploadState.APPLIED
    assert applied() == PEOPLE
    assert {row["national_id"] for row in staff.rows()} == {staff.an_id(n) for n in range(PEOPLE)}
