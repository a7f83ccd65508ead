"""One assignment's page: what it says to whom, why it ends when it ends, what is offered, what is refused."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from assignments.models import Assignment, Mentoring, Task
from assignments.services import ending
from deploy_admin.access import SYSTEM, Role
from deploy_admin.audit.models import Event
from tests.assignments.assignments_pages.world import World, address
from tests.assignments.factories import a_county_hospital, a_physician, a_place, seeds
from tests.assignments.postings import a_leave, an_absence, on_post
from tests.people.pages.reading import filled, whole_ids
from tests.quotas.pages import html, words
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def offered(answer) -> list[str]:
    """Return the names of the acts the page offers."""
    return [act["name"] for act in answer.context["acts"]]


def test_the_page_says_who_goes_from_where_to_where_until_when_and_why(world):
    answer = world.browser().get(address("assignment", world.there.pk))
    page = words(html(answer))
    assert "陈在岗" in page
    assert "示范甲医院 → 示范丁医院" in page
    assert "2027-03-09" in page
    assert "107 days left" in page  # 22 November to 9 March
    assert "On post since 2026-03-10; 12 months end on 2027-03-09." in page
    assert world.there.worker.number in page
    assert whole_ids(answer) == []


def test_leave_that_lengthens_the_term_is_told_in_the_head_and_in_the_sum(world):
    seeds("wanzhou-county-township-2022")
    centre = an_institution(
        "示范万州卫生院", division=a_place("500101"), kind="township_health_centre", tier="township"
    )
    hospital = a_county_hospital("示范万州医院", code="500101")
    row = on_post(
        a_physician(hospital, name="何顺延"), sender=hospital, receiver=centre, starts_on=date(2026, 1, 3),
        kind="county_township", scheme="county_township",
    )  # fmt: skip
    a_leave(row, date(2026, 5, 11), date(2026, 5, 15), kind="personal")
    ending.recompute([row.pk], by=SYSTEM)
    browser = world.browser()
    page = words(html(browser.get(address("assignment", row.pk))))
    assert "12 months end on 2027-01-02; leave lengthens the term by 5 days." in page
    assert "2027-01-07" in page
    sum_page = words(html(browser.get(address("assignment_why", row.pk))))
    assert "2027-01-07" in sum_page
    assert "顺延" in sum_page or "2026-05-11" in sum_page


def test_reading_an_assignment_is_an_act_and_reading_the_list_is_none(world):
    browser = world.clerk()
    browser.get(address("assignments"))
    assert not Event.objects.filter(act="assignments.read").exists()
    browser.get(address("assignment", world.there.pk))
    event = Event.objects.get(act="assignments.read")
    assert event.object_id == str(world.there.pk) or event.object_id == world.there.pk


def test_a_receiver_is_told_name_sex_title_speciality_and_sender_only(world):
    page = html(world.clerk().get(address("assignment", world.there.pk)))
    worker = world.there.worker
    for told in (worker.name, "attending physician", "心血管内科", "示范甲医院"):
        assert told in page
    for withheld in (worker.number, worker.id_masked, "1985-03", f"/people/{worker.pk}/"):
        assert withheld not in page


def test_who_does_not_see_the_assignment_finds_nothing(world):
    for name in ("assignment", "assignment_why"):
        assert world.hr().get(address(name, world.elsewhere.pk)).status_code == 404
        assert world.clerk().get(address(name, world.elsewhere.pk)).status_code == 404
    assert world.browser().get(address("assignment", 999999)).status_code == 404


def test_the_drawer_takes_the_sum_alone(world):
    answer = world.browser().get(
        address("assignment_why", world.there.pk), headers={"HX-Request": "true", "HX-Target": "drawer"}
    )
    assert answer.content.decode().lstrip().startswith('<div class="drawer-h">')


def test_leave_and_absence_stand_there_with_their_state(world):
    a_leave(world.there, date(2026, 11, 25), state="asked")
    an_absence(world.there, date(2026, 11, 18), state="to_be_checked")
    page = words(html(world.browser().get(address("assignment", world.there.pk))))
    assert "personal leave to be decided" in page
    assert "missing without leave to be checked 2026-11-18" in page


def test_the_days_are_drawn_to_scale_with_what_stands_and_a_sentence_for_who_does_not_see(world):
    a_leave(world.there, date(2026, 5, 11), date(2026, 5, 15))
    a_leave(world.there, date(2026, 6, 1), state="declined")
    an_absence(world.there, date(2026, 11, 18), state="to_be_checked")
    an_absence(world.there, date(2026, 7, 1), state="excused")
    page = html(world.browser().get(address("assignment", world.there.pk)))
    drawing = re.search(r'<svg class="gantt".*?</svg>', page, re.S)[0]
    assert 'aria-label="From 2026-03-10 to 2027-03-09; the term by itself ends on 2027-03-09."' in drawing
    assert drawing.count("g-lv") == 1
    assert drawing.count("g-abs") == 1
    served, rest = (
        float(re.search(rf'{css}" x="[\d.]+" y="24" width="([\d.]+)"', drawing)[1]) for css in ("g-served", "g-rest")
    )
    assert served / rest == pytest.approx(258 / 107, rel=0.01)  # days from 10 March to today, and those left


def test_the_page_asks_a_bounded_number_of_queries_whatever_hangs_on_it(world):
    browser = world.browser()
    browser.get(address("assignment", world.there.pk))
    with CaptureQueriesContext(connection) as few:
        browser.get(address("assignment", world.there.pk))
    for n in range(1, 9):
        a_leave(world.there, date(2026, 4, 3 * n))
        Task.objects.create(assignment=world.there, kind="training", goal=f"目标{n}")
        Mentoring.objects.create(assignment=world.there, mode="team", mentee=f"团队{n}", valid_from=date(2026, 4, 1))
    with CaptureQueriesContext(connection) as many:
        browser.get(address("assignment", world.there.pk))
    assert len(many) <= len(few) + 1


# ------------------------------------------------------------------------------------------ what is offered to whom


@pytest.mark.parametrize(
    ("who", "state", "expected"),
    [
        ("hr", "planned", {"suspend"}),
        ("hr", "there", set()),
        ("clerk", "planned", {"details"}),
        ("clerk", "due", {"arrive", "details"}),
        ("clerk", "there", {"details", "leave_ask", "absence_report"}),
        ("clerk", "returned", set()),
        ("browser", "planned", {"suspend", "file", "details", "plan_change", "plan_withdraw"}),
        ("browser", "due", {"arrive", "file", "details", "deputy", "plan_change", "plan_withdraw"}),
        (
            "browser",
            "there",
            {"file", "renew", "extend", "move", "full_time", "details", "deputy", "recall", "end_early", "void",
             "undo_arrival", "leave_ask", "absence_report"},
        ),
        ("browser", "returned", {"void", "reopen"}),
        ("browser", "withdrawn", set()),
    ],
)  # fmt: skip
def test_only_what_this_actor_may_do_now_is_offered(world, who, state, expected):
    browser = getattr(world, who)()
    assert set(offered(browser.get(address("assignment", getattr(world, state).pk)))) == expected


def test_whoever_only_reads_is_offered_nothing(world):
    for role in (Role.AUDITOR, Role.FINANCE_SECTION):
        answer = world.browser(role).get(address("assignment", world.there.pk))
        assert offered(answer) == []
        assert answer.context["adding"] == {}


def test_a_county_acts_for_its_unit_but_does_not_decide_in_the_citys_campaign(world):
    officer = world.browser(Role.DISTRICT_OFFICER, world.county)
    assert set(offered(officer.get(address("assignment", world.due.pk)))) == {"arrive", "file", "details"}


def test_what_is_not_possible_now_is_refused_with_the_state(world):
    answer = world.browser().get(address("assignment_arrive", world.there.pk))
    assert "the assignment is “on post”" in html(answer, status=409)


# ------------------------------------------------------------------------------------------ acts


def asked(browser, name, *args):
    """Return the address of an act and what a browser would send of its form."""
    url = address(f"assignment_{name}", *args)
    answer = browser.get(url)
    assert answer.status_code == 200, answer.content.decode()[:500]
    data = filled(answer)
    data.pop("scan", None)
    return url, data


def test_a_clerk_confirms_an_arrival_and_the_term_runs_from_that_day(world):
    browser = world.clerk()
    url, data = asked(browser, "arrive", world.due.pk)
    assert data["on"] == "2026-11-20"
    answer = browser.post(url, data | {"on": "2026-11-21"}, follow=True)
    world.due.refresh_from_db()
    assert (world.due.state, world.due.starts_on, world.due.ends_on) == (
        "on_post",
        date(2026, 11, 21),
        date(2027, 11, 20),
    )
    assert "The arrival is confirmed" in html(answer)


def test_an_arrival_in_the_future_is_refused_beside_the_field(world):
    browser = world.clerk()
    url, data = asked(browser, "arrive", world.due.pk)
    answer = browser.post(url, data | {"on": "2026-12-24"})
    assert answer.status_code == 422
    assert "on" in answer.context["form"].errors
    world.due.refresh_from_db()
    assert world.due.state == "filed"


def test_the_second_of_two_edits_is_shown_both_values(world):
    browser = world.clerk()
    url, data = asked(browser, "details", world.there.pk)
    assert browser.post(url, data | {"department": "急诊科"}).status_code == 302
    answer = browser.post(url, data | {"department": "内科"})
    page = words(html(answer, status=409))
    assert "内科" in page
    assert "急诊科" in page
    world.there.refresh_from_db()
    assert world.there.department == "急诊科"


def test_an_early_end_has_its_reason_and_the_page_its_consequence(world):
    browser = world.browser()
    url, data = asked(browser, "end_early", world.there.pk)
    empty = browser.post(url, data | {"reason": ""})
    assert empty.status_code == 422
    assert "reason" in empty.context["form"].errors
    browser.post(url, data | {"last_day": "2026-11-15", "reason": "grave_illness", "remark": "住院"})
    world.there.refresh_from_db()
    assert (world.there.state, world.there.ended_on) == ("ended_early", date(2026, 11, 15))
    assert "grave illness" in html(browser.get(address("assignment", world.there.pk)))


def test_not_to_count_needs_a_body_and_a_document(world):
    browser = world.browser()
    url, data = asked(browser, "void", world.there.pk)
    answer = browser.post(url, data | {"reason": "旷工四次"})
    assert answer.status_code == 422
    assert "deciding_body" in answer.context["form"].errors
    answer = browser.post(url, data | {"reason": "旷工四次", "deciding_body": "领导小组"})
    assert "document_number" in answer.context["form"].errors
    paper = {"reason": "旷工四次", "deciding_body": "领导小组", "document_number": "示范〔2026〕9号"}
    assert browser.post(url, data | paper).status_code == 302
    world.there.refresh_from_db()
    assert world.there.state == "void"


def test_a_sender_states_that_practice_is_suspended(world):
    browser = world.hr()
    url, data = asked(browser, "suspend", world.planned.pk)
    assert browser.post(url, data | {"document_number": "示范人〔2026〕3号"}).status_code == 302
    world.planned.refresh_from_db()
    assert world.planned.state == "filed"


def test_a_receiver_does_not_state_it_and_a_sender_confirms_no_arrival(world):
    assert world.clerk().get(address("assignment_suspend", world.planned.pk)).status_code == 403
    assert world.hr().get(address("assignment_arrive", world.due.pk)).status_code == 403


def test_an_extension_is_granted_and_moves_the_last_day(world):
    browser = world.browser()
    url, data = asked(browser, "extend", world.there.pk)
    given = {
        "days": "10",
        "deciding_body": "示范市卫生健康委员会",
        "document_number": "示范〔2026〕10号",
        "reason": "需要",
    }
    assert browser.post(url, data | given).status_code == 302
    page = words(html(browser.get(address("assignment", world.there.pk))))
    assert "10 days more are granted" in page
    assert "2027-03-19" in page


def test_tasks_and_teaching_are_set_changed_and_ended_by_the_receiver(world):
    browser = world.clerk()
    url, data = asked(browser, "task_add", world.there.pk)
    assert (
        browser.post(url, data | {"kind": "new_technique", "goal": "开展新技术", "target_number": "2"}).status_code
        == 302
    )
    task = Task.objects.get()
    url, data = asked(browser, "task_change", world.there.pk, task.pk)
    assert browser.post(url, data | {"reached_number": "1", "outcome": "已开展一项"}).status_code == 302
    assert "1 / 2" in words(html(browser.get(address("assignment", world.there.pk))))
    url, data = asked(browser, "mentoring_add", world.there.pk)
    entered = {"mode": "apprentice", "mentee": "学员甲", "valid_from": "2026-04-01"}
    assert browser.post(url, data | entered).status_code == 302
    row = Mentoring.objects.get()
    url, data = asked(browser, "mentoring_end", world.there.pk, row.pk)
    assert browser.post(url, data | {"last_day": "2026-10-31"}).status_code == 302
    url, data = asked(browser, "task_remove", world.there.pk, task.pk)
    assert browser.post(url, data).status_code == 302
    page = words(html(browser.get(address("assignment", world.there.pk))))
    assert "开展新技术" not in page.split("What happened")[0]
    assert "2026-10-31" in page


def test_rows_of_another_assignment_are_not_found_under_this_one(world):
    other = on_post(world.physician("何某"), receiver=world.receiver)
    task = Task.objects.create(assignment=other, kind="training", goal="目标")
    assert world.clerk().get(address("assignment_task_change", world.there.pk, task.pk)).status_code == 404


def test_the_page_names_who_stood_in_the_slot_before(world):
    later = world.sent("何接替", slot=world.returned.slot, starts_on=date(2026, 12, 1))
    page = words(html(world.browser().get(address("assignment", later.pk))))
    assert "冯归来" in page
    assert "the person before in this slot" in page


def test_the_state_is_shown_for_every_state(world):
    browser = world.browser()
    for row in Assignment.objects.all():
        with override("en"):
            word = row.get_state_display()
        assert word in html(browser.get(address("assignment", row.pk)))
