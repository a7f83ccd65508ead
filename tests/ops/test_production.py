"""The containers' own commands in production mode, against separately started PostgreSQL and Redis with passwords."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
import yaml

from deploy_admin import embedded
from tests.conftest import ROOT
from tests.ops.running import wait_until

SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
#: The wheel's other version, and the distribution's where it is installed (`make test` installs it if it can).
SERVERS = {"wheel-16": embedded.postgres_bin("16")} | {
    f"system-{path.parent.name}": path for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))
}
PASSWORD = "only-for-this-test"
HOST = "deploy.example"
KEYS = {
    "FIELD_KEYS": f"1:{base64.b64encode(os.urandom(32)).decode()}",
    "MATCH_KEY": base64.b64encode(os.urandom(32)).decode(),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """Servers on TCP with passwords, and the environment that a deployment would set."""

    def __init__(self, programs: Path) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="deploy-site-"))
        self.var.chmod(0o755)
        self.web_port, database, broker = free_port(), free_port(), free_port()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.processes.append(
            embedded.start_postgres(
                self.var,
                bin_dir=programs,
                extra=("-clisten_addresses=127.0.0.1", "-cfsync=off"),
                port=database,
            )
        )
        self.processes.append(
            subprocess.Popen(
                [embedded.redis_server(), "--port", str(broker), "--bind", "127.0.0.1", "--requirepass", PASSWORD,
                 "--dir", str(self.var), "--save", ""],
                stdout=subprocess.DEVNULL,
            )
        )  # fmt: skip
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DEPLOY_ENV": "production",
            "SECRET_KEY": "k" * 60,
            **KEYS,
            "ALLOWED_HOSTS": HOST,
            "DATABASE_URL": f"postgresql://plain:{PASSWORD}@127.0.0.1:{database}/app",
            "REDIS_URL": f"redis://:{PASSWORD}@127.0.0.1:{broker}/0",
            "VAR_DIR": str(self.var),
            "PORT": str(self.web_port),
            "BEHIND_PROXY": "true",
        }

    def ask(self, path: str, host: str = HOST) -> tuple[int, bytes]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.web_port}{path}", headers={"Host": host})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 -- ours
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError as error:
            return 0, str(error).encode()

    def ready(self) -> tuple[int, dict[str, str]]:
        code, body = self.ask("/readyz")
        return code, json.loads(body)["items"] if body.startswith(b"{") else {}

    @property
    def owner_url(self) -> str:
        return self.environment["DATABASE_URL"].replace("//plain:", "//app:")

    def migrate(self) -> subprocess.CompletedProcess[bytes]:
        """Run the set-up step as the owner, who makes the plain role."""
        more = {"RUNTIME_DATABASE_URL": self.environment["DATABASE_URL"], "DATABASE_URL": self.owner_url}
        assert set(more) <= set(SERVICES["migrate"]["environment"])
        return subprocess.run(
            self.command("migrate"),
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            check=False,
            timeout=110,
        )

    def start(self, service: str) -> None:
        more = {"DATABASE_POOL": "1"} if "DATABASE_POOL" in SERVICES[service].get("environment", {}) else {}
        with (self.var / f"{service}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen(self.command(service), cwd=ROOT, env=self.environment | more, stdout=log, stderr=log)
            )

    def command(self, service: str) -> list[str]:
        """Return the container's command, on this test's port and loopback."""
        words = {"0.0.0.0": "127.0.0.1", "8000": str(self.web_port)}  # noqa: S104
        return [words.get(word, word) for word in SERVICES[service]["command"]]

    def log(self, service: str) -> str:
        return (self.var / f"{service}.log").read_text()

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGINT if process is self.processes[0] else signal.SIGTERM)
            process.wait(60)
        shutil.rmtree(embedded.socket_dir(self.var), ignore_errors=True)
        shutil.rmtree(self.var)


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Collect the static files as the image's build does: compressed, under hashed names, and apart."""
    folder = tmp_path_factory.mktemp("site") / "static"
    environment = {
        "PATH": os.environ["PATH"], "DEPLOY_ENV": "production", "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": HOST,
        **KEYS,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1/none", "REDIS_URL": "redis://127.0.0.1/0",
        "STATIC_ROOT": str(folder),
    }  # fmt: skip
    subprocess.run([sys.executable, "manage.py", "assets"], cwd=ROOT, env=environment, check=True, timeout=110)
    return folder


