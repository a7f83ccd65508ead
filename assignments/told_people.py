"""A person as a unit that receives them knows them: name, sex, title, speciality and the other unit. No numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from assignments.models import Assignment
from deploy_admin.people import codes, rules
from deploy_admin.people.models import Title
from deploy_admin.registry.models import Institution

_TITLE = tuple(field.name for field in fields(rules.HeldTitle) if field.name != "counts")


@dataclass(frozen=True, slots=True)
class Told:
    """One person in words."""

    name: str
    about: str
    sending_unit: str
    receiving_unit: str


def told(assignments: Iterable[Assignment], on: date) -> dict[int, Told]:
    """Return the people of these assignments, persons read along, by assignment. Two queries."""
    listed = list(assignments)
    units = {unit for each in listed for unit in (each.sending_unit_id, each.receiving_unit_id)}
    names = Institution.objects.filter(pk__in=units).named(on)
    titles = _titles({each.worker_id for each in listed}, on)
    return {
        each.pk: Told(
            each.worker.name,
            " · ".join(filter(None, (_sex(each), titles.get(each.worker_id, ""), _speciality(each)))),
            names.get(each.sending_unit_id, ""),
            names.get(each.receiving_unit_id, ""),
        )
        for each in listed
    }


def _titles(workers: set[int], on: date) -> dict[int, str]:
    """The highest title each holds on the day, in words."""
    rows = Title.objects.filter(worker__in=workers).order_by().values_list("worker_id", *_TITLE)
    by_worker: dict[int, list[rules.HeldTitle]] = defaultdict(list)
    for worker, *columns in rows:
        by_worker[worker].append(rules.HeldTitle(*columns))
    highest = {worker: rules.held(titles, on) for worker, titles in by_worker.items()}
    return {worker: str(codes.TITLE_BY_CODE[held[0].code].label) for worker, held in highest.items() if held}


def _sex(each: Assignment) -> str:
    return codes.label(codes.SEXES, each.worker.sex) if each.worker.sex in {"1", "2"} else ""


def _speciality(each: Assignment) -> str:
    return str(each.speciality or each.worker.speciality)
