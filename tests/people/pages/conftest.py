"""The world of these tests and a browser signed in for each desk."""

from __future__ import annotations

import pytest
from django.test import Client

from deploy_admin.access import Role

# The factories are imported inside: pytest reads this file before Django has loaded its apps.


@pytest.fixture
def world(db):
    from tests.people.pages.world import a_world

    return a_world()


def _browser(role, institution):
    from tests.accounts.factories import a_membership, signed_in

    return signed_in(Client(), a_membership(role, institution))


@pytest.fixture
def hr(world):
    return _browser(Role.SENDER_HR, world.hospital)


@pytest.fixture
def other_hr(world):
    return _browser(Role.SENDER_HR, world.other)


@pytest.fixture
def city(world):
    return _browser(Role.CITY_OFFICER, world.commission)


@pytest.fixture
def district(world):
    return _browser(Role.DISTRICT_OFFICER, world.authority)


@pytest.fixture
def reader(world):
    """A section that reads and keeps no records."""
    return _browser(Role.PRIMARY_HEALTH_SECTION, world.authority)
