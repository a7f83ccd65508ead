"""Bring up the whole system on this machine: servers, database, web, worker and schedule, until Ctrl-C."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.module_loading import import_string

from deploy_admin import embedded
from deploy_admin.supervisor import Program, Supervisor, kill_leftovers, say


class Command(BaseCommand):
    """The command behind `make run`; production starts the lines of the Procfile one by one instead."""

    help = __doc__
    requires_system_checks = []  # they run with the migrations, when the database is there

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("`run` is for one machine: set DEPLOY_ENV=local, or see docs/operating.md.")
        self.began = time.monotonic()
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        with (settings.VAR_DIR / "run.lock").open("a+") as lock:
            self.claim(lock)
            if kill_leftovers(str(settings.VAR_DIR)):
                say("What an earlier, killed run left behind has been stopped.")
            supervisor = Supervisor(mark=str(settings.VAR_DIR))
            try:
                with supervisor.interruptible():
                    self.start_servers(supervisor)
                    self.prepare()
                    self.start_programs(supervisor, lock)
                finished = supervisor.watch(lambda: self.announce(supervisor))
            except InterruptedError:
                finished = True
            finally:
                say("Stopping: web, worker and schedule, then Redis, then PostgreSQL. Once more kills.")
                supervisor.stop()
                say("Stopped.")
        if not finished:
            raise CommandError("A program could not be kept running; its last lines stand above.")

    def claim(self, lock: IO[str]) -> None:
        """Hold the lock for as long as this process lives, or refuse."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            found = json.loads(lock.read() or "{}")
            raise CommandError(
                f"This checkout runs already{_where(found)}: stop it with Ctrl-C in its window, or with `make stop`."
            ) from None
        _write(lock, {"pid": os.getpid()})

    def start_servers(self, supervisor: Supervisor) -> None:
        var = settings.VAR_DIR
        if settings.EMBEDDED_DATABASE:
            supervisor.add(
                Program("postgres", lambda: embedded.start_postgres(var), 0, stop_signal=signal.SIGINT, patience=60)
            )
            embedded.make_database(var)
        if settings.EMBEDDED_BROKER:
            supervisor.add(Program("redis", lambda: embedded.start_redis(var), 1))

    def prepare(self) -> None:
        call_command("assets")  # first: the demonstration prints papers with the collected style sheets
        call_command("prepare", verbosity=1)
        connections.close_all()

    def start_programs(self, supervisor: Supervisor, lock: IO[str]) -> None:
        """Start the first line of the Procfile, the web server, on the first free port from PORT on.

        The rest follows once it answers: whoever waits for the sign-in page has the machine to himself.
        """
        wanted = settings.PORT
        self.holder, self.port = free_port(wanted)
        if self.port != wanted:
            say(f"Port {wanted} is taken: using {self.port}.")
        self.url = f"http://127.0.0.1:{self.port}/"
        self.ready = False
        _write(lock, {"pid": os.getpid(), "url": self.url})
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
        }
        environment.pop("DATABASE_POOL", None)  # each line of the Procfile says for itself
        lines = [line.partition(":") for line in (settings.BASE_DIR / "Procfile").read_text().splitlines() if line]
        web, *self.waiting = [
            Program(name, supervisor.command(name, command.strip(), environment), rank=2) for name, _, command in lines
        ]
        supervisor.add(web)

    def announce(self, supervisor: Supervisor) -> None:
        """Once the web server answers, start the rest, and say where it answers and how to sign in."""
        if self.ready or not answers(self.port):
            return
        self.ready = True
        for program in self.waiting:
            supervisor.add(program)
        say("")
        say(f"Ready after {time.monotonic() - self.began:.1f} s: {self.url}")
        if settings.DEMO:
            for username, password, who in demo_sign_ins():
                say(f"    {username:<16} {password:<20} {who}")
        say("Ctrl-C stops everything; the data stays. `make reset` starts over.")
        say("")


def free_port(wanted: int) -> tuple[socket.socket, int]:
    """Return the first free port from `wanted` on, and a bound socket that keeps others from taking it.

    The web server binds beside that socket (SO_REUSEPORT): two checkouts that start at once never share a port.
    """
    for port in range(wanted, min(wanted + 100, 65536)):
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
            holder = socket.socket()
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            holder.bind(("127.0.0.1", port))
        except OSError:
            continue
        return holder, port
    raise CommandError(f"No free port between {wanted} and {wanted + 99}: set PORT.")


def answers(port: int) -> bool:
    """Whether the web server of this run says that it lives."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        client.request("GET", "/healthz")
        return client.getresponse().status == 200
    except OSError:
        return False
    finally:
        client.close()


def demo_sign_ins() -> list[tuple[str, str, str]]:
    """Return the demo's user names, passwords and capacities, as the demo itself lists them."""
    found: list[tuple[str, str, str]] = import_string("deploy_admin.workbench.demo.SIGN_INS")
    return found


def _where(found: dict[str, Any]) -> str:
    return "".join(
        [f" (process {found['pid']})" if "pid" in found else "", f" at {found['url']}" if "url" in found else ""]
    )


def _write(lock: IO[str], content: dict[str, Any]) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(json.dumps(content))
    lock.flush()
