"""Whoever asks what changed since yesterday goes by HealthWorker.updated_at: every act on a person moves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F

from deploy_admin.access import SYSTEM
from deploy_admin.months import Period
from deploy_admin.national_ids import parse
from deploy_admin.people import services
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.services import (
    EmploymentFacts,
    LicenceFacts,
    Paper,
    PersonFacts,
    TitleFacts,
    bulk_rows,
    identity,
)
from deploy_admin.people.services import facts as facts_module
from deploy_admin.registry import services as registry
from deploy_admin.registry.services import Document
from quotas import services as quotas
from tests.people.factories import a_licence, a_title, a_worker, an_id, away, hr
from tests.registry.factories import FakeActor, an_institution

pytestmark = pytest.mark.django_db

OFFICER, SECOND = FakeActor(), FakeActor(user_id=8002)
DAY, TODAY = date(2026, 11, 1), date(2026, 11, 22)
PAPER = Paper(document="示范文件")
#: Acts that change nothing that is known of the person: asking, seeing, and what is no act at all.
SAYS_NOTHING = {
    "request_transfer",
    "withdraw_transfer",
    "reveal_id",
    "possible_duplicates",
    "tell_apart",
    "take_back",
    "on_merge",
}


def version(worker: HealthWorker) -> int:
    return HealthWorker.objects.values_list("version", flat=True).get(pk=worker.pk)


def of(worker: HealthWorker, by: Any = OFFICER) -> dict[str, Any]:
    """Return what every act on a person is given."""
    return {"worker": worker, "version": version(worker), "by": by}


def on_row(worker: HealthWorker, by: Any = OFFICER) -> dict[str, Any]:
    return {"version": version(worker), "by": by}


def moved_unit(worker: HealthWorker) -> None:
    unit = worker.employments.get().institution
    heir = an_institution()
    registry.merge(
        predecessors={unit.pk: 1}, heir=heir, heir_version=1, on=DAY, document=Document(title="示范通知"), by=SYSTEM
    )
    assert services.follow_successions(on=TODAY, by=SYSTEM) == 1


def agreed(worker: HealthWorker) -> None:
    unit, new = worker.employments.get().institution, an_institution()
    request = services.request_transfer(
        national_id=identity.opened(worker).number, name=worker.name, to=new, first_day=DAY, by=hr(new)
    )
    services.answer_transfer(request=request, agree=True, by=hr(unit))


def registered_again(worker: HealthWorker) -> None:
    """Somebody who left is taken on by another unit."""
    number = identity.opened(worker).number
    services.leave(last_day=DAY, how="resigned", **of(worker))
    stale(worker)
    unit = an_institution()
    services.register_worker(
        person=PersonFacts(worker.name, number),
        employment=EmploymentFacts(unit.pk, DAY + timedelta(days=5)),
        by=hr(unit),
    )


def merged(worker: HealthWorker) -> None:
    other = a_worker(at=worker.employments.get().institution)
    services.merge(keep=worker, drop=other, reason="同一人", keep_version=1, drop_version=1, by=OFFICER)


def recognised(worker: HealthWorker) -> None:
    claim = services.claim_recognition(
        kind="foreign_aid", served_from=date(2020, 1, 1), served_to=date(2020, 12, 31), paper=PAPER, **of(worker)
    )
    stale(worker)
    services.decide_recognition(recognition=claim, recognise=True, by=SECOND)


def saved(worker: HealthWorker) -> None:
    unit = worker.employments.get().institution_id
    row = bulk_rows.PersonRow(unit, worker.pk, worker.version, documents=(bulk_rows.DocumentRow("示范证书"),))
    assert services.save_all([row], by=OFFICER).changed == 1


def held_document(worker: HealthWorker) -> Any:
    document = services.add_document(name="示范证书", **of(worker))
    stale(worker)
    return document


def an_event(worker: HealthWorker) -> Any:
    event = services.record_event(kind="refused_deployment", happened_on=DAY, paper=PAPER, **of(worker))
    stale(worker)
    return event


ACTS: dict[str, Callable[[HealthWorker], object]] = {
    "add_document": lambda w: services.add_document(name="示范证书", **of(w)),
    "add_licence": lambda w: services.add_licence(facts=LicenceFacts("physician"), **of(w)),
    "add_title": lambda w: services.add_title(facts=TitleFacts("233", DAY), **of(w)),
    "answer_transfer": agreed,
    "change_post": lambda w: services.change_post(on=DAY, facts={"department": "示范科"}, **of(w)),
    "claim_recognition": lambda w: services.claim_recognition(
        kind="foreign_aid", served_from=date(2020, 1, 1), served_to=date(2020, 12, 31), paper=PAPER, **of(w)
    ),
    "correct_employment": lambda w: services.correct_employment(
        employment=w.employments.get(), facts={"department": "示范科"}, reason="录入有误", **on_row(w)
    ),
    "correct_licence": lambda w: services.correct_licence(
        licence=a_licence(w), facts={"number": "110000000000001"}, reason="录入有误", **on_row(w)
    ),
    "correct_title": lambda w: services.correct_title(
        title=a_title(w), facts={"qualified_on": DAY}, reason="录入有误", **on_row(w)
    ),
    "correct_worker": lambda w: services.correct_worker(facts={"speciality": "儿科"}, **of(w)),
    "decide_recognition": recognised,
    "end_licence": lambda w: services.end_licence(licence=a_licence(w), on=DAY, **on_row(w)),
    "end_unavailability": lambda w: services.end_unavailability(
        unavailability=away(w, valid_from=date(2026, 1, 1)), last_day=DAY, **on_row(w)
    ),
    "enter_unavailability": lambda w: services.enter_unavailability(kind="long_illness", valid_from=DAY, **of(w)),
    "follow_successions": moved_unit,
    "leave": lambda w: services.leave(last_day=DAY, how="resigned", **of(w)),
    "merge": merged,
    "record_event": lambda w: services.record_event(kind="refused_deployment", happened_on=DAY, paper=PAPER, **of(w)),
    "register_worker": registered_again,
    "remove_document": lambda w: services.remove_document(document=held_document(w), reason="录入有误", **on_row(w)),
    "revoke_title": lambda w: services.revoke_title(title=a_title(w), on=DAY, reason="示范决定", **on_row(w)),
    "save_all": saved,
    "transfer": lambda w: services.transfer(to=an_institution(), first_day=DAY, **of(w)),
    "withdraw_event": lambda w: services.withdraw_event(event=an_event(w), reason="录入有误", **on_row(w)),
    "withdraw_unavailability": lambda w: services.withdraw_unavailability(
        unavailability=away(w, valid_from=DAY), reason="录入有误", **on_row(w)
    ),
}


def stale(worker: HealthWorker) -> None:
    """Let the record look as if nobody had touched it for a day."""
    HealthWorker.objects.filter(pk=worker.pk).update(updated_at=F("created_at") - timedelta(days=1))


def touched(worker: HealthWorker) -> bool:
    return HealthWorker.objects.filter(pk=worker.pk, updated_at__gte=F("created_at")).exists()


def test_the_table_names_every_act():
    said = {name for name in services.__all__ if not hasattr(facts_module, name)}
    given = {name for name in said if isinstance(getattr(services, name), type)}
    assert said - given - SAYS_NOTHING == set(ACTS)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_moves_the_record(name):
    worker = a_worker(at=an_institution())
    stale(worker)
    ACTS[name](worker)
    assert touched(worker)


def test_the_record_that_is_dropped_moves_too():
    """Whoever asks for changes has to learn that the number leads elsewhere now."""
    unit = an_institution()
    keep, drop = a_worker(at=unit), a_worker(at=unit)
    stale(drop)
    services.merge(keep=keep, drop=drop, reason="同一人", keep_version=1, drop_version=1, by=OFFICER)
    assert touched(drop)


def listing(unit: Any, worker: HealthWorker) -> quotas.Listing:
    return quotas.Listing(
        unit.pk,
        happened_on=date(2024, 12, 20),
        title_code="232",
        practice_category="clinical",
        worker_id=worker.pk,
        name=worker.name,
    )


@pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
def test_a_promotion_list_moves_whom_it_gives_a_title(known):
    unit = an_institution()
    worker = a_worker(at=unit)
    stale(worker)
    row = listing(unit, worker)
    if not known:
        row = quotas.Listing(
            unit.pk,
            happened_on=date(2024, 12, 20),
            title_code="232",
            practice_category="clinical",
            name="示范新人",
            national_id=parse(an_id()),
        )
    quotas.list_people("promotions", Period.year(2024), [row], by=SYSTEM)
    moved = worker if known else HealthWorker.objects.get(name="示范新人")
    assert moved.titles.exists()
    assert touched(moved)


def test_taking_somebody_off_a_list_moves_whose_title_goes_with_it():
    unit = an_institution()
    worker = a_worker(at=unit)
    quotas.list_people("promotions", Period.year(2024), [listing(unit, worker)], by=SYSTEM)
    (row,) = worker.listings.all()
    stale(worker)
    quotas.withdraw_person(row=row, reason="录入有误", by=hr(unit))
    assert worker.titles.filter(revoked_on__isnull=True).exists() or touched(worker)
