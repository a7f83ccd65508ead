"""The pages of inspections: from opening in the field to the unit's answer, and what each desk is shown."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assignments.models import Absence, Finding, Inspection, PresenceCheck
from assignments.services import orders
from deploy_admin.audit.models import Event
from tests.assignments import postings
from tests.assignments.inspections.reading import PART, page, sent, text
from tests.assignments.inspections.world import DAY, record, results
from tests.people.factories import a_title
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


def test_an_inspection_from_opening_to_the_settled_order(world, desks):
    officer, clerk = desks["section"], desks["clerk"]
    answer = sent(
        officer, page("inspection_open"), unit="示范甲区乡镇卫生院", kind="unannounced", on=DAY, inspectors="示范一组"
    )
    assert answer.status_code == 302, answer.context["form"].errors
    row = Inspection.objects.get()
    tap = {"assignment": world.zhou.pk, "result": "absent", "remark": "早上未到"}
    assert officer.post(page("inspection_presence", row.pk), tap).status_code == 302
    assert officer.post(page("inspection_rest", row.pk), {"side": "received"}).status_code == 302
    assert results(row) == {world.zhou.pk: "absent", world.he.pk: "present"}
    sent(
        officer,
        page("inspection_finding", row.pk),
        text="无请假台账",
        order="建立台账",
        due_on="2026-12-01",
        assignment=world.zhou.pk,
    )
    assert clerk.get(row.get_absolute_url()).status_code == 404
    assert sent(officer, page("inspection_close", row.pk)).status_code == 302
    shown = clerk.get(row.get_absolute_url())
    assert "无请假台账" in text(shown)
    finding = Finding.objects.get()
    proof = SimpleUploadedFile("台账.pdf", b"%PDF-1.4 proof", "application/pdf")
    answer = sent(clerk, page("order_answer", finding.pk), answer="台账已建", scan=proof)
    assert answer.status_code == 302, answer.context["form"].errors
    finding.refresh_from_db()
    assert finding.scan is not None
    assert officer.get(finding.scan.get_absolute_url()).status_code == 200
    assert desks["hr"].get(finding.scan.get_absolute_url()).status_code == 404
    assert sent(officer, page("order_settle", finding.pk)).status_code == 302
    finding.refresh_from_db()
    assert finding.settled_on == date(2026, 11, 22)


class TestTapping:
    def test_a_tap_answers_with_the_persons_card_and_the_count(self, world, desks):
        row = world.opened()
        tap = {"assignment": world.zhou.pk, "result": "present", "remark": ""}
        answer = desks["officer"].post(page("inspection_presence", row.pk), tap, headers=PART)
        assert answer.status_code == 200
        assert f'id="p{world.zhou.pk}"' in text(answer)
        assert 'value="present" aria-pressed="true"' in text(answer)
        assert 'id="counted" hx-swap-oob="true"' in text(answer)
        assert world.he.worker.name not in text(answer)

    def test_the_same_tap_again_takes_it_back(self, world, desks):
        row = world.opened()
        tap = {"assignment": world.zhou.pk, "result": "present", "remark": ""}
        for expected in ({world.zhou.pk: "present"}, {}):
            desks["officer"].post(page("inspection_presence", row.pk), tap)
            assert results(row) == expected

    def test_a_remark_alone_keeps_the_result(self, world, desks):
        row = world.opened()
        address, tap = page("inspection_presence", row.pk), {"assignment": world.zhou.pk}
        assert desks["officer"].post(address, tap | {"result": "", "remark": "下乡"}).status_code == 409
        desks["officer"].post(address, tap | {"result": "official_duty", "remark": ""})
        desks["officer"].post(address, tap | {"result": "", "remark": "下乡义诊"})
        check = PresenceCheck.objects.get()
        assert (check.result, check.remark) == ("official_duty", "下乡义诊")

    @pytest.mark.parametrize("tap", [{"result": "asleep"}, {"assignment": "x"}, {"assignment": "9" * 30}, {}])
    def test_nonsense_is_refused(self, world, desks, tap):
        row = world.opened()
        answer = desks["officer"].post(page("inspection_presence", row.pk), {"result": "present"} | tap)
        assert answer.status_code == 409
        assert results(row) == {}

    def test_who_only_reads_taps_nothing(self, world, desks):
        row = world.opened()
        assert desks["reader"].get(row.get_absolute_url()).status_code == 200
        assert 'name="result"' not in text(desks["reader"].get(row.get_absolute_url()))
        tap = {"assignment": world.zhou.pk, "result": "present"}
        assert desks["reader"].post(page("inspection_presence", row.pk), tap).status_code == 403
        of_the_city = world.opened(by=postings.CITY_OFFICER.__class__(institution_id=world.city.pk))
        assert desks["officer"].post(page("inspection_presence", of_the_city.pk), tap).status_code == 403


class TestThePage:
    def test_a_receiving_unit_knows_people_without_numbers(self, world, desks):
        a_title(world.zhou.worker)
        closed = world.closed(found={world.zhou: "present"})
        shown = text(desks["clerk"].get(closed.get_absolute_url()))
        assert "示范周启明" in shown
        assert "主治医师" in shown
        assert "示范甲区医院" in shown
        assert world.zhou.worker.number not in shown
        assert not re.search(r"\d{17}[\dXx]", shown)

    def test_what_is_known_is_offered_and_leave_only_where_it_is(self, world, desks):
        postings.a_leave(world.zhou, DAY)
        shown = desks["officer"].get(world.opened().get_absolute_url())
        choices = {
            each.line.assignment.pk: [value for value, *_ in each.choices] for each in shown.context["received"]
        }
        assert "on_leave" in choices[world.zhou.pk]
        assert "on_leave" not in choices[world.he.pk]

    def test_it_takes_a_fixed_number_of_queries(self, world, desks, django_assert_max_num_queries):
        row = world.opened()
        record(row, {world.zhou: "absent"}, world.officer)
        for n in range(8):
            extra = world.posted(f"示范人{n}")
            orders.add_finding(
                inspection=row, text=f"示范{n}", order="改", due_on=DAY, assignment=extra, by=world.officer
            )
        with django_assert_max_num_queries(40):
            assert len(desks["officer"].get(row.get_absolute_url()).context["received"]) == 10

    def test_of_a_closed_one_too(self, world, desks, django_assert_max_num_queries):
        closed = world.closed(found=dict.fromkeys([world.posted(f"示范人{n}") for n in range(8)], "absent"))
        with django_assert_max_num_queries(45):
            shown = desks["clerk"].get(closed.get_absolute_url())
        assert all(person.absence_url for person in shown.context["received"])

    def test_a_day_to_come_cannot_be_tapped(self, world, desks):
        row = world.opened(on=date(2026, 12, 1), kind="planned")
        shown = text(desks["officer"].get(row.get_absolute_url()))
        assert page("inspection_presence", row.pk) not in shown
        assert page("inspection_close", row.pk) not in shown


class TestAnAbsence:
    def test_who_was_absent_is_reported_and_then_heard(self, world, desks):
        closed = world.closed(found={world.zhou: "absent", world.he: "present"})
        address = page("inspection_absence", closed.pk, world.zhou.pk)
        assert address in text(desks["clerk"].get(closed.get_absolute_url()))
        assert desks["clerk"].post(address).status_code == 302
        absence = Absence.objects.get()
        assert (absence.assignment_id, absence.first_day, absence.state) == (world.zhou.pk, DAY, "to_be_checked")
        assert address not in text(desks["clerk"].get(closed.get_absolute_url()))

    def test_of_a_shift_worker_the_day_is_one_of_duty(self, world, desks):
        shift = world.posted("示范轮班", roster_pattern="shift")
        closed = world.closed(found={shift: "absent"})
        assert desks["officer"].post(page("inspection_absence", closed.pk, shift.pk)).status_code == 302
        assert Absence.objects.get().duty_days == 1

    def test_who_was_present_is_not_reported(self, world, desks):
        closed = world.closed(found={world.zhou: "absent", world.he: "present"})
        assert desks["clerk"].post(page("inspection_absence", closed.pk, world.he.pk)).status_code == 404
        assert desks["hr"].post(page("inspection_absence", closed.pk, world.zhou.pk)).status_code == 403
        assert not Absence.objects.exists()


class TestTheList:
    def test_each_desk_lists_what_it_may_know(self, world, desks):
        closed, making = world.closed(), world.opened(world.hospital)
        listed = {
            name: {row.inspection.pk for row in client.get(page("inspections")).context["rows"]}
            for name, client in desks.items()
        }
        both = {closed.pk, making.pk}
        assert listed == dict.fromkeys(["officer", "section", "reader", "city"], both) | {
            "clerk": {closed.pk},
            "hr": set(),
        }

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"state": "open"}, 1),
            ({"state": "closed"}, 1),
            ({"found": "absent"}, 1),
            ({"found": "present"}, 0),
            ({"kind": "planned"}, 0),
            ({"first": "2026-11-19"}, 0),
            ({"last": "2026-11-18"}, 2),
            ({"q": "乡镇卫生院"}, 1),
            ({"orders": "overdue"}, 1),
            ({"orders": "answered"}, 0),
            ({"kind": "nonsense", "first": "x"}, 2),
        ],
    )
    def test_filters(self, world, desks, query, count):
        closed = world.closed(found={world.zhou: "absent"})
        Finding.objects.create(inspection=closed, text="示范", order="改", due_on=DAY)
        world.opened(world.hospital)
        assert len(desks["officer"].get(page("inspections"), query).context["rows"]) == count

    def test_it_takes_a_fixed_number_of_queries(self, world, desks, django_assert_max_num_queries):
        for n in range(12):
            world.closed(found={world.zhou: "absent"}, inspectors=f"示范{n}组")
        with django_assert_max_num_queries(26):
            assert len(desks["officer"].get(page("inspections")).context["rows"]) == 12

    def test_the_export_holds_what_is_shown_and_is_recorded(self, world, desks):
        world.closed(found={world.zhou: "absent", world.he: "present"})
        answer = desks["officer"].get(page("inspections", export="csv"))
        assert "示范甲区乡镇卫生院" in answer.content.decode("utf-8-sig")
        assert Event.objects.filter(act="assignments.inspections_exported").exists()

    def test_a_part_is_answered_to_htmx(self, world, desks):
        world.closed()
        answer = desks["officer"].get(page("inspections"), headers=PART)
        assert text(answer).lstrip().startswith('<div id="list"')


class TestRefusals:
    def test_they_stand_beside_their_field(self, world, desks):
        answer = sent(
            desks["officer"], page("inspection_open"), unit="不存在的单位", kind="planned", on=DAY, inspectors="示范"
        )
        assert answer.status_code == 422
        assert "unit" in answer.context["form"].errors
        row = world.opened()
        answer = sent(desks["officer"], page("inspection_close", row.pk))
        assert answer.status_code == 422
        assert "accept_unchecked" in answer.context["form"].errors
        answer = sent(desks["officer"], page("inspection_finding", row.pk), text="示范", order="改")
        assert "due_on" in answer.context["form"].errors

    def test_another_districts_unit_is_not_inspected(self, world, desks):
        an_institution("示范外区医院")
        answer = sent(
            desks["officer"], page("inspection_open"), unit="示范外区医院", kind="planned", on=DAY, inspectors="示范"
        )
        assert answer.status_code == 422
        assert not Inspection.objects.exists()

    def test_a_stale_change_is_answered_with_both_values(self, world, desks):
        row = world.opened()
        address = page("inspection_change", row.pk)
        said = {"on": DAY.isoformat(), "version": 1, "summary": ""}
        assert desks["officer"].post(address, said | {"inspectors": "甲组"}).status_code == 302
        answer = desks["officer"].post(address, said | {"inspectors": "乙组"})
        assert answer.status_code == 409
        assert "甲组" in text(answer)
        assert "乙组" in text(answer)

    @pytest.mark.parametrize(
        "name", ["inspection_change", "inspection_close", "inspection_discard", "inspection_finding"]
    )
    def test_who_only_reads_is_refused(self, world, desks, name):
        row = world.opened()
        assert desks["reader"].get(page(name, row.pk)).status_code == 403
        assert desks["clerk"].get(page(name, row.pk)).status_code == 403

    def test_an_inspection_is_discarded_with_a_reason(self, world, desks):
        row = world.opened()
        assert sent(desks["officer"], page("inspection_discard", row.pk)).status_code == 422
        assert sent(desks["officer"], page("inspection_discard", row.pk), reason="误开").status_code == 302
        assert not Inspection.objects.exists()

    def test_a_finding_is_taken_out(self, world, desks):
        row = world.opened()
        finding = orders.add_finding(inspection=row, text="示范", by=world.officer)
        assert desks["officer"].post(page("inspection_finding_remove", row.pk, finding.pk)).status_code == 302
        assert not Finding.objects.exists()

    def test_an_answer_is_sent_back(self, world, desks):
        closed = world.closed()
        finding = Finding.objects.create(inspection=closed, text="示范", order="改", due_on=date(2026, 12, 1))
        sent(desks["clerk"], page("order_answer", finding.pk), answer="已改")
        assert desks["clerk"].get(page("order_settle", finding.pk)).status_code == 403
        assert desks["reader"].get(page("order_answer", finding.pk)).status_code == 403
        sent(desks["officer"], page("order_return", finding.pk), reason="不够", due_on="2026-12-20")
        finding.refresh_from_db()
        assert (finding.answer, finding.due_on) == ("", date(2026, 12, 20))
