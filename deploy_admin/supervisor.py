"""Keeps a few programs running as children of this process, in order: a dead one is started again, all stop together.

Own code because no kept supervisor does all three: children end when this process is killed, servers stop after those
who use them, a second signal kills. Programs of one rank stop together, higher ranks first.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deploy_admin.embedded import end_with_parent

#: So often within a minute may a program end before it is taken for broken.
TOO_OFTEN = 5


@dataclass
class Program:
    """One program: how it is started, how it is asked to stop, and for how long it is waited for."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    rank: int
    stop_signal: int = signal.SIGTERM
    patience: float = 30
    process: subprocess.Popen[bytes] | None = None
    ends: list[float] = field(default_factory=list)


class Supervisor:
    """Starts programs, watches them until a signal comes, stops them in order."""

    def __init__(self, mark: str) -> None:
        """`mark` lies in the environment of every child, so that leftovers of a killed run are found again."""
        self.mark = mark
        self.programs: list[Program] = []
        self.signals = 0
        self._raise = False
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self._count)

    def _count(self, signum: int, frame: object) -> None:
        self.signals += 1
        if self._raise:
            self._raise = False
            raise InterruptedError

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Within the block a signal raises InterruptedError: set-up is left where it stands, and can be repeated."""
        self._raise = True
        try:
            yield
        finally:
            self._raise = False

    def add(self, program: Program) -> None:
        program.process = program.start()
        self.programs.append(program)

    def command(self, name: str, line: str, environment: dict[str, str]) -> Callable[[], subprocess.Popen[bytes]]:
        """Return a start for one line of a Procfile; its output is shown under its name."""

        def start() -> subprocess.Popen[bytes]:
            process = subprocess.Popen(  # noqa: S603
                ["/bin/sh", "-c", f"exec {line}"],
                # SPT_NOENV: a process that renames itself must not write over the mark in its environment.
                env={**environment, "SUPERVISED": self.mark, "SPT_NOENV": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent(signal.SIGTERM),
            )
            threading.Thread(target=_show, args=(name, process), daemon=True).start()
            return process

        return start

    def watch(self, each_round: Callable[[], None]) -> bool:
        """Start again what ends, until a signal comes (True) or a program ends too often (False)."""
        while not self.signals:
            for program in self.programs:
                if not self._keep(program):
                    return False
            each_round()
            time.sleep(0.2)
        return True

    def _keep(self, program: Program) -> bool:
        if program.process is None or program.process.poll() is None:
            return True
        code = program.process.returncode
        _kill_group(program.process)  # what a killed parent left behind
        now = time.monotonic()
        program.ends = [*(end for end in program.ends if now - end < 60), now]
        if self.signals:
            return True
        if len(program.ends) >= TOO_OFTEN:
            say(f"{program.name} ended {TOO_OFTEN} times within a minute (last with {code}): stopping everything.")
            return False
        say(f"{program.name} ended with {code}: starting it again.")
        try:
            program.process = program.start()
        except RuntimeError as error:
            say(str(error))
            return False
        return True

    def stop(self) -> None:
        """Stop the highest rank first; whoever outstays its patience, or a further signal, is killed."""
        already = self.signals
        for rank in sorted({program.rank for program in self.programs}, reverse=True):
            group = [p for p in self.programs if p.rank == rank and p.process and p.process.poll() is None]
            for program in group:
                assert program.process  # noqa: S101
                with contextlib.suppress(ProcessLookupError):
                    program.process.send_signal(program.stop_signal)
            deadline = time.monotonic() + max((program.patience for program in group), default=0)
            while any(p.process and p.process.poll() is None for p in group) and self.signals <= max(already, 1):
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)
            for program in group:
                if program.process:
                    _end(program)


def _end(program: Program) -> None:
    process = program.process
    assert process  # noqa: S101
    if process.poll() is None:
        say(f"{program.name} is killed.")
        if program.stop_signal == signal.SIGINT:  # PostgreSQL: at once, but every backend told, none orphaned
            process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
    _kill_group(process)
    process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def kill_leftovers(mark: str) -> int:
    """Kill what a killed supervisor's children left running, found by the mark in their environment."""
    found = 0
    wanted = f"SUPERVISED={mark}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(entry.name) != os.getpid() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
                found += 1
    return found


def _show(name: str, process: subprocess.Popen[bytes]) -> None:
    assert process.stdout  # noqa: S101
    for line in process.stdout:
        say(line.decode(errors="replace").rstrip(), name)


def say(line: str, name: str = "run") -> None:
    """Print one line under a program's name; a closed terminal is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{name:>8} | {line}\n")
        sys.stdout.flush()
