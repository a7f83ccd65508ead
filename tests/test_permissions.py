"""The table of who may do what (permissions.yaml), and a walk over every URL × role × foreign object."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from deploy_admin import documents, urls
from deploy_admin.access import GRANTS, Permission, Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.tokens import MACHINE_SCOPES
from tests.permission_world import FOREIGN, OF_ASSIGNMENT, OF_PERSON, OWN, World, undone
from tests.test_consistency import OWN_URLS

TABLE = yaml.safe_load((Path(__file__).parent / "permissions.yaml").read_text())
ROLES = {Role(name): row for name, row in TABLE["roles"].items()}
PAGES: dict[str, dict[str, Any]] = TABLE["pages"]
API: dict[str, str] = TABLE["api"]
WRITES: dict[str, str] = TABLE["api_writes"]
ACTS: dict[str, str] = TABLE["api_acts"]
OBJECTS: dict[str, dict[str, Any]] = TABLE["objects"]
NAMED = {name: row for name, row in PAGES.items() if row["needs"] not in {"public", "signed_in"}}
ONE_EACH = pytest.mark.parametrize("role", list(Role), ids=str)


def test_the_table_names_the_grants_of_every_role():
    assert {role: set(row["may"]) for role, row in ROLES.items()} == {
        role: {str(p) for p in granted} for role, granted in GRANTS.items()
    }


def test_every_permission_is_granted_to_somebody():
    assert {str(p) for p in Permission} == {p for row in ROLES.values() for p in row["may"]}


def test_the_table_names_every_page_and_action_with_its_permission():
    pages, actions = {}, {}
    for _, name, callback in OWN_URLS:
        if hasattr(callback, "actions"):
            for action in callback.actions.values():
                actions[f"{name.rsplit('-', 1)[0]}.{action}"] = str(callback.cls.permissions[action])
        else:
            view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
            pages[name] = str(getattr(callback, "permission", None) or getattr(view, "permission", None))
    assert pages == {name: row["needs"] for name, row in PAGES.items()}
    assert actions == API | WRITES | ACTS


def test_the_table_speaks_of_roles_and_kinds_that_exist():
    kinds = {row["object"] for row in PAGES.values() if "object" in row} | set(TABLE["api_objects"].values())
    assert kinds == set(OBJECTS)
    named = [name for row in OBJECTS.values() for name in row.get("own_unseen_by", [])]
    named += [
        name for row in OBJECTS.values() if row["foreign_seen_by"] != "everyone" for name in row["foreign_seen_by"]
    ]
    named += [name for row in PAGES.values() for name in row.get("refused_to", [])]
    assert set(named) <= set(map(str, Role))


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Build one world for the whole file, in a transaction that is rolled back at its end."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            yield World()
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def no_drawing(monkeypatch):
    """A walk asks who may have a page, not how a paper or a refusal looks: these are drawn a thousand times less."""
    monkeypatch.setattr(documents, "pdf", lambda *_args, **_kwargs: b"%PDF")
    for status in (403, 404):
        plain = partial(HttpResponse, "refused", status=status)
        monkeypatch.setattr(urls, f"handler{status}", lambda _request, exception, plain=plain: plain(), raising=False)


def may(role: Role, permission: str) -> bool:
    return permission in ROLES[role]["may"]


def knows(role: Role, kind: str | None, side: str) -> bool:
    """Whether the table lets the role know the side's object of this kind."""
    if kind is None:
        return True
    row = OBJECTS[kind]
    if side == OWN:
        return str(role) not in row.get("own_unseen_by", [])
    return row["foreign_seen_by"] == "everyone" or str(role) in row["foreign_seen_by"]


def ask(world: World, role: Role, name: str, side: str, method: str) -> int:
    """Return the status of the page on the side's object; a POST sends an empty form, or what the table says."""
    row, client = PAGES[name], world.browser_of(role)
    url = reverse(name, kwargs={**world.arguments(row.get("object"), side, role), **row.get("args", {})} or None)
    query = "".join(f"?{key}={value}" for key, value in row.get("query", {}).items())
    with undone(client):
        return (
            client.get(url + query) if method == "GET" else client.post(url + query, row.get("data", {}))
        ).status_code


def expected(role: Role, row: dict[str, Any], side: str) -> str:
    if not may(role, row["needs"]):
        return "403"
    if not knows(role, row.get("object"), side):
        return "404"
    refused = row.get("refused_to", []) + (row.get("foreign_refused_to", []) if side == FOREIGN else [])
    return "403" if str(role) in refused else "let in"


