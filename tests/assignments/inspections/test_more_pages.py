"""Sanctions and the cross-check as pages, and closed inspections over REST."""

from __future__ import annotations

import re
from datetime import date

import pytest

from assignments.models import Finding, Inspection, Sanction
from assignments.services import orders
from deploy_admin.audit.models import Event
from tests.assignments import postings
from tests.assignments.inspections.reading import PART, page, sent, text
from tests.assignments.inspections.world import DAY

pytestmark = pytest.mark.django_db


class TestSanctions:
    def test_a_sanction_is_recorded_from_a_finding_and_taken_back(self, world, desks):
        closed = world.closed()
        finding = Finding.objects.create(inspection=closed, text="示范问题", assignment=world.zhou)
        address = page("sanction_record", finding=finding.pk)
        answer = sent(
            desks["officer"],
            address,
            text="批评教育",
            legal_basis="示范条例第三条",
            deciding_body="示范委",
            document="示范决定",
        )
        assert answer.status_code == 302, answer.context["form"].errors
        sanction = Sanction.objects.get()
        assert (sanction.worker_id, sanction.finding_id) == (world.zhou.worker_id, finding.pk)
        assert "批评教育" in text(desks["hr"].get(page("sanctions")))
        assert "批评教育" not in text(desks["clerk"].get(page("sanctions")))
        assert "批评教育" not in text(desks["clerk"].get(closed.get_absolute_url()))
        assert desks["hr"].get(page("sanction_withdraw", sanction.pk)).status_code == 403
        assert sent(desks["officer"], page("sanction_withdraw", sanction.pk), reason="撤销").status_code == 302

    def test_a_finding_nobody_may_know_of_is_not_there(self, world, desks):
        finding = orders.add_finding(inspection=world.opened(), text="示范", by=world.officer)
        for query in (finding.pk, "x", "9" * 30):
            assert desks["officer"].get(page("sanction_record", finding=query)).status_code == 404

    def test_a_sanction_without_document_is_refused(self, world, desks):
        answer = sent(
            desks["officer"],
            page("sanction_record"),
            unit="示范甲区乡镇卫生院",
            text="通报",
            legal_basis="示范条例",
            deciding_body="示范委",
        )
        assert answer.status_code == 422
        assert "document" in answer.context["form"].errors


def test_the_cross_check_is_shown_narrowed_and_exported(world, desks):
    world.closed(found={world.zhou: "absent"})
    world.closed(world.hospital, found={world.zhou: "not_there", world.he: "practising"})
    shown = desks["officer"].get(page("both_ends"))
    assert {"示范周启明", "示范何雨桐"} <= set(re.findall(r"示范周启明|示范何雨桐", text(shown)))
    narrowed = desks["officer"].get(page("both_ends", kind="both_ends_empty"), headers=PART)
    assert "示范何雨桐" not in text(narrowed)
    assert "示范周启明" not in text(desks["clerk"].get(page("both_ends")))
    assert list(desks["officer"].get(page("both_ends", first="2026-11-20", last="2026-11-01")).context["page"]) == []
    assert list(desks["officer"].get(page("both_ends", first="x", kind="y")).context["page"])
    exported = desks["officer"].get(page("both_ends", export="csv"))
    assert "示范周启明" in exported.content.decode("utf-8-sig")
    assert Event.objects.filter(act="assignments.both_ends_exported").exists()


class TestRest:
    URL = "/api/v1/inspections/"

    def test_closed_inspections_with_what_they_found(self, world, desks):
        closed = world.closed(found={world.zhou: "absent"})
        Finding.objects.create(inspection=closed, text="示范", order="改", due_on=DAY)
        world.opened(world.hospital)
        (row,) = desks["officer"].get(self.URL).json()["results"]
        assert row["presences"] == [{"assignment": world.zhou.pk, "result": "absent", "remark": ""}]
        assert row["findings"][0]["due_on"] == DAY.isoformat()
        assert desks["clerk"].get(f"{self.URL}{closed.pk}/").json()["kind"] == "unannounced"
        assert desks["hr"].get(f"{self.URL}{closed.pk}/").status_code == 404

    def test_the_delta_tells_of_answers_too(self, world, desks):
        closed = world.closed()
        finding = Finding.objects.create(inspection=closed, text="示范", order="改", due_on=DAY)
        Inspection.objects.update(updated_at=postings.at_noon(date(2026, 11, 19)))
        query = {"updated_since": "2026-11-20T00:00:00Z"}
        assert desks["officer"].get(self.URL, query).json()["results"] == []
        orders.answer_order(finding=finding, answer="已改", version=1, by=world.clerk)
        assert [row["id"] for row in desks["officer"].get(self.URL, query).json()["results"]] == [closed.pk]

    def test_it_takes_a_fixed_number_of_queries(self, world, desks, django_assert_max_num_queries):
        for n in range(8):
            world.closed(found={world.zhou: "absent"}, inspectors=f"示范{n}组")
        with django_assert_max_num_queries(14):
            assert len(desks["officer"].get(self.URL).json()["results"]) == 8
