"""The page of past service at every desk: what is to be confirmed first, batches, one entry corrected."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Assignment, Transition
from assignments.services import past
from deploy_admin.access import Role
from deploy_admin.jobs.models import StoredFile
from tests.assignments.assignments_pages.world import World, address
from tests.assignments.past.world import World as Entries
from tests.assignments.postings import CITY_OFFICER, SECOND_OFFICER, sender_hr
from tests.people.pages.reading import filled
from tests.quotas.pages import html, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    found = World()
    entries = Entries.__new__(Entries)
    entries.hospital, entries.centre, entries.hr = found.sender, found.centre, sender_hr(found.sender)
    found.entries = entries
    return found


def taken_on(world, name, **more):
    return world.entries.taken_on(world.physician(name, at=more.pop("at", None)), **more)


def asked(browser, name, **query):
    answer = browser.get(address(f"past_{name}", **query))
    assert answer.status_code == 200, answer.get("Location")
    data = filled(answer)
    data.pop("scan", None)
    return answer, data | {"back": answer.context["back"]}


def test_what_is_to_be_confirmed_stands_first_and_the_rest_behind_chips(world):
    open_, done, back = (taken_on(world, name) for name in ("安待确", "白已确", "陈退回"))
    past.confirm(assignments=[done.pk], by=SECOND_OFFICER)
    past.return_entries(assignments=[back.pk], reason="附件缺失", by=SECOND_OFFICER)
    browser = world.browser()
    page = html(browser.get(address("past")))
    assert "安待确" in page
    assert "白已确" not in page
    assert "陈退回" not in page
    assert "白已确" in html(browser.get(address("past", state="confirmed")))
    returned = html(browser.get(address("past", state="returned")))
    assert "陈退回" in returned
    assert "附件缺失" in returned
    assert open_.get_absolute_url() in page


def test_filters_narrow_it_and_nonsense_in_the_address_is_passed_over(world):
    taken_on(world, "安原件")
    taken_on(world, "白证明", evidence="statement")
    browser = world.browser()
    assert "安原件" not in html(browser.get(address("past", evidence="statement")))
    assert "安原件" in html(browser.get(address("past", q="安原件")))
    assert "安原件" in html(browser.get(address("past", evidence="gossip", sending_unit="x", state="y")))


def test_a_unit_sees_its_own_and_no_other(world):
    taken_on(world, "安本院")
    page = html(world.hr().get(address("past")))
    assert "安本院" in page
    assert reverse("assignments:past_assignments_import") in page
    other = world.browser(Role.SENDER_HR, world.other_sender)
    assert "安本院" not in html(other.get(address("past")))


def test_a_receiving_unit_sees_neither_numbers_nor_ways_to_enter(world):
    own = taken_on(world, "安同志")
    page = html(world.browser(Role.RECEIVER_CLERK, world.centre).get(address("past")))
    assert "安同志" in page
    assert own.worker.number not in page
    assert reverse("assignments:past_assignments_import") not in page


def test_an_officer_confirms_a_whole_unit_in_one_go(world):
    rows = [taken_on(world, name) for name in ("安一", "白二", "陈三")]
    browser = world.browser()
    answer, data = asked(browser, "confirm", all=1)
    assert all(name in html(answer) for name in ("安一", "白二", "陈三"))
    done = browser.post(address("past_confirm"), data, follow=True)
    assert "done for 3 entries" in words(html(done))
    assert Assignment.objects.filter(pk__in=[row.pk for row in rows], confirmed_at__isnull=False).count() == 3


def test_one_scan_is_put_beside_ticked_entries(world):
    one, other = taken_on(world, "安一"), taken_on(world, "白二")
    browser = world.hr()
    _answer, data = asked(browser, "scan", ids=one.pk)
    scan = SimpleUploadedFile("名单.pdf", b"%PDF-1.4 sample", "application/pdf")
    assert browser.post(address("past_scan"), data).status_code == 422  # a file is asked for
    browser.post(address("past_scan"), data | {"scan": scan})
    step = Transition.objects.get(act="past_scan_added")
    assert (step.assignment_id, step.scan.kind) == (one.pk, "assignments.scan")
    assert reverse("jobs:download", args=[StoredFile.objects.get(pk=step.scan_id).pk]) in html(
        browser.get(address("past"))
    )
    assert other.transitions.count() == 1


def test_sending_back_asks_for_a_reason(world):
    own = taken_on(world, "安一")
    browser = world.browser()
    _answer, data = asked(browser, "return", ids=own.pk)
    assert browser.post(address("past_return"), data | {"reason": ""}).status_code == 422
    browser.post(address("past_return"), data | {"reason": "附件缺失"})
    own.refresh_from_db()
    assert own.state == "withdrawn"


def test_whoever_chooses_nothing_is_sent_back_to_the_list(world):
    taken_on(world, "安一")
    answer = world.browser().get(address("past_confirm"), follow=True)
    assert "Nobody is chosen" in html(answer)
    answer = world.browser().get(address("past_reopen", all=1), follow=True)
    assert "fits none of those chosen" in html(answer)


def test_a_unit_may_not_confirm_and_a_clerk_not_enter(world):
    own = taken_on(world, "安一")
    assert world.hr().get(address("past_confirm", all=1)).status_code == 403
    clerk = world.browser(Role.RECEIVER_CLERK, world.centre)
    assert clerk.get(address("past_entry", own.pk)).status_code == 403
    assert clerk.get(reverse("assignments:past_assignments_import")).status_code == 403


def test_an_entry_is_corrected_by_itself(world):
    own = taken_on(world, "安一")
    browser = world.hr()
    data = filled(browser.get(address("past_entry", own.pk)))
    data.pop("scan", None), data.pop("running")  # a box that is not ticked
    data |= {"last_day": "2023-06-30", "end_reason": "resigned", "result": "", "result_on": "", "remark": "见辞职报告"}
    assert browser.post(address("past_entry", own.pk), data).status_code == 302
    own.refresh_from_db()
    assert (own.state, own.ended_on, own.end_reason) == ("ended_early", date(2023, 6, 30), "resigned")


def test_what_cannot_be_so_is_said_beside_its_field(world):
    own = taken_on(world, "安一")
    browser = world.hr()
    data = filled(browser.get(address("past_entry", own.pk)))
    data.pop("scan", None), data.pop("running")
    answer = browser.post(address("past_entry", own.pk), data | {"last_day": "2023-06-30"})
    assert answer.status_code == 422
    assert "before the end of the term" in html(answer, 422)
    both = browser.post(address("past_entry", own.pk), data | {"last_day": "2023-06-30", "running": "on"})
    assert "has no last day" in html(both, 422)


def test_a_confirmed_entry_is_not_corrected_here(world):
    own = taken_on(world, "安一")
    past.confirm(assignments=[own.pk], by=CITY_OFFICER)
    assert world.hr().get(address("past_entry", own.pk)).status_code == 409


def test_the_export_is_what_is_shown(world):
    taken_on(world, "安一")
    answer = world.browser().get(address("past", export="csv"))
    text = answer.content.decode("utf-8-sig")
    assert "安一" in text
    assert "示范甲医院" in text


def test_pages_in_chinese_and_as_part(world):
    taken_on(world, "安一")
    assert world.browser(lang="zh-hans").get(address("past")).status_code == 200
    part = world.browser().get(address("past"), headers={"HX-Request": "true"})
    assert "<html" not in html(part)


def test_the_tables_are_offered_with_their_templates(world):
    browser = world.browser()
    for key in ("past_assignments", "past_leave", "placements"):
        assert browser.get(reverse(f"assignments:{key}_import")).status_code == 200
        template = browser.get(reverse(f"assignments:{key}_import_template"))
        assert template.content[:2] == b"PK"
    assert browser.get(reverse("assignments:past_assignments_batch")).status_code == 200


def test_queries_do_not_grow_with_the_rows(world):
    browser = world.browser()
    counts = []
    for names in (["安零"], [f"白{n}" for n in range(12)]):
        for name in names:
            taken_on(world, name)
        browser.get(address("past"))
        with CaptureQueriesContext(connection) as queries:
            browser.get(address("past"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
