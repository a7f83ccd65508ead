"""The names that the reasons of a plan need: units, people, requests, criteria, facts; read at once, by their keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assignments.allocation import governed
from assignments.models import AllocationPlan, Campaign, Nomination, StaffingRequest
from assignments.rules.allocation.types import Hindrance
from deploy_admin.policies.language.allocation import CriterionKind
from deploy_admin.registry.models import Institution
from quotas.reading import in_chinese

#: Under which names a reason refers to what has a name.
_UNITS = frozenset({"unit", "sender", "senders", "receiver"})
_PEOPLE = frozenset({"nomination", "person", "instead_of"})
_REQUESTS = frozenset({"request", "from", "placed_at"})


@dataclass
class Keys:
    """What is referred to by some reasons."""

    units: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    requests: set[int] = field(default_factory=set)

    def collect(self, told: Any) -> None:
        """Take up every key in a reason, however deep it lies."""
        if isinstance(told, Mapping):
            for name, value in told.items():
                wanted = (
                    self.units if name in _UNITS else self.people if name in _PEOPLE
                    else self.requests if name in _REQUESTS else None
                )  # fmt: skip
                if wanted is not None:
                    wanted |= {each for each in _listed(value) if isinstance(each, int)}
                if isinstance(value, Mapping | list | tuple):
                    self.collect(value)
        elif isinstance(told, list | tuple):
            for each in told:
                self.collect(each)


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else (value,)


@dataclass(frozen=True)
class Names:
    """Names by key; what is not known by name is told by its key."""

    units: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    #: The receiving unit and the speciality of each request.
    requests: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    criteria: Mapping[str, str] = field(default_factory=dict)
    #: The criteria that count kilometres: one that is not known is no reason for or against anybody.
    ways: frozenset[str] = frozenset({CriterionKind.DISTANCE.value})

    @classmethod
    def read(cls, plan: AllocationPlan, reasons: Iterable[Any], units: Collection[int] = ()) -> Names:
        """Return every name that these reasons refer to, and those of these units. Three queries."""
        keys = Keys(units=set(units))
        for reason in reasons:
            keys.collect(reason)
        requests = {
            pk: (unit, speciality)
            for pk, unit, speciality in StaffingRequest.objects.filter(pk__in=keys.requests)
            .order_by()
            .values_list("pk", "institution_id", "speciality")
        }
        people = dict(Nomination.objects.filter(pk__in=keys.people).order_by().values_list("pk", "worker__name"))
        wanted = keys.units | {unit for unit, _speciality in requests.values()}
        named = Institution.objects.filter(pk__in=wanted).named(plan.campaign.starts_on)
        return cls(named, people, requests, criteria_of(plan), _ways(plan))

    @classmethod
    def of(
        cls,
        requests: Iterable[StaffingRequest],
        nominations: Iterable[Nomination],
        hindrances: Iterable[Hindrance],
        campaign: Campaign,
    ) -> Names:
        """Return the names of a few rows that were read, and of the units in what speaks against them. One query."""
        asked, named = list(requests), list(nominations)
        keys = Keys(units={each.institution_id for each in asked})
        keys.collect([each.params for each in hindrances])
        units = Institution.objects.filter(pk__in=keys.units).named(campaign.starts_on)
        return cls(
            units,
            {each.pk: each.worker.name for each in named},
            {each.pk: (each.institution_id, each.speciality) for each in asked},
        )

    def unit(self, key: Any) -> str:
        return self.units.get(key, f"#{key}" if key else "")

    def person(self, key: Any) -> str:
        return self.people.get(key, f"#{key}" if key else "")

    def request(self, key: Any) -> str:
        """Return “示范卫生院 · 儿科”."""
        if key not in self.requests:
            return f"#{key}" if key else ""
        unit, speciality = self.requests[key]
        return f"{self.unit(unit)} · {speciality}"

    def unit_of(self, key: Any) -> str:
        """Return the receiving unit of a request."""
        return self.unit(self.requests[key][0]) if key in self.requests else ""

    def criterion(self, key: str) -> str:
        return self.criteria.get(key) or _neutral().get(key, key)


def criteria_of(plan: AllocationPlan) -> dict[str, str]:
    """Return what the plan's criteria are called in the reader's language."""
    return _labels(governed.kept(plan))


def _ways(plan: AllocationPlan) -> frozenset[str]:
    return frozenset(each["id"] for each in governed.kept(plan) if each["by"] == CriterionKind.DISTANCE)


def _neutral() -> dict[str, str]:
    return _labels(governed.told(governed.NEUTRAL))


def _labels(criteria: Iterable[Mapping[str, str]]) -> dict[str, str]:
    name = "label_zh" if in_chinese() else "label_en"
    return {each["id"]: each[name] for each in criteria}
