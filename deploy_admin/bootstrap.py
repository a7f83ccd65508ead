"""Set-up before anything is installed: environment, packages, fonts, system libraries; then hand over to the command.

Standard library only, and started as `python3 -I deploy_admin/bootstrap.py COMMAND`: without -I this folder would be
the first import path, and it holds modules named like others (celery, http). Every step notes a digest of what it was
made from and is left out while that is unchanged, so that only the first start needs a network.
"""

from __future__ import annotations

import argparse
import ctypes
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
#: Where the running system writes (settings.VAR_DIR); set-up's own things lie in VAR.
DATA = Path(os.environ.get("VAR_DIR") or VAR).resolve()
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
#: The embedded Redis comes as wheels for these only.
PYTHONS = ((3, 11), (3, 12))
#: What WeasyPrint opens at run time, and the Debian packages that have it.
PRINT_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PRINT_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>serif</family><prefer><family>Noto Serif SC</family></prefer></alias>
  <alias><family>sans-serif</family><default><family>Noto Serif SC</family></default></alias>
  <alias><family>monospace</family><default><family>Noto Serif SC</family></default></alias>
</fontconfig>
"""


class Refusal(Exception):
    """Why set-up cannot go on, in one sentence."""


def say(line: str) -> None:
    sys.stdout.write(f"   setup | {line}\n")
    sys.stdout.flush()


def writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def environment() -> dict[str, str]:
    """Return the environment of every step: caches under var/ where the home is read-only, pip's mirror for uv too."""
    found = dict(os.environ)
    home = Path(found.get("HOME") or "/nonexistent")
    if not writable(home) or not (writable(home / ".cache") or not (home / ".cache").exists()):
        for name, folder in (("PIP_CACHE_DIR", "pip"), ("UV_CACHE_DIR", "uv"), ("npm_config_cache", "npm")):
            found.setdefault(name, str(VAR / "cache" / folder))
        found.setdefault("XDG_CACHE_HOME", str(VAR / "cache"))
    if "PIP_CERT" in found:
        found.setdefault("SSL_CERT_FILE", found["PIP_CERT"])
    found |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    return found


