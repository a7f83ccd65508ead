"""The table of who may do what (permissions.yaml), and a walk over every URL × role × foreign object."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.urls import reverse

from deploy_admin.access import GRANTS, Permission, Role
from tests.permission_world import World
from tests.test_consistency import OWN_URLS

TABLE = yaml.safe_load((Path(__file__).parent / "permissions.yaml").read_text())
ROLES = {Role(name): row for name, row in TABLE["roles"].items()}
PAGES = TABLE["pages"]
API = TABLE["api"]
SEEN_BY = TABLE["objects"]


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
    assert actions == API


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Build one world with a member of every role and one object of every kind on each side."""
    with django_db_blocker.unblock():
        from django.db import transaction

        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            yield World()
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


def address(world: World, name: str, row: dict, side: str) -> str:
    """Return the page's address, filled with the object of that side (`own` or `foreign`)."""
    arguments = world.arguments(row.get("object"), side)
    return reverse(name, kwargs=arguments) if arguments else reverse(name)


def answer(world: World, role: Role, url: str, methods: list[str]) -> int:
    client = world.client_of(role)
    response = client.get(url) if "GET" in methods else client.post(url, {})
    return response.status_code


NAMED = [(n, r) for n, r in PAGES.items() if r["needs"] not in {"public", "signed_in"}]


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_role_enters_the_pages_it_may_and_no_others(world, role):
    wrong = {}
    for name, row in NAMED:
        status = answer(world, role, address(world, name, row, "own"), row.get("methods", ["GET"]))
        if row["needs"] not in ROLES[role]["may"]:
            if status != 403:
                wrong[name] = f"{status}, should be refused (403)"
        elif status >= 500 or status in {401, 403, 405}:
            wrong[name] = f"{status}, should be let in"
        elif row.get("object") and role not in world.unseeing(row["object"]) and status == 404:
            wrong[name] = "404 on an object it may see"
    assert wrong == {}


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_foreign_object_does_not_exist_for_a_role(world, role):
    wrong = {}
    for name, row in NAMED:
        kind = row.get("object")
        if kind and row["needs"] in ROLES[role]["may"] and str(role) not in SEEN_BY[kind]["foreign_seen_by"]:
            status = answer(world, role, address(world, name, row, "foreign"), row.get("methods", ["GET"]))
            if status != 404:
                wrong[name] = f"{status}, should be 404"
    assert wrong == {}


def test_the_signed_out_are_sent_to_sign_in(world, client):
    wrong = {}
    for name, row in PAGES.items():
        if row["needs"] == "public":
            continue
        url = address(world, name, row, "own")
        response = client.get(url) if "GET" in row.get("methods", ["GET"]) else client.post(url, {})
        if response.status_code != 302 or not re.search("sign-in", response["Location"]):
            wrong[name] = response.status_code
    assert wrong == {}


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_the_interface_answers_a_role_as_the_pages_do(world, role):
    wrong = {}
    for action, permission in API.items():
        basename, kind = action.rsplit(".", 1)
        resource = basename.removeprefix("api:")
        if kind not in {"list", "retrieve"}:
            continue
        object_kind = TABLE["api_objects"].get(resource)
        sides = ["own", "foreign"] if kind == "retrieve" else ["own"]
        for side in sides:
            arguments = world.arguments(object_kind, side) if kind == "retrieve" else None
            url = reverse(f"{basename}-{'detail' if kind == 'retrieve' else 'list'}", kwargs=arguments)
            status = world.client_of(role).get(url).status_code
            may = permission in ROLES[role]["may"]
            hidden = side == "foreign" and str(role) not in SEEN_BY[object_kind]["foreign_seen_by"]
            own_hidden = side == "own" and kind == "retrieve" and role in world.unseeing(object_kind)
            expected = {403} if not may else {404} if hidden or own_hidden else {200}
            if status not in expected:
                wrong[f"{action} {side}"] = status
    assert wrong == {}
