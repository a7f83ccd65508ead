"""The cross-check of two ends: hand-worked cases on sightings, then on rows, as far as each actor sees both."""

from __future__ import annotations

from datetime import date

import pytest

from assignments import crosscheck
from assignments.rules.both_ends import Contradiction, Seen, Sighting, clashes
from tests.assignments import postings
from tests.assignments.inspections.world import DAY
from tests.registry.factories import CITY, FakeActor

POST, HOME, OTHER = 1, 2, 3
D = date(2026, 11, 18)


def at(seen, unit=POST, *, worker=7, day=D, **more):
    return Sighting(worker, day, seen, unit, **more)


def kinds(sightings, suspended=()):
    return [clash.kind for clash in clashes(sightings, suspended)]


class TestSightings:
    def test_missing_here_and_not_found_there_is_absent_at_both_ends(self):
        (clash,) = clashes([at(Seen.MISSING), at(Seen.NOT_THERE, HOME)], [])
        assert clash.kind is Contradiction.BOTH_ENDS_EMPTY
        assert [each.unit_id for each in clash.sightings] == [POST, HOME]

    def test_missing_at_one_end_only_is_none(self):
        assert kinds([at(Seen.MISSING)]) == []
        assert kinds([at(Seen.NOT_THERE, HOME)]) == []

    def test_on_different_days_it_is_none(self):
        assert kinds([at(Seen.MISSING), at(Seen.NOT_THERE, HOME, day=date(2026, 11, 19))]) == []

    def test_of_different_people_it_is_none(self):
        assert kinds([at(Seen.MISSING), at(Seen.NOT_THERE, HOME, worker=8)]) == []

    def test_missing_here_and_practising_there_is_a_matter_of_the_suspension(self):
        seen = [at(Seen.MISSING), at(Seen.PRACTISING, HOME)]
        assert kinds(seen) == []
        assert kinds(seen, [(7, D)]) == [Contradiction.PRACTISING_SUSPENDED]

    def test_practising_on_a_day_without_suspension_is_none(self):
        assert kinds([at(Seen.PRACTISING, HOME)], [(7, date(2026, 11, 17)), (8, D)]) == []

    def test_present_here_and_practising_there_is_two_places(self):
        assert kinds([at(Seen.PRESENT), at(Seen.PRACTISING, HOME)]) == [Contradiction.TWO_PLACES]

    def test_present_in_two_units_is_two_places_and_twice_in_one_is_not(self):
        assert kinds([at(Seen.PRESENT), at(Seen.PRESENT, OTHER)]) == [Contradiction.TWO_PLACES]
        assert kinds([at(Seen.PRESENT, source_id=1), at(Seen.PRESENT, source_id=2)]) == []

    def test_the_latest_day_comes_first(self):
        early = date(2026, 3, 1)
        seen = [
            at(each, unit, day=day) for day in (early, D) for each, unit in ((Seen.MISSING, 1), (Seen.NOT_THERE, 2))
        ]
        assert [clash.day for clash in clashes(seen, [])] == [D, early]


@pytest.mark.django_db
class TestRows:
    def shown(self, actor=CITY, **more):
        return [
            (each.worker.name, each.day, each.kind)
            for each in crosscheck.shown(date(2026, 1, 1), date(2026, 12, 31), actor, **more)
        ]

    def test_two_inspections_on_one_day_find_somebody_nowhere(self, world):
        world.closed(found={world.zhou: "absent", world.he: "present"})
        world.closed(world.hospital, found={world.zhou: "not_there", world.he: "not_there"})
        assert self.shown() == [("示范周启明", DAY, Contradiction.BOTH_ENDS_EMPTY)]
        assert self.shown(world.officer) == self.shown()

    def test_a_confirmed_absence_stands_for_an_inspection(self, world):
        postings.an_absence(world.zhou, date(2026, 11, 16), date(2026, 11, 20))
        postings.an_absence(world.he, DAY, state="to_be_checked")
        world.closed(world.hospital, found={world.zhou: "not_there", world.he: "not_there"})
        assert self.shown() == [("示范周启明", DAY, Contradiction.BOTH_ENDS_EMPTY)]

    def test_an_open_inspection_says_nothing_yet(self, world):
        from tests.assignments.inspections.world import record

        world.closed(found={world.zhou: "absent"})
        record(world.opened(world.hospital), {world.zhou: "not_there"}, world.officer)
        assert self.shown() == []

    def test_practising_on_a_suspended_day(self, world):
        unsuspended = world.posted("示范未停", suspended=False)
        world.closed(world.hospital, found={world.zhou: "practising", unsuspended: "practising"})
        assert self.shown() == [("示范周启明", DAY, Contradiction.PRACTISING_SUSPENDED)]
        assert self.shown(kind=Contradiction.TWO_PLACES) == []

    def test_a_suspension_taken_back_or_over_does_not_count(self, world):
        world.zhou.suspensions.update(withdrawn_at=postings.at_noon(DAY), withdrawn_by_name="示范")
        world.he.suspensions.update(valid_to=date(2026, 11, 17))
        world.closed(world.hospital, found={world.zhou: "practising", world.he: "practising"})
        assert self.shown() == []

    def test_seen_in_two_places_on_one_day(self, world):
        world.zhou.suspensions.all().delete()
        world.closed(found={world.zhou: "present"})
        world.closed(world.hospital, found={world.zhou: "practising"})
        assert self.shown() == [("示范周启明", DAY, Contradiction.TWO_PLACES)]

    def test_a_unit_is_told_only_what_it_sees_of_both_ends(self, world):
        world.closed(found={world.zhou: "absent"})
        world.closed(world.hospital, found={world.zhou: "not_there", world.he: "practising"})
        assert self.shown(world.clerk) == []
        assert self.shown(world.hr) == [("示范何雨桐", DAY, Contradiction.PRACTISING_SUSPENDED)]
        assert self.shown(FakeActor(reach="none")) == []

    def test_only_the_days_asked_about(self, world):
        world.closed(found={world.zhou: "absent"})
        world.closed(world.hospital, found={world.zhou: "not_there"})
        assert crosscheck.contradictions(date(2026, 11, 19), date(2026, 12, 31), CITY) == []

    def test_it_takes_a_fixed_number_of_queries(self, world, django_assert_max_num_queries):
        more = [world.posted(f"示范人{n}") for n in range(6)]
        postings.an_absence(world.he, DAY)
        world.closed(found=dict.fromkeys([world.zhou, *more], "absent"))
        world.closed(world.hospital, found=dict.fromkeys([world.he, *more], "not_there") | {world.zhou: "practising"})
        with django_assert_max_num_queries(5):
            assert len(self.shown()) == 8
