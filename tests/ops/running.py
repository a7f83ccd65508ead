"""A running system of its own for the tests of `manage.py run`: data folder, port, output, what it started."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from deploy_admin import embedded
from tests.conftest import ROOT

#: Variables of the test run that a system of its own must not inherit.
NOT_INHERITED = {"DATABASE_URL", "REDIS_URL", "VAR_DIR", "DEPLOY_ENV", "DJANGO_SETTINGS_MODULE", "DEMO", "PORT"}


def wait_until(true: Callable[[], object], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def status(address: str) -> int:
    """Return the status that an address answers with, 0 where nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 -- ours
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class RunningSystem:
    """`manage.py run` on a data folder of its own."""

    def __init__(self, port: int, **environment: str) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="deploy-run-"))
        self.port = port
        self.environment = environment
        self.process: subprocess.Popen[str] | None = None
        self.lines: list[tuple[float, str]] = []

    def launch(self) -> subprocess.Popen[str]:
        kept = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
        return subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env={**kept, "DEPLOY_ENV": "local", "VAR_DIR": str(self.var), "PORT": str(self.port), **self.environment},
        )  # fmt: skip

    def start(self) -> float:
        """Start, wait until it says that it is ready, and return the seconds that took."""
        began = time.monotonic()
        self.lines.clear()
        process = self.process = self.launch()

        def read() -> None:
            assert process.stdout
            with process.stdout as lines:
                for line in lines:
                    self.lines.append((time.monotonic(), line.rstrip()))

        threading.Thread(target=read, daemon=True).start()
        assert wait_until(lambda: "Ready after" in self.output or process.poll() is not None, 120), self.output
        assert process.poll() is None, self.output
        return time.monotonic() - began

    def ensure_running(self) -> RunningSystem:
        if self.process is None or self.process.poll() is not None:
            self.start()
        assert wait_until(lambda: status(f"{self.url}readyz") == 200), self.output
        return self

    def stop(self, sig: int = signal.SIGINT) -> int:
        assert self.process
        self.process.send_signal(sig)
        return self.process.wait(60)

    @property
    def output(self) -> str:
        return "\n".join(line for _, line in self.lines)

    @property
    def url(self) -> str:
        return str(json.loads((self.var / "run.lock").read_text())["url"])

    def pids(self) -> dict[str, int]:
        """Return the process id of each program and server."""
        assert self.process
        found = {}
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        for child in {int(word) for path in children for word in path.read_text().split()}:
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            for name, sign in (
                ("postgres", r"/postgres -D"), ("redis", "redis-server"), ("web", "granian"),
                ("worker", r"celery.*worker|celeryd"), ("beat", r"celery.*beat"),
            ):  # fmt: skip
                if re.search(sign, command):
                    found[name] = child
        return found

    def remove(self) -> None:
        """Stop whatever runs and delete the data."""
        if self.process and self.process.poll() is None:
            self.stop(signal.SIGTERM)
        embedded.stop_redis(self.var)
        embedded.stop_postgres(self.var)
        shutil.rmtree(embedded.socket_dir(self.var), ignore_errors=True)
        shutil.rmtree(self.var, ignore_errors=True)
