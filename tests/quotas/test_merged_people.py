"""Two records of one person become one: the numbers counted from the lists they stand on follow at once."""

from __future__ import annotations

import pytest

from deploy_admin.access import SYSTEM
from deploy_admin.people import services as people
from deploy_admin.people.models import HealthWorker
from quotas import services
from quotas.counting import comparisons
from quotas.models import Figure
from quotas.services import FigureEntry
from tests import factories as make
from tests.quotas.listing import PROMOTED, Y2024, list_promotions, numbers, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital():
    make.a_city_plan()
    return make.a_hospital("示范甲医院")


def merged(keep: HealthWorker, drop: HealthWorker) -> None:
    for one in (keep, drop):
        one.refresh_from_db()
    people.merge(
        keep=keep, drop=drop, reason="同一人两条记录", keep_version=keep.version, drop_version=drop.version, by=SYSTEM
    )


def counted(unit, *others):
    """Return what the unit's list says, asked for alone or with others: it must be the same."""
    keys = {(one.pk, PROMOTED, Y2024) for one in (unit, *others)}
    return comparisons(keys)[unit.pk, PROMOTED, Y2024].counted


def test_who_stands_twice_on_one_list_counts_once(hospital):
    first, second = list_promotions(hospital, "clinical", "clinical")
    assert numbers(hospital)["clinical"] == 2
    merged(first.worker, second.worker)
    assert numbers(hospital)["clinical"] == 1
    assert Figure.objects.current().filter(value=1).get().entered_by_name == SYSTEM.name


def test_who_stands_on_two_units_lists_counts_where_the_kept_record_stands_whoever_asks(hospital):
    other = make.a_hospital("示范乙医院")
    (here,) = list_promotions(hospital, "clinical")
    (there,) = list_promotions(other, "clinical")
    merged(there.worker, here.worker)
    assert (numbers(hospital).get("clinical", 0), numbers(other)["clinical"]) == (0, 1)
    assert counted(hospital) == counted(hospital, other)
    assert counted(other) == counted(other, hospital) == 1


def test_of_two_dropped_records_the_row_put_down_first_counts(hospital):
    other = make.a_hospital("示范乙医院")
    (first,) = list_promotions(hospital, "tcm")
    (second,) = list_promotions(other, "tcm")
    third = list_promotions(hospital, "dental", period=Y2024)[-1].worker
    services.withdraw_person(row=rows_of(hospital)[-1], reason="误报", by=SYSTEM)
    merged(third, second.worker)
    merged(third, first.worker)
    assert (numbers(hospital)["tcm"], numbers(other).get("tcm", 0)) == (1, 0)


def test_a_number_that_was_typed_or_signed_stays_and_the_difference_shows(hospital):
    services.enter_figures([FigureEntry(hospital.pk, PROMOTED, Y2024, 2, practice_category="clinical")], by=SYSTEM)
    first, second = list_promotions(hospital, "clinical", "clinical")
    merged(first.worker, second.worker)
    assert numbers(hospital)["clinical"] == 2
    assert comparisons({(hospital.pk, PROMOTED, Y2024)})[hospital.pk, PROMOTED, Y2024].differs


def test_people_on_no_list_ask_for_nothing(hospital, django_assert_num_queries):
    from quotas.services.merged_people import follow_merge

    with django_assert_num_queries(1):
        follow_merge(1, 2)
