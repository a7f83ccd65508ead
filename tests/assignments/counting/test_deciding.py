"""Officers decide: confirming, declining, choosing, taking back; who may; every constraint violated once."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from assignments.models import Counted
from assignments.services import deciding
from deploy_admin import clock
from deploy_admin.access import Reach, Role
from deploy_admin.audit.models import Event
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from tests.assignments.counting.world import (
    PHYSICIANS,
    Y2025,
    Y2026,
    City,
    counted,
    figures,
    lines,
    tally,
)
from tests.assignments.postings import CITY_OFFICER, district_officer, sender_hr
from tests.registry.factories import FakeActor

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    made = City()
    made.compute(Y2025, Y2026)
    return made


@pytest.fixture
def sent(city):
    made = city.sent(campaign=city.campaign())
    counted(made)
    return made


def line(assignment, topic=PHYSICIANS):
    return Counted.objects.get(assignment=assignment, topic=topic)


def refused(act, *args, **kwargs):
    with pytest.raises(RuleViolation) as caught, transaction.atomic():
        act(*args, **kwargs)
    return caught.value.code


def test_a_confirmed_line_says_who_and_when_and_counts_as_before(city, sent):
    assert (tally(city.hospital).unconfirmed, figures(city.hospital)[1]) == (1, 1)
    assert deciding.confirm([line(sent).pk], by=CITY_OFFICER) == 1
    row = line(sent)
    assert (row.state, row.decided_by_name, row.decided_by_id) == ("confirmed", CITY_OFFICER.name, 9001)
    assert row.decided_at.date() == clock.today()
    assert (tally(city.hospital).unconfirmed, figures(city.hospital)[1]) == (0, 1)
    assert deciding.confirm([row.pk], by=CITY_OFFICER) == 0  # once is enough
    event = Event.objects.get(act="counted.confirmed")
    assert event.detail == {"lines": [row.pk], "assignments": [sent.pk]}


def test_a_declined_line_goes_on_to_the_next_quota_of_the_group(city, sent):
    assert deciding.decline([line(sent).pk], reason="长期在市里带教", by=CITY_OFFICER) == 1
    assert lines(sent) == {("physicians", "2026"): "declined", ("anybody", "2026"): "proposed"}
    assert figures(city.hospital)[1] == 0
    counted(sent)
    assert line(sent).state == "declined"
    assert deciding.reopen([line(sent).pk], by=CITY_OFFICER) == 1
    assert lines(sent) == {("physicians", "2026"): "proposed", ("anybody", "2026"): "lapsed"}
    assert line(sent).reason == ""


def test_a_decision_is_kept_when_the_rule_says_otherwise_and_is_shown_so(city, sent):
    deciding.confirm([line(sent).pk], by=CITY_OFFICER)
    sent.term_months, sent.term_ends_on, sent.ends_on = 6, date(2026, 9, 9), date(2026, 9, 9)
    sent.save()
    counted(sent)
    row = line(sent)
    assert (row.state, row.fits) == ("confirmed", False)
    assert lines(sent) == {("physicians", "2026"): "confirmed"}  # it keeps its place in the group
    deciding.reopen([row.pk], by=CITY_OFFICER)
    assert lines(sent) == {("physicians", "2026"): "lapsed", ("anybody", "2026"): "proposed"}


def test_an_officer_chooses_another_quota_of_the_group(city, sent):
    offered = {each.owed.topic: each for each in deciding.choices(sent)}
    assert set(offered) == {PHYSICIANS, "municipal_county.anybody"}
    row = deciding.choose(sent, offered["municipal_county.anybody"].owed, by=CITY_OFFICER)
    assert (row.state, row.chosen, row.fits) == ("confirmed", True, True)
    assert lines(sent) == {("physicians", "2026"): "lapsed", ("anybody", "2026"): "confirmed"}
    counted(sent)
    assert lines(sent) == {("physicians", "2026"): "lapsed", ("anybody", "2026"): "confirmed"}
    assert figures(city.hospital)[1] == 0
    deciding.choose(sent, offered[PHYSICIANS].owed, by=CITY_OFFICER)
    assert lines(sent) == {("physicians", "2026"): "confirmed", ("anybody", "2026"): "lapsed"}
    assert line(sent, "municipal_county.anybody").decided_by_name == ""


def test_what_cannot_be_told_may_be_chosen_and_what_does_not_fit_may_not(city):
    unknown = city.sent(city.physician(title=None))
    counted(unknown)
    (offered, *_rest) = deciding.choices(unknown)
    assert not offered.ways
    assert offered.answers[0].missing == ("fact:title_level",)
    row = deciding.choose(unknown, offered.owed, by=CITY_OFFICER)
    assert (row.topic, row.state, row.fits) == (PHYSICIANS, "confirmed", False)
    assert figures(city.hospital)[1] == 1
    short = city.sent(months=6)
    counted(short)
    assert refused(deciding.choose, short, offered.owed, by=CITY_OFFICER) == "does_not_fit"
    short.state = "void"
    short.save()
    assert deciding.choices(short) == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_declining_takes_a_reason(sent, reason):
    assert refused(deciding.decline, [line(sent).pk], reason=reason, by=CITY_OFFICER) == "reason_missing"
    assert line(sent).state == "proposed"


def test_what_lapsed_is_neither_confirmed_nor_declined(sent):
    Counted.objects.update(state="lapsed")
    assert refused(deciding.confirm, [line(sent).pk], by=CITY_OFFICER) == "not_proposed"
    assert refused(deciding.decline, [line(sent).pk], reason="不计", by=CITY_OFFICER) == "not_proposed"
    assert deciding.reopen([line(sent).pk], by=CITY_OFFICER) == 0


class TestWhoMay:
    def test_the_sending_unit_may_not(self, city, sent):
        assert refused(deciding.confirm, [line(sent).pk], by=sender_hr(city.hospital)) == "not_permitted"

    def test_a_district_may_not_decide_for_the_citys_campaign(self, city, sent):
        district = district_officer(city.authority)
        assert refused(deciding.confirm, [line(sent).pk], by=district) in ("not_permitted", "not_there")
        assert line(sent).state == "proposed"

    def test_nobody_decides_on_what_they_do_not_see(self, city, sent):
        stranger = FakeActor(role=Role.DISTRICT_OFFICER, reach=Reach.DISTRICT, name="外区", user_id=8)
        assert refused(deciding.confirm, [line(sent).pk], by=stranger) == "not_there"
        assert refused(deciding.confirm, [line(sent).pk, 987_654], by=CITY_OFFICER) == "not_there"

    def test_too_many_at_once_are_refused_with_a_sentence(self):
        many = range(1, deciding.AT_ONCE + 2)
        assert refused(deciding.confirm, list(many), by=CITY_OFFICER) == "too_many_at_once"


class TestConstraints:
    """Each constraint of the lines, violated once past the services."""

    def violated(self, **changed):
        row = Counted.objects.get()
        values = {
            field.attname: getattr(row, field.attname)
            for field in Counted._meta.concrete_fields
            if field.attname != "id"
        }
        with pytest.raises(RuleViolation) as caught, refusals():
            Counted.objects.create(**(values | changed))
        return caught.value.code

    def test_one_line_per_quota(self, sent):
        assert self.violated() == "counted_twice"

    def test_one_line_of_a_group_stands(self, sent):
        assert self.violated(topic="municipal_county.anybody") == "counted_elsewhere"

    def test_a_decision_has_somebody(self, sent):
        assert self.violated(topic="x", exclusive_group="", state="confirmed") == "decision_by_nobody"

    def test_a_declined_line_says_why(self, sent):
        decided = {"decided_at": clock.now(), "decided_by_name": "示范"}
        assert self.violated(topic="x", exclusive_group="", state="declined", **decided) == "reason_missing"

    def test_states_are_those_of_the_list(self, sent):
        assert self.violated(topic="x", exclusive_group="", state="maybe") in ("state_unknown", "decision_by_nobody")
        with pytest.raises(IntegrityError), transaction.atomic():
            Counted.objects.update(state="")


def test_the_queries_of_a_batch_do_not_grow_with_it(city):
    campaign = city.campaign()

    def queries(count):
        made = [city.sent(campaign=campaign) for _ in range(count)]
        counted(*made)
        ids = list(Counted.objects.filter(state="proposed").values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as caught:
            assert deciding.confirm(ids, by=CITY_OFFICER) == count
        return len(caught)

    queries(1)
    few = queries(2)
    assert queries(10) == few


def test_the_deciding_authority_is_told_how_many_wait_until_none_does(city):
    from deploy_admin.jobs.models import Notice

    def notes():
        rows = Notice.objects.open().filter(code="counted.to_confirm")
        return {(row.institution_id, row.params["period"]): row.params["count"] for row in rows}

    made = [city.sent(campaign=city.campaign()), city.sent(starts_on=date(2025, 9, 1))]
    counted(*made)
    commission = city.commission.pk  # the campaign's authority; without one, the city's, for the unit is municipal
    assert notes() == {(commission, "2026"): 1, (commission, "2025"): 1}
    deciding.confirm([line(made[0]).pk], by=CITY_OFFICER)
    assert notes() == {(commission, "2025"): 1}
    made[1].state = "void"
    made[1].save()
    counted(made[1])
    assert notes() == {}
