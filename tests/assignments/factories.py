"""Divisions, the shipped policies adopted there, and units that send, as short as a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from assignments import services
from assignments.models import Eligibility
from deploy_admin.access import SYSTEM, Reach, Role
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies import switches
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import Division, Institution
from tests.people.factories import a_licence, a_title, a_worker
from tests.policies.factories import a_draft, adopt, transition
from tests.registry.factories import FakeActor, a_division, an_institution

TODAY = date(2026, 11, 22)
FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "policies"
SEEDS = (
    "chongqing-municipal-county-2025",
    "chongqing-medical-community-2024",
    "wanzhou-county-township-2022",
    "dianjiang-county-township-2015",
)
PLACES = {"500000": "示范市", "500101": "示范万州区", "500231": "示范垫江县", "500102": "示范涪陵区"}


def a_place(code: str) -> Division:
    """Return the division of this code: the city, or a district in it."""
    if found := Division.objects.filter(code=code).first():
        return found
    city = None if code == "500000" else a_place("500000")
    level = "province" if city is None else "county"
    return a_division(PLACES[code], level=level, parent=city, code=code)


def seeds(*names: str) -> list[PolicyVersion]:
    """Adopt these shipped policies, or those that say who may go, from 2025 on."""
    for code in PLACES:
        a_place(code)
    return [answered((FOLDER / f"{name}.yaml").read_text("utf-8")) for name in names or SEEDS]


def answered(text: str, quotas_from: date = date(2025, 1, 1), **said: bool) -> PolicyVersion:
    """Adopt a text, every switch it raises answered: as the text says, as `said`, or in the person's favour."""
    draft = a_draft(text)
    document = governing.read_document(draft)
    answers = {
        switch.code: found
        if (found := switches.stated(switch, document)) is not None
        else said.get(switch.code, False)
        for switch in switches.asked_of(document)
    }
    return adopt(draft, transition=transition(quotas_from, adverse=answers))


def a_municipal_hospital(name: str | None = None, code: str = "500102", **more: Any) -> Institution:
    return an_institution(name, division=a_place(code), **({"affiliation": "municipal", "tier": "municipal"} | more))


def a_county_hospital(name: str | None = None, code: str = "500231", **more: Any) -> Institution:
    return an_institution(name, division=a_place(code), **({"affiliation": "district", "tier": "county"} | more))


def a_physician(at: Institution, *, title: str | None = "233", licence: str | None = "physician", **more: Any) -> Any:
    """Return a physician with an intermediate title and a licence, or whatever is said."""
    worker = a_worker(at=at, **more)
    if title:
        a_title(worker, title)
    if licence:
        a_licence(worker, licence)
    return worker


def a_nurse(at: Institution, *, title: str | None = "253", **more: Any) -> HealthWorker:
    worker = a_worker(at=at, post={"staff_category": "nursing"}, **more)
    if title:
        a_title(worker, title)
    a_licence(worker, "registered_nurse")
    return worker


def judged(workers: Iterable[HealthWorker] | None = None, on: date = TODAY) -> services.Counts:
    """Judge these people, or everybody, now."""
    return services.refresh([worker.pk for worker in workers] if workers is not None else None, on=on, by=SYSTEM)


def answers(worker: HealthWorker, on: date = TODAY, targets: Iterable[str] | None = None) -> dict[str, str]:
    """Return clause → state of one person, judged live."""
    found = services.judge_live([worker.pk], on, list(targets) if targets else None).get(worker.pk, [])
    return {answer.clause.clause_id if answer.clause else "": answer.state.value for answer in found}


def standing(worker: HealthWorker, clause_id: str = "physicians_sent") -> Eligibility:
    """Return the row as it was last judged."""
    return Eligibility.objects.current().get(worker=worker, clause_id=clause_id)


def of_unit(unit: Institution, role: Role = Role.SENDER_HR) -> FakeActor:
    """Return somebody of the unit's personnel office."""
    return FakeActor(
        role=role, reach=Reach.UNIT, institution_id=unit.pk, institution_ids=frozenset({unit.pk}), user_id=4711
    )


def oneself(worker: HealthWorker, unit: Institution) -> FakeActor:
    """Return a deployed person with the own record."""
    return FakeActor(
        role=Role.DEPLOYED_PERSON,
        reach=Reach.SELF,
        institution_id=unit.pk,
        worker_id=worker.pk,
        user_id=4712,
        name=worker.name,
    )
