"""One command brings the whole system up, keeps it up, and takes it down in order; the data stays."""

from __future__ import annotations

import os
import signal
import socket
import time

import psycopg
import pytest

from deploy_admin import embedded
from tests.ops.running import RunningSystem, status, wait_until


@pytest.fixture(scope="module")
def taken_port():
    """Return a port that somebody else listens on, with the next one free."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def one_system(taken_port):
    running = RunningSystem(taken_port)
    yield running
    running.remove()


@pytest.fixture
def system(one_system):
    return one_system.ensure_running()


def mark(system: RunningSystem) -> None:
    with psycopg.connect(embedded.database_url(system.var)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS ops_marks (at timestamptz DEFAULT now())")
        connection.execute("INSERT INTO ops_marks DEFAULT VALUES")


def marks(system: RunningSystem) -> int:
    with psycopg.connect(embedded.database_url(system.var)) as connection:
        found = connection.execute("SELECT count(*) FROM ops_marks").fetchone()
        return found[0] if found else 0


def test_a_taken_port_is_left_alone_and_the_next_is_named(system, taken_port):
    assert f"Port {taken_port} is taken: using {taken_port + 1}." in system.output or system.port != taken_port
    assert not system.url.endswith(f":{taken_port}/")
    assert "Ready after" in system.output
    assert system.url in system.output


def test_everything_answers_and_every_program_runs(system):
    assert set(system.pids()) == {"postgres", "redis", "web", "worker", "beat"}
    assert status(f"{system.url}accounts/sign-in/") == 200


def test_a_second_run_of_the_same_checkout_is_refused_with_a_sentence(system):
    second = system.launch()
    said, _ = second.communicate(timeout=30)
    assert second.returncode != 0
    assert f"This checkout runs already (process {system.process.pid}) at {system.url}" in said
    assert "Traceback" not in said
    assert status(f"{system.url}healthz") == 200


@pytest.mark.parametrize("name", ["postgres", "redis", "web", "worker", "beat"])
def test_a_program_that_is_killed_is_started_again(system, name):
    before = system.pids()[name]
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: system.pids().get(name, before) != before), system.output
    assert wait_until(lambda: status(f"{system.url}readyz") == 200), system.output
    assert f"{name} ended with" in system.output


def test_after_a_killed_supervisor_nothing_is_left_and_the_next_start_has_the_data(system):
    mark(system)
    before, programs = marks(system), system.pids().values()
    system.process.kill()
    system.process.wait()
    assert wait_until(lambda: not any(embedded.alive(pid, "") for pid in programs)), "children outlived their parent"
    system.start()
    assert marks(system) == before
    assert status(f"{system.url}accounts/sign-in/") == 200


def test_programs_that_outlive_a_kill_of_their_whole_family_are_cleared_away(system):
    web = system.pids()["web"]
    os.kill(web, signal.SIGSTOP)  # it will not hear of its parent's end
    system.process.kill()
    system.process.wait()
    assert embedded.alive(web, "")
    system.start()
    assert "What an earlier, killed run left behind has been stopped." in system.output
    assert not embedded.alive(web, "")


def test_ctrl_c_stops_programs_then_redis_then_postgresql_and_cleanly(system):
    mark(system)
    count, programs = marks(system), system.pids()
    (system.var / "postgres.log").write_text("")
    ended: dict[str, float] = {}
    system.process.send_signal(signal.SIGINT)
    while system.process.poll() is None or len(ended) < len(programs):
        for name, pid in programs.items():
            if name not in ended and not embedded.alive(pid, ""):
                ended[name] = time.monotonic()
        time.sleep(0.002)
    assert system.process.returncode == 0
    assert max(ended["web"], ended["worker"], ended["beat"]) <= ended["redis"] <= ended["postgres"]
    assert "database system is shut down" in (system.var / "postgres.log").read_text()
    assert "is killed" not in system.output
    system.start()
    assert "was not properly shut down" not in (system.var / "postgres.log").read_text()
    assert marks(system) == count


def test_a_second_ctrl_c_kills_at_once(system):
    os.kill(system.pids()["worker"], signal.SIGSTOP)  # it would never end of itself
    system.process.send_signal(signal.SIGINT)
    assert wait_until(lambda: "Once more kills" in system.output)
    time.sleep(0.5)
    assert system.process.poll() is None
    began = time.monotonic()
    system.process.send_signal(signal.SIGINT)
    assert system.process.wait(20) == 0
    assert time.monotonic() - began < 10
    assert "worker is killed" in system.output
