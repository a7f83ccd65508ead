"""Issuing letters: what is owed, who may, once only, many in the background; refusals."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from appraisals.feedback import batch, owing, services
from appraisals.models import FeedbackLetter, LetterLine, ReleasedScore
from assignments.models import IssuedPaper
from assignments.papers import matching
from assignments.services import papers
from deploy_admin.access import Reach, Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import Job, JobState, Notice
from deploy_admin.jobs.services import running
from tests.accounts.factories import a_membership
from tests.appraisals.feedback.world import SENT, World
from tests.assignments.assignments.world import a_sender
from tests.assignments.months.factories import OCTOBER
from tests.assignments.postings import CITY_OFFICER, district_officer
from tests.people.factories import refused
from tests.registry.factories import FakeActor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


class TestWhatIsOwed:
    """What is released, stands, and is in no letter."""

    def test_one_letter_to_each_sending_unit_by_pinyin(self, world):
        world.result("安一", by=world.other_sender)
        world.result("白二")
        world.result("陈三")
        owed = owing.owed(world.office.pk, OCTOBER)
        assert [each.sending_unit_id for each in owed] == [world.sender.pk, world.other_sender.pk]
        assert [len(each.scores) for each in owed] == [2, 1]

    def test_what_another_authority_released_is_not_owed(self, world):
        world.result("安一", authority=world.other_office)
        assert owing.owed(world.office.pk, OCTOBER) == []

    def test_waiting_months_come_with_the_day_until_which_they_are_fed_back(self, world):
        world.result("安一")
        [waiting] = owing.waiting(world.officer)
        # The tenth working day of November 2026.
        assert (waiting.month, waiting.people, waiting.units, waiting.feed_back_by) == (
            OCTOBER, 1, 1, date(2026, 11, 13)
        )  # fmt: skip
        assert owing.waiting(CITY_OFFICER) == [waiting]
        assert owing.waiting(district_officer(world.other_office)) == []
        assert owing.waiting(world.hr) == []

    def test_as_many_queries_for_one_as_for_many(self, world):
        world.result("安一")
        with CaptureQueriesContext(
            connection,
        ) as few:
            owing.owed(world.office.pk, OCTOBER)
        for number in range(6):
            world.result(f"白{number}", by=a_sender(f"示范{number}医院"))
        with CaptureQueriesContext(connection) as many:
            owing.owed(world.office.pk, OCTOBER)
        assert len(many) == len(few)


class TestIssuing:
    """All or none; each result is told once."""

    def test_every_result_is_in_one_letter_and_told_in_the_record(self, world):
        scores = [world.result("安一"), world.result("白二", by=world.other_sender)]
        letters = world.issued()
        assert sorted(LetterLine.objects.values_list("released_id", flat=True)) == [score.pk for score in scores]
        assert [letter.paper.issuer_id for letter in letters] == [world.office.pk] * 2
        assert [letter.paper.addressee_id for letter in letters] == [world.sender.pk, world.other_sender.pk]
        assert Event.objects.filter(act="feedback.sent").count() == 2
        assert Event.objects.filter(act="papers.issued").count() == 2

    def test_the_second_time_nothing_is_owed(self, world):
        world.result("安一")
        world.issued()
        with refused("nothing_owed"):
            world.issued()
        assert FeedbackLetter.objects.count() == 1

    def test_the_database_tells_a_result_once(self, world):
        world.result("安一")
        letter = world.letter()
        with pytest.raises(IntegrityError), transaction.atomic():
            LetterLine.objects.create(letter=letter, released=ReleasedScore.objects.get())

    def test_some_units_only(self, world):
        world.result("安一")
        world.result("白二", by=world.other_sender)
        [letter] = world.issued(units=[world.other_sender.pk])
        assert letter.sending_unit_id == world.other_sender.pk
        assert [each.sending_unit_id for each in owing.owed(world.office.pk, OCTOBER)] == [world.sender.pk]

    def test_a_number_is_for_one_letter(self, world):
        world.result("安一")
        world.result("白二", by=world.other_sender)
        with refused("number_for_one"):
            world.issued(number="万州卫函〔2026〕3号")
        assert not IssuedPaper.objects.exists()

    def test_the_number_of_another_paper_refuses_everything(self, world):
        world.result("安一")
        world.letter(number="万州卫函〔2026〕3号")
        world.result("白二")
        with refused("number_taken"):
            world.issued(number="万州卫函〔2026〕3号")
        assert FeedbackLetter.objects.count() == 1

    @pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 9, 30)])
    def test_days_on_which_no_letter_is_written(self, world, day):
        world.result("安一")
        with pytest.raises(RuleViolation) as refusal:
            world.issued(dated_on=day)
        assert "dated_on" in refusal.value.fields
        assert not FeedbackLetter.objects.exists()

    def test_who_may_issue(self, world):
        world.result("安一")
        auditor = FakeActor(role=Role.AUDITOR, reach=Reach.ALL)
        section = FakeActor(
            role=Role.PRIMARY_HEALTH_SECTION,
            reach=Reach.DISTRICT,
            institution_id=world.office.pk,
            institution_ids=world.officer.institution_ids,
        )
        for actor in (world.hr, world.clerk, auditor, section, district_officer(world.other_office)):
            with refused("not_permitted"):
                world.issued(by=actor)
        assert world.issued(by=CITY_OFFICER)


class TestTheirPapers:
    """A letter is a paper like the others, but it is corrected and never withdrawn."""

    def test_it_is_not_withdrawn(self, world):
        world.result("安一")
        letter = world.letter()
        with refused("paper_not_withdrawn") as refusal:
            papers.withdraw_paper(paper=letter.paper, reason="错了", by=world.officer)
        assert "a later letter corrects this one" in str(refusal.value) or "更正" in str(refusal.value)

    def test_the_office_gives_the_number_and_the_sender_does_not(self, world):
        world.result("安一")
        letter = world.letter()
        with refused("not_permitted"):
            papers.number_paper(paper=letter.paper, number="万州卫函〔2026〕3号", dated_on=SENT, by=world.hr)
        papers.number_paper(paper=letter.paper, number="万州卫函〔2026〕3号", dated_on=SENT, by=world.officer)
        assert IssuedPaper.objects.get().number == "万州卫函〔2026〕3号"

    def test_the_check_tells_of_a_correction_since(self, world):
        score = world.result("安一", points=80)
        letter = world.letter()
        assert matching.changes(letter.paper) == []
        world.corrected(score, points=85)
        [change] = matching.changes(letter.paper)
        assert (change.name, change.now) == ("安一", "得分80→85")

    def test_who_reads_it(self, world):
        world.result("安一")
        paper = world.letter().paper
        seen = lambda actor: IssuedPaper.objects.whole_for(actor).filter(pk=paper.pk).exists()  # noqa: E731
        assert seen(world.hr)
        assert seen(world.officer)
        assert seen(CITY_OFFICER)
        assert not seen(district_officer(world.other_office))
        assert not Notice.objects.filter(code="assignments.paper_issued").exists()


class TestManyInTheBackground:
    """Above so many letters a job issues them unit by unit, and goes on where it was killed."""

    @pytest.fixture
    def many(self, world, monkeypatch):
        monkeypatch.setattr(batch, "AT_ONCE", 1)
        world.result("安一")
        world.result("白二", by=world.other_sender)
        assert batch.is_long(owing.owed(world.office.pk, OCTOBER))
        return world

    def begun(self, world):
        actor = MembershipActor(a_membership(Role.DISTRICT_OFFICER, world.office))
        return batch.start(authority_id=world.office.pk, month=OCTOBER, dated_on=SENT, by=actor)

    def test_the_job_issues_them_all(self, many):
        job = self.begun(many)
        running.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.result) == (JobState.DONE, {"letters": 2})
        assert FeedbackLetter.objects.count() == 2

    def test_begun_again_it_finds_the_rest(self, many):
        job = self.begun(many)
        many.issued(units=[many.sender.pk])
        running.run(job.pk)
        job.refresh_from_db()
        assert job.result == {"letters": 1}
        assert FeedbackLetter.objects.count() == 2

    def test_what_is_refused_is_refused_at_once(self, many):
        with refused("not_permitted"):
            batch.start(authority_id=many.office.pk, month=OCTOBER, dated_on=SENT, by=many.hr)
        assert not Job.objects.exists()

    def test_nothing_owed_starts_nothing(self, world):
        with refused("nothing_owed"):
            self.begun(world)


class TestReceiving:
    """The sending unit confirms that a letter has arrived; the first who did so stands."""

    def test_one_letter(self, world):
        world.result("安一")
        letter = world.letter()
        assert [each.pk for each in services.receive(letters=[letter.pk], by=world.hr)] == [letter.pk]
        letter.refresh_from_db()
        assert letter.received_by_name == world.hr.name
        assert Event.objects.filter(act="feedback.received").count() == 1

    def test_received_again_the_first_stands(self, world):
        world.result("安一")
        letter = world.letter()
        services.receive(letters=[letter.pk], by=world.hr)
        before = FeedbackLetter.objects.get()
        assert services.receive(letters=[letter.pk], by=world.hr) == []
        assert FeedbackLetter.objects.get().received_at == before.received_at

    def test_all_of_the_own_unit_and_nobody_elses(self, world):
        world.result("安一")
        world.result("白二", by=world.other_sender)
        world.issued()
        assert len(services.receive_all(by=world.hr)) == 1
        assert FeedbackLetter.objects.unreceived().get().sending_unit_id == world.other_sender.pk
        assert services.receive_all(by=world.hr) == []

    def test_a_letter_to_somebody_else_is_unknown(self, world):
        world.result("白二", by=world.other_sender)
        letter = world.letter()
        with refused("letter_unknown"):
            services.receive(letters=[letter.pk], by=world.hr)

    def test_an_authority_receives_nothing(self, world):
        world.result("安一")
        letter = world.letter()
        for actor in (world.officer, CITY_OFFICER, world.clerk):
            with refused("not_permitted"):
                services.receive(letters=[letter.pk], by=actor)

    def test_what_was_sent_stands(self, world):
        world.result("安一")
        letter = world.letter()
        with pytest.raises(IntegrityError), transaction.atomic():
            FeedbackLetter.objects.filter(pk=letter.pk).update(people=7)
