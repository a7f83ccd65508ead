"""How far places lie apart, against distances that atlases give."""

from __future__ import annotations

import pytest

from deploy_admin.registry.distances import distance_km

CHONGQING, WANZHOU, BEIJING = (29.563, 106.551), (30.8078, 108.4087), (39.9042, 116.4074)


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        (CHONGQING, CHONGQING, 0),
        (CHONGQING, WANZHOU, 226),
        (CHONGQING, BEIJING, 1459),
        ((0.0, 0.0), (0.0, 90.0), 10008),  # a quarter of the equator
        ((0.0, 0.0), (0.0, 180.0), 20015),  # as far as two places can be apart
    ],
)
def test_a_way_is_as_long_from_either_end(one, other, kilometres):
    assert distance_km(one, other) == distance_km(other, one) == kilometres


def test_of_a_place_that_is_not_known_there_is_no_distance():
    assert distance_km(None, WANZHOU) is None
    assert distance_km(WANZHOU, None) is None
