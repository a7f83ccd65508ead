"""What the walk over every address finds of pairing support and speciality programmes, on either side."""

from __future__ import annotations

from typing import Any

from tests.registry.factories import a_pairing, a_programme


def add_support(side: Any) -> None:
    """Add a pairing of the side's hospital with its receiver, and a programme of the receiver."""
    side.pairing = side.kept_pairing = a_pairing(side.hospital, side.receiver)
    side.programme = side.kept_programme = a_programme(side.receiver, "儿科")