def call(argv: Sequence[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> bool:
    """Run a step quietly; show what it said only if it fails."""
    try:
        done = subprocess.run(  # noqa: S603
            [str(word) for word in argv],
            cwd=cwd, env=env or environment(), check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except OSError as error:
        say(str(error))
        return False
    if done.returncode:
        for line in done.stdout.decode(errors="replace").strip().splitlines()[-15:]:
            say(f"    {line}")
    return done.returncode == 0


def answers(argv: Sequence[str | Path]) -> str | None:
    """Return what a program prints, or None if it is missing or fails."""
    try:
        words = [str(word) for word in argv]
        done = subprocess.run(words, capture_output=True, env=environment(), check=False)  # noqa: S603
    except OSError:
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None


def digest(*parts: Path | str) -> str:
    """Return a digest of files and words."""
    seen = hashlib.sha256()
    for part in parts:
        seen.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        seen.update(b"\0")
    return seen.hexdigest()


def is_made(stamp: Path, made_from: str) -> bool:
    return stamp.exists() and stamp.read_text() == made_from


def base_python() -> str:
    """Return a Python that can carry the environment: this one, or another on PATH."""
    if sys.version_info[:2] in PYTHONS:
        return str(getattr(sys, "_base_executable", "") or sys.executable)
    for major, minor in PYTHONS:
        found = shutil.which(f"python{major}.{minor}")
        if found:
            return found
    raise Refusal("Python 3.11 or 3.12 is needed: install it (Debian 12: python3), or name it with PYTHON=.")


def make_environment() -> None:
    """Make .venv, also where python3-venv (ensurepip) is missing: whoever installs does so from outside."""
    if PYTHON.exists() and answers([PYTHON, "-c", "import sys; print(sys.version_info >= (3, 11))"]) == "True":
        return
    say("Making .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    base = base_python()
    pip = ["--without-pip"] if answers([base, "-m", "pip", "--version"]) else []
    if not call([base, "-m", "venv", *pip, VENV]):
        shutil.rmtree(VENV, ignore_errors=True)
        raise Refusal("Neither pip nor ensurepip is there: install python3-pip or python3-venv.")


def pip() -> list[str]:
    """Return a pip that installs into .venv: its own, or the machine's from outside."""
    if answers([PYTHON, "-m", "pip", "--version"]):
        return [str(PYTHON), "-m", "pip"]
    base = base_python()
    version = re.match(r"pip (\d+)\.(\d+)", answers([base, "-m", "pip", "--version"]) or "")
    if version and (int(version[1]), int(version[2])) >= (22, 3):
        return [base, "-m", "pip", "--python", str(PYTHON)]
    folder = answers([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    if version and folder and call([base, "-m", "pip", "install", "--quiet", "--target", folder, "pip"]):
        return [str(PYTHON), "-m", "pip"]
    raise Refusal("pip cannot be used here: install python3-pip (22.3 or later) or python3-venv.")


def uv() -> str | None:
    """Return uv, installed under var/ for set-up alone; None where it cannot be had, pip does the same slower."""
    tools = VAR / "tools" / "uv"
    lock, stamp = ROOT / "requirements-setup.lock", tools / ".made-from"
    found = tools / "bin" / "uv"
    if not is_made(stamp, digest(lock)):
        shutil.rmtree(tools, ignore_errors=True)
        flags = ["--quiet", "--require-hashes", "--only-binary", ":all:", "--target", str(tools)]
        if not call([*pip(), "install", *flags, "-r", lock]):
            return None
        stamp.write_text(digest(lock))
    return str(found) if answers([found, "--version"]) else None


def mirror() -> dict[str, str]:
    """Return the package mirror that pip is set to, as uv wants to hear it."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        return {}
    found = os.environ.get("PIP_INDEX_URL") or answers([*pip(), "config", "get", "global.index-url"])
    return {"UV_DEFAULT_INDEX": found} if found else {}


def install(name: str) -> None:
    """Install one lock file into .venv, every package checked against its hash."""
    lock, stamp = ROOT / f"{name}.lock", VENV / f".{name}"
    made_from = digest(lock)
    if is_made(stamp, made_from):
        return
    say(f"Installing {name}.lock ...")
    began, tool = time.monotonic(), uv()
    flags = ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    quick = tool is not None and call(
        [tool, "pip", "install", "--quiet", "--python", PYTHON, *flags], env=environment() | mirror()
    )
    if not quick:
        say("Installing with pip ...")
        if not call([*pip(), "install", "--quiet", *flags]):
            raise Refusal(f"The packages of {name}.lock could not be installed: is there a way to a package index?")
    stamp.write_text(made_from)
    say(f"Installed in {time.monotonic() - began:.0f} s.")


def npm() -> list[str]:
    """Return the machine's npm, or one installed into .venv."""
    node = re.match(r"v(\d+)", answers(["node", "--version"]) or "")
    if node and int(node[1]) >= 18 and answers(["npm", "--version"]):
        return ["npm"]
    install("requirements-node")
    return [str(PYTHON), str(VENV / "bin" / "npm")]


def fetch_packages() -> None:
    """Fetch what package.json names and copy the few files that are used into var/; nothing of Node stays."""
    package, lock = ROOT / "package.json", ROOT / "package-lock.json"
    stamp, made_from = VAR / "fonts" / ".made-from", digest(package, lock, FONTS_CONF, str(VAR))
    if is_made(stamp, made_from):
        return
    say("Fetching fonts through the npm registry ...")
    work = VAR / "npm"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for file in (package, lock):
        shutil.copy(file, work)
    if not call([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=work):
        raise Refusal("The packages of package-lock.json could not be fetched: is there a way to an npm registry?")
    copy_files(work / "node_modules")
    stamp.write_text(made_from)
    shutil.rmtree(work)


def copy_files(modules: Path) -> None:
    """Copy the files that package.json names under "copied" from `modules` into var/, and write fonts.conf."""
    for target, source in json.loads((ROOT / "package.json").read_text())["copied"].items():
        (VAR / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, VAR / target)
    conf = FONTS_CONF.format(fonts=VAR / "fonts", cache=VAR / "cache" / "fontconfig")
    (VAR / "fonts" / "fonts.conf").write_text(conf)


def apt_install(packages: Sequence[str]) -> bool:
    """Install Debian packages if this machine lets us."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing {' '.join(packages)} ...")
    env = environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    return call(command, env=env) or (call(["apt-get", "update"], env=env) and call(command, env=env))


def printable() -> bool:
    try:
        for name in PRINT_LIBRARIES:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def need_print_libraries(*, must: bool) -> None:
    """See to Pango: without it everything works but the PDF of a printed page."""
    if sys.platform != "linux" or printable() or (apt_install(PRINT_PACKAGES) and printable()):
        return
    sentence = f"PDF files need Pango: install the system packages {' '.join(PRINT_PACKAGES)} (or your system's)."
    if must:
        raise Refusal(sentence)
    say(sentence)


def need_browser() -> None:
    """See to a Chromium for the journeys."""
    if not any(map(shutil.which, BROWSERS)) and not (apt_install(["chromium"]) and shutil.which("chromium")):
        raise Refusal("The journeys need a browser: install the system package chromium, or put it on PATH.")


def offer_stock_postgres() -> None:
    """Install the distribution's PostgreSQL where that can be done: the tests then run on it as well."""
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        apt_install(["postgresql"])


def set_up(*, tests: bool = False) -> None:
    """Bring everything to what the lock files say."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up of this checkout ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        make_environment()
        install("requirements-dev" if tests or (VENV / ".requirements-dev").exists() else "requirements")
        fetch_packages()
        need_print_libraries(must=tests)
        if tests:
            need_browser()
            offer_stock_postgres()


def lock() -> None:
    """Resolve every lock file anew, without an address in any: uv reads no pip.conf, --no-header hides the command."""
    tool = uv()
    if not tool:
        raise Refusal("Locking needs uv, and uv could not be installed.")
    options = [
        "--upgrade",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
    ]
    for name, source in (
        ("requirements", ["pyproject.toml"]),
        ("requirements-dev", ["pyproject.toml", "--group", "dev"]),
        ("requirements-setup", ["--group", "setup"]),
        ("requirements-node", ["--group", "node"]),
    ):
        if not call([tool, "pip", "compile", "--quiet", *options, *source, "-o", f"{name}.lock"]):
            raise Refusal(f"{name}.lock could not be resolved.")
    flags = ["--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved"]
    if not call([*npm(), "install", *flags]):
        raise Refusal("package-lock.json could not be resolved.")


def running() -> dict[str, object] | None:
    """Return what the running system of this checkout noted (process, address), or None if none runs."""
    path = DATA / "run.lock"
    if not path.exists():
        return None
    with path.open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            found: dict[str, object] = json.loads(lock.read() or "{}")
            return found
    return None


def stop() -> None:
    """Stop the running system of this checkout, if one runs, and wait for it."""
    found = running()
    if not found:
        return
    say(f"Stopping the running system (process {found['pid']}) ...")
    with suppress(ProcessLookupError):
        os.kill(int(str(found["pid"])), signal.SIGTERM)
    deadline = time.monotonic() + 90
    while running():
        if time.monotonic() > deadline:
            raise Refusal("The running system does not stop: press Ctrl-C twice in its window.")
        time.sleep(0.2)


def reset() -> None:
    """Delete the data of this checkout; what set-up fetched and built stays."""
    stop()
    data = ("pg", "pg.new", "redis", "secret-key", "postgres.log*", "redis.log*", "beat-schedule*")
    for path in [found for pattern in data for found in DATA.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    say("The data is gone; the next `make run` starts over.")


def hand_over(*words: str | Path, **extra: str) -> None:
    """Become the command."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), *map(str, words)], environment() | extra)  # noqa: S606


def end_with_make() -> None:
    """If make is killed, stop in order: nobody would be left to press Ctrl-C."""
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG, kept over exec


def run() -> None:
    found = running()
    if found:
        where = f" at {found['url']}" if "url" in found else ""
        raise Refusal(
            f"This checkout runs already (process {found.get('pid')}){where}: "
            "stop it with Ctrl-C in its window, or with `make stop`."
        )
    end_with_make()
    set_up()
    hand_over("manage.py", "run", DEPLOY_ENV="local", DEMO=os.environ.get("DEMO", "1"))


def main() -> int:
    """Run one command of the Makefile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["run", "stop", "reset", "setup", "lock", "copy-packages"])
    parser.add_argument("--tests", action="store_true", help="with what the tests and checks need")
    parser.add_argument("words", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    try:
        if given.command == "run":
            run()
        elif given.command == "stop":
            stop()
        elif given.command == "reset":
            reset()
        elif given.command == "copy-packages":
            copy_files(Path(given.words[0]).resolve())
        else:
            set_up(tests=given.tests)
            if given.command == "lock":
                lock()
    except Refusal as refusal:
        say(str(refusal))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
