"""The navigation is data: every entry leads somewhere, and every role is offered only what it may open."""

from __future__ import annotations

import pytest
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.workbench import desks
from deploy_admin.workbench.navigation import ACCOUNT, GROUPS
from tests.accounts.factories import a_membership, signed_in

ITEMS = [item for group in GROUPS for item in group.items]


@pytest.mark.parametrize("name", [item.url_name for item in ITEMS] + [name for _label, _icon, name in ACCOUNT])
def test_every_entry_has_an_address(name):
    assert reverse(name).startswith("/")


@pytest.mark.parametrize("name", sorted({desk.url_name for desk in desks.DESKS.values()}))
def test_every_desk_has_somewhere_to_go(name):
    assert reverse(name)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_whatever_the_navigation_offers_can_be_opened(client, role):
    browser = signed_in(client, a_membership(role))
    offered = browser.get("/").context["shell"].navigation
    for group in offered:
        for item in group.items:
            assert browser.get(item.url).status_code == 200, item.url


@pytest.mark.django_db
def test_one_entry_is_marked_as_the_present_page(client):
    page = signed_in(client, a_membership(Role.CITY_OFFICER)).get(reverse("quotas:districts"))
    marked = [item.url for group in page.context["shell"].navigation for item in group.items if item.current]
    assert marked == [reverse("quotas:districts")]
