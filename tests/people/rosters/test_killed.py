"""A worker killed at any moment of applying a roster: everybody of it is there with all they hold, or nobody."""

from __future__ import annotations

import pytest

from deploy_admin.people.models import Employment, HealthWorker, Licence, Title
from tests.factories import a_city, a_hospital
from tests.jobs.killing import applied_in_spite_of_kills
from tests.people.factories import an_id
from tests.people.rosters.sheets import row, sent_in, sheet
from tests.registry.factories import CITY

PEOPLE = 400


def counts() -> set[int]:
    """How many rows each table has: one number where they agree."""
    return {model.objects.count() for model in (HealthWorker, Employment, Title, Licence)}


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_whatever_moment_a_worker_is_killed_at_the_roster_is_applied_whole_or_not_at_all_and_resumes():
    hospital = a_hospital(division=a_city())
    rows = [
        row(f"示范{n}", an_id(n), 执业资格="执业医师", 现任职称="主治医师", 取得资格日期="2020-05-01")
        for n in range(1, PEOPLE + 1)
    ]
    upload = sent_in(sheet(*rows), CITY, hospital.pk)
    applied_in_spite_of_kills(upload, lambda: counts() == {PEOPLE}, lambda: counts() == {0}, by=CITY)
