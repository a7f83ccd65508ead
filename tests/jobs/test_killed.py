"""A worker killed at any moment of applying: the table is applied whole or not at all, and then resumed."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.jobs import staff
from tests.jobs.killing import applied_in_spite_of_kills
from tests.jobs.scratch import line, sent_in, table
from tests.registry.factories import CITY

PEOPLE = 900
SETUP = """
from tests.jobs import staff
from django.conf import settings
settings.ROOT_URLCONF = "tests.jobs.staff"
"""


@pytest.fixture
def alone(transactional_db, settings):
    """The scratch table in a database that a second process sees."""
    settings.ROOT_URLCONF = "tests.jobs.staff"
    staff.made()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {staff.TABLE}")


def applied() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {staff.TABLE}")  # noqa: S608
        return int(cursor.fetchone()[0])


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("alone")
def test_whatever_moment_a_worker_is_killed_at_the_table_is_applied_whole_or_not_at_all_and_resumes():
    upload = sent_in(table([line(n) for n in range(PEOPLE)]), CITY)
    applied_in_spite_of_kills(upload, lambda: applied() == PEOPLE, lambda: applied() == 0, by=CITY, setup=SETUP)
    assert {row["national_id"] for row in staff.rows()} == {staff.an_id(n) for n in range(PEOPLE)}
