"""Steps: the table of states holds, a step stays as it was written, and whoever read an older version is told."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from assignments.models import Assignment, Transition
from assignments.services import moving
from assignments.services.moving import Basis, Step
from assignments.services.standing_of import (
    may_act_as_authority,
    may_act_for_receiver,
    may_act_for_sender,
    may_decide,
)
from assignments.states import CLOSED, COMING, RUNNING, AssignmentState
from deploy_admin.access import SYSTEM, Permission
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from tests.assignments.assignments.world import TODAY, a_receiver, a_sender, an_office, fresh
from tests.assignments.postings import (
    CITY_OFFICER,
    a_campaign,
    an_assignment,
    district_officer,
    on_post,
    oneself,
    receiver_clerk,
    receiver_head,
    sender_hr,
)
from tests.people.factories import refused
from tests.registry.factories import an_authority

pytestmark = pytest.mark.django_db

S = AssignmentState


def test_a_move_writes_the_state_the_step_and_one_event():
    row = an_assignment()
    basis = Basis("示范会议", date(2026, 11, 20), "纪要", "示〔2026〕1号", date(2026, 11, 21))
    step = moving.move(row, S.FILED, on=TODAY, act="stated", by=CITY_OFFICER, reason="准备就绪", basis=basis)
    row = fresh(row)
    assert (row.state, row.version) == ("filed", 2)
    assert (step.from_state, step.to_state, step.on, step.reason) == ("planned", "filed", TODAY, "准备就绪")
    assert (step.deciding_body, step.meeting_on, step.document_number) == (
        "示范会议", date(2026, 11, 20), "示〔2026〕1号",
    )  # fmt: skip
    assert (step.recorded_by_id, step.recorded_by_name) == (9001, "市级经办（示范）")
    event = Event.objects.get(act="assignments.stated")
    assert (event.object_id, event.object_label) == (row.pk, row.worker.name)
    assert (event.detail["from"], event.detail["to"], event.detail["basis"]) == ("planned", "filed", "示〔2026〕1号")


def test_a_whole_id_number_in_a_reason_is_masked():
    row = an_assignment()
    moving.move(row, S.FILED, on=TODAY, act="stated", by=SYSTEM, reason="身份证 509901198503040019 已核")
    assert "198503040019" not in row.transitions.get(act="stated").reason


def test_what_the_table_does_not_know_does_not_happen():
    row = an_assignment()
    with refused("not_from_here"):
        moving.move(row, S.ON_POST, on=TODAY, act="arrived", by=SYSTEM)
    assert fresh(row).state == "planned"
    assert row.transitions.count() == 1


def test_a_list_moves_whole_or_not_at_all():
    first, second = an_assignment(), an_assignment(state="filed")
    with refused("not_from_here"):
        moving.move_all([Step(first, S.FILED, TODAY), Step(second, S.RETURNED, TODAY)], act="stated", by=SYSTEM)
    assert (fresh(first).state, fresh(second).state) == ("planned", "filed")
    assert moving.move_all([], act="stated", by=SYSTEM) == []


def test_a_state_that_moved_meanwhile_refuses():
    row = an_assignment()
    Assignment.objects.filter(pk=row.pk).update(state="withdrawn")
    with pytest.raises(Conflict):
        moving.move(row, S.FILED, on=TODAY, act="stated", by=SYSTEM)


def test_each_row_of_a_list_keeps_the_columns_that_do_not_change_with_it():
    first, second = an_assignment(department="内科"), an_assignment(department="外科")
    steps = [Step(first, S.FILED, TODAY, values={"department": "急诊科"}), Step(second, S.FILED, TODAY)]
    moving.move_all(steps, act="stated", by=SYSTEM)
    assert (fresh(first).department, fresh(second).department) == ("急诊科", "外科")


def test_taking_says_which_version_there_is():
    row = an_assignment()
    moving.touched([row.pk])
    with pytest.raises(Conflict) as refusal:
        moving.take(row, 1, CITY_OFFICER, yours={"department": "内科"})
    assert refusal.value.code == "stale_version"
    assert refusal.value.context["yours"] == {"department": "内科"}
    assert refusal.value.context["theirs"] == {
        "department": "", "version": 2, "state": "planned", "ends_on": "2027-03-09",
    }  # fmt: skip
    assert moving.take(row, None, CITY_OFFICER).version == 2
    with refused("assignment_unknown"):
        moving.take(row, None, sender_hr(a_sender()))
    with refused("assignment_unknown"):
        moving.take_all([row.pk, row.pk + 1], CITY_OFFICER)


@pytest.mark.parametrize("what", ["update", "delete"])
def test_a_step_is_never_changed_nor_removed(what):
    step = an_assignment().transitions.get()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Transition.objects.filter(pk=step.pk).update(reason="别的") if what == "update" else step.delete()
    assert Transition.objects.get(pk=step.pk).reason == ""


def test_every_state_is_of_one_group_and_every_step_leads_to_a_state():
    assert set(S) == COMING | RUNNING | CLOSED
    assert not COMING & RUNNING
    assert not (COMING | RUNNING) & CLOSED
    for state in S:
        assert state.may_become() <= set(S) - {state}
    assert S.VOID.may_become() == S.WITHDRAWN.may_become() == frozenset()


# ------------------------------------------------------------------------------------------ who may


def test_who_acts_for_the_receiving_unit():
    office = an_office()
    row = on_post(sender=a_sender(), receiver=a_receiver())
    assert may_act_for_receiver(row, receiver_clerk(row.receiving_unit)) is False
    assert may_act_for_receiver(row, district_officer(office)) is True
    assert may_act_for_receiver([row], CITY_OFFICER) is True
    assert may_act_for_receiver(row, SYSTEM) is False  # the machine acts for nobody
    for actor in (sender_hr(row.sending_unit), oneself(row), receiver_clerk(a_receiver())):
        with refused("not_permitted"):
            may_act_for_receiver(row, actor)
    with refused("not_permitted"):  # decisions are the head's
        may_act_for_receiver(row, receiver_clerk(row.receiving_unit), Permission.POST_DECIDE)
    assert may_act_for_receiver(row, receiver_head(row.receiving_unit), Permission.POST_DECIDE) is False


def test_one_foreign_unit_in_a_list_refuses_it():
    ours, theirs = on_post(sender=a_sender(), receiver=a_receiver()), on_post()
    with refused("not_permitted"):
        may_act_for_receiver([ours, theirs], receiver_clerk(ours.receiving_unit))
    with refused("not_permitted"):
        may_act_for_sender([ours, theirs], sender_hr(ours.sending_unit))


def test_the_campaigns_authority_decides_and_without_one_the_sending_units():
    office, other = an_office(), an_office("500231")
    county = a_receiver(kind="general_hospital", tier="county")
    of_office = on_post(sender=county, receiver=a_receiver(), campaign=a_campaign(authority=office))
    loose = on_post(sender=county, receiver=a_receiver())
    municipal = on_post(sender=a_sender(), receiver=a_receiver())
    for row in (of_office, loose):
        may_decide(row, district_officer(office))
        with refused("not_permitted"):
            may_decide(row, district_officer(other))
        with refused("not_permitted"):
            may_decide(row, receiver_head(row.receiving_unit))
    with refused("not_permitted"):  # received in the district, but it answers to the city
        may_decide(municipal, district_officer(office))
    may_decide([of_office, loose, municipal], CITY_OFFICER)


def test_an_authority_concerned_is_the_campaigns_the_receivers_or_the_senders():
    office, other, third = an_office(), an_office("500231"), an_authority(a_receiver(code="500102").profile.division)
    row = on_post(
        sender=a_receiver(kind="general_hospital", tier="county", code="500231"),
        receiver=a_receiver(),
        campaign=a_campaign(authority=third),
    )
    for authority in (office, other, third):
        may_act_as_authority(row, district_officer(authority), Permission.LEAVE_FILE)
    with refused("not_permitted"):
        may_act_as_authority(row, district_officer(an_authority(a_receiver(code="500000").profile.division)),
                             Permission.LEAVE_FILE)  # fmt: skip
    with refused("not_permitted"):
        may_act_as_authority(row, receiver_head(row.receiving_unit), Permission.LEAVE_FILE)
