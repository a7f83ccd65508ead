"""Placing people: what is written, each refusal and each warning, all or nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.kinds import SegmentReason
from assignments.models import Assignment, Segment, Slot, Transition
from assignments.services import campaigns
from assignments.services.placing import Refused, check_all
from assignments.states import AssignmentState
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Notice
from tests.accounts.factories import a_membership
from tests.assignments.campaigns.world import FIRST, LAST, World, codes, refused_to_go
from tests.assignments.factories import a_place, of_unit
from tests.assignments.postings import CITY_OFFICER, an_assignment
from tests.people.factories import a_worker, an_employment, away, refused
from tests.policies.factories import a_rule, a_text, an_adopted
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


# ------------------------------------------------------------ what is written


def test_a_placed_person_has_a_slot_a_piece_and_a_first_step(world):
    (placed,) = world.place(world.row(department="心内科", supervisor="示范导师", roster_pattern="six_day"))
    placed.refresh_from_db()
    assert (placed.state, placed.kind, placed.scheme) == ("planned", "municipal_county", "municipal_county")
    assert (placed.sending_unit, placed.receiving_unit) == (world.hospital, world.receiver)
    assert (placed.starts_on, placed.term_ends_on, placed.ends_on) == (FIRST, LAST, LAST)
    assert (placed.department, placed.supervisor, placed.roster_pattern) == ("心内科", "示范导师", "six_day")
    assert (placed.speciality, placed.sort_key) == ("心血管内科", world.person.pinyin)
    piece = Segment.objects.get(assignment=placed)
    assert (piece.receiving_unit, piece.valid_from, piece.valid_to) == (world.receiver, FIRST, None)
    assert piece.reason == SegmentReason.START
    step = Transition.objects.get(assignment=placed)
    assert (step.act, step.from_state, step.to_state, step.detail) == ("placed", "", "planned", {})
    assert (step.on, step.recorded_by_name) == (date(2026, 11, 22), CITY_OFFICER.name)
    slot = Slot.objects.get()
    assert (slot.campaign, slot.sending_unit, slot.receiving_unit) == (world.campaign, world.hospital, world.receiver)
    event = Event.objects.get(act="assignments.placed")
    assert (event.object_label, event.detail["campaign"]) == ("安可往", world.campaign.pk)


def test_an_own_term_and_first_day_stand_before_the_campaigns(world):
    (placed,) = world.place(world.row(starts_on=date(2027, 1, 31), term_months=13, term_days=2))
    assert (placed.starts_on, placed.ends_on) == (date(2027, 1, 31), date(2028, 3, 2))
    (half,) = world.place(world.row(world.nurse(), term_months=7))
    assert (half.term_months, half.term_days, half.ends_on) == (7, 0, date(2027, 10, 9))


def test_the_sending_unit_is_where_the_person_works_on_the_first_day(world):
    moved = world.physician()
    moved.employments.update(valid_to=date(2026, 12, 31), ended_as="transferred")
    an_employment(moved, world.second, valid_from=date(2027, 1, 1))
    (placed,) = world.place(world.row(moved))
    assert placed.sending_unit == world.second


def test_many_are_placed_in_the_order_of_the_list_with_one_event(world):
    people = [world.physician() for _ in range(3)]
    placed = world.place(*[world.row(each) for each in people])
    assert [each.worker for each in placed] == people
    assert Event.objects.get(act="assignments.placed").detail["count"] == 3
    assert Slot.objects.count() == 3


def test_sender_receiver_and_person_are_told(world):
    member = a_membership("deployed_person", world.hospital)
    member.worker = world.person
    member.save()
    world.place(world.row(), world.row(world.physician()))
    notes = {each.code: each for each in Notice.objects.open().filter(key__startswith="campaigns.placed:")}
    assert set(notes) == {"campaigns.people_placed", "campaigns.people_coming", "campaigns.you_are_placed"}
    sender, receiver, person = (
        notes[f"campaigns.{name}"] for name in ("people_placed", "people_coming", "you_are_placed")
    )
    assert (sender.institution_id, sender.params["count"], sender.due_on) == (world.hospital.pk, 2, FIRST)
    assert (receiver.institution_id, receiver.params["day"]) == (world.receiver.pk, "2027-03-10")
    assert (person.user_id, person.params["unit"], person.params["last"]) == (
        member.user_id,
        "示范县医院",
        "2028-03-09",
    )


# ------------------------------------------------------------ what refuses


def test_whoever_does_not_meet_the_clause_is_refused_with_the_way_to_the_explanation(world):
    junior = world.physician("白初级", title="234")
    (found,) = world.findings(world.row(junior))
    assert (found.code, found.refuses) == ("not_eligible", True)
    assert "白初级" in found.message
    assert found.url == f"/eligibility/people/{junior.pk}/model-plan/physicians_sent/?day=2027-03-10"
    with refused("not_eligible"):
        world.place(world.row(junior))
    assert not Assignment.objects.exists()


def test_whoever_is_barred_is_refused(world):
    refused_to_go(world.person)
    with refused("barred"):
        world.place()


def test_a_bar_that_has_run_out_by_the_first_day_keeps_nobody(world):
    refused_to_go(world.person, date(2024, 3, 9))
    assert world.findings(world.row()) == []


def test_whoever_is_away_on_the_first_day_is_refused(world):
    away(world.person, "further_study", valid_from=date(2027, 3, 1), valid_to=date(2027, 3, 10))
    with refused("unavailable") as refusal:
        world.place()
    assert "2027-03-10" in refusal.value.message
    (placed,) = world.place(world.row(starts_on=date(2027, 3, 11)))
    assert placed.starts_on == date(2027, 3, 11)


def test_nobody_is_in_two_places_and_the_sentence_names_the_other(world):
    an_assignment(world.person, receiver=world.township, starts_on=date(2026, 12, 1))
    with refused("in_two_places") as refusal:
        world.place()
    assert "示范卫生院" in refusal.value.message
    assert "2026-12-01" in refusal.value.message
    assert "2027-11-30" in refusal.value.message


def test_the_day_after_another_assignment_is_free(world):
    an_assignment(world.person, receiver=world.receiver, starts_on=date(2026, 3, 10))
    assert world.findings(world.row(starts_on=date(2027, 3, 10))) == []
    assert codes(world.findings(world.row(starts_on=date(2027, 3, 9)))) == ["in_two_places"]


def test_a_plan_that_was_taken_back_stands_in_nobodys_way(world):
    an_assignment(world.person, starts_on=FIRST, state=AssignmentState.WITHDRAWN)
    assert world.findings(world.row()) == []


def test_one_person_twice_in_a_list_is_refused(world):
    with refused("twice_in_list"):
        world.place(world.row(), world.row(receiver=world.township))


def test_outside_the_destinations_of_the_batch_nobody_is_placed(world):
    campaign = world.a_campaign(batch=2, destinations={"condition": {"kind": "township_health_centre"}})
    assert codes(world.findings(world.row(), campaign=campaign)) == ["outside_destinations"]
    assert world.findings(world.row(receiver=world.township), campaign=campaign) == []


def test_a_named_unit_is_a_destination_beside_the_condition(world):
    where = {"condition": {"kind": "township_health_centre"}, "units": [world.receiver.pk]}
    campaign = world.a_campaign(batch=2, destinations=where)
    assert world.findings(world.row(), campaign=campaign) == []


def test_a_destination_that_cannot_be_told_is_a_warning(world):
    campaign = world.a_campaign(batch=2, destinations={"condition": {"remote": True}})
    (found,) = world.findings(world.row(), campaign=campaign)
    assert (found.code, found.refuses) == ("destination_unknown", False)


def test_a_unit_that_is_closed_by_the_first_day_receives_nobody(world):
    closing = an_institution("示范关停医院", division=a_place("500231"), closed_on=date(2027, 3, 9))
    assert "receiver_closed" in codes(world.findings(world.row(receiver=closing)))


def test_a_unit_does_not_send_people_to_itself(world):
    assert "same_unit" in codes(world.findings(world.row(receiver=world.hospital)))


def test_nobody_goes_before_being_hired(world):
    newcomer = world.physician(post={"valid_from": date(2027, 4, 1)})
    (found,) = world.findings(world.row(newcomer))
    assert (found.code, found.refuses) == ("before_hire", True)
    assert "2027-04-01" in found.message


def test_whoever_has_left_is_not_placed(world):
    world.person.employments.update(valid_to=date(2026, 12, 31), ended_as="resigned")
    assert codes(world.findings(world.row())) == ["not_employed"]


def test_a_person_or_a_unit_that_the_officer_does_not_see_is_unknown(world):
    own = world.county_officer()
    campaign = campaigns.create_campaign(
        authority=world.county,
        facts={
            "scheme": "municipal_county",
            "kind": "municipal_county",
            "year": 2027,
            "name": "区县批次",
            "starts_on": FIRST,
        },
        by=own,
    )
    campaigns.open_campaign(campaign=campaign, by=own)
    found = check_all([world.row(receiver=world.second)], campaign=campaign, by=own)
    assert codes(found[0]) == ["person_unknown", "receiver_unknown"]


def test_a_term_of_nothing_or_of_more_than_ten_years_is_refused(world):
    assert codes(world.findings(world.row(term_months=0, term_days=0))) == ["term_missing"]
    assert codes(world.findings(world.row(term_months=121))) == ["term_missing"]


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_people_are_placed_in_open_campaigns_only(world, state):
    campaign = world.a_campaign(batch=2, state="draft")
    if state == "closed":
        campaigns.open_campaign(campaign=campaign, by=CITY_OFFICER)
        campaigns.close_campaign(campaign=campaign, by=CITY_OFFICER)
    with refused("campaign_not_open"):
        world.place(campaign=campaign)


def test_a_district_places_nobody_into_the_citys_campaign(world):
    with refused("not_permitted"):
        world.place(by=world.county_officer())


def test_a_hospital_places_nobody(world):
    with refused("not_permitted"):
        world.place(by=of_unit(world.hospital))


def test_a_roster_pattern_outside_the_list_is_refused(world):
    with refused("pattern_unknown"):
        world.place(world.row(roster_pattern="sometimes"))


def test_one_who_may_not_go_keeps_the_whole_list(world):
    with pytest.raises(Refused) as refusal:
        world.place(world.row(), world.row(world.physician(title="234")), world.row(world.physician(licence=None)))
    assert [codes(row) for row in refusal.value.findings] == [[], ["not_eligible"], ["eligibility_undetermined"]]
    assert not Assignment.objects.exists()


# ------------------------------------------------------------ what warns


def test_a_warning_is_accepted_knowingly_and_stays_with_the_step(world):
    unknown = world.physician("丁未知", title=None)
    row = world.row(unknown)
    with refused("eligibility_undetermined"):
        world.place(row)
    (placed,) = world.place(row, accept={"eligibility_undetermined"})
    accepted = Transition.objects.get(assignment=placed).detail["accepted"]
    assert list(accepted) == ["eligibility_undetermined"]
    assert "丁未知" in accepted["eligibility_undetermined"]


def test_several_warnings_are_told_by_how_many_rows_have_one(world):
    rows = [world.row(world.physician(title=None)), world.row(world.nurse())]
    with refused("warnings_open") as refusal:
        world.place(*rows)
    assert "2" in refusal.value.message
    with refused("twelve_months_exactly"):
        world.place(*rows, accept={"eligibility_undetermined"})


def test_exactly_twelve_months_warn_for_whoever_is_no_physician(world):
    nurse = world.nurse()
    (found,) = world.findings(world.row(nurse))
    assert (found.code, found.refuses) == ("twelve_months_exactly", False)
    assert world.findings(world.row(nurse, term_months=12, term_days=1)) == []
    assert world.findings(world.row(nurse, term_months=11, term_days=30)) == []
    assert codes(world.findings(world.row(nurse, term_months=0, term_days=366))) == ["twelve_months_exactly"]
    assert world.findings(world.row()) == []


def test_a_term_below_the_quotas_warns(world):
    (found,) = world.findings(world.row(term_months=11, term_days=28))
    assert (found.code, found.refuses) == ("term_not_as_asked", False)
    assert "12" in found.message
    assert world.findings(world.row(world.nurse(), term_months=6)) == []


def test_a_term_below_the_posting_clauses_warns(world):
    found = world.findings(world.row(world.nurse(), term_months=5))
    assert codes(found) == ["term_not_as_asked"]
    assert "6" in found[0].message


def test_a_piece_below_the_service_clauses_minimum_warns(world):
    assert "segment_too_short" in codes(world.findings(world.row(term_months=2, term_days=27)))
    assert "segment_too_short" not in codes(world.findings(world.row(term_months=3)))


def test_a_year_in_pieces_at_several_units_warns(world):
    an_assignment(world.person, receiver=world.township, starts_on=date(2026, 1, 1), months=6, state="returned")
    assert "another_receiver" in codes(world.findings(world.row(term_months=6)))
    assert "another_receiver" not in codes(world.findings(world.row(receiver=world.township, term_months=6)))
    assert "another_receiver" not in codes(world.findings(world.row()))


def test_a_whole_year_elsewhere_before_is_no_piece(world):
    an_assignment(world.person, receiver=world.township, starts_on=date(2025, 1, 1), state="returned")
    assert "another_receiver" not in codes(world.findings(world.row(term_months=6)))


def test_part_time_where_full_detachment_is_asked_warns(world):
    assert codes(world.findings(world.row(full_time=False))) == ["part_time"]


def test_whoever_need_not_go_goes_knowingly(world):
    elder = world.physician(born_on=date(1970, 1, 1))
    (found,) = world.findings(world.row(elder))
    assert (found.code, found.refuses) == ("exempt", False)


def test_where_no_clause_speaks_of_somebody_that_is_a_warning(world):
    pharmacist = a_worker(at=world.hospital, post={"staff_category": "pharmacy"})
    assert "no_rule_speaks" in codes(world.findings(world.row(pharmacist, term_months=13)))


# ------------------------------------------------------------ kinds


def test_whoever_comes_to_learn_is_not_asked_whether_they_may_go(world):
    learner = world.physician(at=world.township, title=None, licence=None)
    exchange = world.a_campaign(kind="equal_exchange")
    assert world.findings(world.row(learner, world.hospital), campaign=exchange) == []


def test_support_without_a_scheme_asks_availability_only(world):
    support = world.a_campaign(kind="tidal_support", scheme="", term_months=0, term_days=14)
    junior = world.physician(title="234")
    assert world.findings(world.row(junior), campaign=support) == []
    away(junior, valid_from=FIRST)
    assert codes(world.findings(world.row(junior), campaign=support)) == ["unavailable"]


def test_a_clause_of_another_scheme_keeps_nobody(world):
    text = a_text(
        "other", "500000", a_rule(topic="county_township.who", licence="village_doctor"), section="eligibility"
    )
    an_adopted(text.replace("code: municipal_county", "code: county_township"), date(2025, 1, 1))
    assert world.findings(world.row()) == []


# ------------------------------------------------------------ replacements


def vacant(world: World) -> Slot:
    """Return the slot of somebody who ended early, for whom a replacement is due."""
    left = an_assignment(
        world.physician(),
        receiver=world.receiver,
        campaign=world.campaign,
        starts_on=date(2026, 3, 10),
        state="ended_early",
    )
    Slot.objects.filter(pk=left.slot_id).update(replacement_due_on=date(2026, 5, 10), speciality="儿科")
    return Slot.objects.get(pk=left.slot_id)


def test_a_replacement_goes_into_the_slot_and_nothing_is_due_any_more(world):
    slot = vacant(world)
    (placed,) = world.place(world.row(slot_id=slot.pk, receiver=world.township))
    slot.refresh_from_db()
    assert (placed.slot, slot.replacement_due_on, slot.receiving_unit) == (slot, None, world.township)
    assert placed.speciality == "儿科"


def test_a_slot_is_filled_once_by_its_own_unit_in_its_own_campaign(world):
    slot = vacant(world)
    other = world.physician(at=world.second)
    assert codes(world.findings(world.row(other, slot_id=slot.pk))) == ["slot_of_another_unit"]
    elsewhere = world.a_campaign(batch=2)
    assert codes(world.findings(world.row(slot_id=slot.pk), campaign=elsewhere)) == ["slot_unknown"]
    world.place(world.row(slot_id=slot.pk))
    assert codes(world.findings(world.row(world.physician(), slot_id=slot.pk))) == ["slot_filled"]


# ------------------------------------------------------------ at once


def counted(call) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def test_checking_and_placing_many_takes_as_many_statements_as_a_few(world):
    few = [world.row(world.physician()) for _ in range(2)]
    many = [world.row(world.physician()) for _ in range(12)]
    world.findings(*few)  # documents are read once in a process
    assert counted(lambda: world.findings(*few)) == counted(lambda: world.findings(*many)) < 70
    first = counted(lambda: world.place(*few))
    assert counted(lambda: world.place(*many)) <= first < 110