def fits(status: int, what: str, method: str) -> bool:
    """Whether the answer is what the table says; what is let in may still be refused with a sentence (409, 422)."""
    if what != "let in":
        return status == int(what)
    return status in ({200, 302, 409} if method == "GET" else {200, 204, 302, 409, 422})


@ONE_EACH
def test_the_members_reach_is_the_tables(world, role):
    assert MembershipActor(world.members[role]).reach == ROLES[role]["reach"]


@ONE_EACH
@pytest.mark.parametrize("side", [OWN, FOREIGN])
def test_a_role_enters_the_pages_it_may_and_knows_the_objects_it_reaches(world, role, side):
    """Without the permission 403, an object out of reach 404, everything else an answer and never an error."""
    wrong = {}
    for name, row in NAMED.items():
        if side == FOREIGN and not (row.get("object") and may(role, row["needs"])):
            continue  # the permission alone decides, and the own side's walk has asked for it
        methods = row.get("methods", ["GET"])
        for method in (
            methods if may(role, row["needs"]) else methods[:1]
        ):  # the guard asks before it looks at the method
            status, what = ask(world, role, name, side, method), expected(role, row, side)
            if not fits(status, what, method):
                wrong[f"{method} {name}"] = f"{status}, should be {what}"
    assert wrong == {}


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.SENDER_HR], ids=str)
def test_an_address_that_names_two_things_needs_both(world, role):
    """The own person with the neighbour's row, record, rule or file behind it is no address at all."""
    own, foreign = world.sides[OWN], world.sides[FOREIGN]
    browser, wrong = world.browser_of(role), {}
    for name, row in PAGES.items():
        kind = row.get("object", "")
        if not may(role, row["needs"]) or not knows(role, kind or None, OWN):
            continue
        if kind in OF_PERSON:
            address = {"pk": own.person.pk, "row": getattr(foreign, kind).pk}
        elif kind == "pair" and role is not Role.CITY_OFFICER:  # the city sees both
            address = {"pk": own.person.pk, "other": foreign.second.pk}
        elif kind in OF_ASSIGNMENT:
            address = {"pk": own.assignment.pk, "row": getattr(foreign, kind).pk}
        elif kind == "found_absent":
            address = {"pk": own.inspection.pk, "assignment_pk": foreign.found_absent.assignment_id}
        elif kind == "open_finding":
            address = {"pk": own.open_inspection.pk, "finding_pk": foreign.open_finding.pk}
        elif kind == "standing":
            address = {"pk": own.person.pk, "policy": foreign.rules.policy.slug, "clause": "who"}
        elif kind.endswith("_batch_file"):
            address = {"pk": getattr(own, kind).batch_id, "file_pk": getattr(foreign, kind).pk}
        else:
            continue
        for method in row.get("methods", ["GET"]):
            with undone(browser):
                status = (browser.get if method == "GET" else browser.post)(reverse(name, kwargs=address)).status_code
            if status != 404:
                wrong[f"{method} {name}"] = status
    assert wrong == {}


def test_pages_that_only_take_orders_do_nothing_on_a_visit(world):
    wrong = {}
    for name, row in PAGES.items():
        if row.get("methods") == ["POST"]:
            role = next((r for r in Role if may(r, row["needs"])), Role.CITY_OFFICER)
            if (status := ask(world, role, name, OWN, "GET")) != 405:
                wrong[name] = status
    assert wrong == {}


def test_the_signed_out_are_sent_to_sign_in(world):
    wrong, client = {}, Client(raise_request_exception=False)
    for name, row in PAGES.items():
        if row["needs"] == "public":
            continue
        url = reverse(name, kwargs={**world.arguments(row.get("object"), OWN), **row.get("args", {})} or None)
        for method in row.get("methods", ["GET"]):
            response = client.get(url) if method == "GET" else client.post(url, {})
            asked = response.status_code == 302 and response["Location"].startswith(reverse("accounts:sign_in"))
            if response.status_code != row.get("signed_out", 302) or ("signed_out" not in row and not asked):
                wrong[f"{method} {name}"] = response.status_code
    assert wrong == {}


@ONE_EACH
def test_everybody_signed_in_has_the_pages_of_their_own_account(world, role):
    wrong = {}
    for name, row in PAGES.items():
        if row["needs"] == "signed_in":
            for method in row.get("methods", ["GET"]):
                status = ask(world, role, name, OWN, method)
                if status >= 500 or status in {401, 403, 405}:
                    wrong[f"{method} {name}"] = status
    assert wrong == {}


