"""Pairing support and programmes as rules ask for them: of a posting, of service that is credited, of what counts."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.posting import Posted, sheet_of
from assignments.ties import in_programme
from tests.assignments.counting.world import CITY_PLAN, Y2025, Y2026, City, counted, proposed
from tests.assignments.factories import answered
from tests.assignments.postings import an_assignment
from tests.assignments.standing.test_reckoning import TEXT
from tests.assignments.standing.world import Wanzhou, a_centre, credit, reckoned
from tests.people.factories import a_worker
from tests.registry.factories import a_pairing, a_programme


@pytest.mark.parametrize(
    ("built_up", "speciality", "said"),
    [
        ({"儿科"}, "儿科", True),
        ({"儿科专业"}, "儿科", True),
        ({"儿科", "骨科"}, "内科、骨科", True),
        ({"儿科"}, "骨科", False),
        ({"儿科"}, "", None),
        ((), "儿科", None),
    ],
)
def test_a_programme_is_that_of_the_same_speciality(built_up, speciality, said):
    assert in_programme(built_up, speciality) is said


@pytest.mark.django_db
class TestAPosting:
    DAY = date(2026, 3, 10)

    def told(self, row):
        sheet, _resolve = sheet_of(Posted.of(row, self.DAY))
        return {name: sheet[self.DAY][name] for name in ("paired", "in_programme") if name in sheet[self.DAY]}

    def test_what_ties_the_units_is_fed_on_the_day(self):
        row = an_assignment(starts_on=self.DAY, speciality="儿科")
        assert self.told(row) == {}
        a_pairing(row.sending_unit, row.receiving_unit, self.DAY)
        a_programme(row.receiving_unit, "儿科专业", self.DAY)
        assert self.told(row) == {"paired": True, "in_programme": True}

    def test_of_other_units_and_other_specialities_it_is_known_that_it_is_not_so(self):
        row = an_assignment(a_worker(speciality="骨科"), starts_on=self.DAY)
        a_pairing(an_assignment().sending_unit, row.receiving_unit)
        a_programme(row.receiving_unit, "儿科")
        assert self.told(row) == {"paired": False, "in_programme": False}


@pytest.mark.django_db
class TestCredit:
    @pytest.fixture
    def here(self):
        return Wanzhou()

    def test_service_counts_from_the_day_the_units_are_paired(self, here):
        answered(TEXT.replace("RULE", "at: {paired: true}"))
        other = a_centre("示范远镇卫生院")
        a_pairing(here.hospital, here.centre, date(2025, 6, 10))
        row = here.served(here.recruit(), scheme="model")  # 10 March 2025 to 9 March 2026
        elsewhere = here.served(here.recruit(), scheme="model", receiver=other)
        a_pairing(here.hospital, other, date(2027, 1, 1))
        a_pairing(here.hospital, a_centre("示范第三镇卫生院"), date(2015, 1, 1))
        reckoned()
        assert (credit(row).state, credit(row).months) == ("recognised", 9)
        assert credit(elsewhere).state == "none"

    def test_service_counts_in_the_speciality_that_is_built_up(self, here):
        answered(TEXT.replace("RULE", "at: {in_programme: true}"))
        a_programme(here.centre, "儿科")
        inside = here.served(here.recruit(), scheme="model", speciality="儿科")
        outside = here.served(here.recruit(), scheme="model", speciality="骨科")
        unsaid = here.served(here.recruit(), scheme="model")
        reckoned()
        assert [credit(row).state for row in (inside, outside, unsaid)] == ["recognised", "none", "undetermined"]


@pytest.mark.django_db
def test_what_counts_may_ask_for_a_pairing_and_a_programme():
    plan = CITY_PLAN.replace("      full_time: true\n", "", 1)
    where = next(line for line in plan.splitlines() if line.strip().startswith("where:"))
    indent = where[: len(where) - len(where.lstrip())]
    city = City(plan.replace(where, f"{indent}where: {{all: [{{paired: true}}, {{in_programme: true}}]}}", 1))
    city.compute(Y2025, Y2026)
    a_pairing(city.hospital, city.township)
    a_programme(city.township, "儿科")
    both, one = city.sent(speciality="儿科"), city.sent(speciality="骨科")
    counted(both, one)
    assert "physicians 2026" in proposed(both)
    assert "physicians 2026" not in proposed(one)
