"""Who still owes a list: worked by hand for each kind of campaign; the text and the reminders name exactly these."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from assignments.filing import inbox, owing
from assignments.filing import services_moving as moving
from assignments.kinds import ListKind
from deploy_admin import clock
from deploy_admin.jobs.models import Notice
from quotas.models import Quota, Run
from tests.assignments.factories import a_place
from tests.assignments.filing.factories import a_list, a_nomination, a_round
from tests.assignments.filing.world import Place, a_centre
from tests.assignments.postings import TODAY, an_assignment
from tests.people.factories import a_worker
from tests.policies.factories import an_adopted
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return Place()


def owe(campaign, kind=ListKind.REQUESTS) -> list[str]:
    return [each.name for each in owing.owed(campaign, kind, TODAY)]


def reminded() -> list[tuple[str, int]]:
    rows = Notice.objects.open().filter(key__startswith=inbox.DUE).order_by("institution_id")
    return list(rows.values_list("code", "institution_id"))


class TestRequests:
    def test_township_centres_of_the_district_owe_in_its_campaign(self, place):
        a_centre("示范乙卫生院")
        a_centre("示范外区卫生院", "500101")
        an_institution("示范村卫生室", division=a_place("500231"), kind="village_clinic", tier="village")
        assert sorted(owe(place.round)) == ["示范乙卫生院", "示范卫生院"]

    def test_county_hospitals_and_community_centres_owe_in_the_municipal_one(self, place):
        an_institution("示范社区中心", division=a_place("500101"), kind="chsc", tier="township")
        of_city = a_round(authority=place.city, kind="municipal_county")
        assert sorted(owe(of_city)) == ["示范县医院", "示范社区中心"]

    def test_where_destinations_are_said_those_owe_and_nobody_else(self, place):
        second = a_centre("示范乙卫生院")
        place.round.destinations = {"units": [second.pk]}
        place.round.save()
        assert owe(place.round) == ["示范乙卫生院"]

    def test_handing_in_and_saying_nobody_both_end_it_and_a_draft_does_not(self, place):
        filed = place.begun()
        assert [each.state for each in owing.owed(place.round, ListKind.REQUESTS, TODAY)] == ["draft"]
        moving.submit(filed=filed, by=place.clerk)
        assert owe(place.round) == []

    def test_a_closed_unit_owes_nothing(self, place):
        place.unit.closed_on = date(2026, 11, 1)
        place.unit.save()
        assert owe(place.round) == []

    def test_the_number_of_queries_is_constant(self, place, django_assert_max_num_queries):
        with django_assert_max_num_queries(40) as counted:
            owing.owed(place.round, ListKind.REQUESTS, TODAY)
        for _ in range(8):
            a_centre()
        with django_assert_max_num_queries(len(counted)):
            owing.owed(place.round, ListKind.REQUESTS, TODAY)


class TestNominations:
    @pytest.fixture
    def owed(self, place):
        a_quota(place.hospital, 3)
        return place

    def test_whoever_has_a_quota_owes_that_many(self, owed):
        [each] = owing.owed(owed.round, ListKind.NOMINATIONS, TODAY)
        assert (each.name, each.required, each.nominated, each.short) == ("示范县医院", 3, 0, 3)

    def test_fewer_than_owed_is_said_as_how_many_are_missing(self, owed):
        filed = a_list(owed.hospital, campaign=owed.round, kind=ListKind.NOMINATIONS, state="submitted")
        a_nomination(filed=filed)
        a_nomination(filed=filed, state="struck")
        [each] = owing.owed(owed.round, ListKind.NOMINATIONS, TODAY)
        with translation.override("en"):
            assert each.words == "2 short of 3"
        for _ in range(2):
            a_nomination(filed=filed)
        assert owe(owed.round, ListKind.NOMINATIONS) == []

    def test_people_on_a_draft_are_not_nominated_yet(self, owed):
        filed = a_list(owed.hospital, campaign=owed.round, kind=ListKind.NOMINATIONS, state="draft")
        for _ in range(3):
            a_nomination(filed=filed)
        assert owing.owed(owed.round, ListKind.NOMINATIONS, TODAY)[0].nominated == 0

    def test_whom_another_batch_of_the_year_has_placed_is_not_owed_again(self, owed):
        earlier = a_round(authority=owed.office, scheme="county_township", kind="county_township")
        an_assignment(a_worker(at=owed.hospital), sender=owed.hospital, campaign=earlier)
        assert owing.owed(owed.round, ListKind.NOMINATIONS, TODAY)[0].required == 2

    @pytest.mark.parametrize("binding", [{"binding": "encouraged"}, {"to_coordinate": True}])
    def test_what_is_encouraged_or_to_be_coordinated_is_not_reminded_of(self, place, binding):
        a_quota(place.hospital, 3, **binding)
        assert owe(place.round, ListKind.NOMINATIONS) == []

    def test_another_year_and_another_scheme_ask_for_nothing_here(self, place):
        a_quota(place.hospital, 3, year=2026)
        a_quota(place.hospital, 3, scheme="municipal_county")
        assert owe(place.round, ListKind.NOMINATIONS) == []


class TestReminding:
    def test_those_who_owe_and_nobody_else_and_gone_when_handed_in(self, place):
        second = a_centre("示范乙卫生院")
        inbox.remind(TODAY)
        assert reminded() == sorted(
            [("lists.requests_due", place.unit.pk), ("lists.requests_due", second.pk)], key=lambda pair: pair[1]
        )
        place.submitted()
        assert reminded() == [("lists.requests_due", second.pk)]
        assert inbox.remind(TODAY) == 1

    def test_nobody_is_reminded_outside_the_window_or_of_a_campaign_without_one(self, place):
        assert inbox.remind(date(2026, 10, 31)) == 0
        assert inbox.remind(date(2026, 12, 31)) == 0
        type(place.round).objects.update(
            requests_from=None, requests_to=None, nominations_from=None, nominations_to=None
        )
        assert inbox.remind(TODAY) == 0

    def test_whoever_has_more_time_is_reminded_until_it_ends(self, place):
        moving.exempt(filed=place.begun(), until=date(2026, 12, 5), reason="示范", by=place.officer)
        assert inbox.remind(date(2026, 12, 5)) == 1
        assert Notice.objects.open().get(key__startswith=inbox.DUE).due_on == date(2026, 12, 5)
        assert inbox.remind(date(2026, 12, 6)) == 0

    def test_what_was_sent_back_has_its_own_note_only(self, place):
        moving.send_back(filed=place.submitted(), reason="示范", by=place.officer)
        assert inbox.remind(TODAY) == 0
        assert Notice.objects.open().filter(code="lists.requests_returned").count() == 1

    def test_when_the_campaign_closes_nothing_waits_any_more(self, place):
        place.submitted()
        place.round.state = "closed"
        place.round.save()
        inbox.remind(TODAY)
        assert not Notice.objects.open().filter(code__startswith="lists.").exists()


def test_the_text_names_exactly_those_who_owe(place):
    a_centre("示范乙卫生院")
    place.begun()
    a_quota(place.hospital, 2)
    with translation.override("en"):
        assert owing.text(place.round, TODAY) == (
            "“2027年批次（示范）”, still owed on 2026-11-22:\n\n"
            "Staffing requests (due by 2026-11-30)\n示范卫生院：being entered\n示范乙卫生院\n\n"
            "Nominations (due by 2026-12-10)\n示范县医院：2 short of 2"
        )


def test_where_nobody_owes_there_is_no_text(place):
    place.submitted()
    assert owing.text(place.round, TODAY) == ""


def a_quota(unit, required, *, year=2027, **more):
    """Return what the unit owes in the year, as a run found it."""
    period = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
    run = Run.objects.create(trigger="hand", state="published", requested_at=clock.now(), **period)
    version = Quota.objects.values_list("version", flat=True).first() or an_adopted().pk
    fields = period | {
        "run": run, "version_id": version, "clause_id": f"c{Quota.objects.count()}", "topic": "x",
        "institution": unit,
        "scheme": "county_township", "binding": "mandatory", "state": "known", "required": required,
        "verdict": "short",
        "basis": {}, "digest": "0" * 32, "updated_at": clock.now(),
    }  # fmt: skip
    return Quota.objects.create(**(fields | more))
