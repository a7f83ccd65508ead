"""Two at the same moment: each result is told once, each letter received once."""

from __future__ import annotations

import pytest

from appraisals.feedback import services
from appraisals.models import FeedbackLetter, LetterLine
from tests.appraisals.feedback.world import SENT, World
from tests.assignments.months.factories import OCTOBER
from tests.assignments.postings import CITY_OFFICER, sender_hr
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_two_who_issue_at_once_tell_each_result_once():
    world = World()
    for round_ in range(3):
        for number in range(3):
            world.result(f"示范{round_}{number}")
        answers = together(
            *(
                lambda by=by: services.issue(authority_id=world.office.pk, month=OCTOBER, dated_on=SENT, by=by)
                for by in (world.officer, CITY_OFFICER)
            )
        )
        assert [answer for answer in answers if isinstance(answer, str)] == ["nothing_owed"]
        assert LetterLine.objects.count() == 3 * (round_ + 1)
    # Nobody else was told anything in between: one letter a round, numbered through.
    assert list(FeedbackLetter.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3]


def test_two_who_receive_at_once_receive_it_once():
    world = World()
    for name in ("安一", "白二", "陈三"):
        world.result(name)
        letter = world.letter()
        clerks = [sender_hr(world.sender, user_id=user) for user in (7001, 7002)]
        answers = together(*(lambda by=by, pk=letter.pk: services.receive(letters=[pk], by=by) for by in clerks))
        assert sorted(len(answer) for answer in answers) == [0, 1]
