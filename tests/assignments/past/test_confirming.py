"""What was taken on counts once another person confirmed it; it is corrected, sent back, opened again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from assignments.models import Assignment, Slot, Transition
from assignments.services import leaves, past
from assignments.services.moving import Basis
from assignments.services.past_rows import Certificate, Payment
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from tests.assignments.past.world import World
from tests.assignments.postings import an_assignment, district_officer, receiver_clerk, sender_hr
from tests.registry.factories import an_authority, an_institution

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def world():
    return World()


def refused(code):
    class Refused:
        def __enter__(self):
            self.raised = pytest.raises(RuleViolation)
            self.info = self.raised.__enter__()
            self.savepoint = transaction.atomic()
            self.savepoint.__enter__()
            return self.info

        def __exit__(self, *error):
            self.savepoint.__exit__(*error)
            done = self.raised.__exit__(*error)
            assert self.info.value.code == code
            return done

    return Refused()


def past_leave(own, kind="personal"):
    days = {"first_day": date(2023, 5, 8), "last_day": date(2023, 5, 12)}
    return leaves.PastLeave(assignment_id=own.pk, kind=kind, **days)


class TestConfirming:
    def test_another_person_confirms_and_it_is_recorded(self, world):
        own = world.taken_on()
        assert not own.is_confirmed
        assert past.confirm(assignments=[own.pk], by=world.office) == 1
        own.refresh_from_db()
        assert (own.is_confirmed, own.confirmed_by_name) == (True, world.office.name)
        assert own.transitions.latest("pk").act == "past_confirmed"

    def test_nobody_confirms_what_they_entered(self, world):
        own = world.taken_on(by=world.office)
        with refused("second_person"):
            past.confirm(assignments=[own.pk], by=world.office)
        assert past.confirm(assignments=[own.pk], by=world.second) == 1

    def test_nor_an_entry_whose_leave_they_entered(self, world):
        own = world.taken_on()
        leaves.record_past_leave([past_leave(own)], by=world.office)
        with refused("second_person"):
            past.confirm(assignments=[own.pk], by=world.office)
        assert past.confirm(assignments=[own.pk], by=world.second) == 1

    def test_the_unit_confirms_nothing(self, world):
        own = world.taken_on()
        with refused("not_permitted"):
            past.confirm(assignments=[own.pk], by=sender_hr(world.hospital, user_id=7002))

    def test_the_district_confirms_what_answers_to_it_and_nothing_else(self, world):
        own = world.taken_on()
        with refused("assignment_unknown"):
            past.confirm(assignments=[own.pk], by=district_officer(an_authority(world.divisions["second"])))
        assert past.confirm(assignments=[own.pk], by=district_officer(world.authority)) == 1

    def test_a_version_that_moved_on_is_a_conflict(self, world):
        own = world.taken_on()
        with pytest.raises(Conflict):
            past.confirm(assignments=[own.pk], versions={own.pk: own.version + 1}, by=world.office)

    def test_twice_is_refused_and_so_is_what_was_entered_here(self, world):
        own = world.taken_on()
        past.confirm(assignments=[own.pk], by=world.office)
        with refused("confirmed_already"):
            past.confirm(assignments=[own.pk], by=world.second)
        other = an_assignment(world.worker(), sender=world.hospital, receiver=world.centre)
        with refused("not_imported"):
            past.confirm(assignments=[other.pk], by=world.second)
        with refused("nobody_chosen"):
            past.confirm(assignments=[], by=world.second)

    def test_whose_term_ran_out_meanwhile_stands_so_at_once(self, world):
        own = world.taken_on(starts_on=date(2026, 3, 10), result="", running=True)
        Assignment.objects.filter(pk=own.pk).update(
            term_months=6, term_ends_on=date(2026, 9, 9), ends_on=date(2026, 9, 9)
        )
        past.confirm(assignments=[own.pk], by=world.office)
        assert Assignment.objects.get(pk=own.pk).state == "term_reached"

    def test_many_cost_as_many_statements_as_one(self, world):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        counts = []
        for n in (1, 25):
            ids = [world.taken_on().pk for _each in range(n)]
            with CaptureQueriesContext(connection) as queries:
                assert past.confirm(assignments=ids, by=world.office) == n
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_the_authority_is_told_what_waits_and_the_note_closes(self, world):
        own = world.taken_on()
        note = Notice.objects.open().get(code="assignments.past_to_confirm")
        assert note.params == {"count": 1}
        past.confirm(assignments=[own.pk], by=world.office)
        assert not Notice.objects.open().filter(code="assignments.past_to_confirm").exists()


class TestOpeningAgain:
    def test_a_confirmation_is_taken_back_with_a_reason(self, world):
        own = world.taken_on()
        past.confirm(assignments=[own.pk], by=world.office)
        with refused("reason_missing"):
            past.reopen(assignments=[own.pk], reason=" ", by=world.office)
        past.reopen(assignments=[own.pk], reason="日期有误", by=world.office)
        own.refresh_from_db()
        assert (own.confirmed_at, own.confirmed_by_name) == (None, "")
        assert own.transitions.latest("pk").reason == "日期有误"

    def test_not_what_is_not_confirmed_nor_after_a_later_decision(self, world):
        own = world.taken_on()
        with refused("not_confirmed"):
            past.reopen(assignments=[own.pk], reason="误", by=world.office)
        past.confirm(assignments=[own.pk], by=world.office)
        Transition.objects.create(assignment=own, act="voided", to_state="returned", on=date(2026, 11, 1))
        with refused("decided_meanwhile"):
            past.reopen(assignments=[own.pk], reason="误", by=world.office)


class TestSendingBack:
    def test_it_stands_as_withdrawn_and_the_unit_is_told_why(self, world):
        own = world.taken_on(last_day=date(2023, 6, 30), end_reason="resigned", result="")
        past.return_entries(assignments=[own.pk], reason="附件缺失", by=world.office)
        own.refresh_from_db()
        assert (own.state, own.end_reason) == ("withdrawn", "")
        assert own.transitions.latest("pk").reason == "附件缺失"
        note = Notice.objects.open().get(code="assignments.past_returned")
        assert (note.institution_id, note.params) == (world.hospital.pk, {"count": 1, "reason": "附件缺失"})

    def test_it_is_entered_anew_and_the_note_closes(self, world):
        own = world.taken_on()
        past.return_entries(assignments=[own.pk], reason="附件缺失", by=world.office)
        again = world.taken_on(own.worker)
        assert again.pk != own.pk
        assert not Notice.objects.open().filter(code="assignments.past_returned").exists()

    def test_the_unit_takes_its_own_back_before_it_is_confirmed(self, world):
        own = world.taken_on()
        with refused("not_permitted"):
            past.return_entries(assignments=[own.pk], reason="误录", by=receiver_clerk(world.centre))
        past.return_entries(assignments=[own.pk], reason="误录", by=world.hr)
        assert Assignment.objects.get(pk=own.pk).state == "withdrawn"
        with refused("returned"):
            past.confirm(assignments=[own.pk], by=world.office)

    def test_not_after(self, world):
        own = world.taken_on()
        past.confirm(assignments=[own.pk], by=world.office)
        with refused("confirmed_already"):
            past.return_entries(assignments=[own.pk], reason="误录", by=world.hr)


class TestTakingOn:
    def test_what_cannot_be_so_is_refused_in_a_sentence(self, world):
        with refused("past_in_future") as info:
            world.taken_on(starts_on=date(2027, 1, 1), result="")
        assert info.value.message.endswith("。")
        with refused("kind_unknown"):
            world.taken_on(kind="holiday")
        with refused("evidence_missing"):
            world.taken_on(evidence="")

    def test_nobody_is_in_two_places(self, world):
        own = world.taken_on()
        with refused("in_two_places"):
            world.taken_on(own.worker, starts_on=date(2023, 9, 1))

    def test_only_for_ones_own_unit(self, world):
        other = an_institution("示范二院", division=world.divisions["first"])
        with refused("not_permitted"):
            world.taken_on(sending_unit_id=other.pk)
        with refused("not_permitted"):
            world.taken_on(by=receiver_clerk(world.centre))
        with refused("person_unknown"):
            world.taken_on(world.worker(at=other))

    def test_the_last_day_lies_before_the_term_only_with_a_reason(self, world):
        with refused("past_why_ended"):
            world.taken_on(last_day=date(2023, 6, 30), result="")

    def test_all_or_none(self, world):
        good, bad = world.entry(world.worker()), world.entry(world.worker(), starts_on=date(2027, 1, 1), result="")
        with refused("past_in_future"):
            past.take_on([good, bad], by=world.hr)
        assert not Assignment.objects.exists()
        assert not Slot.objects.exists()


class TestCorrecting:
    def test_everything_but_person_and_first_day(self, world):
        own = world.taken_on(payments=(Payment("补助", Decimal("300.00")),))
        other = an_institution("示范乡卫生院", division=world.divisions["town"], kind="township_health_centre")
        entry = world.entry(
            own.worker,
            receiving_unit_id=other.pk,
            full_time=False,
            payments=(Payment("生活补助", Decimal("400.00")),),
            certificate=Certificate("示1"),
            basis=Basis(document_number="示范〔2024〕2号"),
        )
        past.correct({own.pk: entry}, versions={own.pk: own.version}, by=world.hr)
        own.refresh_from_db()
        assert own.receiving_unit_id == own.slot.receiving_unit_id == other.pk
        assert own.segments.get().receiving_unit_id == other.pk
        assert not own.segments.get().full_time
        assert [each.purpose for each in own.past_payments.all()] == ["生活补助"]
        assert own.past_certificate.number == "示1"
        assert own.transitions.latest("pk").document_number == "示范〔2024〕2号"

    def test_another_person_or_first_day_is_another_entry(self, world):
        own = world.taken_on()
        with refused("another_entry"):
            past.correct({own.pk: world.entry(own.worker, starts_on=date(2023, 1, 4))}, by=world.hr)

    def test_leave_that_was_taken_on_is_counted_in_again(self, world):
        own = world.taken_on()
        leaves.record_past_leave([past_leave(own)], by=world.hr)
        before = Assignment.objects.get(pk=own.pk)
        past.correct({own.pk: world.entry(own.worker, department="内科")}, by=world.hr)
        own.refresh_from_db()
        assert (own.department, own.ends_on, own.extended_days) == ("内科", before.ends_on, before.extended_days)

    def test_the_corrector_does_not_confirm(self, world):
        own = world.taken_on()
        past.correct({own.pk: world.entry(own.worker, department="内科")}, by=world.office)
        with refused("second_person"):
            past.confirm(assignments=[own.pk], by=world.office)


class TestScans:
    def test_one_scan_stands_beside_many(self, world):
        ids = [world.taken_on().pk for _each in range(3)]
        past.attach_scan(assignments=ids, file=SimpleUploadedFile("名单.pdf", PDF), by=world.hr)
        steps = Transition.objects.filter(act="past_scan_added")
        assert {step.assignment_id for step in steps} == set(ids)
        assert len({step.scan_id for step in steps}) == 1

    def test_not_beside_what_is_confirmed(self, world):
        own = world.taken_on()
        past.confirm(assignments=[own.pk], by=world.office)
        with refused("confirmed_already"):
            past.attach_scan(assignments=[own.pk], file=SimpleUploadedFile("名单.pdf", PDF), by=world.hr)
