"""From rows to credit and obligations: what is fed, what is kept, what is touched, who is met."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from assignments.models import Assignment, Obligation, Reckoned, Segment, ServiceCredit
from assignments.services import crediting, following, moving
from assignments.services.refreshing import LOOK_BACK
from assignments.tasks import standing as tasks
from deploy_admin.audit.models import Event
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.people.models import Employment, HealthWorker
from tests.assignments.factories import TODAY, a_county_hospital, a_physician, answered, seeds
from tests.assignments.postings import a_leave, a_segment, a_step, an_absence, an_assignment
from tests.assignments.standing.world import (
    HIRED,
    RECRUITS,
    Wanzhou,
    a_centre,
    a_recognition,
    credit,
    owed,
    reckoned,
)
from tests.people.factories import an_employment

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return Wanzhou()


def moments():
    rows = [
        *ServiceCredit.objects.values_list("pk", "updated_at"),
        *Obligation.objects.values_list("pk", "updated_at"),
    ]
    return sorted(rows)


class TestWhatIsKept:
    def test_a_recruit_owes_a_year_within_five(self, here):
        worker = here.recruit()
        reckoned()
        row = owed(worker)
        assert (row.state, row.since, row.due_on, row.latest_start_on) == (
            "red",
            HIRED,
            date(2027, 7, 1),
            date(2026, 7, 1),
        )
        assert (row.required_months, row.remaining_months, row.remaining_days) == (12, 12, 0)
        assert (row.policy, row.policy_version, row.scheme) == (
            "wanzhou-county-township-2022",
            here.versions[0],
            "county_township",
        )
        assert (row.institution, row.binding, row.sort_key) == (here.hospital, "mandatory", worker.pinyin)

    def test_who_serves_until_it_is_due_is_serving_and_is_told_the_day(self, here):
        worker = here.recruit()
        assignment = here.serving(worker)
        reckoned()
        row, kept = owed(worker), credit(assignment)
        assert (row.state, row.met_on, row.latest_start_on) == ("serving", date(2027, 3, 9), None)
        assert (kept.state, kept.months, kept.days, kept.term_months, kept.term_days) == ("running", 8, 13, 12, 0)
        assert (kept.through, kept.policy_version, kept.clause_id) == (TODAY, here.versions[0], "experience")

    def test_evaluated_as_qualified_it_is_met_and_one_service_satisfies_both(self, here):
        worker = here.recruit()
        assignment = here.served(worker)
        reckoned()
        assert {row.state for row in Obligation.objects.filter(worker=worker)} == {"met"}
        assert Obligation.objects.filter(worker=worker).count() == 2
        assert (credit(assignment).state, credit(assignment).months) == ("recognised", 12)

    def test_without_the_result_it_awaits_it(self, here):
        worker = here.recruit()
        assignment = here.served(worker, result="", result_on=None)
        reckoned()
        assert (credit(assignment).state, owed(worker).state) == ("provisional", "serving")

    def test_void_is_nothing_for_this_assignment(self, here):
        worker = here.recruit()
        void = here.served(worker, state="void", result="", result_on=None)
        reckoned()
        assert (credit(void).state, credit(void).months) == ("none", 0)
        assert owed(worker).state == "red"

    def test_a_plan_has_a_row_of_what_it_will_be_worth(self, here):
        plan = here.serving(here.recruit(), date(2027, 1, 10), state="planned", suspended=False)
        reckoned()
        kept = credit(plan)
        assert (kept.state, kept.through, kept.months, kept.term_months) == ("running", None, 0, 12)

    def test_what_was_taken_on_counts_once_confirmed(self, here):
        worker = here.recruit()
        imported = {"origin": "imported", "evidence": "archive", "starts_on": date(2023, 3, 1)}
        past = here.served(worker, **imported)
        reckoned()
        assert (credit(past).state, credit(past).months, owed(worker).state) == ("unconfirmed", 12, "red")
        Assignment.objects.filter(pk=past.pk).update(confirmed_at=timezone.now(), confirmed_by_name="示范复核")
        reckoned()
        assert (credit(past).state, owed(worker).state) == ("recognised", "met")

    def test_recognised_earlier_service_reduces_what_is_left(self, here):
        worker = here.recruit()
        a_recognition(worker, date(2021, 1, 1), date(2021, 5, 31))
        reckoned()
        row = owed(worker)
        assert (row.remaining_months, row.credited_months, row.latest_start_on) == (7, 5, date(2026, 12, 1))

    def test_a_claim_that_nobody_decided_counts_nothing(self, here):
        worker = here.recruit()
        a_recognition(
            worker, date(2021, 1, 1), date(2021, 5, 31), state="claimed", decided_at=None, decided_by_name=""
        )
        reckoned()
        assert owed(worker).credited_months == 0

    def test_a_transfer_does_not_start_the_clock_anew(self, here):
        worker = here.recruit()
        Employment.objects.filter(worker=worker).update(valid_to=date(2025, 12, 31), ended_as="transferred")
        other = a_county_hospital("示范万州二院", code="500101", level=2, ownership="public")
        an_employment(worker, other, valid_from=date(2026, 1, 1), hired_on=None, began_as="transferred")
        reckoned()
        row = owed(worker)
        assert (row.since, row.due_on, row.institution) == (HIRED, date(2027, 7, 1), other)

    def test_who_leaves_owes_nothing_any_more_and_the_row_tells_of_it(self, here):
        worker = here.recruit()
        reckoned()
        Employment.objects.filter(worker=worker).update(valid_to=TODAY - timedelta(days=1), ended_as="resigned")
        counts = reckoned()
        assert counts.ended == 2
        assert owed(worker).state == "ended"
        assert not Obligation.objects.current().exists()

    def test_a_withdrawn_plan_is_credited_no_more(self, here):
        plan = here.serving(here.recruit(), date(2027, 1, 10), state="planned", suspended=False)
        reckoned()
        Assignment.objects.filter(pk=plan.pk).update(state="withdrawn")
        reckoned()
        assert (credit(plan).state, credit(plan).term_months) == ("none", 0)


class TestWhatIsFed:
    def test_service_at_a_place_the_clause_does_not_name_is_not_credited(self, here):
        hospital = a_county_hospital("示范另一医院", code="500101")
        assignment = here.served(here.recruit(), receiver=hospital)
        reckoned()
        assert (credit(assignment).state, credit(assignment).months) == ("none", 0)

    def test_neither_is_service_that_is_not_full_time(self, here):
        assignment = here.served(here.recruit(), full_time=False)
        reckoned()
        assert credit(assignment).state == "none"

    def test_a_unit_that_became_something_else_is_asked_as_it_was_on_each_day(self, here):
        unit = here.centre
        unit.profiles.filter(valid_to=None).update(valid_to=date(2025, 9, 30))
        later = unit.profiles.get()
        later.pk, later.valid_from, later.valid_to, later.kind = None, date(2025, 10, 1), None, "general_hospital"
        later.save()
        assignment = here.served(here.recruit())
        reckoned()
        # From 10 March to 30 September 2025 it was a township centre.
        assert (credit(assignment).months, credit(assignment).days) == (6, 21)

    def test_who_moved_is_credited_by_the_rules_of_each_place(self, here):
        assignment = here.served(here.recruit())
        Segment.objects.filter(assignment=assignment).update(valid_to=date(2025, 8, 31))
        a_segment(assignment, a_county_hospital(code="500101"), valid_from=date(2025, 9, 1), reason="moved")
        reckoned()
        assert (credit(assignment).months, credit(assignment).days) == (5, 22)

    def test_leave_that_lengthened_the_term_is_not_credited(self, here):
        from assignments.services import ending
        from deploy_admin.access import SYSTEM

        worker = here.recruit()
        assignment = here.serving(worker)
        a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15))
        ending.recompute([assignment.pk], by=SYSTEM)
        assignment.refresh_from_db()
        assert (assignment.ends_on, assignment.extended_days) == (date(2027, 3, 14), 5)
        reckoned()
        kept = credit(assignment)
        assert (kept.months, kept.days, kept.term_months, kept.term_days) == (8, 8, 12, 0)
        assert owed(worker).met_on == date(2027, 3, 14)

    def test_service_from_before_the_first_rule_is_credited_by_that_rule(self, here):
        old = here.served(here.recruit(), date(2023, 1, 3), result_on=date(2024, 2, 1))
        reckoned()
        assert (credit(old).state, credit(old).months) == ("recognised", 12)

    def test_a_scheme_without_a_rule_there_credits_nothing(self, here):
        assignment = here.served(here.recruit(), scheme="somewhere_else")
        reckoned()
        assert (credit(assignment).state, credit(assignment).clause_id) == ("none", "")

    def test_service_of_another_scheme_counts_for_the_requirement_all_the_same(self, here):
        seeds("chongqing-municipal-county-2025")
        worker = here.recruit()
        here.served(worker, scheme="municipal_county")
        reckoned()
        assert owed(worker).state == "met"

    def test_person_and_sender_are_asked_as_they_were_on_the_first_day(self, here):
        answered(TEXT.replace("RULE", "applies_to: {all: [{staff_category: physician}, {settlement: street}]}"))
        here.hospital.profiles.update(settlement="street")
        physician, nurse = here.recruit(), here.recruit(post={"staff_category": "nursing"})
        served, not_meant = (here.served(each, scheme="model") for each in (physician, nurse))
        reckoned()
        assert (credit(served).state, credit(not_meant).state) == ("recognised", "none")
        # Whoever became something else afterwards is asked as before.
        Employment.objects.filter(worker=physician).update(valid_to=date(2026, 1, 31), ended_as="changed")
        an_employment(
            physician, here.hospital, valid_from=date(2026, 2, 1), staff_category="management", began_as="changed"
        )
        assert reckoned().changed == 0
        here.hospital.profiles.update(settlement="")
        reckoned()
        assert (credit(served).state, credit(served).missing) == ("undetermined", ["fact:settlement"])

    def test_absence_is_taken_off_duty_days(self, here):
        answered(TEXT.replace("RULE", "reckoned_by: duty_days\n    duty_days_per_month: '21.75'"))
        assignment = here.served(here.recruit(), scheme="model", months=3)
        an_absence(assignment, date(2025, 4, 7), date(2025, 4, 8), duty_days=2)
        reckoned()
        # 66 weekdays from 10 March to 9 June 2025, two of them missed: two months and 20.5 of 21.75 parts of a third.
        assert (credit(assignment).duty_days, credit(assignment).months, credit(assignment).days) == (64, 2, 28)

    def test_a_short_piece_counts_once_it_is_filed(self, here):
        answered(TEXT.replace("RULE", "minimum_segment: {length: {at_least: 3 months}, otherwise: file}"))
        assignment = here.served(here.recruit(), scheme="model", months=2)
        reckoned()
        assert (credit(assignment).state, credit(assignment).missing) == ("undetermined", ["short_service_filing"])
        a_step(assignment, "short_service_filed", on=TODAY)
        reckoned()
        assert (credit(assignment).state, credit(assignment).months) == ("recognised", 2)

    def test_whether_both_units_stand_in_one_district_can_be_asked(self, here):
        answered(TEXT.replace("RULE", "at: {same_district: true}"))
        near = here.served(here.recruit(), scheme="model")
        far = here.served(here.recruit(), scheme="model", receiver=a_centre("示范远镇卫生院", code="500102"))
        reckoned()
        assert (credit(near).state, credit(far).state) == ("recognised", "none")


TEXT = """\
policy: model-2025
scheme: {code: model, names_zh: [示范], name_en: Model}
title_zh: 示范方案
title_en: A model plan
issuer_zh: 示范卫生健康委
issuer_en: A model commission
issued: 2025-01-01
jurisdiction: "500000"
in_force: {from: 2025-01-01}
service:
  - id: credit
    topic: model.credit
    label_zh: 认定
    label_en: Credit
    cite: 示范
    binding: mandatory
    RULE