def api_calls(world: World, role: Role | None = None):
    """Yield (action, permission, kind of object, side, address) of every call; a list has no side but the own one."""
    for action, permission in API.items():
        basename, kind = action.rsplit(".", 1)
        of = TABLE["api_objects"][basename.removeprefix("api:")]
        if kind == "list":
            yield action, permission, None, OWN, reverse(f"{basename}-list")
            continue
        for side in (OWN, FOREIGN):
            name = f"{basename}-{'detail' if kind == 'retrieve' else kind}"
            yield action, permission, of, side, reverse(name, args=[world.key(of, side, role)])


def api_wrong(world: World, client: Client, role: Role, scopes: set[str]) -> dict[str, str]:
    wrong = {}
    for action, permission, kind, side, url in api_calls(world, role):
        what = 403 if permission not in scopes else 200 if knows(role, kind, side) else 404
        with undone(client):
            response = client.get(url)
        if response.status_code != what:
            wrong[f"{action} {side}"] = f"{response.status_code}, should be {what}"
        elif what != 200 and response["Content-Type"] != "application/problem+json":
            wrong[f"{action} {side}"] = response["Content-Type"]
    return wrong


@ONE_EACH
def test_the_interface_answers_a_role_as_the_pages_do(world, role):
    assert api_wrong(world, world.browser_of(role), role, set(ROLES[role]["may"])) == {}


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.SENDER_HR], ids=str)
def test_a_token_answers_as_its_maker_within_its_scopes(world, role):
    """The whole of what machines are given, then one scope at a time: what a token does not name is refused."""
    scopes = [str(scope) for scope in MACHINE_SCOPES if may(role, scope)]
    with undone():
        assert api_wrong(world, world.bearer_of(role, scopes), role, set(scopes)) == {}
        for scope in scopes:
            assert api_wrong(world, world.bearer_of(role, [scope]), role, {scope}) == {}


def test_the_interface_does_not_know_the_nameless(world):
    client = Client(raise_request_exception=False)
    assert {client.get(url).status_code for *_, url in api_calls(world)} == {401}


def write_url(action: str) -> str:
    basename, kind = action.rsplit(".", 1)
    return reverse(f"{basename}-{kind}", args=["2026-11" if basename == "api:month-writes" else 1])


@ONE_EACH
def test_a_connected_system_writes_what_its_role_may_and_never_without_a_key(world, role):
    for action, permission in WRITES.items():
        with undone(world.browser_of(role)):
            status = world.browser_of(role).put(write_url(action), "[]", "application/json").status_code
        assert status == (400 if may(role, permission) else 403), action
        assert Client().put(write_url(action), "[]", "application/json").status_code == 401
        assert world.browser_of(role).get(write_url(action)).status_code in {403, 405}


@ONE_EACH
def test_a_connected_system_confirms_what_its_role_may_of_what_it_knows(world, role):
    wrong = {}
    for action, permission in ACTS.items():
        basename, kind = action.rsplit(".", 1)
        of = TABLE["api_objects"][basename.removeprefix("api:")]
        for side in (OWN, FOREIGN):
            url = reverse(f"{basename}-{kind}", args=[world.key(of, side, role)])
            with undone(world.browser_of(role)):
                status = world.browser_of(role).post(url).status_code
            due = 403 if not may(role, permission) else 200 if knows(role, of, side) else 404
            # What is let in may be refused for what the row is at the moment, or for what the empty form leaves out.
            if status != due and not (due == 200 and status in {400, 409}):
                wrong[f"{action} {side}"] = f"{status}, should be {due}"
            assert Client().post(url).status_code == 401
    assert wrong == {}


def test_the_interface_takes_no_order(world):
    """But for the writes above nothing is written over REST: every other method is refused to whoever may read."""
    browser, wrong = world.browser_of(Role.CITY_OFFICER), {}
    for action, *_, url in api_calls(world):
        for method in ("post", "put", "patch", "delete"):
            with undone(browser):
                status = getattr(browser, method)(url).status_code
            if status not in {403, 405}:
                wrong[f"{method} {action}"] = status
    assert wrong == {}


def test_a_district_officer_reads_the_own_districts_municipal_hospital_and_not_the_neighbours(world):
    """Located in the district is enough; whose hospital it is does not matter."""
    browser, names = world.browser_of(Role.DISTRICT_OFFICER), {}
    for page in ("quotas:board", "quotas:figures", "registry:institutions"):
        with undone(browser):
            period = {"quotas:board": "2025", "quotas:figures": "2024"}.get(page)
            names[page] = browser.get(reverse(page), {"period": period} if period else {}).content.decode()
    assert all("示范own医院" in text for text in names.values())
    assert not any("示范foreign医院" in text for text in names.values())
