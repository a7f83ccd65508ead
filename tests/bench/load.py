"""Three hundred sessions that enter their months at once, over HTTP, against the product's own web and worker."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SESSIONS, PAUSE = 300, 20.0
#: Every n-th turn of a session hands the month in, once in ten minutes; the next one takes it back.
SUBMITS_EVERY = 30
TOKEN = "t" * 32
LETTERS = "PGTR"
VERSION = re.compile(rb'name="version" value="(\d+)"')


# ------------------------------------------------------------ the sessions, in a process of their own


class Session:
    """One clerk in a browser: opens the sheet, saves cells and counts, hands the month in and takes it back."""

    def __init__(
        self, port: int, who: dict[str, Any], taken: list[tuple[str, float, int]], chance: random.Random
    ) -> None:
        self.port, self.who, self.taken, self.chance = port, who, taken, chance
        self.address = f"/months/sheets/{who['sheet']}/"
        self.rows: dict[int, list[str]] = {int(pk): days for pk, days in who["rows"].items()}
        self.count = 0
        self.turn = chance.randrange(SUBMITS_EVERY)
        self.is_handed_in = False
        self.wire: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def go(self, start: float, end: float) -> None:
        """Open the page some time within the first pause, then act every pause until the end."""
        due = start + self.chance.uniform(0, PAUSE)
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self.act()
            due += PAUSE
        if self.wire is not None:
            self.wire[1].close()

    async def act(self) -> None:
        self.turn += 1
        if self.is_handed_in:
            await self.withdraw()
        elif self.turn % SUBMITS_EVERY == 0:
            await self.submit()
        else:
            await self.save()

    async def save(self) -> None:
        """Save one to five cells as the page's script does; every third time a count of work, too."""
        pk = self.chance.choice(list(self.rows))
        days = self.rows[pk]
        duty = [n for n, cell in enumerate(days) if cell in LETTERS]
        changes = []
        for n in self.chance.sample(duty, self.chance.randint(1, 5)):
            cell = self.chance.choice([letter for letter in LETTERS if letter != days[n]])
            changes.append({"row": pk, "day": n + 1, "cell": cell, "was": days[n]})
        status, body = await self.ask("cells", "POST", "cells/", {"changes": changes})
        if status == 200:
            said = json.loads(body)
            if said["conflicts"] or said["refused"]:
                self.taken.append(("cells", 0.0, 599))  # nobody else writes this sheet
            self.rows |= {int(row): held["days"] for row, held in said["rows"].items()}
        if self.chance.random() < 1 / 3:
            self.count += 1
            entry = {
                "row": pk,
                "code": "lectures",
                "value": str(self.count),
                "reason": "",
                "was": self.who["was"].get(str(pk), ""),
            }
            self.who["was"][str(pk)] = entry["value"]
            status, body = await self.ask("workload", "POST", "workload/", {"entries": [entry]})
            if status == 200 and json.loads(body)["conflicts"]:
                self.taken.append(("workload", 0.0, 599))

    async def submit(self) -> None:
        """Look at what submitting means, submit, and see the page again."""
        status, body = await self.ask("check", "GET", "submit/", part=True)
        found = VERSION.search(body)
        if status == 200 and found:
            status, _body = await self.ask("submit", "POST", "submit/", f"version={found[1].decode()}", part=True)
            self.is_handed_in = status == 204
            if not self.is_handed_in:
                self.taken.append(("submit", 0.0, 598))
        await self.ask("page", "GET", "")

    async def withdraw(self) -> None:
        """See the page, take the month back, and see it again."""
        _status, body = await self.ask("page", "GET", "")
        found = VERSION.search(body)
        if found:
            status, _body = await self.ask("withdraw", "POST", "withdraw/", f"version={found[1].decode()}")
            self.is_handed_in = status != 302
        else:
            self.taken.append(("withdraw", 0.0, 598))
        await self.ask("page", "GET", "")

    async def ask(
        self, kind: str, method: str, path: str, body: Any = None, *, part: bool = False
    ) -> tuple[int, bytes]:
        """Ask over the session's own connection, as browsers keep one; note how long it took and what came."""
        data, kind_of = b"", ""
        if body is not None:
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            kind_of = "application/x-www-form-urlencoded" if isinstance(body, str) else "application/json"
        head = [
            f"{method} {self.address}{path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}",
            f"Cookie: csrftoken={TOKEN}; sessionid={self.who['session']}", "Accept-Language: zh-CN",
            f"Content-Length: {len(data)}",
        ]  # fmt: skip
        head += [f"X-CSRFToken: {TOKEN}", f"Content-Type: {kind_of}"] if body is not None else []
        head += ["HX-Request: true"] if part else []
        sent = ("\r\n".join(head) + "\r\n\r\n").encode() + data
        start = time.perf_counter()
        try:
            status, content = await asyncio.wait_for(self._over_the_wire(sent), 30)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            status, content, self.wire = 0, b"", None
        self.taken.append((kind, time.perf_counter() - start, status))
        return status, content

    async def _over_the_wire(self, sent: bytes) -> tuple[int, bytes]:
        is_new = self.wire is None
        if self.wire is None:
            self.wire = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        reader, writer = self.wire
        try:
            writer.write(sent)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            if is_new:
                raise
            self.wire = None  # the server had closed what was idle: a browser asks again, too
            return await self._over_the_wire(sent)
        status = int(head.split(b" ", 2)[1])
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
        if b"content-length" in fields:
            return status, await reader.readexactly(int(fields[b"content-length"]))
        content = b""
        while b"transfer-encoding" in fields and (size := int((await reader.readline()).strip(), 16)) >= 0:
            content += (await reader.readexactly(size + 2))[:-2]
            if size == 0:
                break
        return status, content


