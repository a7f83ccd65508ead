"""What the tests of imports share."""

from __future__ import annotations

import pytest


@pytest.fixture
def scratch(db, settings):
    """The scratch staff list with its table and its pages."""
    from tests.jobs import staff  # models cannot be imported before the settings are there

    settings.ROOT_URLCONF = "tests.jobs.staff"
    staff.made()
