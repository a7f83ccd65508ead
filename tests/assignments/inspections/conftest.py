"""The world of these tests, and a browser signed in for each desk."""

from __future__ import annotations

import pytest
from django.test import Client

from deploy_admin.access import Role

# The world is imported inside: pytest reads this file before Django has loaded its apps.


@pytest.fixture
def world(db):
    from tests.assignments.inspections.world import World

    return World()


@pytest.fixture
def desks(world):
    """A browser for each desk."""
    from tests.accounts.factories import a_membership, signed_in

    seats = {
        "officer": (Role.DISTRICT_OFFICER, world.authority),
        "section": (Role.PRIMARY_HEALTH_SECTION, world.authority),
        "reader": (Role.MEDICAL_ADMINISTRATION_SECTION, world.authority),
        "city": (Role.CITY_OFFICER, world.city),
        "clerk": (Role.RECEIVER_CLERK, world.centre),
        "hr": (Role.SENDER_HR, world.hospital),
    }
    return {name: signed_in(Client(), a_membership(role, unit)) for name, (role, unit) in seats.items()}
