"""The pages of the review: heaps, accept all, one sheet, release, the released month, corrections; and REST."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisals.models import MonthCorrection, MonthRelease, ReleasedScore
from appraisals.review import services
from appraisals.review.board import ReviewBoard
from assignments.models import SheetStep
from assignments.states import MonthAnswer, SheetState
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership
from tests.appraisals.review.test_corrections import asking
from tests.appraisals.review.world import VISITS, World, browser, fresh
from tests.assignments.assignments.world import a_receiver
from tests.assignments.months.factories import a_sheet
from tests.assignments.postings import a_leave

pytestmark = pytest.mark.django_db
MONTH = "2026-10"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def officer(world):
    return browser(Role.DISTRICT_OFFICER, world.office)


def url(name, *args, **query):
    return reverse(f"appraisals:{name}", args=args, query=query or None)


def text_of(response):
    return response.content.decode()


class TestBoard:
    def test_those_without_anomaly_are_one_button_that_says_what_was_done(self, world, officer):
        rows = [world.row(a_receiver(f"示范{n}卫生院"), f"人{n}") for n in "甲乙丙"]
        page = officer.get(url("review", month=MONTH))
        assert "Accept all 3" in text_of(page)
        data = {"month": MONTH, "shown": page.context["shown"].clean_shown}
        answer = officer.post(url("review_accept_all"), data, follow=True)
        assert "3 months accepted." in text_of(answer)
        assert {fresh(row.sheet).state for row in rows} == {SheetState.ACCEPTED}
        again = officer.post(url("review_accept_all"), data, follow=True)
        assert "0 months accepted." in text_of(again)

    def test_a_list_nobody_was_shown_is_refused(self, world, officer):
        answer = officer.post(url("review_accept_all"), {"month": MONTH, "shown": "1;2"})
        assert answer.status_code == 409

    def test_the_odd_ones_lie_on_their_heaps_with_what_is_to_be_looked_at(self, world, officer):
        late = world.row(a_receiver("示范迟卫生院"), "迟到", is_late=True)
        disputed = world.row(a_receiver("示范争卫生院"), "异议")
        disputed.answer, disputed.answer_remark = MonthAnswer.DISPUTED, "10月9日到岗"
        disputed.answered_at = clock.now()
        disputed.save()
        a_sheet(a_receiver("示范缺卫生院"), MONTH)
        sent_back = world.row(a_receiver("示范退卫生院"), "退回")
        services.send_back(sheet=sent_back.sheet, reason="补录巡诊", by=world.officer)
        board = ReviewBoard({"month": MONTH}, world.officer)
        assert [(heap.group.value, heap.lines[0].unit) for heap in board.heaps] == [
            ("missing", "示范缺卫生院"),
            ("late", "示范迟卫生院"),
            ("disputed", "示范争卫生院"),
            ("returned", "示范退卫生院"),
        ]
        page = text_of(officer.get(url("review", month=MONTH)))
        assert "1 person disputes" in page
        assert "sent back: 补录巡诊" in page
        assert url("review_sheet", late.sheet_id) in page

    def test_the_reminder_names_exactly_those_who_still_owe_and_whom_to_turn_to(self, world):
        world.row()
        missing = a_sheet(a_receiver("示范缺卫生院"), MONTH)
        member = a_membership(Role.RECEIVER_CLERK, missing.institution)
        a_sheet(a_receiver("示范无卫生院"), MONTH)
        board = ReviewBoard({"month": MONTH}, world.officer)
        assert sorted(line.unit for line in board.owing) == ["示范无卫生院", "示范缺卫生院"]
        assert member.user.name in board.reminder
        assert "示范丁卫生院" not in board.reminder
        lines = board.reminder.splitlines()
        assert len(lines) == 3
        assert any("示范无卫生院" in line and "2026-11-06" in line for line in lines[1:])

    def test_nobody_owes_a_month_that_is_not_over(self, world):
        a_sheet(world.unit, "2026-11")
        assert ReviewBoard({"month": "2026-11"}, world.officer).reminder == ""

    def test_a_unit_where_somebody_serves_without_a_sheet_is_found_and_its_sheet_opened(self, world, officer):
        row = world.row()
        row.sheet.rows.all()
        board = ReviewBoard({"month": "2026-09"}, world.officer)
        [line] = board.lines
        assert (line.unit_id, line.sheet, line.tally.people) == (world.unit.pk, None, 1)
        answer = officer.post(url("review_begin"), {"institution": world.unit.pk, "month": "2026-09"}, follow=True)
        assert answer.status_code == 200
        assert answer.context["sheet"].month == date(2026, 9, 1)

    def test_filters_stand_in_the_address_and_the_export_is_what_is_shown(self, world, officer):
        world.row()
        world.row(a_receiver("示范迟卫生院"), "迟到", is_late=True)
        page = officer.get(url("review", month=MONTH, group="late"))
        assert [line.unit for line in page.context["page"].object_list] == ["示范迟卫生院"]
        assert [line.unit for line in officer.get(url("review", month=MONTH, q="sfd")).context["shown"].shown] == [
            "示范丁卫生院"
        ]
        sheet = openpyxl.load_workbook(
            io.BytesIO(officer.get(url("review", month=MONTH, group="late", export="xlsx")).content)
        ).active
        assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["示范迟卫生院"]
        assert Event.objects.filter(act="appraisals.month_review_exported").count() == 1

    def test_another_districts_units_are_not_there(self, world):
        world.row()
        other = browser(Role.DISTRICT_OFFICER, world.elsewhere)
        assert "示范丁卫生院" not in text_of(other.get(url("review", month=MONTH)))

    def test_any_address_is_answered(self, world, officer):
        for query in ({"month": "never"}, {"group": "none"}, {"district": "x"}, {"page": "99"}, {"q": "%"}):
            assert officer.get(url("review", **query)).status_code == 200

    def test_the_number_of_queries_does_not_grow_with_the_units(self, world, officer):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                assert officer.get(url("review", month=MONTH)).status_code == 200
            return len(queries)

        for n in "甲乙":
            world.row(a_receiver(f"示范{n}卫生院"), f"人{n}")
            a_sheet(a_receiver(f"示范缺{n}卫生院"), MONTH)
        few = asked()
        for n in "丙丁戊己庚":
            world.row(a_receiver(f"示范{n}院"), f"人{n}")
            a_sheet(a_receiver(f"示范缺{n}院"), MONTH)
        assert asked() <= few


class TestSheet:
    def test_looking_at_it_opens_the_review_once(self, world, officer):
        row = world.row()
        for _time in range(2):
            assert officer.get(url("review_sheet", row.sheet_id)).status_code == 200
        assert fresh(row.sheet).state == SheetState.IN_REVIEW
        assert SheetStep.objects.filter(sheet=row.sheet, to_state=SheetState.IN_REVIEW).count() == 1

    def test_it_shows_the_months_before_with_what_stands_out(self, world, officer):
        first = world.released(month=_month(2026, 9), counts={VISITS: 300, "teaching_sessions": 2})
        row = world.row(worker=first.assignment)
        page = text_of(officer.get(url("review_sheet", row.sheet_id)))
        assert "2026-09" in page
        assert "300" in page
        assert "much less" in page

    def test_contradictions_stand_beside_the_row_with_the_way_to_them(self, world, officer):
        row = world.row()
        other = world.row(a_receiver("示范戊卫生院"), worker=row.assignment)
        a_leave(row.assignment, date(2026, 10, 14))
        page = text_of(officer.get(url("review_sheet", row.sheet_id)))
        assert url("review_sheet", other.sheet_id) in page
        assert reverse("assignments:leaves", query={"assignment": row.assignment_id}) in page

    def test_a_dispute_and_the_kind_of_leave_only_to_who_is_told(self, world, officer):
        row = world.row(cells={12: "B"})
        row.answer, row.answer_remark, row.answered_at = MonthAnswer.DISPUTED, "10月9日到岗", clock.now()
        row.save()
        page = text_of(officer.get(url("review_sheet", row.sheet_id)))
        assert "10月9日到岗" in page
        assert "sick leave" in page
        section = browser(Role.PRIMARY_HEALTH_SECTION, world.office)
        page = text_of(section.get(url("review_sheet", row.sheet_id)))
        assert "sick leave" not in page
        assert "leave for a private reason" in page

    def test_a_decision_leads_to_the_next_one_to_look_at(self, world, officer):
        row = world.row(is_late=True)
        other = world.row(a_receiver("示范迟卫生院"), "迟到", is_late=True)
        answer = officer.post(url("review_send_back", row.sheet_id), {"reason": "补录巡诊"})
        assert answer.url == url("review_sheet", other.sheet_id)
        answer = officer.post(url("review_accept", other.sheet_id))
        assert answer.url == url("review", month=MONTH)

    def test_refusals_stand_in_the_form(self, world, officer):
        row = world.row()
        answer = officer.post(url("review_send_back", row.sheet_id), {"reason": " "})
        assert answer.status_code == 422
        draft = a_sheet(a_receiver("示范缺卫生院"), MONTH)
        answer = officer.post(url("review_more_time", draft.pk), {"until": "2026-11-01", "reason": "停电"})
        assert answer.status_code == 422
        assert "More time lies in the days to come." in text_of(answer)
        answer = officer.post(url("review_more_time", draft.pk), {"until": "2026-11-25", "reason": "停电"})
        assert answer.status_code == 302

    @pytest.mark.parametrize("name", ["review_sheet", "review_accept", "review_send_back", "review_more_time"])
    def test_another_districts_sheet_is_not_there(self, world, name):
        row = world.row()
        other = browser(Role.DISTRICT_OFFICER, world.elsewhere)
        ask = other.get if name == "review_sheet" else other.post
        assert ask(url(name, row.sheet_id)).status_code == 404
        assert fresh(row.sheet).state == SheetState.SUBMITTED

    def test_the_number_of_queries_does_not_grow_with_the_people(self, world, officer):
        def asked(row):
            officer.get(url("review_sheet", row.sheet_id))  # opened by now
            with CaptureQueriesContext(connection) as queries:
                assert officer.get(url("review_sheet", row.sheet_id)).status_code == 200
            return len(queries)

        one = world.row()
        few = asked(one)
        other = a_receiver("示范大卫生院")
        many = world.row(other, "第一人")
        for n in "甲乙丙丁":
            before = world.row(other, f"人{n}", month=_month(2026, 9))
            world.row(other, worker=before.assignment, sheet=many.sheet)
        assert asked(many) <= few + 2  # the months before, and their counts


def _month(year, month):
    from deploy_admin.months import Month

    return Month(date(year, month, 1))


class TestRelease:
    def test_everything_accepted_is_released_in_one_go_with_its_basis(self, world, officer):
        rows = [world.accepted(a_receiver(f"示范{n}卫生院"), name=f"人{n}") for n in "甲乙"]
        page = officer.get(url("review_release", month=MONTH))
        assert page.context["chosen"] == {row.sheet_id for row in rows}
        data = {"sheets": [row.sheet_id for row in rows], "document_number": "示卫〔2026〕12号"}
        answer = officer.post(url("review_release", month=MONTH), data, follow=True)
        assert "2 months released." in text_of(answer)
        assert set(MonthRelease.objects.values_list("document_number", flat=True)) == {"示卫〔2026〕12号"}

    def test_undetermined_people_are_named_and_released_only_with_the_tick(self, world, officer):
        row = world.accepted(counts={})
        assert "安可往" in text_of(officer.get(url("review_release", month=MONTH)))
        address, data = url("review_release", month=MONTH), {"sheets": [row.sheet_id]}
        refused = officer.post(address, data)
        assert refused.status_code == 422
        assert "1 person has no determined score" in text_of(refused)
        assert officer.post(address, data | {"undetermined": "on"}).status_code == 302
        assert ReleasedScore.objects.get().points is None

    def test_nothing_chosen_is_refused_and_a_section_does_not_release(self, world, officer):
        world.accepted()
        refused = officer.post(url("review_release", month=MONTH), {})
        assert refused.status_code == 422
        section = browser(Role.PRIMARY_HEALTH_SECTION, world.office)
        assert section.get(url("review_release", month=MONTH)).status_code == 403
        assert "Accepted, not released" in text_of(section.get(url("review", month=MONTH)))


class TestReleased:
    def test_the_month_is_shown_as_released_with_its_explanation(self, world, officer):
        released = world.released()
        page = text_of(officer.get(released.get_absolute_url()))
        assert "100.00" in page
        assert released.sha256[:16] in page
        assert "160" in page

    def test_a_corrected_one_points_to_what_stands_and_back(self, world, officer):
        released = world.released()
        correction = services.ask_correction(**asking(released), by=world.clerk())
        release = services.approve_correction(correction=correction, by=world.officer)
        new = release.scores.get()
        assert new.get_absolute_url() in text_of(officer.get(released.get_absolute_url()))
        page = text_of(officer.get(new.get_absolute_url()))
        assert released.get_absolute_url() in page
        assert '<mark class="was">160</mark> → <mark class="nv">80</mark>' in page

    def test_the_sender_sees_its_people_without_the_kind_of_leave_and_others_see_nothing(self, world):
        released = world.released(cells={12: "B"})
        hr = browser(Role.SENDER_HR, world.sender)
        assert hr.get(released.get_absolute_url()).status_code == 200
        elsewhere = browser(Role.SENDER_HR, a_receiver("示范外医院"))
        assert elsewhere.get(released.get_absolute_url()).status_code == 404
        auditor = browser(Role.AUDITOR, world.city)
        page = text_of(auditor.get(released.get_absolute_url()))
        assert "leave for a private reason" in page
        assert "sick leave" not in page

    def test_the_person_sees_the_own_and_nobody_elses(self, world):
        released, other = world.released(), world.released(a_receiver("示范戊卫生院"), name="白初级")
        member = a_membership(Role.DEPLOYED_PERSON, world.sender)
        member.worker = released.assignment.worker
        member.save()
        from django.test import Client

        from tests.accounts.factories import signed_in

        mine = signed_in(Client(), member)
        assert mine.get(url("my_released", released.pk)).status_code == 200
        assert mine.get(url("my_released", other.pk)).status_code == 404
        assert mine.get(released.get_absolute_url()).status_code == 403


class TestCorrections:
    def test_a_clerk_previews_then_asks_and_the_officer_approves(self, world, officer):
        released = world.released()
        clerk = browser(Role.RECEIVER_CLERK, world.unit)
        address = url("correct", released.row_id)
        page = clerk.get(address)
        assert page.status_code == 200
        assert "Everything it moves" not in text_of(page)
        data = {"released": released.pk, f"count_{VISITS}": "80", "day_12": "S", **_rest(released)}
        shown = clerk.post(address, data | {"preview": "1"})
        assert shown.status_code == 200
        assert "77.65" in text_of(shown)
        assert MonthCorrection.objects.count() == 0
        refused = clerk.post(address, data | {"ask": "1"})
        assert refused.status_code == 422
        asked = clerk.post(address, data | {"ask": "1", "reason": "登记核对"})
        correction = MonthCorrection.objects.get()
        assert asked.url == url("correction", correction.pk)
        page = text_of(officer.get(url("correction", correction.pk)))
        assert "Approve and release the correction" in page
        approve = {"version": correction.version}
        assert officer.post(url("correction_approve", correction.pk), approve).status_code == 302
        assert fresh(correction).state == "approved"
        assert "77.65" in text_of(officer.get(url("corrections")))

    def test_a_clerk_neither_decides_nor_sees_another_units(self, world):
        correction = services.ask_correction(**asking(world.released()), by=world.clerk())
        clerk = browser(Role.RECEIVER_CLERK, world.unit)
        assert clerk.post(url("correction_approve", correction.pk), {"version": 1}).status_code == 403
        other = browser(Role.RECEIVER_CLERK, a_receiver("示范戊卫生院"))
        assert other.get(url("correction", correction.pk)).status_code == 404
        assert other.get(url("correct", correction.row_id)).status_code == 404
        assert "安可往" not in text_of(other.get(url("corrections")))
        hr = browser(Role.SENDER_HR, world.sender)
        assert hr.get(url("correct", correction.row_id)).status_code == 409

    def test_declining_asks_for_the_reason_and_taking_back_is_the_askers(self, world, officer):
        correction = services.ask_correction(**asking(world.released()), by=world.clerk())
        answer = officer.post(url("correction_decline", correction.pk), {"version": 1, "remark": ""})
        assert answer.status_code == 422
        answer = officer.post(url("correction_withdraw", correction.pk), {"version": 1})
        assert answer.status_code == 422
        answer = officer.post(url("correction_decline", correction.pk), {"version": 1, "remark": "登记无误"})
        assert answer.status_code == 302

    def test_while_one_waits_no_other_is_entered(self, world):
        correction = services.ask_correction(**asking(world.released()), by=world.clerk())
        clerk = browser(Role.RECEIVER_CLERK, world.unit)
        page = text_of(clerk.get(url("correct", correction.row_id)))
        assert "A correction waits already" in page

    def test_the_list_asks_as_often_for_many_as_for_few(self, world, officer):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                assert officer.get(url("corrections")).status_code == 200
            return len(queries)

        services.ask_correction(**asking(world.released()), by=world.clerk())
        few = asked()
        for n in "甲乙丙":
            unit = a_receiver(f"示范{n}卫生院")
            services.ask_correction(**asking(world.released(unit, name=f"人{n}")), by=world.officer)
        assert asked() <= few


def _rest(released):
    """Return the other days of the form as they were released."""
    cells = enumerate(released.values["days"], 1)
    return {f"day_{n}": cell for n, cell in cells if n != 12} | {
        f"count_{code}": value for code, value in released.values["workload"].items() if code != VISITS
    }


class TestRest:
    def test_released_scores_come_as_a_delta_with_frozen_values_and_no_kind_of_leave(self, world, officer):
        released = world.released(cells={12: "B"})
        answer = officer.get("/api/v1/released-scores/", {"updated_since": "2026-11-22T00:00:00+08:00"}).json()
        [row] = answer["results"]
        assert (row["id"], row["points"], row["corrected_by"]) == (released.pk, str(released.points), None)
        assert row["values"]["days"][11] == "Q"
        assert "explanation" not in row
        one = officer.get(f"/api/v1/released-scores/{released.pk}/").json()
        assert one["explanation"] == released.explanation
        later = officer.get("/api/v1/released-scores/", {"updated_since": "2026-12-01T00:00:00+08:00"}).json()
        assert later["results"] == []

    def test_a_correction_is_told_on_both_and_standing_narrows(self, world, officer):
        released = world.released()
        correction = services.ask_correction(**asking(released), by=world.clerk())
        new = services.approve_correction(correction=correction, by=world.officer).scores.get()
        rows = {row["id"]: row for row in officer.get("/api/v1/released-scores/").json()["results"]}
        assert rows[released.pk]["corrected_by"] == new.pk
        assert rows[new.pk]["corrects"] == released.pk
        standing = officer.get("/api/v1/released-scores/", {"standing": "true"}).json()["results"]
        assert [row["id"] for row in standing] == [new.pk]
        kinds = [row["kind"] for row in officer.get("/api/v1/month-releases/").json()["results"]]
        assert sorted(kinds) == ["correction", "first"]

    def test_foreign_rows_are_not_there(self, world):
        released = world.released()
        other = browser(Role.DISTRICT_OFFICER, world.elsewhere)
        assert other.get("/api/v1/released-scores/").json()["results"] == []
        assert other.get(f"/api/v1/released-scores/{released.pk}/").status_code == 404
        assert other.get(f"/api/v1/month-releases/{released.release_id}/").status_code == 404
