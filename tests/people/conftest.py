"""What the tests of people's records share: two units, their personnel offices, an officer of the city."""

from __future__ import annotations

import pytest

# The factories are imported inside: pytest reads this file before Django has loaded its apps.


@pytest.fixture
def unit(db):
    from tests.registry.factories import an_institution

    return an_institution("示范甲医院")


@pytest.fixture
def other(db):
    from tests.registry.factories import an_institution

    return an_institution("示范乙医院")


@pytest.fixture
def own_hr(unit):
    from tests.people.factories import hr

    return hr(unit, user_id=7001)


@pytest.fixture
def other_hr(other):
    from tests.people.factories import hr

    return hr(other, user_id=7002)


@pytest.fixture
def officer():
    from deploy_admin.access import Reach, Role
    from tests.registry.factories import FakeActor

    return FakeActor(role=Role.CITY_OFFICER, reach=Reach.ALL, name="示范经办", user_id=9001)
