"""What speaks against nominating somebody: each refusal and each warning, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from assignments.filing.nomination_checks import check_rows
from deploy_admin.access import Permission
from tests.assignments.campaigns.world import batch, codes, refused_to_go
from tests.assignments.factories import a_municipal_hospital
from tests.assignments.filing.factories import a_nomination, a_request
from tests.assignments.filing.nominating import FIRST, LAST, World
from tests.assignments.postings import CITY_OFFICER, an_assignment
from tests.people.factories import an_employment, away, hr
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_speaks_against_a_physician_who_may_go(world):
    assert world.found(world.of()) == []


# ------------------------------------------------------------ the person


def test_whoever_does_not_meet_the_clause_is_refused_with_the_way_to_the_explanation(world):
    junior = world.physician("白初级", title="234")
    with translation.override("en"):
        (found,) = world.found(world.of(junior))
    assert (found.code, found.refuses) == ("not_eligible", True)
    assert found.message.startswith("白初级 may not go")
    assert found.url == f"/eligibility/people/{junior.pk}/model-plan/physicians_sent/?day={FIRST.isoformat()}"


def test_whoever_is_barred_is_refused_until_the_bar_has_run_out(world):
    refused_to_go(world.person, date(2024, 4, 1))
    assert codes(world.found(world.of())) == ["barred"]
    assert codes(world.found(world.of(possible_from=date(2027, 4, 2)))) == ["later_than_start"]


def test_whoever_need_not_go_and_of_whom_no_rule_speaks_are_warnings(world):
    elder = world.physician(born_on=date(1970, 1, 1))
    pharmacist = world.physician(post={"staff_category": "pharmacy"}, licence="", title="")
    (exempt,), (silent,) = check_rows(
        [world.of(elder), world.of(pharmacist, speciality="药学")], world.filed, world.hr
    )
    assert (exempt.code, exempt.refuses) == ("exempt", False)
    assert (silent.code, silent.refuses) == ("no_rule_speaks", False)


def test_somebody_of_another_roster_is_unknown_and_nothing_more_is_said(world):
    other = world.physician(at=world.second)
    assert codes(world.found(world.of(other))) == ["person_unknown"]
    assert codes(world.found(world.of(other), by=CITY_OFFICER)) == ["employed_elsewhere"]


def test_a_merged_record_is_not_nominated(world):
    dropped = world.physician()
    dropped.merged_into = world.person
    dropped.save(update_fields=["merged_into"])
    assert codes(world.found(world.of(dropped))) == ["person_unknown"]


def test_whoever_leaves_before_the_first_day_is_not_nominated(world):
    world.person.employments.update(valid_to=date(2027, 3, 9), ended_as="resigned")
    assert codes(world.found(world.of())) == ["not_employed"]


def test_whoever_is_hired_only_later_can_go_only_from_then_on(world):
    late = world.physician()
    late.employments.update(valid_from=date(2027, 5, 1), hired_on=date(2027, 5, 1))
    assert codes(world.found(world.of(late))) == ["before_hire"]
    assert codes(world.found(world.of(late, possible_from=date(2027, 5, 1)))) == ["later_than_start"]


def test_whoever_moves_to_another_unit_before_the_first_day_is_that_units(world):
    world.person.employments.update(valid_to=date(2026, 12, 31), ended_as="transferred", is_current=False)
    an_employment(world.person, world.second, valid_from=date(2027, 1, 1))
    assert codes(world.found(world.of(), by=CITY_OFFICER)) == ["employed_elsewhere"]
    filed = world.a_list(world.second)
    assert world.found(world.of(), filed=filed, by=hr(world.second)) == []


def test_the_people_of_a_branch_are_nominated_by_the_unit(world):
    branch = a_municipal_hospital("示范甲医院分院", parent=world.hospital)
    there = world.physician(at=branch)
    assert world.found(world.of(there), by=CITY_OFFICER) == []


# ------------------------------------------------------------ the days


def test_whoever_is_away_on_the_first_day_goes_later_or_not_at_all(world):
    away(world.person, "further_study", valid_from=date(2027, 1, 1), valid_to=date(2027, 4, 1))
    (found,) = world.found(world.of())
    assert (found.code, found.refuses) == ("unavailable", True)
    assert "2027-04-01" in found.message
    assert codes(world.found(world.of(possible_from=date(2027, 4, 2)))) == ["later_than_start"]


def test_an_absence_that_begins_during_the_term_is_a_warning_and_a_private_reason_is_not_told(world):
    away(world.person, "pregnancy_nursing", valid_from=date(2027, 9, 1), valid_to=date(2028, 3, 1))
    with translation.override("en"):
        (found,) = world.found(world.of())
        assert (found.code, found.refuses) == ("away_later", False)
        assert "2027-09-01" in found.message
        plain = replace(world.hr, permissions=frozenset({Permission.NOMINATIONS_ENTER, Permission.NOMINATIONS_VIEW}))
        (told,) = world.found(world.of(), by=plain)
        assert "personal reason" in told.message


def test_an_absence_after_the_last_day_is_nobodys_matter(world):
    away(world.person, "further_study", valid_from=date(2028, 3, 10))
    assert world.found(world.of()) == []


def test_whoever_is_on_assignment_on_one_of_the_days_is_refused_with_the_place(world):
    there = an_assignment(world.person, receiver=world.township, starts_on=date(2026, 12, 1))
    (found,) = world.found(world.of())
    assert (found.code, found.url) == ("in_two_places", f"/assignments/{there.pk}/")
    assert "示范卫生院" in found.message
    assert codes(world.found(world.of(possible_from=date(2027, 12, 1)))) == ["later_than_start"]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2028, 3, 10), None, "days_outside"),
        (None, date(2027, 3, 9), "days_outside"),
        (date(2027, 6, 1), date(2027, 5, 1), "period_reversed"),
        (None, date(2028, 3, 8), "days_too_short"),
        (date(2027, 3, 11), None, "later_than_start"),
    ],
)
def test_possible_days_lie_within_the_term(world, first, last, code):
    assert codes(world.found(world.of(possible_from=first, possible_to=last))) == [code]


def test_days_that_cover_the_whole_term_are_no_matter(world):
    assert world.found(world.of(possible_from=FIRST, possible_to=LAST)) == []
    assert world.found(world.of(possible_from=date(2026, 1, 1), possible_to=date(2030, 1, 1))) == []


# ------------------------------------------------------------ double nomination


def test_nobody_stands_in_a_list_twice(world):
    assert codes(world.found(world.of(), world.of())) == ["twice_in_list", "twice_in_list"]
    a_nomination(world.person, filed=world.filed)
    assert codes(world.found(world.of())) == ["twice_in_list"]


def test_changing_a_nomination_does_not_stand_in_its_own_way(world):
    line = a_nomination(world.person, filed=world.filed)
    assert world.found(world.of(nomination_id=line.pk)) == []


def test_after_a_transfer_the_first_units_nomination_stands_and_is_named(world):
    a_nomination(world.person, filed=world.a_list(world.second, state="submitted"))
    (found,) = world.found(world.of())
    assert found.code == "nominated_twice"
    assert "示范乙医院" in found.message


def test_a_struck_nomination_keeps_nobody_from_being_nominated(world):
    a_nomination(world.person, filed=world.a_list(world.second, state="submitted"), state="struck")
    assert world.found(world.of()) == []


def test_another_campaign_for_some_of_the_same_days_refuses_and_is_named(world):
    other = world.a_campaign(**batch(batch=2, name="2027年第2批", starts_on=date(2027, 9, 1)))
    a_nomination(world.person, filed=world.a_list(campaign=other, state="submitted"))
    (found,) = world.found(world.of())
    assert (found.code, found.url) == ("nominated_elsewhere", other.get_absolute_url())
    assert "2027年第2批" in found.message
    assert codes(world.found(world.of(possible_to=date(2027, 8, 31)))) == ["days_too_short"]


def test_a_closed_campaign_holds_nobody_back(world):
    other = world.a_campaign(**batch(batch=2, name="2027年第2批"))
    a_nomination(world.person, filed=world.a_list(campaign=other, state="approved"))
    other.state = "closed"
    other.save(update_fields=["state"])
    assert world.found(world.of()) == []


# ------------------------------------------------------------ as what, and where to


def test_without_a_speciality_nobody_can_be_matched(world):
    silent = world.physician(speciality="")
    assert codes(world.found(world.of(silent))) == ["speciality_missing"]
    assert world.found(world.of(silent, speciality="儿科")) == []


def test_a_wish_is_a_unit_that_asks_or_that_the_hospital_knows(world):
    assert codes(world.found(world.of(wishes=(world.township.pk,)))) == ["wish_unknown"]
    a_request(world.township, campaign=world.campaign)
    assert world.found(world.of(wishes=(world.township.pk,))) == []
    an_assignment(world.physician(), receiver=world.receiver, starts_on=date(2024, 1, 1), state="returned")
    assert world.found(world.of(wishes=(world.receiver.pk, world.township.pk))) == []


def test_a_request_that_is_not_approved_yet_makes_nobody_known(world):
    a_request(world.township, campaign=world.campaign)
    world.township.filed_lists.update(state="submitted")
    assert codes(world.found(world.of(wishes=(world.township.pk,)))) == ["wish_unknown"]


def test_a_wish_stays_known_while_the_unit_corrects_its_requests(world):
    line = a_nomination(world.person, filed=world.filed, wishes=[world.township])
    assert world.found(world.of(wishes=(world.township.pk,), nomination_id=line.pk)) == []


def test_wishes_are_few_and_different_and_elsewhere(world):
    units = [an_institution(kind="township_health_centre") for _ in range(6)]
    for unit in units:
        a_request(unit, campaign=world.campaign)
    assert codes(world.found(world.of(wishes=tuple(unit.pk for unit in units)))) == ["too_many_wishes"]
    assert codes(world.found(world.of(wishes=(units[0].pk, units[0].pk)))) == ["wish_twice"]
    a_request(world.hospital, campaign=world.campaign)
    assert codes(world.found(world.of(wishes=(world.hospital.pk,)))) == ["same_unit"]


def test_a_wish_outside_the_destinations_is_a_warning():
    only_counties = {"condition": {"tier": "county"}}
    world = World(destinations=only_counties)
    a_request(world.township, campaign=world.campaign)
    (found,) = world.found(world.of(wishes=(world.township.pk,)))
    assert (found.code, found.refuses) == ("wish_outside", False)


def test_a_campaign_without_clauses_asks_nobody_whether_they_may_go():
    world = World(scheme="", kind="group_support")
    junior = world.physician("白初级", title="234")
    assert world.found(world.of(junior)) == []


def test_the_number_of_queries_does_not_grow_with_the_people(world):
    a_request(world.township, campaign=world.campaign)

    def asked(count: int) -> int:
        rows = [world.of(world.physician(), wishes=(world.township.pk,)) for _ in range(count)]
        with CaptureQueriesContext(connection) as caught:
            assert check_rows(rows, world.filed, world.hr) == [[] for _ in rows]
        return len(caught)

    asked(1)
    assert asked(2) == asked(7)
