"""The embedded servers survive what happens to one machine: kills, zombies, stale files, forbidden namespaces."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from deploy_admin import embedded
from tests.conftest import ROOT


@pytest.fixture
def var(monkeypatch):
    """Return a folder that every user may enter, and leave nothing running in it."""
    folder = Path(tempfile.mkdtemp(prefix="deploy-embedded-"))
    folder.chmod(0o755)
    started = []
    launch = embedded._Launcher.start
    monkeypatch.setattr(
        embedded._Launcher, "start", lambda *args: started.append(launch(*args)) or started[-1]
    )  # kept, so that each can be waited for
    yield folder
    embedded.stop_redis(folder)
    embedded.stop_postgres(folder)
    for server in started:
        server.wait()
    shutil.rmtree(embedded.socket_dir(folder), ignore_errors=True)
    shutil.rmtree(folder)


def rows(var: Path) -> list[int]:
    with psycopg.connect(embedded.database_url(var)) as connection:
        return [row[0] for row in connection.execute("SELECT n FROM marks ORDER BY n")]


def mark(var: Path, n: int) -> None:
    with psycopg.connect(embedded.database_url(var)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS marks (n int)")
        connection.execute("INSERT INTO marks VALUES (%s)", [n])


def wait_until(true, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_killed_server_starts_again_with_its_rows_though_its_zombie_and_its_files_remain(var):
    server = embedded.start_postgres(var)
    embedded.make_database(var)
    embedded.make_database(var)  # the second time finds it
    mark(var, 1)
    server.kill()  # not waited for: a zombie keeps the number that postmaster.pid names
    assert (var / "pg" / "postmaster.pid").exists()
    again = embedded.start_postgres(var)
    assert rows(var) == [1]
    server.wait()
    embedded.stop_postgres(var)
    assert again.wait() == 0


def test_a_leftover_server_is_stopped_before_another_starts_on_its_folder(var):
    first = embedded.start_postgres(var)
    second = embedded.start_postgres(var)
    assert first.wait(5) == 0
    assert embedded.postgres_pid(var) == second.pid


def test_a_number_that_another_process_got_is_no_server(var):
    embedded.start_postgres(var)
    embedded.stop_postgres(var)
    (var / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n{var / 'pg'}\n")
    assert embedded.postgres_pid(var) is None
    embedded.start_postgres(var)


def test_a_set_up_that_was_killed_half_way_is_begun_anew(var):
    (var / "pg.new").mkdir()
    (var / "pg.new" / "PG_VERSION").write_text("18")
    embedded.start_postgres(var)
    assert not (var / "pg.new").exists()


def test_where_namespaces_are_forbidden_root_starts_the_servers_as_nobody_and_may_change_back(var, monkeypatch):
    if os.geteuid() == 0:
        with_namespaces = embedded._namespaces_allowed
        monkeypatch.setattr(embedded, "_namespaces_allowed", lambda: False)
        if subprocess.run(["test", "-x", str(embedded.postgres_bin())], user="nobody", check=False).returncode:
            with pytest.raises(RuntimeError, match="the user nobody may not"):
                embedded.start_postgres(var)
            return
        server = embedded.start_postgres(var)
        embedded.make_database(var)
        mark(var, 1)
        assert Path(f"/proc/{server.pid}").stat().st_uid == embedded._nobody()
        broker = embedded.start_redis(var)
        assert Path(f"/proc/{broker.pid}").stat().st_uid == embedded._nobody()
        embedded.stop_postgres(var)
        monkeypatch.setattr(embedded, "_namespaces_allowed", with_namespaces)
    embedded.start_postgres(var)
    embedded.make_database(var)
    mark(var, 2)
    assert rows(var)[-1] == 2


def test_the_broker_answers_after_a_kill_and_keeps_what_was_queued(var):
    import redis

    broker = embedded.start_redis(var)
    address = str(embedded.socket_dir(var) / "redis.sock")
    with redis.Redis(unix_socket_path=address) as client:
        client.lpush("celery", "task")
        time.sleep(1.1)  # it is written to disk every second
    broker.kill()
    embedded.start_redis(var)
    with redis.Redis(unix_socket_path=address) as client:
        assert client.lrange("celery", 0, -1) == [b"task"]
    broker.wait()


def test_servers_end_when_whoever_started_them_is_killed(var):
    script = (
        "import sys, time; from pathlib import Path; from deploy_admin import embedded\n"
        f"var = Path({str(var)!r}); embedded.start_postgres(var); embedded.start_redis(var)\n"
        "print('up', flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout
    assert parent.stdout.readline() == b"up\n"
    assert embedded.postgres_pid(var)
    assert embedded.redis_pid(var)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: embedded.postgres_pid(var) is None and embedded.redis_pid(var) is None)
    assert "database system is shut down" in (var / "postgres.log").read_text()


def test_nobody_else_may_enter_the_sockets_folder(var):
    assert embedded.socket_dir(var).stat().st_mode & 0o777 == 0o700


def test_a_sockets_folder_of_another_user_is_refused(var, monkeypatch):
    found = embedded.socket_dir(var)
    found.rmdir()
    found.symlink_to(found.parent)
    with pytest.raises(PermissionError, match="belongs to another user"):
        embedded.socket_dir(var)
    found.unlink()


def test_the_path_of_a_socket_is_short_however_deep_the_checkout_lies(tmp_path):
    deep = tmp_path.joinpath(*["a-rather-long-name-of-a-folder"] * 6)
    path = embedded.socket_dir(deep)
    assert len(str(path / ".s.PGSQL.5432")) < 107
    path.rmdir()


def test_the_key_is_made_once_and_readable_by_its_owner_alone(var):
    first = embedded.secret_key(var)
    assert embedded.secret_key(var) == first
    assert len(first) >= 50
    assert (var / "secret-key").stat().st_mode & 0o777 == 0o600
