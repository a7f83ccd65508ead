"""The deployed person's own pages: what is held, what each rule says, what is wrong in it and who answers."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connections, transaction

from assignments import services
from assignments.models import CorrectionRequest
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from tests.assignments.factories import a_physician, of_unit, oneself
from tests.assignments.pages import World, address
from tests.people.factories import a_worker, an_id
from tests.quotas.pages import html, table

pytestmark = pytest.mark.django_db
POLICY, CLAUSE = "chongqing-municipal-county-2025", "physicians_sent"


@pytest.fixture
def world():
    return World()


def test_my_record_shows_what_is_held_and_what_each_rule_says(world):
    browser = world.oneself(world.absent, world.first)
    page = html(browser.get(address("my_record")))
    assert world.absent.number in page
    assert world.absent.id_masked in page
    assert "1985-03" in page
    assert "1985-03-04" not in page
    assert [row[2] for row in table(page)] == ["unavailable", "unavailable"]
    assert "pregnancy, maternity leave or nursing, until 2027-03-31" in page  # one's own reason is told
    assert [row[2] for row in table(html(browser.get(address("my_record", day="2027-04-01"))))] == ["eligible"] * 2


def test_i_see_why_and_nothing_of_others(world):
    browser = world.oneself(world.ready, world.first)
    page = html(browser.get(address("my_explained", POLICY, CLAUSE)))
    assert "派出中级及以上职称的执业医师到区县工作" in page
    assert browser.get(address("explained", world.ready.pk, POLICY, CLAUSE)).status_code == 403
    assert browser.get(address("eligibility_of", world.junior.pk)).status_code == 403
    assert browser.get(address("my_explained", "nothing", "nothing")).status_code == 404


def test_an_account_without_a_record_is_told_so(world):
    browser = world.oneself(None, world.first)
    assert "not linked to a record yet" in html(browser.get(address("my_record")))
    assert browser.get(address("my_explained", POLICY, CLAUSE)).status_code == 404
    answer = browser.post(address("ask_correction"), {"text": "something"})
    assert "not linked to a record yet" in html(answer, status=422)


def test_what_i_say_is_wrong_reaches_my_unit_and_its_answer_reaches_me(world):
    me, hr = world.oneself(world.ready, world.first), world.browser(Role.SENDER_HR, world.first)
    assert me.post(address("ask_correction"), {"text": "执业类别应为中医"}).status_code == 302
    asked = CorrectionRequest.objects.get()
    notice = Notice.objects.open().get(code="assignments.correction_asked")
    assert (notice.institution_id, notice.roles, notice.url) == (
        world.first.pk,
        ["sender_hr"],
        asked.get_absolute_url(),
    )
    assert "执业类别应为中医" in html(hr.get(address("corrections")))
    assert "执业类别应为中医" in html(hr.get(asked.get_absolute_url()))
    assert hr.post(asked.get_absolute_url(), {"answer": "已更正"}).status_code == 302
    asked.refresh_from_db()
    assert asked.answer == "已更正"
    assert not Notice.objects.open().filter(code="assignments.correction_asked").exists()
    assert Notice.objects.open().filter(code="assignments.correction_answered", user_id=asked.asked_by_id).exists()
    assert "已更正" in html(me.get(address("my_record")))
    acts = set(Event.objects.values_list("act", flat=True))
    assert {"assignments.correction_asked", "assignments.correction_answered"} <= acts


def test_an_id_number_in_the_text_is_kept_masked(world):
    number = an_id(5)
    asked = services.ask_correction(text=f"身份证号应为{number}", by=oneself(world.ready, world.first))
    assert number not in asked.text
    assert "********" in asked.text
    services.answer_correction(request=asked, answer=f"已改为{number}", by=of_unit(world.first))
    asked.refresh_from_db()
    assert number not in asked.answer


def test_the_same_is_said_once_until_it_is_answered(world):
    actor = oneself(world.ready, world.first)
    asked = services.ask_correction(text="学历有误", by=actor)
    with pytest.raises(RuleViolation) as refusal:
        services.ask_correction(text="学历有误", by=actor)
    assert refusal.value.code == "correction_asked"
    services.answer_correction(request=asked, answer="已改", by=of_unit(world.first))
    services.ask_correction(text="学历有误", by=actor)


def test_who_is_on_no_roster_is_sent_to_the_authority(world):
    nobody = a_worker("无单位", employed=False)
    with pytest.raises(RuleViolation) as refusal:
        services.ask_correction(text="有误", by=oneself(nobody, world.first))
    assert refusal.value.code == "no_unit"


def test_other_units_neither_see_nor_answer_it(world):
    asked = services.ask_correction(text="有误", by=oneself(world.ready, world.first))
    hr = world.browser(Role.SENDER_HR, world.second)
    assert hr.get(asked.get_absolute_url()).status_code == 404
    assert "有误" not in html(hr.get(address("corrections")))
    with pytest.raises(Conflict):
        services.answer_correction(request=asked, answer="不是我们的人", by=of_unit(world.second))


def test_whoever_only_reads_cannot_answer(world):
    asked = services.ask_correction(text="有误", by=oneself(world.ready, world.first))
    assert world.browser(Role.AUDITOR).get(asked.get_absolute_url()).status_code == 403
    with pytest.raises(RuleViolation) as refusal:
        services.answer_correction(request=asked, answer="好", by=of_unit(world.first, Role.AUDITOR))
    assert refusal.value.code == "not_permitted"


def test_an_empty_text_is_refused_beside_the_field(world):
    me = world.oneself(world.ready, world.first)
    assert "This field is required." in html(me.post(address("ask_correction"), {"text": " "}), status=422)
    asked = services.ask_correction(text="有误", by=oneself(world.ready, world.first))
    hr = world.browser(Role.SENDER_HR, world.first)
    assert "This field is required." in html(hr.post(asked.get_absolute_url(), {"answer": ""}), status=422)


def test_the_second_answer_meets_the_first(world):
    asked = services.ask_correction(text="有误", by=oneself(world.ready, world.first))
    services.answer_correction(request=asked, answer="一", by=of_unit(world.first))
    with pytest.raises(Conflict) as refusal:
        services.answer_correction(request=asked, answer="二", by=of_unit(world.first))
    assert refusal.value.context == {"yours": {"answer": "二"}, "theirs": {"answer": "一"}}


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_is_kept():
    world = World()
    asked = services.ask_correction(text="有误", by=oneself(world.ready, world.first))
    barrier, refused = threading.Barrier(2), []

    def answer(text: str) -> None:
        try:
            barrier.wait(10)
            mine = CorrectionRequest.objects.get(pk=asked.pk)
            services.answer_correction(request=mine, answer=text, by=of_unit(world.first))
        except Conflict as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=answer, args=(text,)) for text in ("一", "二")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 1
    asked.refresh_from_db()
    assert asked.answer in {"一", "二"}
    assert Event.objects.filter(act="assignments.correction_answered").count() == 1


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [({"text": ""}, "correction_says_what"), ({"answer": "好"}, "correction_answered_by_whom")],
)
def test_the_database_refuses_half_an_answer(world, columns, constraint):
    worker = a_physician(world.first)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CorrectionRequest.objects.create(**({"worker": worker, "text": "有误", "asked_by_name": "示范"} | columns))
