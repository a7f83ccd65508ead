"""Settings come from the environment alone; production names what it lacks and refuses to start."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from tests.conftest import ROOT

NEEDED = {
    "SECRET_KEY": "k" * 60,
    "FIELD_KEYS": f"1:{base64.b64encode(b'f' * 32).decode()}",
    "MATCH_KEY": base64.b64encode(b"m" * 32).decode(),
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


@pytest.mark.parametrize(
    ("name", "value"),
    [("FIELD_KEYS", "1:not base64"), ("FIELD_KEYS", "no version"), ("MATCH_KEY", "not base64!")],
)
def test_keys_that_cannot_be_read_are_refused_without_repeating_them(name, value):
    found = settings_in(**NEEDED | {name: value})
    assert found.returncode == 1
    last = found.stderr.splitlines()[-1]
    assert name in last
    assert value not in last


@pytest.mark.parametrize(("name", "value"), [("FIELD_KEYS", "1:c2hvcnQ="), ("MATCH_KEY", "c2hvcnQ=")])
def test_keys_of_another_length_are_refused_at_the_start(name, value):
    found = settings_in(**NEEDED | {name: value})
    assert found.returncode == 1
    assert "32 bytes" in found.stderr


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
