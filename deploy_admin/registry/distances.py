"""How far two places lie apart, as the crow flies; pure. Roads are longer, and no register knows them."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

#: Latitude and longitude in degrees.
Place = tuple[float, float]
#: The mean radius of the earth in kilometres (IUGG); on a sphere a way is wrong by half a percent at most.
RADIUS = 6371.0088


def distance_km(one: Place | None, other: Place | None) -> int | None:
    """Return the whole kilometres between two places; None where one of them is not known."""
    if one is None or other is None:
        return None
    up, across = radians(other[0] - one[0]) / 2, radians(other[1] - one[1]) / 2
    half = sin(up) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(across) ** 2
    return round(2 * RADIUS * asin(sqrt(min(half, 1.0))))
