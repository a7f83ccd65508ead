"""Months handed in, scored and released while worker, web and PostgreSQL are killed and Redis is emptied."""

from __future__ import annotations

import os

import pytest

from tests.ops.faults import UnderFire

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "200"))


def nothing_is_lost_or_doubled(rounds: int, seed: int) -> None:
    fire = UnderFire(rounds, seed)
    try:
        fire.bring_up()
        for number in range(rounds):
            fire.round(number)
        found = fire.found()
    finally:
        fire.remove()
    assert len(fire.faults) == 3 * rounds
    assert found.pop("rows") == found.pop("released_scores") == 4 * rounds
    assert found.pop("released") == found.pop("releases") == rounds
    assert not any(found.values()), (found, fire.faults)


@pytest.mark.timeout(420)
def test_five_rounds_of_faults_lose_nothing_and_double_nothing():
    nothing_is_lost_or_doubled(5, seed=20261122)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_two_hundred_rounds_of_faults_lose_nothing_and_double_nothing():
    nothing_is_lost_or_doubled(ROUNDS, seed=5)
