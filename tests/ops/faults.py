"""A product under fire: its programs are killed with -9 and its broker is emptied while months are handed in."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import redis

from deploy_admin import embedded
from tests.conftest import ROOT
from tests.ops.running import NOT_INHERITED, wait_until
from tests.ops.test_production import free_port

#: A worker's work is given to another so soon after its last sign of life.
LOST_AFTER = "2"
PATIENCE = 60.0


class UnderFire:
    """Servers, web, worker and beat of its own on a fresh database; each is started again when it was killed."""

    def __init__(self, rounds: int, seed: int) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="deploy-fire-"))
        self.chance = random.Random(seed)  # noqa: S311 -- the same faults in every run
        self.port = free_port()
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.faults: list[str] = []
        self.refused = 0
        self.log = (self.var / "log").open("ab")
        self.environment = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED} | {
            "DEPLOY_ENV": "test",
            "VAR_DIR": str(self.var),
            "DATABASE_URL": embedded.database_url(self.var),
            "REDIS_URL": embedded.redis_url(self.var),
            "DATABASE_POOL": "0",
            "JOB_BEAT_SECONDS": "0.5",
            "JOB_LOST_AFTER_SECONDS": LOST_AFTER,
            "DJANGO_SETTINGS_MODULE": "deploy_admin.settings",
        }
        self.rounds = rounds
        self.one_at_a_time = threading.Lock()
        self.fires: list[threading.Thread] = []
        self.world: dict[str, Any] = {}

    def bring_up(self) -> None:
        """Start everything on a fresh database with one sheet a round."""
        (self.var / "static").mkdir()
        self.start_postgres()
        self.start_redis()
        embedded.make_database(self.var)
        self.run("manage.py", "migrate", "-v", "0")
        self.world = json.loads(self.run("-m", "tests.ops.faults_world", "build", str(self.rounds)))
        for name in ("web", "worker", "beat"):
            self.start(name)
        assert wait_until(lambda: self.ask("GET", "/healthz", "") == 200, PATIENCE)

    # ------------------------------------------------------------ programs

    def run(self, *arguments: str) -> str:
        """Run a short program on this database; what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    def start(self, name: str) -> None:
        programs = Path(sys.executable).parent
        celery = [str(programs / "celery"), "-A", "deploy_admin"]
        command = {
            "web": [
                str(programs / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port),
                "--blocking-threads", "2", "deploy_admin.wsgi:application",
            ],
            "worker": [*celery, "worker", "-c", "1", "-l", "WARNING"],
            "beat": [*celery, "beat", "-l", "WARNING"],
        }[name]  # fmt: skip
        self.programs[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def start_postgres(self) -> None:
        self.programs["postgres"] = embedded.start_postgres(self.var, die_with_parent=False)

    def start_redis(self) -> None:
        self.programs["redis"] = embedded.start_redis(self.var, die_with_parent=False)

    def fault(self) -> None:
        """Do one of the four, one after the other, and bring back what fell."""
        with self.one_at_a_time:
            self._fault()

    def _fault(self) -> None:
        what = self.chance.choice(("worker", "web", "postgres", "broker emptied"))
        self.faults.append(what)
        if what == "broker emptied":
            with redis.Redis(unix_socket_path=str(embedded.socket_dir(self.var) / "redis.sock")) as broker:
                broker.flushall()
            return
        if what == "postgres":
            pid = embedded.postgres_pid(self.var)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                assert wait_until(lambda: not embedded.alive(pid, "postgres"), PATIENCE)
            self.programs.pop("postgres").wait(10)
            self.start_postgres()
            return
        program = self.programs[what]
        os.killpg(program.pid, signal.SIGKILL)
        program.wait(10)
        self.start(what)

    def fault_within(self, seconds: float) -> None:
        """Have a fault come at a random moment of the next seconds."""
        delay = self.chance.uniform(0, seconds)

        def later() -> None:
            time.sleep(delay)
            self.fault()

        thread = threading.Thread(target=later)
        self.fires.append(thread)
        thread.start()

    # ------------------------------------------------------------ a round

    def ask(self, method: str, address: str, session: str, **fields: Any) -> int:
        """Ask the web server as a signed-in person; the status, 0 where nobody answered."""
        token = "t" * 32
        headers = {"Cookie": f"csrftoken={token}; sessionid={session}", "Host": f"127.0.0.1:{self.port}"}
        body = None
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token}
            body = urlencode(fields, doseq=True)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, address, body, headers)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def sheet(self, pk: int) -> tuple[str, int, bool]:
        """The sheet's state, its version, and whether its scores are right, as the database has them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with psycopg.connect(embedded.database_url(self.var), connect_timeout=2) as database:
                    row = database.execute(
                        "SELECT state, version, scored_revision IS NOT DISTINCT FROM revision"
                        " FROM assignments_monthsheet WHERE id = %s",
                        [pk],
                    ).fetchone()
                assert row is not None
                return row
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "the database did not come back"
                time.sleep(0.1)

    def push(self, pk: int, wanted: str, address: str, session: str, **fields: Any) -> None:
        """Ask again and again, as a person would, until the sheet is where it should be."""
        deadline = time.monotonic() + PATIENCE
        while (held := self.sheet(pk))[0] != wanted:
            assert time.monotonic() < deadline, (pk, wanted, held, self.faults[-3:], self.tail())
            status = self.ask("POST", address, session, version=held[1], **fields)
            self.refused += status in (0, 500, 502, 503)
            if self.sheet(pk)[0] != wanted:
                time.sleep(0.1)

    def round(self, number: int) -> None:
        """Take one sheet from the clerk to its release, with a fault at a random moment of each of the three."""
        one, officer = self.world["sheets"][number], self.world["officer"]
        pk = one["sheet"]
        self.fault_within(0.3)
        self.push(pk, "submitted", f"/months/sheets/{pk}/submit/", one["clerk"])
        self.fault_within(1.0)
        assert wait_until(lambda: self.sheet(pk)[2], PATIENCE), (pk, self.faults[-3:], self.tail())
        self.push(pk, "accepted", f"/months/review/{pk}/accept/", officer)
        assert wait_until(lambda: self.sheet(pk)[2], PATIENCE), (pk, self.faults[-3:], self.tail())
        self.fault_within(0.3)
        self.push(pk, "released", f"/months/review/release/?month={self.world['month']}", officer, sheets=[pk])
        for fire in self.fires:
            fire.join(PATIENCE)

    def found(self) -> dict[str, Any]:
        """What is there in the end, once no work is left."""

        def quiet() -> bool:
            with psycopg.connect(embedded.database_url(self.var)) as database:
                row = database.execute("SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running')").fetchone()
            return row is not None and row[0] == 0

        assert wait_until(quiet, PATIENCE), self.tail()
        found: dict[str, Any] = json.loads(self.run("-m", "tests.ops.faults_world", "check"))
        return found

    def tail(self) -> str:
        self.log.flush()
        return (self.var / "log").read_text(errors="replace")[-3000:]

    def remove(self) -> None:
        """Stop everything and delete the data, once no fault is on its way."""
        for fire in self.fires:
            fire.join(PATIENCE)
        for name in ("web", "worker", "beat"):
            if name in self.programs:
                os.killpg(self.programs[name].pid, signal.SIGKILL)
                self.programs[name].wait(10)
        embedded.stop_redis(self.var)
        embedded.stop_postgres(self.var)
        for server in ("postgres", "redis"):
            if server in self.programs:
                self.programs[server].wait(30)
        self.log.close()
        shutil.rmtree(embedded.socket_dir(self.var), ignore_errors=True)
        shutil.rmtree(self.var, ignore_errors=True)
