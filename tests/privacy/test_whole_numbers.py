"""After a year with people's ID numbers in every place where somebody may put one, none lies about in the clear."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from deploy_admin.access import Role
from deploy_admin.accounts.models import Membership
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership, signed_in
from tests.privacy.scene import BIRTH_DATES, Scene
from tests.privacy.searching import BORN_ON, found_in, stored, texts

#: A workbook goes back to whoever sent it, with their own numbers in it; each time it is written down.
OWN_FILES = re.compile(r".*_upload_marked$|^jobs:download$")
LINK = re.compile(r'(?:href|hx-get|action|formaction)="(/[^"#]*)"')
PAGES = 900


class Kept(logging.Handler):
    """Keeps every line as it would be written, tracebacks and all."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def log() -> Iterator[Kept]:
    root, kept = logging.getLogger(), Kept()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield kept
    root.setLevel(before)
    root.removeHandler(kept)


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker, log):
    """Play the year once for the whole file, in a transaction that is rolled back at its end."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            yield Scene()
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


def test_no_table_holds_a_whole_number(scene):
    wrong = {(table, column, number) for table, column, text in stored() for number in found_in(text, scene.secrets)}
    assert wrong == set()


def test_the_date_of_birth_stands_in_the_record_alone(scene):
    wrong = {
        (table, column, text[:200])
        for table, column, text in stored()
        if (table, column) != BORN_ON and any(day in text for day in BIRTH_DATES)
    }
    assert wrong == set()


def test_no_line_of_the_log_holds_a_whole_number(scene, log):
    assert len(log.lines) > 10
    said = "\n".join(log.lines)
    assert found_in(said, scene.secrets) == []
    assert [day for day in BIRTH_DATES if day in said] == []


def test_no_page_on_the_way_showed_one(scene):
    """What the pages answered, refusals too; a form gives back only a number that is none, to be mended."""
    wrong = {}
    for name, answer in scene.answers:
        if OWN_FILES.match(name) or name in {"people:reveal", "people:roster_whole"}:
            continue
        said = [number for text in texts(answer.content) for number in found_in(text, scene.secrets)]
        if answer.status_code != 422:
            said += [day for day in BIRTH_DATES if day in answer.content.decode("utf-8", "ignore")]
        if said:
            wrong[f"{name} {answer.status_code}"] = said
    assert wrong == {}


def test_tables_that_go_out_without_a_reason_are_masked(scene):
    for answer in scene.masked:
        assert [number for text in texts(answer.content) for number in found_in(text, scene.secrets)] == []


def test_what_was_seen_and_done_with_numbers_is_on_the_record(scene):
    acts = Counter(Event.objects.values_list("act", flat=True))
    for act, count in {
        "people.id_revealed": 1,
        "people.ids_read": 2,  # a list and one person
        "people.roster_revealed": 1,
        "people.merged": 1,
        "people.transfer_asked": 1,
        "people.transfer_agreed": 1,
        "people.transferred": 1,
        "people.exported": 1,
        "imports.exported": 3,
        "eligibility.exported": 2,
        "eligibility.list_checked": 2,
        "files.read": 1,
        "lists.entered": 2,
    }.items():
        assert acts[act] >= count, act
    assert acts["people.id_revealed"] == acts["people.roster_revealed"] == acts["people.merged"] == 1


def test_a_number_is_told_once_and_no_cache_keeps_it(scene):
    revealed = [answer for name, answer in scene.answers if name == "people:reveal" and answer.status_code == 200]
    assert all("no-store" in answer["Cache-Control"] for answer in revealed)
    whole = [answer for name, answer in scene.answers if name == "people:roster_whole"]
    assert whole


# Every page of every desk


def desk(scene: Scene, role: Role) -> Membership:
    match role:
        case Role.SYSTEM_ADMIN | Role.SECURITY_ADMIN | Role.AUDIT_ADMIN:
            return a_membership(role)
        case Role.CITY_OFFICER | Role.PERSONNEL_SECTION:
            return a_membership(role, scene.commission)
        case Role.SENDER_HR:
            return a_membership(role, scene.hospital, manages_unit=True)
        case Role.RECEIVER_CLERK | Role.RECEIVER_HEAD:
            return a_membership(role, scene.at_post.centre, manages_unit=role is Role.RECEIVER_CLERK)
        case Role.DEPLOYED_PERSON:
            return scene.at_post.deployed
        case _:
            return a_membership(role, scene.authority)


def name_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def crawled(browser: Client) -> Iterator[tuple[str, str, bytes]]:
    """Yield (URL name, address, answer) of every page that can be reached from home: of one name some dozen."""
    waiting, met, names = [reverse("workbench:home")], set(), Counter()
    while waiting:
        address = waiting.pop(0)
        name = name_of(address)
        if not name or address in met or names[name] >= 12 or name.startswith(("admin:", "ui:")):
            continue
        met.add(address)
        names[name] += 1
        assert len(met) < PAGES
        answer = browser.get(address)
        if answer.status_code in {301, 302}:
            waiting.append(answer["Location"])
            continue
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code in {200, 405, 409, 404}, (address, answer.status_code)
        yield name, address, content
        if answer["Content-Type"].startswith("text/html"):
            waiting += [unescape(link) for link in LINK.findall(content.decode())]


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_no_page_of_any_desk_shows_one(scene, role, monkeypatch):
    """Pages, drawers, exports, papers: all that links lead to. No link shows a whole number."""
    with transaction.atomic():
        browser = signed_in(Client(), desk(scene, role))
        names, wrong = set(), {}
        for name, address, content in crawled(browser):
            names.add(name)
            if OWN_FILES.match(name):
                continue
            said = {number for text in texts(content) for number in found_in(text, scene.secrets)}
            said |= {day for day in BIRTH_DATES if day in content.decode("utf-8", "ignore")}
            if said:
                wrong[address] = sorted(said)
        transaction.set_rollback(True)
    assert wrong == {}
    if role in {Role.SENDER_HR, Role.DISTRICT_OFFICER, Role.CITY_OFFICER}:
        assert names >= {
            "people:people", "people:person", "people:reveal", "people:rosters", "people:roster_upload",
            "assignments:eligibility", "assignments:explained", "quotas:lists", "quotas:list",
            "assignments:assignments", "assignments:assignment", "assignments:leave", "assignments:absence",
            "assignments:paper", "assignments:campaign", "assignments:credits",
        }  # fmt: skip
    if role in {Role.RECEIVER_CLERK, Role.RECEIVER_HEAD}:
        assert names >= {
            "assignments:assignments",
            "assignments:assignment",
            "assignments:leave",
            "assignments:papers",
        }
    if role is Role.DEPLOYED_PERSON:
        own = {"my_record", "my_explained", "my_service", "my_leave", "my_absence"}
        assert names >= {f"assignments:{name}" for name in own}
