"""What waits in the inboxes: a letter that arrived, that nobody received, results not fed back, reports due."""

from __future__ import annotations

from datetime import date

import pytest

from appraisals.feedback import services, tasks, telling
from deploy_admin.jobs.models import Notice
from deploy_admin.months import Month
from tests.appraisals.feedback.world import World

pytestmark = pytest.mark.django_db
SEPTEMBER = Month(date(2026, 9, 1))


@pytest.fixture
def world():
    return World()


def waits(prefix):
    rows = Notice.objects.open().filter(code__startswith=prefix).order_by("pk")
    return [(row.code, row.institution_id, row.params.get("count")) for row in rows]


class TestALetter:
    """It has arrived; after five working days it is asked after; received, all is quiet."""

    def test_the_sending_unit_is_told_and_the_note_ends_with_the_receipt(self, world):
        world.result("安一")
        letter = world.letter()
        [notice] = Notice.objects.open().filter(code="appraisals.letter_arrived")
        assert (notice.institution_id, notice.roles, notice.url) == (
            world.sender.pk, ["sender_hr"], letter.get_absolute_url()
        )  # fmt: skip
        services.receive(letters=[letter.pk], by=world.hr)
        assert waits("appraisals.letter") == []

    def test_after_five_working_days_both_sides_are_reminded(self, world):
        world.result("安一")
        letter = world.letter()
        # Sent on Sunday 22 November: Monday 23 to Friday 27 are the five days.
        assert telling.receive_by(letter) == date(2026, 11, 27)
        telling.keep_up(date(2026, 11, 27))
        assert waits("appraisals.letter") == [("appraisals.letter_arrived", world.sender.pk, 1)]
        telling.keep_up(date(2026, 11, 28))
        assert waits("appraisals.letter") == [
            ("appraisals.letter_late", world.sender.pk, 1), ("appraisals.letters_late", world.office.pk, 1)
        ]  # fmt: skip
        telling.keep_up(date(2026, 11, 29))
        assert len(waits("appraisals.letter")) == 2

    def test_received_late_both_notes_end(self, world):
        world.result("安一")
        letter = world.letter()
        telling.keep_up(date(2026, 12, 1))
        services.receive(letters=[letter.pk], by=world.hr)
        assert waits("appraisals.letter") == []


class TestWhatIsOwed:
    """Released and not fed back: the authority is told, with the day until which it should be."""

    def test_it_is_told_once_and_ends_when_the_letters_go_out(self, world):
        world.result("安一")
        telling.keep_up(date(2026, 11, 12))
        [notice] = Notice.objects.open().filter(code="appraisals.feedback_owed_by")
        assert (notice.institution_id, notice.due_on) == (world.office.pk, date(2026, 11, 13))
        assert (notice.params["count"], notice.params["day"]) == (1, "2026-11-13")
        world.issued()
        assert waits("appraisals.feedback_owed") == []


class TestAReport:
    """Due for the quarter that is over, until it is submitted."""

    def test_whoever_had_people_in_the_quarter_owes_one(self, world):
        world.result("安一", month=SEPTEMBER)
        telling.keep_up(date(2026, 11, 22))
        assert waits("appraisals.report_due") == [("appraisals.report_due", world.receiver.pk, None)]
        july = Month(date(2026, 7, 1))
        report = services.begin_report(
            institution_id=world.receiver.pk, first=july, last=SEPTEMBER, texts={"work": "门诊。"}, by=world.clerk
        )
        services.submit_report(report=report, by=world.clerk)
        assert waits("appraisals.report_due") == []
        telling.keep_up(date(2026, 11, 23))
        assert waits("appraisals.report_due") == []


def test_the_task_runs_twice_and_says_the_same(world):
    world.result("安一")
    assert tasks.remind_of_feedback() == 1
    before = list(Notice.objects.order_by("pk").values_list("pk", flat=True))
    assert tasks.remind_of_feedback() == 1
    assert list(Notice.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_every_sentence_has_its_words(world):
    from deploy_admin.jobs import notices

    world.result("安一")
    world.issued()
    world.result("白二")
    telling.keep_up(date(2026, 12, 1))
    for notice in Notice.objects.filter(code__startswith="appraisals."):
        assert "%(" not in str(notices.sentence(notice.code, notice.params))
