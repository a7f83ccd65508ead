"""A fresh clone, an ordinary user, a read-only home: `make run` from nothing, then again without a network."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.ops.running import NOT_INHERITED, status, wait_until
from tests.ops.test_production import free_port

#: What a package tool would have to go through, if it went anywhere: nobody listens there.
NO_NETWORK = dict.fromkeys(
    (
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "PIP_INDEX_URL",
        "UV_DEFAULT_INDEX",
        "npm_config_registry",
    ),
    "http://127.0.0.1:9/",
) | {"no_proxy": "127.0.0.1,localhost", "UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}


class Clone:
    """The files that git would clone, belonging to an ordinary user whose home cannot be written."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="deploy-clone-"))
        self.root = self.folder / "checkout"
        self.home = self.folder / "home"
        names = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT, capture_output=True, check=True, text=True,
        ).stdout  # fmt: skip
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.root / name)
        self.home.mkdir()
        self.user: dict[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for path in [self.root, *self.root.rglob("*")]:
                os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        self.home.chmod(0o555)
        self.folder.chmod(0o755)
        kept = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
        self.environment = {**kept, "HOME": str(self.home), "PYTHON": self.python(), "PORT": str(free_port())}
        self.lines: list[str] = []

    def python(self) -> str:
        """Return a Python 3.11 or 3.12 that the user may run (root's own lies in root's home)."""
        for name in (getattr(sys, "_base_executable", sys.executable), "/usr/bin/python3.11", "/usr/bin/python3"):
            ask = [name, "-c", "import sys; assert (3, 11) <= sys.version_info < (3, 13)"]
            try:
                if subprocess.run(ask, check=False, capture_output=True, cwd="/", **self.user).returncode == 0:
                    return name
            except OSError:
                continue
        pytest.fail("An ordinary user needs a Python 3.11 or 3.12 outside root's home: install python3.")

    def make(self, target: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["make", target, f"PYTHON={self.environment['PYTHON']}"],
            cwd=self.root, env=self.environment | more, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, **self.user,
        )  # fmt: skip

    def up(self, **more: str) -> tuple[subprocess.Popen[str], float]:
        """Run `make run` and return it, with the seconds until the sign-in page answered."""
        self.lines.clear()
        began = time.monotonic()
        process = self.make("run", **more)

        def read() -> None:
            assert process.stdout
            with process.stdout as lines:
                self.lines.extend(line.rstrip() for line in lines)

        def page() -> bool:
            return status(f"http://127.0.0.1:{self.environment['PORT']}/accounts/sign-in/") == 200

        threading.Thread(target=read, daemon=True).start()
        assert wait_until(lambda: page() or process.poll() is not None, 300), self.lines[-40:]
        took = time.monotonic() - began
        assert process.poll() is None, self.lines[-40:]
        assert wait_until(lambda: any("Ready after" in line for line in list(self.lines)), 30), self.lines[-40:]
        return process, took

    def ctrl_c(self, process: subprocess.Popen[str]) -> None:
        """What a terminal does: the signal goes to make and to what make runs."""
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
        assert wait_until(lambda: any(line.endswith("| Stopped.") for line in self.lines), 30), self.lines[-20:]

    def remove(self) -> None:
        stopping = self.make("stop")
        stopping.communicate(timeout=100)
        digest = hashlib.sha256(str(self.root / "var").encode()).hexdigest()[:12]
        for sockets in Path(tempfile.gettempdir()).glob(f"deploy-*-{digest}"):
            shutil.rmtree(sockets)
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def clone():
    made = Clone()
    yield made
    made.remove()


@pytest.mark.timeout(420)
def test_a_fresh_clone_comes_up_for_an_ordinary_user_and_again_without_a_network_with_its_data(clone):
    process, _ = clone.up()
    ready = next(number for number, line in enumerate(clone.lines) if "Ready after" in line)
    assert any(line.split("|", 1)[1].split()[:1] == ["shi"] for line in clone.lines[ready:]), "no demo sign-ins"
    assert not any((clone.home).iterdir())
    clone.ctrl_c(process)

    process, took = clone.up(**NO_NETWORK)
    assert not any("Installing" in line or "Fetching" in line for line in clone.lines), clone.lines
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))  # on a machine with other work, our share of it
    assert took <= 10 * busy, f"the second start took {took:.1f} s until the sign-in page"

    second = clone.make("run")
    said, _ = second.communicate(timeout=30)
    assert second.returncode != 0
    assert "This checkout runs already (process" in said
    assert "Traceback" not in said

    # Whoever kills make takes away the window: the system stops in order by itself.
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert wait_until(lambda: any(line.endswith("| Stopped.") for line in clone.lines), 60), clone.lines[-20:]

    resetting = clone.make("reset")
    said, _ = resetting.communicate(timeout=60)
    assert resetting.returncode == 0, said
    assert not (clone.root / "var" / "pg").exists()
    assert (clone.root / "var" / "fonts").exists()