async def run(port: int, sessions: list[dict[str, Any]], duration: float) -> list[tuple[str, float, int]]:
    """Let every session act for so many seconds; return kind, seconds and status of every request."""
    taken: list[tuple[str, float, int]] = []
    start = time.monotonic()
    ones = [Session(port, who, taken, random.Random(n)) for n, who in enumerate(sessions)]  # noqa: S311
    await asyncio.gather(*(one.go(start, start + duration) for one in ones))
    return taken


# ------------------------------------------------------------ the product, and what is told of it


class Product:
    """Web and worker by the lines of the Procfile, on the measurement's own database and broker."""

    def __init__(self, port: int, var: Path) -> None:
        self.port, self.log = port, (var / "load.log").open("ab")
        lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if ": " in line)
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = os.environ | {"PORT": str(port), "HOST": "127.0.0.1", "PATH": path}
        self.programs = [
            subprocess.Popen(  # noqa: S602 -- our own Procfile
                f"exec {lines[name]}",
                shell=True,
                cwd=ROOT,
                env=environment,
                stdout=self.log,
                stderr=self.log,
                start_new_session=True,
            )
            for name in ("web", "worker")
        ]

    def wait(self, patience: float) -> None:
        """Wait until the web answers."""
        deadline = time.monotonic() + patience
        while not self.is_up():
            assert time.monotonic() < deadline, Path(self.log.name).read_text(errors="replace")[-3000:]
            time.sleep(0.1)

    def is_up(self) -> bool:
        """Whether the web answers."""
        from urllib.request import urlopen

        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        for program in self.programs:
            os.killpg(program.pid, signal.SIGTERM)
        for program in self.programs:
            try:
                program.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait(5)
        self.log.close()


def sessions(city: Any, minutes: float) -> Iterator[Any]:
    """The time from a submission to right scores with a real worker; then the sessions."""
    from django.db import connection

    from tests.bench import measure, months_world

    var = Path(os.environ["VAR_DIR"])
    months_world.reopen([city.sheet(unit) for unit in months_world.LOADED])
    clerks = _clerks(city)
    _forget_messages()
    (var / "static").mkdir(exist_ok=True)
    product = Product(_free_port(), var)
    try:
        product.wait(60)
        waits = _submitted_quietly(city)
        yield measure.told("submit-queue-wait", round(statistics.median(waits["wait"]), 3), "s")
        yield measure.seconds("submit-with-a-worker", statistics.median(waits["all"]), 2)
        connection.close()
        told = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"], cwd=ROOT, check=True, capture_output=True, text=True,
            input=json.dumps({"port": product.port, "sessions": clerks, "duration": minutes * 60}),
        )  # fmt: skip
        taken = json.loads(told.stdout)
        _wait_for_the_worker()
    finally:
        product.stop()
    yield from _judged(taken, minutes)
    yield from _scores_right()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _judged(taken: list[tuple[str, float, int]], minutes: float) -> Iterator[Any]:
    from tests.bench import measure

    wrong = Counter((kind, status) for kind, _took, status in taken if status not in (200, 204, 302))
    if wrong:
        sys.stderr.write(f"answers that are errors: {dict(wrong)}\n")
    kinds: dict[str, list[float]] = defaultdict(list)
    for kind, took, _status in taken:
        kinds[kind].append(took)
        kinds["all"].append(took)
    label = f"load-{SESSIONS}-sessions-{minutes:g}min"
    yield measure.told(f"{label}-requests", len(taken), "")
    yield measure.at_most(f"{label}-errors", sum(wrong.values()), 0, "")
    yield measure.seconds(f"{label}-median", statistics.median(kinds["all"]), 0.5)
    yield measure.seconds(f"{label}-p95", statistics.quantiles(kinds["all"], n=20)[-1], 0.5)
    for kind in ("cells", "submit"):
        yield measure.told(f"{label}-{kind}-p95", round(statistics.quantiles(kinds[kind], n=20)[-1], 3), "s")


