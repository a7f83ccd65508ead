"""Health workers for tests, as short as a sentence. Their ID numbers name a place that never existed: nobody's."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from stdnum.cn import ric

from deploy_admin import national_ids
from deploy_admin.access import Reach, Role
from deploy_admin.errors import RuleViolation
from deploy_admin.people import codes, names
from deploy_admin.people.models import Employment, HealthWorker, Licence, Title, Unavailability
from deploy_admin.people.services import identity
from deploy_admin.registry import reach
from deploy_admin.registry.models import Institution
from tests.registry.factories import FakeActor, an_institution

HIRED = date(2018, 7, 1)
BORN = date(1985, 3, 4)
#: No division ever had this code.
NOWHERE = "509901"
_numbers = itertools.count(1)


def an_id(n: int | None = None, born_on: date = BORN, sex: str = "1") -> str:
    """Return an invented ID number with the right check digit; the same `n` gives the same number.

    Of one date of birth there are 499 of each sex; without `n` the place changes too, so that none comes twice.
    """
    place = NOWHERE
    if n is None:
        n = next(_numbers)
        place = str(509901 + n // 499)
    sequence = 2 * (n % 499) + (1 if sex == "1" else 2)
    number = f"{place}{born_on:%Y%m%d}{sequence:03d}0"
    return number[:17] + ric.calc_check_digit(number)


def a_worker(
    name: str | None = None,
    *,
    at: Institution | None = None,
    number_of_id: str | None = None,
    employed: bool = True,
    born_on: date = BORN,
    sex: str = "1",
    post: dict[str, Any] | None = None,
    **facts: Any,
) -> HealthWorker:
    """Return a person with an ID (none with number_of_id=""), employed at `at` or at a new unit since 2018.

    `post` is of the employment: department, staff_category, valid_from … ; `facts` are of the person.
    """
    n = next(_numbers)
    name = name or f"示范人员{n}"
    columns: dict[str, Any] = {"born_on": born_on, "sex": sex}
    if number_of_id is None:
        number_of_id = an_id(born_on=born_on, sex=sex)
    if number_of_id:
        columns = identity.sealed_columns(national_ids.parse(number_of_id))
    pinyin, initials = names.keys(name)
    worker = HealthWorker.objects.create(
        number=f"P{n:08d}", name=name, pinyin=pinyin, initials=initials, **(columns | facts)
    )
    if employed:
        an_employment(worker, at, **(post or {}))
    return worker


def an_employment(
    worker: HealthWorker, institution: Institution | None = None, *, valid_from: date = HIRED, **more: Any
) -> Employment:
    """Return the employment of a physician on the establishment; the latest begun is the current one."""
    fields = {
        "staff_category": "physician",
        "employment_mode": "establishment",
        "began_as": "recruited",
        "hired_on": valid_from,
        "department": "内科",
    } | more
    if fields.get("valid_to") is not None:
        fields.setdefault("ended_as", "resigned")
    later = worker.employments.filter(valid_from__gt=valid_from).exists()
    if not later:
        worker.employments.update(is_current=False)
    return Employment.objects.create(
        worker=worker,
        institution=institution or an_institution(),
        valid_from=valid_from,
        is_current=not later,
        **fields,
    )


def a_title(worker: HealthWorker, code: str = "233", *, qualified_on: date = date(2020, 12, 20), **more: Any) -> Title:
    """Return a title (attending physician), with the series and level that its code says."""
    known = codes.TITLE_BY_CODE.get(code)
    fields = {"series": known.series, "level": known.level} if known else {"series": "other", "level": "junior"}
    return Title.objects.create(worker=worker, code=code, qualified_on=qualified_on, **(fields | more))


def a_licence(worker: HealthWorker, kind: str = "physician", **more: Any) -> Licence:
    """Return a licence; a physician's is clinical."""
    if kind == "physician":
        more.setdefault("practice_category", "clinical")
    return Licence.objects.create(worker=worker, kind=kind, **more)


def away(worker: HealthWorker, kind: str = "further_study", *, valid_from: date, **more: Any) -> Unavailability:
    """Return a reason that keeps the person away."""
    return Unavailability.objects.create(worker=worker, kind=kind, valid_from=valid_from, **more)


def hr(institution: Institution, on: date = date(2026, 11, 22), *, user_id: int = 7001) -> FakeActor:
    """Return somebody of the unit's personnel office, as of today."""
    return FakeActor(
        role=Role.SENDER_HR,
        reach=Reach.UNIT,
        institution_id=institution.pk,
        institution_ids=reach.unit_and_relatives(institution.pk, on),
        user_id=user_id,
        name="示范人事",
    )


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[RuleViolation]]:
    """Expect the block to be refused with this code and a sentence."""
    with pytest.raises(RuleViolation) as refusal:
        yield refusal
    assert refusal.value.code == code, refusal.value.message
    assert refusal.value.message
