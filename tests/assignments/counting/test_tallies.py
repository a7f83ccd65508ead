"""Tallies and verdicts: incremental equals whole, which number decides when, drift, queries, what stands beside it."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, Counted
from assignments.services import counting
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from quotas.models import Quota, Summary, Tally
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
    quota,
    tally,
)
from tests.assignments.factories import a_municipal_hospital

pytestmark = pytest.mark.django_db
SAID = (
    "institution_id", "topic", "group_key", "period_start", "period_end", "nominated", "on_post",
    "recognised_year_end", "recognised_final", "forecast", "unconfirmed", "highest", "batches", "by_alternative",
    "composition",
)  # fmt: skip


@pytest.fixture
def city():
    made = City()
    made.compute(Y2025, Y2026)
    return made


def stored():
    return sorted(map(repr, Tally.objects.values_list(*SAID)))


def test_the_board_comes_alive_with_one_assignment(city):
    row = quota(city.hospital)
    assert (row.verdict, row.required, row.nominated, row.on_post, row.forecast) == ("pending", 3, None, None, None)
    counted(city.sent(campaign=city.campaign(batch=2)))
    row = quota(city.hospital)
    assert (row.nominated, row.on_post, row.shortfall, row.forecast, row.verdict) == (0, 1, 2, 1, "pending")
    assert (row.unconfirmed, row.batches) == (1, [2])
    line = Summary.objects.get(level="topic", topic=PHYSICIANS, period_start=Y2026.first)
    assert (line.on_post, line.forecast, line.unconfirmed, line.batches) == (1, 1, 1, [2])


def test_a_computation_that_comes_after_keeps_what_is_counted(city):
    counted(city.sent(campaign=city.campaign(batch=2)))
    city.compute(Y2026)
    row = quota(city.hospital)
    assert (row.on_post, row.forecast, row.unconfirmed, row.batches) == (1, 1, 1, [2])


class TestWhichNumberDecides:
    def test_while_the_period_runs_those_on_post(self, city):
        sent = [city.sent(city.physician(title="232"), state=state) for state in ("on_post", "on_post", "filed")]
        counted(*sent)
        assert (tally(city.hospital).counted, quota(city.hospital).verdict) == (2, "pending")
        sent[2].state, sent[2].arrived_by_name = "on_post", "示范接收"
        sent[2].arrived_at = sent[0].arrived_at
        sent[2].save()
        counted(sent[2])
        assert (tally(city.hospital).counted, quota(city.hospital).verdict) == (3, "met")

    def test_when_it_has_ended_those_of_its_last_day(self, city):
        """Three were on post on 31 December 2025; one of them left in February, which does not undo the year."""
        sent = [city.sent(city.physician(title="232"), starts_on=date(2025, 3, 10)) for _ in range(3)]
        counted(*sent)
        assert figures(city.hospital, PHYSICIANS, Y2025) == (0, 3, 3, None, 3)
        assert quota(city.hospital, PHYSICIANS, Y2025).verdict == "met"
        Assignment.objects.filter(pk=sent[0].pk).update(
            state="ended_early", ended_on=date(2026, 2, 1), ends_on=date(2026, 2, 1), end_reason="refused"
        )
        counted(sent[0])
        assert figures(city.hospital, PHYSICIANS, Y2025) == (0, 2, 3, None, 3)
        assert (quota(city.hospital, PHYSICIANS, Y2025).verdict, tally(city.hospital, PHYSICIANS, Y2025).counted) == (
            "met", 3,
        )  # fmt: skip

    def test_and_when_everybody_is_back_and_confirmed_those_who_served(self, city):
        sent = [
            city.sent(city.physician(title="232"), starts_on=date(2025, 3, 10), state="returned") for _ in range(3)
        ]
        Assignment.objects.filter(pk=sent[0].pk).update(
            state="ended_early", ended_on=date(2026, 2, 1), ends_on=date(2026, 2, 1), end_reason="refused"
        )
        counted(*sent)
        assert figures(city.hospital, PHYSICIANS, Y2025)[2:4] == (3, None)
        counting_rows = Counted.objects.filter(assignment__in=[each.pk for each in sent])
        counting_rows.update(state="confirmed", decided_at=sent[0].recorded_at, decided_by_name="示范")
        counted(*sent)
        assert figures(city.hospital, PHYSICIANS, Y2025)[2:4] == (3, 2)
        row = quota(city.hospital, PHYSICIANS, Y2025)
        assert (row.verdict, row.shortfall, row.recognised) == ("short", 1, 2)

    def test_a_stock_is_short_on_its_emptiest_day_and_too_many_on_its_fullest(self):
        district = District()
        district.compute(Y2025)
        district.sent(starts_on=date(2025, 1, 1), months=24)
        counted()
        posts = "county_township.posts"
        assert quota(district.authority, posts, Y2025).verdict == "met"
        two = [district.sent(starts_on=date(2025, 3, 1), months=3, state="returned") for _ in range(2)]
        counted(*two)
        assert (tally(district.authority, posts, Y2025).highest, quota(district.authority, posts, Y2025).verdict) == (
            3, "too_many",
        )  # fmt: skip
        Assignment.objects.filter(pk=two[0].pk).update(state="void")
        counted(two[0])
        assert quota(district.authority, posts, Y2025).verdict == "met"

    def test_a_missing_line_of_the_team_is_a_shortfall_although_the_number_is_reached(self, city):
        counted(*[city.sent() for _ in range(3)])
        assert (quota(city.hospital).shortfall, quota(city.hospital).verdict) == (0, "pending")


def test_what_is_kept_up_row_by_row_is_what_a_whole_counting_gives():
    """A hundred changes of all sorts, each counted by itself: the same as counting everything once."""
    luck = random.Random(20261122)  # noqa: S311 -- the same luck every time
    city = City()
    other = a_municipal_hospital("示范市二院")
    city.compute(Y2025, Y2026)
    sent: list[Assignment] = []
    for _ in range(100):
        kind = luck.choice(["new", "new", "state", "term", "confirm", "early", "void", "slot"])
        if kind in ("new", "slot") or not sent:
            at = luck.choice([city.hospital, other])
            worker = luck.choice([city.physician, city.nurse])(at)
            first = luck.choice([date(2025, 3, 10), date(2025, 9, 1), date(2026, 3, 10), date(2026, 9, 1)])
            more = {"slot": luck.choice(sent).slot} if kind == "slot" and sent else {}
            place = luck.choice([city.county, city.township, city.chsc])
            now = city.sent(worker, to=place, starts_on=first, state=luck.choice(["planned", "on_post"]), **more)
            sent.append(now)
        else:
            now = luck.choice(sent)
            row = Assignment.objects.filter(pk=now.pk)
            if kind == "state":
                row.filter(state="on_post").update(state="returned")
            elif kind == "term":
                row.update(term_months=luck.choice([3, 6, 12]))
            elif kind == "confirm":
                waiting = list(Counted.objects.filter(assignment=now, state="proposed").values_list("pk", flat=True))
                Counted.objects.filter(pk__in=waiting).update(
                    state="confirmed", decided_at=now.recorded_at, decided_by_name="示范"
                )
            elif kind == "early":
                last = now.starts_on.replace(month=12)
                row.filter(state="on_post").update(
                    state="ended_early", ended_on=last, ends_on=last,
                    end_reason=luck.choice(["refused", "called_away"]),
                )  # fmt: skip
            else:
                row.filter(state="on_post").update(state="void")
        counting.refresh([now.pk], by=SYSTEM)
    kept = stored()
    whole = counting.refresh(by=SYSTEM)
    assert (whole.lines, whole.changed) == (0, 0)
    assert stored() == kept
    assert counting.check() == 0
    assert sum(row.on_post or 0 for row in Tally.objects.all()) > 10


def test_drift_is_reported_and_not_mended_silently(city):
    counted(city.sent())
    assert counting.check() == 0
    Tally.objects.filter(institution=city.hospital, topic=PHYSICIANS, period_start=Y2026.first).update(on_post=7)
    assert counting.check() == 1
    event = Event.objects.get(act="counted.drift")
    assert event.detail == {"tallies": {"2026": [[city.hospital.pk, PHYSICIANS, ""]]}}
    assert tally(city.hospital).on_post == 7
    counting.refresh(by=SYSTEM)
    assert tally(city.hospital).on_post == 1
    assert Event.objects.filter(act="counted.refreshed").count() == 1


def test_a_tally_whose_quota_is_gone_says_nothing_any_more(city):
    counted(city.sent(city.nurse(), to=city.county))
    assert figures(city.hospital, OTHERS)[1] == 1
    city.hospital.profiles.update(affiliation="district")
    city.compute(Y2026)
    counting.count_new_quotas()
    assert not Quota.objects.current().of_period(Y2026).filter(institution=city.hospital).exists()
    assert figures(city.hospital, OTHERS) == (None,) * 5


def test_the_queries_do_not_grow_with_the_assignments(city):
    def queries(count):
        sent = [city.sent() for _ in range(count)]
        with CaptureQueriesContext(connection) as caught:
            counted(*sent)
        return len(caught)

    queries(1)
    few = queries(2)
    assert queries(12) == few
    assert few <= 80


def test_one_leave_reckons_only_the_quotas_it_touches(city):
    """A tally of another unit is not so much as looked at: its row is not written, whatever stands in it."""
    other = a_municipal_hospital("示范市二院")
    city.compute(Y2026)
    counted(city.sent(), city.sent(city.physician(other)))
    Tally.objects.filter(institution=other).update(nominated=9)
    counted(Assignment.objects.filter(sending_unit=city.hospital).get())
    assert tally(other).nominated == 9


def test_a_total_is_counted_when_any_of_its_units_sends():
    district = District()
    district.compute(Y2026)
    counted(district.sent())
    assert figures(district.authority, TOTAL) == (0, 1, None, None, 1)
    counted(district.sent(at=district.second, state="planned"))
    assert figures(district.authority, TOTAL) == (1, 1, None, None, 2)
