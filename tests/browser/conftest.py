"""The running product for the journeys: its own database with the demo, web server, worker, and one Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg import sql

from deploy_admin import embedded
from tests.conftest import ROOT, VAR

CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def product():
    """Start the product on a database of its own with the demo data; yield its address."""
    name = f"browser_{os.getpid()}"
    admin_url = embedded.database_url(VAR, "postgres")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    environment = {
        **os.environ,
        "DATABASE_URL": embedded.database_url(VAR, name),
        "REDIS_URL": f"{embedded.redis_url(VAR)}?virtual_host={os.getpid() % 14 + 1}",
        "DEMO": "1",
        "DATABASE_POOL": "0",
        "FONTCONFIG_FILE": str(ROOT / "var" / "fonts" / "fonts.conf"),
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    log = (VAR / "browser.log").open("ab")
    run = {"cwd": ROOT, "env": environment, "stdout": log, "stderr": log}
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for command in (["migrate"], ["load_reference"], ["load_policies"], ["load_demo"]):
            subprocess.run([*manage, *command], check=True, **run)
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
                urllib.request.urlopen(f"{address}/healthz", timeout=2)
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
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "The journeys need Chromium: `make test` installs Debian's package, or put `chromium` on PATH."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, product: str):
    """Return a page on the product; any request to another host, page error or console error fails the journey."""
    context = chromium.new_context(base_url=product, locale="zh-CN", viewport={"width": 1440, "height": 900})
    tab: Page = context.new_page()
    wrong: list[str] = []
    tab.on("request", lambda r: None if r.url.startswith((product, "data:", "blob:")) else wrong.append(r.url))
    tab.on("pageerror", lambda e: wrong.append(str(e)))
    tab.on("console", lambda m: wrong.append(m.text) if m.type == "error" and "status of 4" not in m.text else None)
    yield tab
    context.close()
    assert wrong == []
