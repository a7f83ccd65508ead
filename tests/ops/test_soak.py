"""Minutes of faults: programs are killed at random while pages are asked for; in the end everything is as it was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import ROOT
from tests.ops.running import NOT_INHERITED, RunningSystem, status, wait_until
from tests.ops.test_production import free_port

SECONDS = int(os.environ.get("SOAK_SECONDS", "300"))


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 300)
def test_a_system_whose_programs_are_killed_again_and_again_comes_back_each_time():
    system = RunningSystem(free_port(), DEMO="1")
    chance = random.Random(20261122)  # noqa: S311 -- which program is next, the same in every run
    try:
        system.ensure_running()
        end, kills = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            name, pid = chance.choice(sorted(system.pids().items()))
            os.kill(pid, signal.SIGKILL)
            kills += 1
            assert wait_until(lambda pid=pid: pid not in system.pids().values(), 10), system.output[-2000:]
            assert wait_until(lambda: status(f"{system.url}readyz") == 200, 60), (name, system.output[-2000:])
            assert wait_until(lambda: len(system.pids()) == 5, 30), (name, system.output[-2000:])
            time.sleep(chance.uniform(10, 15))  # five ends of one program within a minute would stop the system
        verify = subprocess.run(
            [sys.executable, "manage.py", "verify_audit_chain"],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
            | {"DEPLOY_ENV": "local", "VAR_DIR": str(system.var)},
        )  # fmt: skip
        assert verify.returncode == 0, verify.stdout + verify.stderr
        assert kills >= SECONDS // 40
        assert system.stop() == 0
    finally:
        system.remove()