def _wait_for_the_worker() -> None:
    """Let the worker finish what it was given last."""
    from deploy_admin.jobs.models import Job

    deadline = time.monotonic() + 30
    while Job.objects.filter(kind="appraisals.score", state__in=("queued", "running")).exists():
        if time.monotonic() > deadline:
            return
        time.sleep(0.1)


def _scores_right() -> Iterator[Any]:
    """What was submitted under load has right scores, now that the worker has had its time."""
    from appraisals.scoring import services as scoring
    from deploy_admin.access import SYSTEM
    from tests.bench import measure

    yield measure.at_most("load-left-to-score", scoring.compute(by=SYSTEM), 0, "")


def _clerks(city: Any) -> list[dict[str, Any]]:
    """Sign a clerk of every loaded unit in; return session, sheet and rows."""
    from django.test import Client

    from assignments.models import AssignmentMonth
    from deploy_admin.access import Role
    from deploy_admin.registry.models import Institution
    from tests.accounts.factories import a_membership, signed_in
    from tests.bench.months_world import LOADED, UNIT

    found = []
    for unit in list(LOADED)[:SESSIONS]:
        client = signed_in(Client(), a_membership(Role.RECEIVER_CLERK, Institution.objects.get(pk=UNIT + unit)))
        rows = AssignmentMonth.objects.filter(sheet=city.sheet(unit))
        cells = {str(pk): list(days) for pk, days in rows.values_list("pk", "days")}
        session = client.cookies["sessionid"].value
        found.append({"session": session, "sheet": city.sheet(unit), "rows": cells, "was": {}})
    return found


def _submitted_quietly(city: Any) -> dict[str, list[float]]:
    """Submit some months one by one while nobody else works; seconds to right scores, and what of it was waiting."""
    from assignments.models import MonthSheet
    from assignments.services import months_moving
    from deploy_admin.access import Role
    from deploy_admin.jobs.models import Job
    from deploy_admin.registry.models import Institution
    from tests.accounts.factories import an_actor
    from tests.bench.months_world import UNIT, WAITING

    found: dict[str, list[float]] = {"wait": [], "all": []}
    for unit in WAITING:
        by = an_actor(Role.RECEIVER_CLERK, Institution.objects.get(pk=UNIT + unit))
        sheet = MonthSheet.objects.get(pk=city.sheet(unit))
        start = time.perf_counter()
        months_moving.submit(sheet=sheet, by=by)
        while (held := MonthSheet.objects.get(pk=sheet.pk)).scored_revision != held.revision:
            assert time.perf_counter() - start < 60, "no worker scored it"
            time.sleep(0.005)
        found["all"].append(time.perf_counter() - start)
        job = Job.objects.filter(kind="appraisals.score").latest("pk")
        assert job.started_at is not None
        found["wait"].append((job.started_at - job.sent_at).total_seconds())
    return found


def _forget_messages() -> None:
    """Empty the broker and the list of work: what earlier measurements asked for is not this one's."""
    from celery import current_app

    from deploy_admin.jobs.models import Job

    current_app.control.purge()
    Job.objects.filter(state="queued").delete()


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    sys.stdout.write(json.dumps(asyncio.run(run(asked["port"], asked["sessions"], asked["duration"]))))
