"""The test run's own database cluster and broker; a template database keyed by the migrations, a copy per process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("TEST_VAR_DIR", ROOT / "var" / "test")).resolve()
# Never the product's database or broker, whatever the shell that started the tests has set.
for _name in ("DATABASE_URL", "REDIS_URL", "DEMO", "SECRET_KEY", "ALLOWED_HOSTS", "LOG_LEVEL"):
    os.environ.pop(_name, None)
os.environ |= {"VAR_DIR": str(VAR), "DEPLOY_ENV": "test", "DJANGO_SETTINGS_MODULE": "deploy_admin.settings"}
sys.path.insert(0, str(ROOT))
(ROOT / "var" / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns where nothing was collected yet

import fcntl  # noqa: E402
import hashlib  # noqa: E402
import re  # noqa: E402
import subprocess  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from datetime import datetime  # noqa: E402
from zoneinfo import ZoneInfo  # noqa: E402

import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
import pytest_socket  # noqa: E402
import time_machine  # noqa: E402
from psycopg import sql  # noqa: E402

from deploy_admin import embedded, translations  # noqa: E402
from deploy_admin.celery import app as celery_app  # noqa: E402, F401 -- so that send_task finds the tests' own broker

FAST = tuple(
    f"-c{setting}"
    for setting in (
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "wal_level=minimal",
        "max_wal_senders=0",
    )
)
#: `TEST_POSTGRES=/usr/lib/postgresql/15/bin` runs the tests on that server instead of the embedded one.
SERVER = os.environ.get("TEST_POSTGRES")
CLUSTER = VAR / f"on{SERVER.replace('/', '-')}" if SERVER else VAR
_servers: list[subprocess.Popen[bytes]] = []
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time start or stop the servers of this folder."""
    CLUSTER.mkdir(parents=True, exist_ok=True)
    with (CLUSTER / "start.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start_servers() -> None:
    """Start PostgreSQL and Redis unless another run's are there; a shared lock counts those who use them."""
    global _users
    with _alone():
        _users = os.open(CLUSTER / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)  # let go when the process ends
        fcntl.flock(_users, fcntl.LOCK_SH)
        bin_dir = Path(SERVER) if SERVER else None
        try:
            psycopg.connect(embedded.database_url(CLUSTER, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            _servers.append(embedded.start_postgres(CLUSTER, extra=FAST, die_with_parent=False, bin_dir=bin_dir))
        if not embedded.redis_answers(CLUSTER):
            _servers.append(embedded.start_redis(CLUSTER, die_with_parent=False))


def _stop_servers() -> None:
    """Stop them if this is the last run that uses them."""
    with _alone():
        try:
            fcntl.flock(_users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            for server in _servers:
                server.returncode = 0  # another run goes on with it and stops it: no leftover to warn of
            return
        embedded.stop_redis(CLUSTER)
        embedded.stop_postgres(CLUSTER)
        for server in _servers:
            server.wait()


_start_servers()
if SERVER:
    os.environ |= {"DATABASE_URL": embedded.database_url(CLUSTER), "REDIS_URL": embedded.redis_url(CLUSTER)}
translations.compile_catalogues()
# One frozen start for the whole run, never stopped: no clock jumps between tests, and time still passes.
time_machine.travel(NOW, tick=True).start()


# Few examples in every run, many in `make soak`; no deadline, because two cores are shared.
hypothesis.settings.register_profile("house", max_examples=40, deadline=None)
hypothesis.settings.register_profile("soak", max_examples=3000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def pytest_configure() -> None:
    """Load the settings before pytest-django looks whether there are any."""
    from django.conf import settings

    assert settings.ENVIRONMENT == "test"


def pytest_unconfigure() -> None:
    _stop_servers()


def pytest_runtest_setup() -> None:
    """Nothing leaves the machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


def _drop_leftovers(admin: psycopg.Connection) -> None:
    """Drop the databases of runs that were killed."""
    for (name,) in admin.execute("SELECT datname FROM pg_database").fetchall():
        owner = re.fullmatch(r"(?:test|building|browser)_(\d+)", name)
        if owner and not embedded.alive(int(owner[1]), ""):
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _migrations_digest() -> str:
    apps = [ROOT / "deploy_admin", *(ROOT / name for name in ("quotas", "assignments", "appraisals"))]
    files = sorted(file for app in apps for file in app.glob("**/migrations/*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in [*files, ROOT / "requirements.lock"])).hexdigest()[
        :12
    ]


def _let_flush_truncate(url: str) -> None:
    """Switch off the TRUNCATE triggers of append-only tables: transactional tests are cleaned up by TRUNCATE."""
    with psycopg.connect(url, autocommit=True) as copy:
        found = copy.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgtype & 32 > 0 AND NOT tgisinternal"
        ).fetchall()
        for table, trigger in found:
            copy.execute(
                sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(sql.Identifier(table), sql.Identifier(trigger))
            )


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    def use(database: str) -> None:
        connections["default"].close()
        settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = database

    template, name = f"template_{_migrations_digest()}", f"test_{os.getpid()}"
    with (
        psycopg.connect(embedded.database_url(CLUSTER, "postgres"), autocommit=True) as admin,
        django_db_blocker.unblock(),
    ):
        admin.execute("SELECT pg_advisory_lock(1)")
        _drop_leftovers(admin)
        found = [row[0] for row in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'")]
        if template not in found:
            for old in found:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            building = f"building_{os.getpid()}"
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
            use(building)
            call_command("migrate", verbosity=0)
            connections["default"].close()
            admin.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
            )
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        admin.execute("SELECT pg_advisory_unlock(1)")
        use(name)
        _let_flush_truncate(embedded.database_url(CLUSTER, name))
        yield
        connections.close_all()
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(autouse=True)
def _language_of_the_installation() -> Iterator[None]:
    """Begin each test in the default language: a request leaves its own behind in the thread."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()
