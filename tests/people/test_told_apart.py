"""Two records that look alike and are of two people: an officer says so, with a reason, and may take it back."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.access import Reach, Role
from deploy_admin.audit.models import Event
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.people import services
from deploy_admin.people.models import ToldApart
from tests.people.factories import a_worker, an_id, hr, refused
from tests.registry.factories import CITY, FakeActor, an_institution

pytestmark = pytest.mark.django_db

REASON = "身份证号码不同，已电话核实"


@pytest.fixture
def twins(unit):
    return [a_worker("示范李四", at=unit) for _ in range(3)]


def pairs(by=CITY):
    return {(pair.first.pk, pair.second.pk) for pair in services.possible_duplicates(by)}


def apart(first, second, by=CITY, reason=REASON):
    return services.tell_apart(first=first, second=second, reason=reason, by=by)


def test_who_is_told_apart_is_not_offered_any_more_whichever_is_named_first(twins):
    first, second, third = twins
    assert pairs() == {(first.pk, second.pk), (first.pk, third.pk), (second.pk, third.pk)}
    pair = apart(second, first)
    assert (pair.first, pair.second, pair.reason) == (first, second, REASON)
    assert pairs() == {(first.pk, third.pk), (second.pk, third.pk)}
    event = Event.objects.get(act="people.told_apart")
    assert event.detail == {"other": {"worker": second.pk, "number": second.number}, "reason": REASON}


def test_taken_back_they_are_offered_again_and_the_record_keeps_who_had_said_so(twins):
    first, second, _third = twins
    pair = apart(first, second)
    services.take_back(pair=pair, by=CITY)
    assert (first.pk, second.pk) in pairs()
    event = Event.objects.get(act="people.told_apart_withdrawn")
    assert (event.detail["reason"], event.detail["said_by"]) == (REASON, CITY.name)
    pair.pk = 10**9
    with pytest.raises(RuleViolation) as refusal:
        services.take_back(pair=pair, by=CITY)
    assert refusal.value.code == "person_unknown"


def test_it_is_said_once_with_a_reason_of_two_living_records_by_who_may_merge_and_sees_both(twins, unit):
    first, second, third = twins
    apart(first, second)
    with refused("told_apart_already"):
        apart(second, first)
    with refused("reason_missing"):
        apart(first, third, reason="不")
    with refused("not_permitted"):
        apart(first, third, by=hr(unit))
    gone = a_worker("示范李四", at=unit, merged_into=third)
    with refused("merged_away"):
        apart(first, gone)
    elsewhere = a_worker("示范李四", at=an_institution())
    officer = FakeActor(
        role=Role.CITY_OFFICER, reach=Reach.UNIT, institution_id=unit.pk, institution_ids=frozenset({unit.pk})
    )
    with refused("person_unknown"):
        apart(first, elsewhere, by=officer)
    assert pairs(officer) == {(first.pk, third.pk), (second.pk, third.pk)}


def test_no_whole_number_is_kept_in_the_reason(twins):
    number = an_id(4711, born_on=date(1990, 1, 1))
    assert number not in apart(*twins[:2], reason=f"号码 {number} 是另一人").reason


def test_the_database_refuses_a_pair_turned_round_and_one_without_a_reason(twins):
    first, second, _third = twins
    with refused("told_apart_order"), refusals():
        ToldApart.objects.create(first=second, second=first, reason=REASON)
    with refused("reason_missing"), refusals():
        ToldApart.objects.create(first=first, second=second, reason="")
    ToldApart.objects.create(first=first, second=second, reason=REASON)
    with refused("told_apart_already"), refusals():
        ToldApart.objects.create(first=first, second=second, reason=REASON)


def merged(keep, drop):
    for one in (keep, drop):
        one.refresh_from_db()
    services.merge(
        keep=keep, drop=drop, reason="同一人两次录入", keep_version=keep.version, drop_version=drop.version, by=CITY
    )


def test_what_was_said_of_a_dropped_record_holds_for_the_one_kept(twins):
    first, second, third = twins
    apart(first, third)
    merged(second, third)
    assert list(ToldApart.objects.values_list("first", "second")) == [(first.pk, second.pk)]
    assert pairs() == set()


def test_said_of_both_it_is_there_once_and_a_merge_of_the_two_themselves_overrules_it(twins):
    first, second, third = twins
    apart(first, third)
    apart(first, second)
    merged(second, third)
    assert list(ToldApart.objects.values_list("first", "second")) == [(first.pk, second.pk)]
    merged(first, second)
    assert not ToldApart.objects.exists()
