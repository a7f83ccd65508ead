"""The running product for the journeys: its own database with the demo, web server, worker, one Chromium."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)
from psycopg import sql

from deploy_admin import embedded
from tests.conftest import ROOT, VAR

expect.set_options(timeout=30_000)  # two cores, shared
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def the_demo(run: dict[str, Any]) -> str:
    """Load the demo once for all processes of this test run, and return the database to be copied."""
    whose = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:16]
    name, building = f"demo_{whose}", f"demo_building_{whose}"
    with (
        (VAR / "demo.lock").open("a") as lock,
        psycopg.connect(embedded.database_url(VAR, "postgres"), autocommit=True) as admin,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = [row[0] for row in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'demo\\_%'")]
        if name in found:
            return name
        for old in found:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
        manage = [sys.executable, str(ROOT / "manage.py")]
        loading = run | {"env": run["env"] | {"DATABASE_URL": embedded.database_url(VAR, building)}}
        for command in ("migrate", "load_reference", "load_policies", "load_demo"):
            subprocess.run([*manage, command], check=True, **loading)
        admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))
    return name


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first journey of a process waits for the demo to be loaded."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture(scope="session")
def product():
    """Start the product on a database of its own with the demo data; yield its address."""
    name = f"browser_{os.getpid()}"
    admin_url = embedded.database_url(VAR, "postgres")
    log = (VAR / "browser.log").open("ab")
    environment = {
        **os.environ,
        "DATABASE_URL": embedded.database_url(VAR, name),
        "REDIS_URL": f"{embedded.redis_url(VAR)}?virtual_host={os.getpid() % 14 + 1}",
        "DEMO": "1",
        "DATABASE_POOL": "0",
        "FONTCONFIG_FILE": str(ROOT / "var" / "fonts" / "fonts.conf"),
    }
    run: dict[str, Any] = {"cwd": ROOT, "env": environment, "stdout": log, "stderr": log}
    demo = the_demo(run)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(demo)))
    processes: list[subprocess.Popen[bytes]] = []
    try:
        port = free_port()
        binaries = Path(sys.executable).parent
        processes.append(
            subprocess.Popen(
                [
                    str(binaries / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
                    "--blocking-threads", "2", "deploy_admin.wsgi:application",
                ],
                **run,
            )
        )  # fmt: skip
        processes.append(
            subprocess.Popen(
                [str(binaries / "celery"), "-A", "deploy_admin", "worker", "-c", "1", "-l", "WARNING"],
                **run,
            )
        )
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{address}/healthz", timeout=2)  # noqa: S310 -- our own server
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
        log.close()
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "The journeys need Chromium: `make test` installs Debian's package, or put `chromium` on PATH."
    # Playwright keeps an event loop running in this thread to the end of the run, and the order is random: the tests
    # between two journeys would be taken for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


#: Says on every page in which language it is written; runs outside the page's own scripts and policy.
SAY_LANGUAGE = "addEventListener('DOMContentLoaded', () => console.debug('language ' + document.documentElement.lang))"
PHONE = {"width": 360, "height": 740}
SCREEN = {"width": 1440, "height": 900}


class Browsers:
    """Hands out tabs on the product and keeps what went wrong in any of them."""

    def __init__(self, chromium: Browser, product: str, sessions: dict[str, Any]) -> None:
        self.chromium = chromium
        self.product = product
        self.sessions = sessions
        self.languages = {"zh-CN"}
        self.wrong: list[str] = []
        self._contexts: list[BrowserContext] = []

    def tab(self, *, phone: bool = False, **options: Any) -> Page:
        """Return a tab of its own: cookies, sessions and downloads are nobody else's."""
        context = self.chromium.new_context(
            base_url=self.product, locale="zh-CN", viewport=PHONE if phone else SCREEN, has_touch=phone, **options
        )
        context.set_default_timeout(30_000)
        context.add_init_script(SAY_LANGUAGE)
        self._contexts.append(context)
        tab = context.new_page()
        tab.on("request", self._request)
        tab.on("pageerror", lambda error: self.wrong.append(str(error)))
        tab.on("console", self._console)
        return tab

    def desk(self, username: str, *, phone: bool = False) -> Page:
        """Return a tab in which this person of the demonstration has signed in; the session serves every journey."""
        if username not in self.sessions:
            tab = self.tab()
            sign_in(tab, username)
            expect(tab.get_by_role("heading", level=1)).to_be_visible()
            self.sessions[username] = tab.context.storage_state()
            tab.context.close()
        tab = self.tab(phone=phone, storage_state=self.sessions[username])
        tab.goto("/")
        return tab

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.product, "data:", "blob:")):
            self.wrong.append(f"asked another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.text.startswith("language ") and message.text.removeprefix("language ") not in self.languages:
            self.wrong.append(f"{message.text} at {message.location.get('url')}")
        elif message.type == "error" and "status of 4" not in message.text:
            self.wrong.append(message.text)


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    return {}


@pytest.fixture
def browsers(chromium: Browser, product: str, sessions: dict[str, Any]):
    """Hand out tabs; another host, a page error, a console error or a page in the wrong language fails the journey."""
    handed_out = Browsers(chromium, product, sessions)
    yield handed_out
    handed_out.close()
    assert handed_out.wrong == []


def sign_in(tab: Page, username: str, password: str = "") -> None:
    """Fill in name and password (a demonstration account's if none is given); what comes next is the journey's."""
    from deploy_admin.workbench.demo import PASSWORD  # not before the applications are loaded

    tab.goto("/accounts/sign-in/")
    tab.get_by_label("用户名").fill(username)
    tab.get_by_label("密码").fill(password or PASSWORD)
    tab.get_by_role("button", name="登录").click()


def until(tab: Page, address: str, wanted: Callable[[], Locator], seconds: float = 30) -> None:
    """Open the address again and again until what the worker was to bring is there."""
    end = time.monotonic() + seconds
    while True:
        tab.goto(address)
        try:
            expect(wanted()).to_be_visible(timeout=1000)
            return
        except AssertionError:
            if time.monotonic() > end:
                raise
