"""Nominating: what is written, all or none, warnings accepted knowingly, changing, taking off, handing in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from assignments.filing import services_moving as moving
from assignments.filing.nomination_rows import NotNominable, row_of
from assignments.filing.services_nominations import (
    change_nomination,
    enter_people,
    save_nominations,
    withdraw_nominations,
)
from assignments.filing.wishes import Wishable
from assignments.models import Nomination, NominationWish
from assignments.timeline import timeline
from deploy_admin.access import Permission
from deploy_admin.audit.models import Event
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict
from deploy_admin.people import services as people
from tests.assignments.allocation.factories import a_line, a_plan
from tests.assignments.campaigns.world import refused_to_go
from tests.assignments.filing.factories import a_nomination, a_request
from tests.assignments.filing.nominating import World
from tests.assignments.postings import CITY_OFFICER, an_assignment
from tests.people.factories import away, hr, refused
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


# ------------------------------------------------------------ what is written


def test_a_nominated_person_stands_on_the_list_with_wishes_in_order(world):
    a_request(world.township, campaign=world.campaign)
    a_request(world.receiver, campaign=world.campaign)
    wishes = (world.township.pk, world.receiver.pk)
    (line,) = world.nominate(world.of(wishes=wishes, remark=" 愿意去 ", possible_to=date(2028, 12, 31)))
    line.refresh_from_db()
    assert (line.filed_list, line.campaign, line.institution) == (world.filed, world.campaign, world.hospital)
    assert (line.worker, line.speciality, line.remark) == (world.person, "心血管内科", "愿意去")
    assert (line.possible_from, line.possible_to, line.state) == (None, date(2028, 12, 31), "standing")
    assert tuple(line.wishes.values_list("institution_id", flat=True)) == wishes
    assert line.accepted == {}
    event = Event.objects.get(act="lists.nominated")
    assert event.detail["workers"] == [world.person.pk]


def test_nominating_raises_the_version_of_the_list_and_says_that_it_is_not_nobody(world):
    moving.save_head(filed=world.filed, nothing=True, remark="无", version=1, by=world.hr)
    world.nominate()
    world.filed.refresh_from_db()
    assert (world.filed.nothing, world.filed.remark, world.filed.version) == (False, "无", 3)


def test_all_or_nobody(world):
    junior = world.physician("白初级", title="234")
    with pytest.raises(NotNominable) as refusal:
        world.nominate(world.of(), world.of(junior))
    assert refusal.value.code == "not_eligible"
    assert [[each.code for each in row] for row in refusal.value.findings] == [[], ["not_eligible"]]
    assert not Nomination.objects.exists()


def test_a_warning_is_accepted_knowingly_and_kept_with_its_sentence(world):
    elder = world.physician("安长者", born_on=date(1970, 1, 1))
    with refused("exempt"):
        world.nominate(world.of(elder))
    (line,) = world.nominate(world.of(elder, accept=frozenset({"exempt"})))
    assert set(line.accepted) == {"exempt"}
    assert "安长者" in line.accepted["exempt"]


def test_a_warning_accepted_of_one_is_not_accepted_of_another(world):
    elders = [world.physician(born_on=date(1970, 1, 1)) for _ in range(2)]
    rows = [world.of(elders[0], accept=frozenset({"exempt"})), world.of(elders[1])]
    with pytest.raises(NotNominable) as refusal:
        world.nominate(*rows)
    assert refusal.value.context["workers"] == [each.pk for each in elders]


def test_accepting_does_not_help_against_a_refusal(world):
    refused_to_go(world.person)
    with refused("barred"):
        world.nominate(world.of(accept=frozenset({"barred"})))


def test_several_sentences_are_told_as_a_count(world):
    juniors = [world.physician(title="234") for _ in range(2)]
    with translation.override("en"), refused("not_nominable") as refusal:
        world.nominate(*map(world.of, juniors))
    assert refusal.value.message == "2 people cannot be nominated as they are."


# ------------------------------------------------------------ who and when


def test_another_unit_and_a_reader_do_not_nominate(world):
    with refused("list_unknown"):
        world.nominate(by=hr(world.second))
    reader = replace(world.hr, permissions=frozenset({Permission.NOMINATIONS_VIEW}))
    with refused("not_permitted"):
        world.nominate(by=reader)


def test_the_authority_enters_on_behalf_only_where_it_is_said(world):
    with refused("not_permitted"):
        world.nominate(by=CITY_OFFICER)
    world.filed.on_behalf = True
    world.filed.save(update_fields=["on_behalf"])
    assert world.nominate(by=CITY_OFFICER)


def test_outside_the_window_nobody_is_nominated():
    world = World(nominations_to=date(2026, 11, 21))
    with refused("window_closed"):
        world.nominate()
    moving.exempt(filed=world.filed, until=date(2026, 11, 30), reason="示范", by=CITY_OFFICER)
    assert world.nominate()


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_a_list_that_was_handed_in_is_not_changed(world, state):
    filed = world.a_list(world.second, state=state)
    with refused("list_moved"):
        world.nominate(filed=filed, by=hr(world.second))


def test_a_list_that_somebody_changed_meanwhile_is_not_written_on(world):
    world.nominate()
    with pytest.raises(Conflict):
        world.nominate(world.of(world.physician()), version=1)


# ------------------------------------------------------------ changing


def test_a_nomination_is_changed_as_it_was_read(world):
    a_request(world.township, campaign=world.campaign)
    (line,) = world.nominate()
    row = world.of(speciality="全科", wishes=(world.township.pk,))
    change_nomination(nomination=line, row=row, version=1, by=world.hr)
    line.refresh_from_db()
    assert (line.speciality, line.version) == ("全科", 2)
    assert row_of(line).wishes == (world.township.pk,)
    with pytest.raises(Conflict) as conflict:
        change_nomination(nomination=line, row=world.of(speciality="儿科"), version=1, by=world.hr)
    assert conflict.value.context["yours"] == {"speciality": "儿科"}
    assert conflict.value.context["theirs"] == {"speciality": "全科", "version": 2}


def test_what_says_the_same_is_not_written(world):
    (line,) = world.nominate()
    world.filed.refresh_from_db()
    before = world.filed.version
    change_nomination(nomination=line, row=row_of(line), by=world.hr)
    world.filed.refresh_from_db()
    assert (Nomination.objects.get().version, world.filed.version) == (1, before)


def test_a_change_is_checked_like_a_new_nomination(world):
    (line,) = world.nominate()
    with refused("days_outside"):
        change_nomination(nomination=line, row=world.of(possible_from=date(2029, 1, 1)), by=world.hr)
    with refused("another_person"):
        change_nomination(nomination=line, row=world.of(world.physician()), by=world.hr)


# ------------------------------------------------------------ taking off, the whole list


def test_people_are_taken_off_the_list_all_or_none(world):
    lines = world.nominate(world.of(wishes=()), world.of(world.physician()))
    with refused("line_unknown"):
        withdraw_nominations(filed=world.filed, nomination_ids=[lines[0].pk, 0], by=world.hr)
    withdraw_nominations(filed=world.filed, nomination_ids=[lines[0].pk], by=world.hr)
    assert list(Nomination.objects.all()) == [lines[1]]
    with refused("line_unknown"):
        withdraw_nominations(filed=world.filed, nomination_ids=[], by=world.hr)


def test_the_whole_list_is_written_at_once(world):
    second, third = world.physician(), world.physician()
    (first,) = world.nominate()
    world.nominate(world.of(second))
    world.filed.refresh_from_db()
    rows = [world.of(speciality="全科"), world.of(third)]
    save_nominations(filed=world.filed, rows=rows, remark="第二稿", version=world.filed.version, by=world.hr)
    said = dict(Nomination.objects.values_list("worker_id", "speciality"))
    assert said == {world.person.pk: "全科", third.pk: third.speciality}
    assert Nomination.objects.get(worker=world.person).pk == first.pk
    world.filed.refresh_from_db()
    assert world.filed.remark == "第二稿"


def test_a_list_of_nobody_has_no_lines(world):
    world.nominate()
    with refused("lines_there"):
        save_nominations(filed=world.filed, rows=[world.of()], nothing=True, by=world.hr)
    save_nominations(filed=world.filed, rows=[], nothing=True, by=world.hr)
    world.filed.refresh_from_db()
    assert (world.filed.nothing, Nomination.objects.count()) == (True, 0)


# ------------------------------------------------------------ handing in, approving


def test_a_list_that_names_nobody_is_handed_in_only_if_it_says_so(world):
    with refused("list_empty"):
        moving.submit(filed=world.filed, by=world.hr)
    moving.save_head(filed=world.filed, nothing=True, remark="", version=None, by=world.hr)
    assert moving.submit(filed=world.filed, by=world.hr).state == "submitted"


def test_what_changed_since_is_found_when_the_list_is_handed_in(world):
    world.nominate()
    away(world.person, "further_study", valid_from=date(2027, 3, 1))
    with refused("unavailable"):
        moving.submit(filed=world.filed, by=world.hr)


def test_accepted_warnings_do_not_stand_in_the_way(world):
    elder = world.physician(born_on=date(1970, 1, 1))
    world.nominate(world.of(elder, accept=frozenset({"exempt"})))
    assert moving.submit(filed=world.filed, by=world.hr).state == "submitted"


def test_a_new_warning_has_to_be_accepted_before_the_list_is_handed_in(world):
    (line,) = world.nominate()
    away(world.person, "further_study", valid_from=date(2027, 9, 1))
    with refused("away_later"):
        moving.submit(filed=world.filed, by=world.hr)
    change_nomination(nomination=line, row=world.of(accept=frozenset({"away_later"})), by=world.hr)
    assert moving.submit(filed=world.filed, by=world.hr).state == "submitted"


def test_whoever_may_not_go_any_more_is_struck_before_the_list_is_approved(world):
    filed = world.a_list(world.second, state="submitted")
    gone = world.physician(at=world.second)
    line = a_nomination(gone, filed=filed)
    refused_to_go(gone)
    with refused("barred"):
        moving.approve(lists=[filed], by=CITY_OFFICER)
    moving.strike(line=line, reason="示范", by=CITY_OFFICER)
    (approved,) = moving.approve(lists=[filed], by=CITY_OFFICER)
    assert approved.state == "approved"


# ------------------------------------------------------------ the database is the last judge


def test_the_database_knows_nobody_twice_in_a_campaign(world):
    a_nomination(world.person, filed=world.filed)
    with refused("nominated_twice"), refusals():
        a_nomination(world.person, filed=world.a_list(world.second))


def test_the_database_keeps_days_in_order_reasons_and_wishes_once(world):
    with refused("period_reversed"), refusals():
        a_nomination(world.person, filed=world.filed, possible_from=date(2027, 5, 2), possible_to=date(2027, 5, 1))
    with refused("reason_missing"), refusals():
        a_nomination(world.person, filed=world.filed, state="struck", struck_reason="")
    line = a_nomination(world.person, filed=world.filed, wishes=[world.township])
    with refused("wish_twice"), refusals():
        NominationWish.objects.create(nomination=line, institution=world.township, rank=2)
    with refused("wish_twice"), refusals():
        NominationWish.objects.create(nomination=line, institution=an_institution(), rank=1)


# ------------------------------------------------------------ one person, two records


def test_the_nominations_of_a_merged_record_are_the_kept_ones(world):
    dropped = world.physician(name=world.person.name)
    line = a_nomination(dropped, filed=world.filed)
    _merge(world.person, dropped)
    line.refresh_from_db()
    assert (line.worker, line.state) == (world.person, "standing")


def test_of_two_nominations_of_what_is_one_person_one_stands(world):
    dropped = world.physician(name=world.person.name)
    kept, line = a_nomination(world.person, filed=world.filed), a_nomination(dropped, filed=world.filed)
    _merge(world.person, dropped)
    kept.refresh_from_db()
    line.refresh_from_db()
    assert (kept.state, line.state, line.worker) == ("standing", "struck", world.person)
    assert line.struck_reason


def _merge(keep, drop):
    keep.refresh_from_db()
    drop.refresh_from_db()
    people.merge(
        keep=keep, drop=drop, reason="同一人", keep_version=keep.version, drop_version=drop.version, by=CITY_OFFICER
    )


# ------------------------------------------------------------ what plans rest on


def test_whoever_stands_in_a_draft_plan_is_struck_instead_of_deleted(world):
    (line,) = world.nominate()
    a_line(a_plan(world.campaign), a_request(world.township, campaign=world.campaign), line)
    withdraw_nominations(filed=world.filed, nomination_ids=[line.pk], by=world.hr)
    line.refresh_from_db()
    assert (line.state, bool(line.struck_reason)) == ("struck", True)
    assert world.nominate()


def test_whom_a_decision_placed_stays_as_it_is(world):
    (line,) = world.nominate()
    a_line(a_plan(world.campaign, state="decided"), a_request(world.township, campaign=world.campaign), line)
    with refused("line_decided"):
        withdraw_nominations(filed=world.filed, nomination_ids=[line.pk], by=world.hr)
    with refused("line_decided"):
        change_nomination(nomination=line, row=world.of(speciality="全科"), by=world.hr)
    with refused("line_decided"):
        save_nominations(filed=world.filed, rows=[world.of(speciality="全科")], by=world.hr)
    with refused("line_decided"):
        save_nominations(filed=world.filed, rows=[], by=world.hr)
    kept = world.of(speciality=line.speciality)
    save_nominations(filed=world.filed, rows=[kept, world.of(world.physician())], by=world.hr)
    assert Nomination.objects.filter(state="standing").count() == 2


def test_whom_a_decision_placed_does_not_stand_in_the_way_of_handing_in_again(world):
    (line,) = world.nominate()
    planned = an_assignment(world.person, receiver=world.township, campaign=world.campaign, state="planned")
    plan = a_plan(world.campaign, state="decided")
    a_line(plan, a_request(world.township, campaign=world.campaign), line, assignment=planned)
    assert moving.submit(filed=world.filed, by=world.hr).state == "submitted"


def test_the_assignment_tells_of_nomination_and_allocation(world):
    filed = world.a_list(world.second, state="approved")
    line = a_nomination(world.physician(at=world.second), filed=filed)
    planned = an_assignment(line.worker, receiver=world.township, campaign=world.campaign, state="planned")
    plan = a_plan(world.campaign, state="decided")
    a_line(plan, a_request(world.township, campaign=world.campaign), line, assignment=planned)
    told = {entry.code: entry for entry in timeline(planned, CITY_OFFICER)}
    assert told["nominated"].recorded_by == filed.submitted_by_name
    assert plan.deciding_body in told["allocated"].detail


def test_the_open_demand_is_what_no_decision_has_filled(world):
    asked = a_request(world.township, campaign=world.campaign, speciality="儿科", number=2)
    (line,) = world.nominate()
    planned = an_assignment(world.person, receiver=world.township, campaign=world.campaign, state="planned")
    a_line(a_plan(world.campaign, state="decided"), asked, line, assignment=planned)
    a_request(world.receiver, campaign=world.campaign, speciality="儿科")
    shown = Wishable(world.campaign, world.hospital.pk, world.hr).by_speciality
    assert [(name, count) for name, count, _units in shown] == [("儿科", 2)]
    assert {each.unit: each.open for each in shown[0][2]} == {world.township.pk: 1, world.receiver.pk: 1}


def test_entering_a_person_who_was_taken_off_meanwhile_is_refused(world):
    with refused("line_unknown"):
        enter_people(filed=world.filed, rows=[world.of()], versions={world.person.pk: 1}, by=world.hr)
    assert enter_people(filed=world.filed, rows=[world.of()], versions={}, by=world.hr) == 1