"""


class TestWhoIsMet:
    def test_again_nothing_is_touched(self, here):
        for _ in range(2):
            here.serving(here.recruit())
        reckoned()
        before, events = moments(), Event.objects.count()
        assert reckoned().touched == 0
        assert (moments(), Event.objects.count()) == (before, events)

    def test_the_night_moves_what_the_date_moves(self, here):
        done, running = here.served(here.recruit()), here.serving(here.recruit())
        reckoned()
        before = credit(done).updated_at
        counts = reckoned(on=TODAY + timedelta(days=1))
        assert counts.changed == 3  # the running credit, and both obligations it serves
        assert (credit(running).days, credit(done).updated_at) == (14, before)

    def test_whoever_changed_is_found_by_what_the_rows_say(self, here):
        first, second = here.serving(here.recruit()), here.serving(here.recruit())
        assert sorted(crediting.refresh_changed()) == sorted([first.worker_id, second.worker_id])
        assert crediting.refresh_changed() == []
        moving.touched([first.pk])
        assert crediting.refresh_changed() == [first.worker_id]
        HealthWorker.objects.filter(pk=second.worker_id).update(updated_at=timezone.now())
        assert crediting.refresh_changed() == [second.worker_id]
        assert crediting.refresh_changed() == []

    def test_a_withdrawn_plan_is_a_change_like_any_other(self, here):
        plan = here.serving(here.recruit(), date(2027, 1, 10), state="planned", suspended=False)
        crediting.refresh_changed()
        Assignment.objects.filter(pk=plan.pk).update(state="withdrawn", updated_at=timezone.now())
        assert crediting.refresh_changed() == [plan.worker_id]
        assert crediting.refresh_changed() == []

    def test_old_changes_are_left_to_the_night(self, here):
        worker = here.recruit()
        HealthWorker.objects.filter(pk=worker.pk).update(updated_at=timezone.now() - LOOK_BACK - timedelta(hours=1))
        assert crediting.refresh_changed() == []
        assert jobs.run(tasks.reckon_everybody()) is JobState.DONE
        assert Reckoned.objects.filter(worker=worker, reckoned_on=TODAY).exists()

    def test_a_merged_record_has_nothing_of_its_own(self, here):
        kept, dropped = here.recruit(), here.recruit()
        reckoned()
        HealthWorker.objects.filter(pk=dropped.pk).update(merged_into=kept, updated_at=timezone.now())
        crediting.refresh_changed()
        assert not Obligation.objects.current().filter(worker=dropped).exists()
        assert crediting.refresh_changed() == []

    def test_an_adoption_reckons_everybody_by_the_new_rules(self):
        from deploy_admin.celery import FOLLOW_UPS

        hospital = a_county_hospital("示范万州医院", code="500101", level=3, ownership="public")
        worker = a_physician(hospital, post={"valid_from": HIRED, "hired_on": HIRED})
        reckoned()
        assert not Obligation.objects.exists()
        [version] = seeds("wanzhou-county-township-2022")
        assert "assignments.service_after_adoption" in FOLLOW_UPS["policies.announce_change"]
        assert jobs.run(tasks.service_after_adoption(version.pk)) is JobState.DONE
        assert owed(worker, RECRUITS).state == "red"

    def test_a_job_that_fell_goes_on_where_it_was(self, here, monkeypatch):
        monkeypatch.setattr(crediting, "CHUNK", 2)
        workers = [here.recruit() for _ in range(5)]
        job = crediting.start_refresh(on=TODAY, by=crediting.SYSTEM, trigger="nightly")
        assert crediting.start_refresh(on=TODAY, by=crediting.SYSTEM, trigger="nightly") == job
        crediting.refresh([worker.pk for worker in workers[:2]], on=TODAY, by=crediting.SYSTEM)
        assert jobs.run(job.pk) is JobState.DONE
        assert Job.objects.get(pk=job.pk).result["people"] == 3
        assert Reckoned.objects.count() == 5

    def test_the_number_of_statements_does_not_grow_with_the_people(self, here, django_assert_max_num_queries):
        for _ in range(2):
            here.serving(here.recruit())
        reckoned()
        with django_assert_max_num_queries(80) as few:
            reckoned()
        for _ in range(8):
            here.served(here.recruit())
        reckoned()
        with django_assert_max_num_queries(len(few)):
            reckoned()


class TestFollowing:
    def test_what_follows_is_sent_once_the_transaction_is_through(
        self, here, django_capture_on_commit_callbacks, monkeypatch
    ):
        sent = []
        monkeypatch.setattr(following.current_app, "send_task", lambda name, args, **more: sent.append((name, args)))
        monkeypatch.setattr(following, "AT_ONCE", 2)
        with django_capture_on_commit_callbacks(execute=True):
            following.follow([3, 1, 2, 3])
            assert sent == []
        assert sent == [("assignments.follow", [[1, 2]]), ("assignments.follow", [[3]])]

    def test_the_task_brings_credit_and_obligations_up_to_date(self, here):
        worker = here.recruit()
        assignment = here.served(worker)
        assert tasks.follow([assignment.pk]) == 1
        assert (credit(assignment).state, owed(worker).state) == ("recognised", "met")
        assert tasks.follow([]) == 0

    def test_what_was_lost_is_found_by_the_schedule(self, here):
        assignment = here.served(here.recruit())
        assert tasks.follow_changed() == 1
        assert credit(assignment).state == "recognised"
        assert tasks.follow_changed() == 0


def test_an_assignment_elsewhere_is_none_of_ours():
    """Nobody is employed and nothing adopted: the credit says that no rule speaks."""
    assignment = an_assignment(state="returned")
    reckoned()
    assert (credit(assignment).state, credit(assignment).months) == ("none", 0)


@pytest.mark.parametrize(
    ("model", "change", "constraint"),
    [
        (ServiceCredit, {"state": "perhaps"}, "credit_state_known"),
        (ServiceCredit, {"state": "none", "months": 3}, "credit_none_is_nothing"),
        (Obligation, {"state": "perhaps"}, "obligation_state_known"),
    ],
)
def test_the_database_refuses_what_contradicts_itself(here, model, change, constraint):
    from django.db import IntegrityError, transaction

    here.serving(here.recruit())
    reckoned()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.update(**change)


def test_one_person_stands_once_under_a_clause(here):
    from django.db import IntegrityError, transaction

    worker = here.recruit()
    reckoned()
    row = owed(worker)
    row.pk = None
    with pytest.raises(IntegrityError, match="obligation_once"), transaction.atomic():
        row.save()


class TestTheDailyWord:
    def notes(self, here):
        from deploy_admin.jobs.models import Notice

        found = Notice.objects.filter(code="assignments.obligations_pressing", institution_id=here.hospital.pk)
        return [(note.params, note.settled_at is None) for note in found.order_by("pk")]

    def test_a_unit_is_told_how_many_are_out_of_time_and_how_many_to_be_planned(self, here):
        late = here.recruit()
        here.recruit(date(2023, 6, 1))
        here.recruit(date(2026, 2, 1))
        reckoned()
        assert tasks.remind_of_obligations() == 1
        assert self.notes(here) == [({"late": 1, "soon": 1}, True)]
        assert tasks.remind_of_obligations() == 1
        assert len(self.notes(here)) == 1
        here.served(late)
        reckoned()
        tasks.remind_of_obligations()
        assert self.notes(here)[-1] == ({"late": 0, "soon": 1}, True)

    def test_where_nothing_presses_the_note_is_closed(self, here):
        worker = here.recruit()
        reckoned()
        tasks.remind_of_obligations()
        here.served(worker)
        reckoned()
        assert tasks.remind_of_obligations() == 0
        assert self.notes(here) == [({"late": 1, "soon": 0}, False)]

    def test_nobody_is_reminded_of_what_is_only_encouraged(self, here):
        here.recruit()
        reckoned()
        Obligation.objects.update(binding="encouraged")
        assert tasks.remind_of_obligations() == 0