@pytest.fixture(scope="module", params=SERVERS)
def site(request, collected):
    """Set up a deployment: servers, roles, the migrate service to its end, then web, worker and beat."""
    made = Site(SERVERS[request.param])
    made.environment["STATIC_ROOT"] = str(collected)
    try:
        port = made.environment["DATABASE_URL"].rpartition(":")[2].partition("/")[0]
        with psycopg.connect(
            f"postgresql://app@/postgres?host={embedded.socket_dir(made.var)}&port={port}", autocommit=True
        ) as admin:
            admin.execute(f"ALTER ROLE app PASSWORD '{PASSWORD}'")
            admin.execute("CREATE DATABASE app")
        hba = made.var / "pg" / "pg_hba.conf"
        hba.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        os.kill(made.processes[0].pid, signal.SIGHUP)
        done = made.migrate()
        assert done.returncode == 0, done.stderr.decode()
        for service in ("web", "worker", "beat"):
            made.start(service)
        assert wait_until(lambda: made.ready()[0] == 200, 40), (made.ready(), made.log("web"))
        yield made
    finally:
        made.stop()


def test_the_set_up_step_may_run_again(site):
    done = site.migrate()
    assert done.returncode == 0, done.stderr.decode()


def test_a_deployment_is_ready_and_says_so_item_by_item(site):
    assert site.ready() == (
        200,
        {
            "database": "ok",
            "migrations": "ok",
            "broker": "ok",
            "demo_accounts": "ok",
            "secret_key": "ok",
            "field_keys": "ok",
        },
    )


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "TRUNCATE audit_event",
        "DROP TABLE audit_event",
        "CREATE TABLE mine (n int)",
        "DELETE FROM django_migrations",
        "SET session_replication_role = replica",
    ],
)
def test_what_runs_may_not_touch_the_tables_themselves(site, statement):
    with (
        psycopg.connect(site.environment["DATABASE_URL"]) as plain,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        plain.execute(statement)


def test_the_plain_role_can_do_the_work(site):
    done = subprocess.run(
        [sys.executable, "manage.py", "recompute_quotas", "2026"],
        cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_health_checks_of_the_containers_pass(site):
    for service in ("web", "worker"):
        probe = [sys.executable, *SERVICES[service]["healthcheck"]["test"][2:]]
        done = subprocess.run(probe, cwd=ROOT, env=site.environment, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, (service, done.stdout, done.stderr)


def test_the_schedule_writes_its_memory(site):
    assert wait_until(lambda: list(site.var.glob("beat-schedule*")), 20), site.log("beat")


def test_a_broken_password_is_a_readiness_that_fails_without_saying_why_to_strangers(site):
    with psycopg.connect(site.owner_url, autocommit=True) as admin:
        admin.execute("ALTER ROLE plain NOLOGIN")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'plain'")
        try:
            answers = []
            assert wait_until(lambda: answers.append(site.ready()) or answers[-1][0] == 503, 30)
            assert (answers[-1][1]["database"], answers[-1][1]["broker"]) == ("unreachable", "ok")
        finally:
            admin.execute("ALTER ROLE plain LOGIN")
    assert wait_until(lambda: site.ready()[0] == 200, 30), site.log("web")


def test_log_lines_are_json(site):
    assert site.ask("/healthz", host="elsewhere.example")[0] == 400
    assert wait_until(lambda: "elsewhere.example" in site.log("web"), 5)
    line = json.loads(next(line for line in site.log("web").splitlines() if "elsewhere.example" in line))
    assert line["logger"] == "django.security.DisallowedHost"
    assert {"event", "level", "timestamp"} <= set(line)
