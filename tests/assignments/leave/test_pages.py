"""Pages and REST of leave and absence in a browser: each desk, with and without a script, refusals in their place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Absence, Leave, Proposal
from assignments.services import absences, ending, leaves
from deploy_admin import spreadsheets
from deploy_admin.access import SYSTEM, Role
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.leave.test_absences import four_times
from tests.assignments.leave.world import a_place, another_unit, me, posted
from tests.assignments.postings import a_leave, an_absence, receiver_head

pytestmark = pytest.mark.django_db
WEEK = {"first_day": "2026-12-07", "last_day": "2026-12-11"}
PART = {"HX-Request": "true"}


@pytest.fixture
def place():
    return a_place()


def browser(role, at=None, lang="en"):
    client = signed_in(Client(), a_membership(role, at))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    return client


def of_person(assignment, at, lang="en"):
    member = a_membership(Role.DEPLOYED_PERSON, at)
    member.worker = assignment.worker
    member.save()
    client = signed_in(Client(), member)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    return client


def url(name, *args):
    return reverse(f"assignments:{name}", args=args)


def text(response):
    return response.content.decode()


# ------------------------------------------------------------------------------------------ the person


def test_the_person_sees_what_leave_would_do_before_asking(place):
    assignment = posted(place)
    client = of_person(assignment, place.hospital)
    page = client.get(url("my_leave"))
    assert page.status_code == 200
    look = client.get(url("my_leave_preview"), {"kind": "personal", **WEEK}, headers=PART)
    assert "With 5 days of leave the last day becomes 2027-03-14 instead of 2027-03-09." in text(look)
    four = client.get(url("my_leave_preview"), {"kind": "personal", **WEEK, "last_day": "2026-12-10"}, headers=PART)
    assert "With 4 days of leave the last day stays 2027-03-09." in text(four)
    weekend = client.get(
        url("my_leave_preview"),
        {"kind": "personal", "first_day": "2026-12-12", "last_day": "2026-12-13"},
        headers=PART,
    )
    assert "None of these days is a duty day." in text(weekend)
    assert text(client.get(url("my_leave_preview"), {"kind": "personal"}, headers=PART)).strip() == ""
    assert Leave.objects.count() == 0


def test_without_a_script_the_outlook_comes_on_asking_for_it(place):
    client = of_person(posted(place), place.hospital)
    answer = client.post(url("my_leave"), {"kind": "personal", **WEEK, "look": "1"})
    assert answer.status_code == 200
    assert "2027-03-14" in text(answer)
    assert Leave.objects.count() == 0


def test_the_person_asks_and_takes_back(place):
    client = of_person(posted(place), place.hospital)
    answer = client.post(url("my_leave"), {"kind": "personal", **WEEK}, follow=True)
    assert "the last day becomes 2027-03-14" in text(answer)
    leave = Leave.objects.get()
    assert leave.state == "asked"
    refused = client.post(url("my_leave"), {"kind": "personal", **WEEK})
    assert refused.status_code == 422
    assert "Another leave covers some of these days." in text(refused)
    client.post(url("my_leave_withdraw", leave.pk), {"version": leave.version})
    leave.refresh_from_db()
    assert leave.state == "withdrawn"


def test_who_is_not_on_post_is_told_so(place):
    client = of_person(posted(place, state="returned"), place.hospital)
    page = client.get(url("my_leave"))
    assert "Leave is asked for while you are on post." in text(page)
    assert client.post(url("my_leave"), {"kind": "personal", **WEEK}).status_code == 200
    assert Leave.objects.count() == 0


def test_nobody_reaches_the_leave_of_others_on_the_own_pages(place):
    client = of_person(posted(place), place.hospital)
    other = a_leave(posted(place), date(2026, 12, 7), state="asked")
    absence = an_absence(posted(place), date(2026, 6, 9), state="to_be_checked")
    assert client.post(url("my_leave_withdraw", other.pk), {"version": 1}).status_code == 404
    assert client.get(url("my_absence", absence.pk)).status_code == 404
    assert client.get(url("leave", other.pk)).status_code == 403


def test_the_person_answers_what_is_said(place):
    assignment = posted(place)
    absence = an_absence(assignment, date(2026, 11, 18), state="to_be_checked")
    client = of_person(assignment, place.hospital)
    assert "You are said to have been absent" in text(client.get(url("my_absence", absence.pk)))
    assert client.post(url("my_absence", absence.pk), {"version": 1, "answer": ""}).status_code == 422
    client.post(url("my_absence", absence.pk), {"version": 1, "answer": "补休"})
    absence.refresh_from_db()
    assert (absence.state, absence.answer) == ("answered", "补休")


# ------------------------------------------------------------------------------------------ the receiving unit


def test_the_clerk_enters_leave_for_somebody(place):
    assignment = posted(place)
    client = browser(Role.RECEIVER_CLERK, place.centre)
    assert client.get(url("leave_ask", assignment.pk)).status_code == 200
    look = client.get(url("leave_preview", assignment.pk), {"kind": "personal", **WEEK}, headers=PART)
    assert "2027-03-14" in text(look)
    looked = client.post(url("leave_ask", assignment.pk), {"kind": "personal", **WEEK, "look": "1"})
    assert (looked.status_code, Leave.objects.count()) == (200, 0)
    client.post(url("leave_ask", assignment.pk), {"kind": "sick", **WEEK, "document": "请假条"})
    leave = Leave.objects.get()
    assert (leave.on_behalf, leave.document) == (True, "请假条")
    page = client.get(url("leave", leave.pk))
    assert "entered on behalf" in text(page)
    assert "Approve the leave" not in text(page)  # the clerk enters, the head decides
    assert client.post(url("leave_approve", leave.pk), {"version": 1}).status_code == 403


def test_of_shifts_the_form_asks_for_duty_days(place):
    client = browser(Role.RECEIVER_CLERK, place.centre)
    shifts, office = posted(place, roster_pattern="shift"), posted(place)
    assert "stated_duty_days" in text(client.get(url("leave_ask", shifts.pk)))
    assert 'name="stated_duty_days"' not in text(client.get(url("leave_ask", office.pk)))


def test_the_head_decides_on_the_page_of_the_leave(place):
    assignment = posted(place)
    leave = a_leave(assignment, date(2026, 12, 7), date(2026, 12, 11), state="asked")
    client = browser(Role.RECEIVER_HEAD, place.centre)
    page = text(client.get(url("leave", leave.pk)))
    assert "the last day becomes 2027-03-14" in page
    declined = client.post(url("leave_decline", leave.pk), {"version": 1, "reason": ""})
    assert declined.status_code == 422
    answer = client.post(url("leave_approve", leave.pk), {"version": 1, "remark": ""}, follow=True)
    assert "The leave is approved." in text(answer)
    assert "to be filed" in text(answer)
    again = client.post(url("leave_approve", leave.pk), {"version": 2})
    assert again.status_code == 422
    assert "by now" in text(again)


def test_a_version_that_is_not_the_one_shown_gets_both(place):
    leave = a_leave(posted(place), date(2026, 12, 7), state="asked")
    Leave.objects.filter(pk=leave.pk).update(version=3)
    client = browser(Role.RECEIVER_HEAD, place.centre)
    assert client.post(url("leave_approve", leave.pk), {"version": 1}).status_code == 409


def test_a_list_is_approved_at_once(place):
    rows = [a_leave(posted(place), date(2026, 12, 7), date(2026, 12, 11), state="asked") for _ in range(3)]
    client = browser(Role.RECEIVER_HEAD, place.centre)
    page = text(client.get(url("leaves")))
    assert page.count('name="ids"') == 3
    ids = [f"{row.pk}:{row.version}" for row in rows[:2]]
    client.post(url("leaves_approve"), {"ids": ids})
    assert Leave.objects.approved().count() == 2
    assert client.post(url("leaves_approve"), {}).status_code == 422
    assert client.post(url("leaves_approve"), {"ids": "x"}).status_code == 422
    whole = client.post(url("leaves_approve"), {"ids": [f"{rows[0].pk}:2", f"{rows[2].pk}:1"]})
    assert whole.status_code == 422
    assert Leave.objects.approved().count() == 2


def test_the_office_files_a_list(place):
    assignment = posted(place)
    leave = a_leave(assignment, date(2026, 9, 7), date(2026, 9, 11))
    ending.recompute([assignment.pk], by=SYSTEM)
    client = browser(Role.DISTRICT_OFFICER, place.authority)
    page = text(client.get(url("leaves"), {"filing": "due"}))
    assert f'value="{leave.pk}:1"' in page
    bad = client.post(url("leaves_file"), {"ids": f"{leave.pk}:1", "number": "", "on": "2026-11-20"})
    assert bad.status_code == 422
    client.post(url("leaves_file"), {"ids": f"{leave.pk}:1", "number": "备7", "on": "2026-11-20"})
    leave.refresh_from_db()
    assert leave.filing_number == "备7"
    other = a_leave(assignment, date(2026, 10, 12), date(2026, 10, 16))
    ending.recompute([assignment.pk], by=SYSTEM)
    client.post(url("leave_file", other.pk), {"version": 1, "number": "备8", "on": "2026-11-20"})
    other.refresh_from_db()
    assert other.filing_number == "备8"


def test_absence_from_report_to_confirmation(place):
    assignment = posted(place)
    clerk, head = browser(Role.RECEIVER_CLERK, place.centre), browser(Role.RECEIVER_HEAD, place.centre)
    assert clerk.get(url("absence_report", assignment.pk)).status_code == 200
    said = {"first_day": "2026-11-18", "last_day": "2026-11-18", "remark": "未到岗"}
    told = clerk.post(url("absence_report", assignment.pk), said, follow=True)
    assert "may answer until 2026-11-27" in text(told)
    absence = Absence.objects.get()
    page = text(head.get(url("absence", absence.pk)))
    assert "Confirm as unapproved" not in page  # not heard yet
    assert head.post(url("absence_confirm", absence.pk), {"version": 1}).status_code == 422
    clerk.post(url("absence_answer", absence.pk), {"version": 1, "answer": "口头说明"})
    page = text(head.get(url("absence", absence.pk)))
    assert "Confirm as unapproved" in page
    assert "口头说明" in page
    answer = head.post(url("absence_confirm", absence.pk), {"version": 2, "remark": ""}, follow=True)
    assert "The absence counts as unapproved." in text(answer)
    excused = head.post(url("absence_excuse", absence.pk), {"version": 3, "leave_kind": "", "reason": ""})
    assert excused.status_code == 422
    head.post(url("absence_excuse", absence.pk), {"version": 3, "leave_kind": "sick", "reason": ""})
    absence.refresh_from_db()
    assert absence.state == "excused"
    assert Leave.objects.get().state == "approved"


def test_a_report_is_taken_back_on_its_page(place):
    absence = an_absence(posted(place), date(2026, 6, 9), state="to_be_checked")
    clerk = browser(Role.RECEIVER_CLERK, place.centre)
    assert clerk.post(url("absence_withdraw", absence.pk), {"version": 1, "reason": ""}).status_code == 422
    clerk.post(url("absence_withdraw", absence.pk), {"version": 1, "reason": "看错"})
    absence.refresh_from_db()
    assert absence.state == "withdrawn"


def test_another_units_leave_and_absence_are_not_there(place):
    assignment = posted(place)
    leave = a_leave(assignment, date(2026, 12, 7), state="asked")
    absence = an_absence(assignment, date(2026, 6, 9))
    client = browser(Role.RECEIVER_HEAD, another_unit(place))
    for name, row in (("leave", leave), ("absence", absence)):
        assert client.get(url(name, row.pk)).status_code == 404
    assert client.get(url("leave_ask", assignment.pk)).status_code == 404
    assert assignment.worker.name not in text(client.get(url("leaves")))
    assert assignment.worker.name not in text(client.get(url("absences")))


# ------------------------------------------------------------------------------------------ the authority


def test_a_proposal_is_decided_on_its_page(place):
    assignment = posted(place)
    four_times(assignment, receiver_head(place.centre))
    proposal = Proposal.objects.get()
    client = browser(Role.DISTRICT_OFFICER, place.authority)
    assert "1 proposal to decide" in text(client.get(url("absences")))
    assert assignment.worker.name in text(client.get(url("proposals")))
    page = text(client.get(url("proposal", proposal.pk)))
    assert "旷工超过3次的本次服务时间不计入基层服务经历" in page
    assert "Each occurrence counts once" in page
    said = {"version": proposal.version, "on": "2026-11-22", "reason": "旷工4次"}
    assert (
        client.post(url("proposal", proposal.pk), said | {"follow": "yes"}).status_code == 422
    )  # no body, no document
    client.post(url("proposal", proposal.pk), said | {"follow": "no"})
    proposal.refresh_from_db()
    assert proposal.state == "dismissed"


def test_filters_narrow_and_an_impossible_address_does_not_break(place):
    sick = a_leave(posted(place), date(2026, 12, 7), kind="sick", state="asked")
    a_leave(posted(place), date(2026, 6, 8), date(2026, 6, 9))
    client = browser(Role.CITY_OFFICER)
    part = client.get(url("leaves"), {"kind": "sick"}, headers=PART)
    assert sick.assignment.worker.name in text(part)
    assert text(part).count('class="go"') == 1
    assert text(client.get(url("leaves"), {"state": "approved"})).count('class="go"') == 1
    assert text(client.get(url("leaves"), {"from_day": "2026-12-01"})).count('class="go"') == 1
    assert text(client.get(url("leaves"), {"q": sick.assignment.worker.name})).count('class="go"') == 1
    assert "Nothing matches" in text(client.get(url("leaves"), {"district": "999999"}))
    wild = client.get(url("leaves"), {"kind": "zz", "state": "zz", "from_day": "zz", "district": "zz"})
    assert text(wild).count('class="go"') == 2


def test_of_health_and_family_only_the_own_units_and_the_authority_are_told(place):
    leave = a_leave(posted(place), date(2026, 12, 7), kind="sick", state="asked", remark="手术")
    finance = browser(Role.FINANCE_SECTION, place.authority)
    for page in (finance.get(url("leaves")), finance.get(url("leave", leave.pk))):
        assert "sick" not in text(page)
        assert "手术" not in text(page)
        assert "leave for a private reason" in text(page)
    assert text(finance.get(url("leaves"), {"kind": "annual"})).count('class="go"') == 1  # kinds are no filter there
    assert "sick leave" in text(browser(Role.RECEIVER_HEAD, place.centre).get(url("leaves")))
    assert "sick leave" in text(browser(Role.SENDER_HR, place.hospital).get(url("leave", leave.pk)))


def test_the_export_is_what_is_shown_and_an_act(place):
    a_leave(posted(place), date(2026, 12, 7), state="asked")
    an_absence(posted(place), date(2026, 6, 9))
    client = browser(Role.CITY_OFFICER)
    for name, act in (("leaves", "assignments.leave_exported"), ("absences", "assignments.absences_exported")):
        answer = client.get(url(name), {"export": "xlsx"})
        assert answer["Content-Type"] == spreadsheets.CONTENT_TYPES["xlsx"]
        assert Event.objects.get(act=act).detail["rows"] == 1


@pytest.mark.parametrize("name", ["leaves", "absences"])
def test_a_longer_list_asks_no_more_queries(place, name):
    def more(n):
        for k in range(n):
            assignment = posted(place)
            a_leave(assignment, date(2026, 12, 7), state="asked")
            a_leave(assignment, date(2026, 9, 7), date(2026, 9, 11), filing_required=True)
            an_absence(assignment, date(2026, 6, 8) + timedelta(days=k))

    client = browser(Role.DISTRICT_OFFICER, place.authority)
    more(2)
    client.get(url(name))
    with CaptureQueriesContext(connection) as first:
        client.get(url(name))
    more(4)
    with CaptureQueriesContext(connection) as second:
        client.get(url(name))
    assert len(second) <= len(first)


# ------------------------------------------------------------------------------------------ both languages


def test_every_page_speaks_chinese(place):
    assignment = posted(place)
    leave = leaves.ask_leave(
        assignment=assignment,
        kind="personal",
        first_day=date(2026, 12, 7),
        last_day=date(2026, 12, 11),
        by=me(assignment),
    )
    leaves.approve_leave(leave_ids=[leave.pk], by=place.head)
    four_times(assignment, place.head)
    head = browser(Role.RECEIVER_HEAD, place.centre, lang="zh-hans")
    officer = browser(Role.CITY_OFFICER, lang="zh-hans")
    person = of_person(assignment, place.hospital, lang="zh-hans")
    pages = [
        head.get(url("leaves")),
        head.get(url("leave", leave.pk)),
        head.get(url("leave_ask", assignment.pk)),
        head.get(url("absences")),
        head.get(url("absence", Absence.objects.first().pk)),
        head.get(url("absence_report", assignment.pk)),
        officer.get(url("proposals")),
        officer.get(url("proposal", Proposal.objects.get().pk)),
        person.get(url("my_leave")),
        person.get(url("my_absence", Absence.objects.first().pk)),
    ]
    assert {page.status_code for page in pages} == {200}
    assert "事假" in text(pages[0])
    assert absences.standing(assignment).by_episode == 4


# ------------------------------------------------------------------------------------------ REST


def test_rest_tells_every_state_without_remarks_and_private_kinds(place):
    sick = a_leave(posted(place), date(2026, 12, 7), kind="sick", state="declined", remark="手术")
    mine = a_leave(posted(place), date(2026, 6, 8), date(2026, 6, 9))
    client = browser(Role.CITY_OFFICER)
    rows = client.get("/api/v1/leave/").json()["results"]
    assert {row["id"]: row["kind"] for row in rows} == {sick.pk: "private", mine.pk: "personal"}
    assert {row["state"] for row in rows} == {"declined", "approved"}
    assert not {"remark", "decision_remark", "document"} & rows[0].keys()
    moment = (sick.updated_at + timedelta(days=1)).isoformat()
    assert client.get("/api/v1/leave/", {"updated_since": moment}).json()["results"] == []
    one = client.get(f"/api/v1/leave/{mine.pk}/").json()
    assert (one["person_number"], one["first_day"]) == (mine.assignment.worker.number, "2026-06-08")
    assert browser(Role.RECEIVER_HEAD, another_unit(place)).get(f"/api/v1/leave/{mine.pk}/").status_code == 404


# ------------------------------------------------------------------------------------------ why that day


def test_the_last_day_quotes_its_clause_and_links_its_rows(place):
    assignment = posted(place)
    leave = a_leave(assignment, date(2026, 5, 11), date(2026, 5, 15), kind="sick")
    ending.recompute([assignment.pk], by=SYSTEM)
    page = text(browser(Role.RECEIVER_HEAD, place.centre).get(url("assignment_why", assignment.pk)))
    assert "请假5天以上需向领导小组办公室备案，同时顺延基层服务期限" in page
    assert url("leave", leave.pk) in page
    assert "sick leave (duty days) 5" in page
    assert "Lengthens the term by (days)" in page
    assert "2027-03-14" in page
    finance = text(browser(Role.FINANCE_SECTION, place.authority).get(url("assignment_why", assignment.pk)))
    assert "sick" not in finance
    assert "leave for a private reason (duty days) 5" in finance


def test_without_a_rule_the_page_says_that_none_speaks():
    place = a_place(plan=False)
    assignment = posted(place)
    page = text(browser(Role.CITY_OFFICER).get(url("assignment_why", assignment.pk)))
    assert "No adopted rule speaks of leave here" in page
