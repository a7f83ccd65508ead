"""Settings come from the environment alone; production names what it lacks and refuses to start."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

NEEDED = {
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "deploy.example",
    "DATABASE_URL": "postgresql://app:secret@127.0.0.1/app",
    "REDIS_URL": "redis://127.0.0.1/0",
}


def settings_in(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import deploy_admin.settings as s; print(s.ENVIRONMENT, s.DEBUG, s.POOLED)"],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_production_is_what_runs_when_nothing_is_said():
    found = settings_in(**NEEDED)
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == ["production", "False", "False"]


@pytest.mark.parametrize("name", NEEDED)
def test_production_does_not_start_without_what_it_needs_and_names_it(name):
    found = settings_in(**{key: value for key, value in NEEDED.items() if key != name})
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1].endswith(
        f"{name} is not set: production does not start without it (see docs/operating.md)."
    )


def test_production_does_not_start_with_the_demo():
    found = settings_in(**NEEDED, DEMO="1")
    assert "production does not start with demo accounts" in found.stderr


def test_an_unknown_environment_is_refused():
    found = settings_in(DEPLOY_ENV="staging")
    assert "DEPLOY_ENV is 'staging': it is local, test or production." in found.stderr


def test_no_other_module_reads_the_environment():
    allowed = {
        "settings.py",  # the reader
        "bootstrap.py",  # before there is anything to read it with
        "limited.py",  # hands the PATH on to the child that opens uploads
        "run.py",  # hands its environment on to the programs it starts
        "celery.py", "wsgi.py", "asgi.py", "probe.py",  # name the settings module
    }  # fmt: skip
    for package in ("deploy_admin", "quotas", "assignments", "appraisals"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name not in allowed:
                text = path.read_text()
                assert "os.environ" not in text, path
                assert "os.getenv" not in text, path
