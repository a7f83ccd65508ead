"""Two at once: each of these lets both through when its guard is taken away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from deploy_admin.access import SYSTEM
from deploy_admin.errors import RuleViolation
from deploy_admin.people import services
from deploy_admin.people.models import Employment, HealthWorker, Merge, TransferRequest
from deploy_admin.people.services import EmploymentFacts, PersonFacts, identity
from deploy_admin.registry import services as registry
from deploy_admin.registry.services import Document
from tests.people.factories import a_worker, an_id, hr
from tests.registry.factories import FakeActor, an_institution

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

ROUNDS = 4
ON = date(2026, 11, 1)
TODAY = date(2026, 11, 22)


def both(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same moment, each on its own connection; return results and refusals."""
    start, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            results.append(act())
        except RuleViolation as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(results) == len(acts)
    return results


def refusals_in(results: list[Any]) -> list[str]:
    return [result.code for result in results if isinstance(result, RuleViolation)]


def copy(worker: HealthWorker) -> HealthWorker:
    """Return the record as another process has read it."""
    return HealthWorker.objects.get(pk=worker.pk)


def register(number: str, unit: Any) -> Any:
    return lambda: services.register_worker(
        person=PersonFacts("示范张三", number), employment=EmploymentFacts(unit.pk, ON), by=hr(unit)
    )


def test_one_person_is_registered_by_one_of_two_units():
    units = [an_institution(), an_institution()]
    for _ in range(ROUNDS):
        number = an_id()
        results = both(*[register(number, unit) for unit in units])
        assert len(refusals_in(results)) == 1
        assert set(refusals_in(results)) <= {"id_taken", "elsewhere"}
        assert HealthWorker.objects.filter(id_digest=identity.digest_of(number)).count() == 1
    assert Employment.objects.count() == ROUNDS


def move(worker: HealthWorker, to: Any) -> Any:
    return lambda: services.transfer(worker=copy(worker), to=to, first_day=ON, version=1, by=FakeActor())


def leave(worker: HealthWorker, unit: Any) -> Any:
    return lambda: services.leave(worker=copy(worker), last_day=TODAY, how="resigned", version=1, by=hr(unit))


def test_a_transfer_and_a_leaving_are_not_both_done():
    old, new = an_institution(), an_institution()
    for _ in range(ROUNDS):
        worker = a_worker(at=old)
        results = both(move(worker, new), leave(worker, old))
        assert len(refusals_in(results)) == 1
        assert set(refusals_in(results)) <= {"stale_version", "person_unknown"}
        assert worker.employments.filter(is_current=True).count() == 1


def merge(keep: HealthWorker, drop: HealthWorker) -> Any:
    return lambda: services.merge(
        keep=copy(keep), drop=copy(drop), reason="同一人", keep_version=1, drop_version=1, by=FakeActor()
    )


def test_two_officers_merge_the_same_pair_once_either_way():
    unit = an_institution()
    for _ in range(ROUNDS):
        one, other = a_worker(at=unit), a_worker(at=unit)
        results = both(merge(one, other), merge(other, one))
        assert refusals_in(results) == ["stale_version"]
        assert Merge.objects.filter(worker__in=(one, other)).count() == 1
        assert HealthWorker.objects.living().filter(pk__in=(one.pk, other.pk)).count() == 1


def answer(request: TransferRequest, by: Any, *, agree: bool) -> Any:
    return lambda: services.answer_transfer(
        request=TransferRequest.objects.get(pk=request.pk), agree=agree, remark="示范理由", by=by
    )


def test_a_question_is_answered_once():
    old, new = an_institution(), an_institution()
    for _ in range(ROUNDS):
        worker = a_worker(at=old)
        request = services.request_transfer(
            national_id=identity.opened(worker).number, name=worker.name, to=new, first_day=ON, by=hr(new)
        )
        results = both(answer(request, hr(old), agree=True), answer(request, hr(old), agree=False))
        assert refusals_in(results) == ["answered_meanwhile"]
        request.refresh_from_db()
        moved = worker.employments.get(is_current=True).institution == new
        assert (request.state == "agreed") is moved


def test_two_nights_move_the_people_of_a_merged_unit_once():
    for _ in range(ROUNDS):
        old, heir = an_institution(), an_institution()
        people = [a_worker(at=old) for _ in range(3)]
        registry.merge(
            predecessors={old.pk: 1},
            heir=heir,
            heir_version=1,
            on=ON,
            document=Document(title="合并通知（示范）"),
            by=SYSTEM,
        )
        results = both(*[lambda: services.follow_successions(on=TODAY, by=SYSTEM)] * 2)
        assert sorted(results) == [0, 3]
        for worker in people:
            assert worker.employments.count() == 2
            assert worker.employments.get(is_current=True).institution == heir
