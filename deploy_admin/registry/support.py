"""What ties units together on a day, as rules ask for it: who supports whom, which specialities a unit builds up."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from deploy_admin.registry import succession
from deploy_admin.registry.distances import Place
from deploy_admin.registry.models import InstitutionProfile, PairingSupport, SpecialityProgramme, Succession


def paired(units: Collection[int] | None, day: date) -> frozenset[tuple[int, int]]:
    """Return the pairings (supporting, supported) that hold on `day`, of these units or of all.

    A pairing of a unit that has merged into another is its heir's from then on. Four queries at most, however many
    units are asked for.
    """
    rows = list(PairingSupport.objects.on(day).order_by().values_list("supporting_unit_id", "supported_unit_id"))
    stands = _standing({unit for row in rows for unit in row}, day)
    # Of two that became one nothing is left to support.
    found = {(stands[one], stands[other]) for one, other in rows if stands[one] != stands[other]}
    return frozenset(found if units is None else [pair for pair in found if set(pair) <= set(units)])


def programmes(units: Collection[int] | None, day: date) -> frozenset[tuple[int, str]]:
    """Return the programmes (unit, speciality as written) that hold on `day`, of these units or of all.

    A programme of a unit that has merged into another is its heir's from then on. Four queries at most.
    """
    rows = list(SpecialityProgramme.objects.on(day).order_by().values_list("institution_id", "speciality"))
    stands = _standing({unit for unit, _speciality in rows}, day)
    found = {(stands[unit], speciality) for unit, speciality in rows}
    return frozenset(found if units is None else [each for each in found if each[0] in set(units)])


def places(units: Collection[int], day: date) -> dict[int, Place]:
    """Return where these units stand on `day`, in degrees; those of which it is not known are left out. One query."""
    rows = InstitutionProfile.objects.standing(day).filter(institution__in=units, latitude__isnull=False)
    degrees = rows.order_by().values_list("institution_id", "latitude", "longitude")
    return {
        unit: (float(latitude), float(longitude))
        for unit, latitude, longitude in degrees
        if latitude is not None and longitude is not None
    }


class Ties:
    """Every pairing and programme there ever was, asked about any days: three queries, and three for each merger.

    Nobody records that a unit is in no pairing, so this stays open of two units of which no pairing is known; where
    the one supports somebody else, or the other is supported by somebody else, it is known that they are no pair.
    """

    def __init__(self) -> None:
        columns = "valid_from", "valid_to"
        self._pairings = list(
            PairingSupport.objects.order_by().values_list("supporting_unit_id", "supported_unit_id", *columns)
        )
        self._programmes = list(
            SpecialityProgramme.objects.order_by().values_list("institution_id", "speciality", *columns)
        )
        self._named = {unit for one, other, *_days in self._pairings for unit in (one, other)}
        self._named |= {unit for unit, *_rest in self._programmes}
        begun = {first for *_what, first, _last in (*self._pairings, *self._programmes)}
        ended = {last + timedelta(days=1) for *_what, last in (*self._pairings, *self._programmes) if last}
        merged = set(Succession.objects.order_by().values_list("on", flat=True).distinct()) if self._named else set()
        #: The days from which on anything may be otherwise.
        self.days: tuple[date, ...] = tuple(sorted(begun | ended | merged))
        self._merged = merged
        self._heirs: dict[date, Mapping[int, int]] = {}
        self._held: dict[date | None, _Held] = {}

    def paired(self, sender: int, receiver: int, day: date) -> bool | None:
        """Return whether the sender supports the receiver on the day; None where it is not known."""
        held = self._on(day)
        if (sender, receiver) in held.pairs:
            return True
        return False if sender in held.supporting or receiver in held.supported else None

    def programmes_of(self, unit: int, day: date) -> frozenset[str]:
        """Return the specialities that the unit builds up on the day."""
        return frozenset(self._on(day).specialities.get(unit, ()))

    def _on(self, day: date) -> _Held:
        n = bisect_right(self.days, day)
        since = self.days[n - 1] if n else None
        if since not in self._held:
            self._held[since] = _Held() if since is None else self._read(since)
        return self._held[since]

    def _read(self, day: date) -> _Held:
        stands, held = self._standing(day), _Held()
        for one, other, first, last in self._pairings:
            if _holds(first, last, day) and stands.get(one, one) != stands.get(other, other):
                held.pair(stands.get(one, one), stands.get(other, other))
        for unit, speciality, first, last in self._programmes:
            if _holds(first, last, day):
                held.specialities[stands.get(unit, unit)].add(speciality)
        return held

    def _standing(self, day: date) -> Mapping[int, int]:
        """Return by whom these units are stood for on the day: otherwise only from a merger on."""
        before = max((each for each in self._merged if each <= day), default=None)
        if before is None:
            return {}
        if before not in self._heirs:
            self._heirs[before] = succession.standing_for(self._named, before)
        return self._heirs[before]


class _Held:
    """What holds from one such day to the next."""

    def __init__(self) -> None:
        self.pairs: set[tuple[int, int]] = set()
        self.supporting: set[int] = set()
        self.supported: set[int] = set()
        self.specialities: dict[int, set[str]] = defaultdict(set)

    def pair(self, one: int, other: int) -> None:
        self.pairs.add((one, other))
        self.supporting.add(one)
        self.supported.add(other)


def _holds(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or day <= last)


def _standing(units: Collection[int], day: date) -> dict[int, int]:
    return succession.standing_for(units, day) if units else {}
