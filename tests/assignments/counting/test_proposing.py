"""Whom assignments are proposed to count for: person, place, term, year, group, renewal, relay, imported ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from assignments.models import Counted
from deploy_admin.months import Period
from tests.assignments.counting.world import (
    OTHERS,
    PHYSICIANS,
    TOTAL,
    Y2025,
    Y2026,
    City,
    District,
    counted,
    figures,
    lines,
    proposed,
    quota,
    tally,
)
from tests.assignments.factories import (
    a_county_hospital,
    a_municipal_hospital,
    a_place,
)
from tests.assignments.postings import a_segment
from tests.people.factories import a_title
from tests.registry.factories import an_authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    made = City()
    made.compute(Y2025, Y2026)
    return made


def test_a_physician_is_proposed_for_the_first_clause_that_fits_and_for_no_other_of_the_group(city):
    sent = city.sent()
    counted(sent)
    assert lines(sent) == {("physicians", "2026"): "proposed"}
    row = Counted.objects.get()
    assert (row.policy, row.clause_id, row.exclusive_group) == ("counting-city", "physicians", "deployment")
    assert (row.institution, row.scheme, row.fits) == (city.hospital, "municipal_county", True)


def test_a_term_counts_once_in_the_year_of_its_campaign(city):
    """AMB-07: from 10 March 2025 to 9 March 2026 counts for 2025 only."""
    sent = city.sent(campaign=city.campaign(2025), starts_on=date(2025, 3, 10))
    assert sent.ends_on == date(2026, 3, 9)
    counted(sent)
    assert proposed(sent) == ["physicians 2025"]


def test_without_a_campaign_the_first_day_names_the_year(city):
    sent = city.sent(starts_on=date(2025, 12, 31))
    counted(sent)
    assert proposed(sent) == ["physicians 2025"]


def test_the_campaigns_year_goes_before_the_first_days(city):
    late = city.sent(campaign=city.campaign(2025), starts_on=date(2026, 1, 5))
    counted(late)
    assert proposed(late) == ["physicians 2025"]


def test_a_clause_that_goes_by_the_first_day_does_not_ask_for_the_campaign(city):
    """A physician on six months is no full year; the third clause asks for no term, and for the year of the day."""
    short = city.sent(campaign=city.campaign(2025), starts_on=date(2026, 1, 5), months=6)
    counted(short)
    assert proposed(short) == ["anybody 2026"]


@pytest.mark.parametrize(
    ("months", "days", "topic"), [(12, 0, "physicians"), (11, 29, "anybody"), (12, 1, "physicians")]
)
def test_a_term_of_exactly_the_minimum_is_enough_and_a_day_less_is_not(city, months, days, topic):
    sent = city.sent(months=months, days=days)
    counted(sent)
    assert proposed(sent) == [f"{topic} 2026"]


def test_a_nurse_sent_to_a_community_centre_does_not_count_as_one_of_the_two(city):
    """AMB-09: the places are county hospital and sub-centre."""
    there, elsewhere = city.sent(city.nurse(), to=city.county), city.sent(city.nurse(), to=city.chsc)
    counted(there, elsewhere)
    assert proposed(there) == ["non_clinical 2026"]
    assert proposed(elsewhere) == ["anybody 2026"]
    assert figures(city.hospital, OTHERS)[1] == 1


def test_person_and_place_are_asked_on_the_first_day(city):
    """A title got in June does not help who began in March; where somebody moves later does not matter."""
    junior = city.physician(title=None)
    a_title(junior, "233", qualified_on=date(2026, 6, 1))
    sent = city.sent(junior)
    nurse = city.sent(city.nurse(), to=city.county)
    first = nurse.segments.get()
    first.valid_to = date(2026, 5, 31)
    first.save()
    a_segment(nurse, city.chsc, valid_from=date(2026, 6, 1), reason="moved")
    nurse.receiving_unit = city.chsc
    nurse.save()
    counted(sent, nurse)
    assert proposed(sent) == []
    assert proposed(nurse) == ["non_clinical 2026"]


def test_what_nobody_knows_is_not_proposed(city):
    unknown = city.sent(city.physician(title=None))
    counted(unknown)
    assert lines(unknown) == {}


def test_an_assignment_counts_only_for_its_own_scheme(city):
    """AMB-55."""
    sent = city.sent(scheme="county_township", kind="county_township")
    counted(sent)
    assert lines(sent) == {}


@pytest.mark.parametrize("state", ["withdrawn", "void"])
def test_what_never_took_place_or_is_void_lapses(city, state):
    sent = city.sent()
    counted(sent)
    sent.state = state
    sent.save()
    counted(sent)
    assert lines(sent) == {("physicians", "2026"): "lapsed"}
    assert figures(city.hospital)[:2] == (0, 0)


def test_what_lapsed_is_proposed_again_when_it_fits_again(city):
    sent = city.sent(months=6)
    counted(sent)
    sent.term_months, sent.term_ends_on, sent.ends_on = 12, date(2027, 3, 9), date(2027, 3, 9)
    sent.save()
    counted(sent)
    assert lines(sent) == {("anybody", "2026"): "lapsed", ("physicians", "2026"): "proposed"}
    sent.term_months, sent.term_ends_on, sent.ends_on = 6, date(2026, 9, 9), date(2026, 9, 9)
    sent.save()
    counted(sent)
    assert lines(sent) == {("anybody", "2026"): "proposed", ("physicians", "2026"): "lapsed"}
    assert Counted.objects.count() == 2


def test_a_renewed_term_counts_again_in_its_own_year(city):
    """AMB-07: three years in a row count three times, whatever campaign the rows still name."""
    campaign, worker = city.campaign(2025), city.physician()
    first = city.sent(worker, campaign=campaign, starts_on=date(2025, 3, 10), state="renewed")
    again = city.sent(worker, campaign=campaign, starts_on=date(2026, 3, 10), renews=first, slot=first.slot)
    counted(again)
    assert (proposed(first), proposed(again)) == (["physicians 2025"], ["physicians 2026"])
    assert figures(city.hospital, PHYSICIANS, Y2025)[1] == figures(city.hospital)[1] == 1


def test_a_renewal_shorter_than_the_minimum_does_not_count_again(city):
    worker = city.physician()
    first = city.sent(worker, starts_on=date(2025, 3, 10), state="renewed")
    again = city.sent(worker, starts_on=date(2026, 3, 10), months=3, renews=first)
    counted(again)
    assert proposed(again) == []  # the third clause does not take renewals
    assert lines(first) == {("physicians", "2025"): "proposed"}


def test_imported_ones_count_only_when_they_are_confirmed(city):
    past = city.sent(state="returned", starts_on=date(2025, 3, 10), origin="imported", evidence="archive")
    counted(past)
    assert lines(past) == {}
    past.confirmed_at, past.confirmed_by_name = timezone.now(), "示范复核"
    past.save()
    counted(past)
    assert proposed(past) == ["physicians 2025"]


def test_a_replacement_makes_up_for_who_ended_early_in_the_same_slot(city):
    """Five months and seven: neither is a year, together they are, for the slot may be served by successive people."""
    first = city.sent(state="ended_early", ended_on=date(2026, 8, 9))
    rest = city.sent(slot=first.slot, starts_on=date(2026, 8, 10), months=7)
    counted(rest)
    assert proposed(rest) == ["physicians 2026"]
    assert figures(city.hospital) == (0, 1, None, None, 1)


def test_where_there_is_no_relay_the_rest_of_a_term_is_too_short(city):
    city.compute(Y2026)
    first = city.sent(state="ended_early", ended_on=date(2026, 8, 9))
    rest = city.sent(starts_on=date(2026, 8, 10), months=7)  # a slot of its own
    counted(first, rest)
    assert proposed(rest) == ["anybody 2026"]


def test_nothing_is_proposed_where_the_unit_owes_nothing(city):
    county_physician = city.sent(city.physician(city.county))
    counted(county_physician)
    assert lines(county_physician) == {}


def test_counting_again_changes_nothing_and_writes_nothing(city):
    sent = city.sent()
    counted(sent)
    before = list(Counted.objects.values_list("pk", "updated_at"))
    assert counted(sent).lines == 0
    assert counted().lines == 0
    assert list(Counted.objects.values_list("pk", "updated_at")) == before


def test_a_person_sent_twice_in_a_year_is_one_person(city):
    nurse = city.nurse()
    one = city.sent(nurse, to=city.county, starts_on=date(2026, 1, 1), months=6, state="returned")
    two = city.sent(nurse, to=city.county, starts_on=date(2026, 7, 1), months=6)
    counted(one, two)
    assert proposed(one) == proposed(two) == ["non_clinical 2026"]
    assert figures(city.hospital, OTHERS)[1] == 1


def test_the_composition_counts_whom_the_rule_counts(city):
    city.sent(city.physician(title="232"))
    city.sent()
    counted()
    assert tally(city.hospital).composition == {"seniors": 1}


def test_the_people_of_a_closed_unit_count_for_its_heir(city):
    from deploy_admin.registry.models import Succession

    heir = a_municipal_hospital("示范市联合医院")
    sent = city.sent()
    Succession.objects.create(
        predecessor=city.hospital, heir=heir, kind="merge", on=date(2026, 7, 1), document_title="示范合并决定"
    )
    city.hospital.closed_on = date(2026, 6, 30)
    city.hospital.save()
    city.hospital.profiles.update(valid_to=date(2026, 6, 30))
    city.compute()
    counted(sent)
    assert Counted.objects.get(state="proposed").institution == heir
    assert figures(heir)[1] == 1


class TestTotals:
    @pytest.fixture
    def district(self):
        made = District()
        made.compute(Y2025, Y2026)
        return made

    def test_the_people_of_every_unit_of_the_district_count_for_its_total(self, district):
        one, two = district.sent(), district.sent(at=district.second)
        counted(one, two)
        assert proposed(one) == proposed(two) == ["district_total 2026", "posts 2025", "posts 2026"][0::2]
        assert figures(district.authority, TOTAL) == (0, 2, None, None, 2)
        assert {row.institution for row in Counted.objects.all()} == {district.authority}

    def test_part_time_does_not_count_where_full_detachment_is_asked(self, district):
        part = district.sent(full_time=False)
        counted(part)
        assert proposed(part) == ["posts 2026"]

    def test_a_unit_of_another_district_does_not_stand_in_the_total(self, district):
        an_authority(a_place("500101"), "示范万州卫健委")
        elsewhere = a_county_hospital(code="500101")
        other = district.sent(at=elsewhere)
        counted(other)
        assert lines(other) == {}

    def test_a_total_is_met_on_the_base_that_is_reached(self, district):
        """80 % of four recruits are four people, on this year's base and on last year's."""
        for _ in range(4):
            district.sent()
        counted()
        assert (quota(district.authority, TOTAL).verdict, quota(district.authority, TOTAL).shortfall) == ("met", 0)

    def test_a_stock_counts_in_every_period_that_it_touches(self, district):
        sent = district.sent(starts_on=date(2025, 6, 1), months=12)
        counted(sent)
        assert proposed(sent) == ["district_total 2025", "posts 2025", "posts 2026"]


def test_a_quota_that_comes_later_finds_the_people_who_are_there(city):
    """Somebody is sent before the quotas of the year are known: the run brings them together."""
    from assignments.services import counting

    sent = city.sent(starts_on=date(2027, 1, 4), state="filed")
    counted(sent)
    assert lines(sent) == {}
    city.compute(Period.year(2027))
    assert counting.count_new_quotas() > 0
    assert proposed(sent) == ["physicians 2027"]
    assert figures(city.hospital, PHYSICIANS, Period.year(2027)) == (1, 0, None, None, 1)
    assert counting.count_new_quotas() == 0


def test_nought_is_said_only_of_the_time_since_which_assignments_are_kept(city):
    counted()
    assert not city.hospital.tallies.filter(on_post__isnull=False).exists()  # nobody of the scheme is kept here at all
    other = a_municipal_hospital("示范市二院")
    city.compute(Y2025, Y2026)
    counted(city.sent(starts_on=date(2026, 3, 10)))
    assert figures(other) == (0, 0, None, None, 0)
    assert not other.tallies.filter(period_start=Y2025.first, on_post__isnull=False).exists()
    assert quota(other, PHYSICIANS, Y2025).verdict == "pending"


def test_a_day_before_the_first_is_another_year(city):
    """The last day of the year still counts for it, the next day does not."""
    last = city.sent(starts_on=Y2026.last, state="filed")
    after = city.sent(starts_on=Y2026.last + timedelta(days=1), state="filed")
    counted(last, after)
    assert proposed(last) == ["physicians 2026"]
    assert proposed(after) == []
