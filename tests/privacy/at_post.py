"""People go to their posts, are away, answer, end: in every field that takes words somebody writes an ID number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assignments.models import (
    Absence,
    Assignment,
    Counted,
    Finding,
    Inspection,
    IssuedPaper,
    Leave,
    Mentoring,
    PracticeSuspension,
    Proposal,
    Sanction,
    Task,
)
from deploy_admin.access import Role
from tests import factories as make
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.postings import a_campaign, an_absence, an_assignment, on_post, suspended_for
from tests.people.pages.reading import filled

PDF = b"%PDF-1.4\n%%EOF\n"


class AtPost:
    """What the scene's people do at the post; `scene` asks, sends and keeps every answer."""

    def __init__(self, scene: Any) -> None:
        self.scene = scene
        self.centre = make.an_institution(
            "示范丁卫生院", division=scene.district, kind="township_health_centre", tier="township", level=1
        )
        scene.browsers["clerk"] = scene.browser(Role.RECEIVER_CLERK, self.centre, manages_unit=True)
        scene.browsers["head"] = scene.browser(Role.RECEIVER_HEAD, self.centre)
        self.campaign = a_campaign(authority=scene.authority, starts_on=date(2026, 3, 10))
        here = {"sender": scene.hospital, "receiver": self.centre, "campaign": self.campaign}
        self.there = on_post(scene.worker("示范安"), **here)
        self.coming = an_assignment(scene.worker("示范辛"), starts_on=date(2026, 12, 1), **here)
        self.ended = on_post(scene.worker("示范壬"), **here)
        self.not_counted = on_post(scene.worker("示范癸"), **here)
        self.deployed = a_membership(Role.DEPLOYED_PERSON, scene.hospital)
        self.deployed.worker = scene.worker("示范安")
        self.deployed.save(update_fields=["worker"])
        scene.browsers["deployed"] = signed_in(Client(), self.deployed)
        for step in (
            self.a_campaign_is_prepared,
            self.practice_is_suspended,
            self.the_post_is_arranged,
            self.leave_is_asked_for,
            self.an_absence_is_heard,
            self.an_inspector_comes,
            self.papers_are_issued,
            self.it_counts,
            self.it_ends,
        ):
            step()

    def note(self) -> str:
        return f"见证件{self.scene.number()}"

    def words(self, answer: HttpResponse, **given: Any) -> dict[str, Any]:
        """Return the form as it is shown, with an ID number in every field that takes words."""
        form = answer.context["form"]
        said = {name: value for name, value in filled(answer).items() if name != "scan" and value != ""}
        for name, field in form.fields.items():
            free = isinstance(field.widget, forms.Textarea) or type(field.widget) is forms.TextInput
            if free and name not in given and type(field) is forms.CharField:
                said[name] = self.note()
        return said | given

    def act(self, who: str, name: str, *args: Any, **given: Any) -> HttpResponse:
        """Fill every field of the page's form with words, and send it."""
        return self.scene.post(who, name, *args, **self.words(self.scene.get(who, name, *args), **given))

    def order(self, who: str, name: str, *args: Any, **given: Any) -> HttpResponse:
        """Send what one of the several forms of a page says."""
        return self.scene.post(who, name, *args, **given)

    # What happens

    def a_campaign_is_prepared(self) -> None:
        day = "2026-08-10"
        facts = {
            "scheme": "municipal_county", "kind": "municipal_county", "year": "2026", "batch": "77",
            "starts_on": day, "term_months": "12", "units": "", "destinations_note": self.note(),
            "briefing_place": self.note(),
        }  # fmt: skip
        shown = self.scene.get("district", "assignments:campaign_new")
        self.scene.post("district", "assignments:campaign_new", **self.words(shown, **facts))
        self.act(
            "clerk", "assignments:duty", self.campaign.pk, self.centre.pk, "logistics", done_on="2026-03-01"
        )  # fmt: skip

    def practice_is_suspended(self) -> None:
        self.act("hr", "assignments:assignment_suspend", self.coming.pk, on="2026-11-20", valid_from="2026-12-01")
        row = PracticeSuspension.objects.filter(assignment=self.coming).first() or suspended_for(self.coming)
        self.act(
            "district", "assignments:assignment_file", self.coming.pk, filing="multi_site_filing", on="2026-11-20"
        )
        self.act("hr", "assignments:assignment_suspension_withdraw", self.coming.pk, row.pk, on="2026-11-21")
        self.act("district", "assignments:plan_withdraw", self.coming.pk, version=self.version(self.coming))

    def the_post_is_arranged(self) -> None:
        pk = self.there.pk
        self.act("clerk", "assignments:assignment_details", pk)
        self.act("clerk", "assignments:assignment_task_add", pk, kind="training")
        self.act("clerk", "assignments:assignment_task_change", pk, Task.objects.latest("pk").pk)
        self.act("clerk", "assignments:assignment_mentoring_add", pk, mode="team", valid_from="2026-04-01")
        taught = Mentoring.objects.latest("pk").pk
        self.act("clerk", "assignments:assignment_mentoring_end", pk, taught, last_day="2026-10-01")
        self.act("district", "assignments:assignment_extend", pk, days="3")
        self.act("district", "assignments:assignment_full_time", pk, full_time="no", first_day="2026-11-01")
        self.act("district", "assignments:assignment_deputy", pk, first_day="2026-06-01")
        self.act("district", "assignments:assignment_deputy_end", pk, last_day="2026-10-01")
        self.scene.get("hr", "assignments:assignment", pk)

    def leave_is_asked_for(self) -> None:
        pk = self.there.pk
        days = {"first_day": "2026-05-04", "last_day": "2026-05-15"}
        self.act("clerk", "assignments:leave_ask", pk, kind="maternity", **days)
        row = Leave.objects.latest("pk")
        self.order("head", "assignments:leave_approve", row.pk, version=row.version, remark=self.note())
        row.refresh_from_db()
        if row.filing_required:
            said = {"version": row.version, "number": self.note(), "on": "2026-05-02"}
            self.order("district", "assignments:leave_file", row.pk, **said)
        own = {"kind": "sick", "first_day": "2026-12-07", "last_day": "2026-12-08", "remark": self.note()}
        self.order("deployed", "assignments:my_leave", **own)
        asked = Leave.objects.latest("pk")
        self.order(
            "head", "assignments:leave_decline", asked.pk, version=asked.version, reason=self.note()
        )  # fmt: skip

    def an_absence_is_heard(self) -> None:
        days = {"first_day": "2026-11-16", "last_day": "2026-11-16"}
        self.act("clerk", "assignments:absence_report", self.there.pk, **days)
        row = Absence.objects.latest("pk")
        self.act("deployed", "assignments:my_absence", row.pk)
        row.refresh_from_db()
        said = {"version": row.version, "reason": self.note()}
        self.order("head", "assignments:absence_excuse", row.pk, **said)
        an_absence(self.there, date(2026, 6, 1))
        proposal = Proposal.objects.create(assignment=self.there, kind="void")
        self.act("district", "assignments:proposal", proposal.pk, follow="no", on="2026-11-20")

    def an_inspector_comes(self) -> None:
        day = "2026-11-18"
        self.act("district", "assignments:inspection_open", unit="示范丁卫生院", kind="unannounced", on=day)
        visit = Inspection.objects.latest("pk")
        self.act("district", "assignments:inspection_finding", visit.pk, due_on="2026-12-01")
        self.act("district", "assignments:inspection_close", visit.pk, accept_unchecked="on")
        order = Finding.objects.latest("pk")
        self.act("clerk", "assignments:order_answer", order.pk)
        self.act("district", "assignments:order_return", order.pk, due_on="2026-12-05")
        self.act("district", "assignments:sanction_record", unit="示范丁卫生院", decided_on=day)
        self.act("district", "assignments:sanction_withdraw", Sanction.objects.latest("pk").pk)

    def papers_are_issued(self) -> None:
        said = {"ids": str(self.there.pk), "dated_on": "2026-11-20"}
        words = {name: self.note() for name in ("contact", "remark", "number")}
        self.order("district", "assignments:paper_issue_dispatch_notice", **said, **words)
        paper = IssuedPaper.objects.latest("pk")
        scan = SimpleUploadedFile(f"{self.scene.number()}.pdf", PDF, "application/pdf")
        said = {"version": paper.version, "number": self.note(), "dated_on": "2026-11-20"}
        self.order("district", "assignments:paper_stamped", paper.pk, scan=scan, **said)
        for who in ("district", "hr", "clerk"):
            self.scene.get(who, "assignments:paper", paper.pk)
        paper.refresh_from_db()
        said = {"version": paper.version, "reason": self.note()}
        self.order("district", "assignments:paper_withdraw", paper.pk, **said)

    def it_counts(self) -> None:
        row = Counted.objects.create(
            assignment=self.there, institution=self.scene.hospital, scheme="municipal_county",
            topic="municipal_county.physicians", period_start=date(2026, 1, 1), period_end=date(2026, 12, 31),
            policy="model-municipal-county", version_id=self.scene.plan.pk, clause_id="physicians",
        )  # fmt: skip
        self.order("district", "assignments:count_decline", ids=[row.pk], reason=self.note())

    def it_ends(self) -> None:
        end = {"last_day": "2026-11-20", "replace": "no"}
        self.act("district", "assignments:assignment_end_early", self.ended.pk, reason="grave_illness", **end)
        self.act("district", "assignments:assignment_undo_end", self.ended.pk)
        self.act("district", "assignments:assignment_recall", self.ended.pk, **end)
        self.act(
            "district", "assignments:assignment_void", self.not_counted.pk, on="2026-11-20", last_day="2026-11-20"
        )
        assert Assignment.objects.get(pk=self.not_counted.pk).state == "void"
        for who, name in (("hr", "assignments:assignments"), ("clerk", "assignments:assignments")):
            self.scene.browsers[who].get(reverse(name), {"q": self.scene.secrets[0], "export": "xlsx"})

    def version(self, assignment: Assignment) -> int:
        return int(Assignment.objects.values_list("version", flat=True).get(pk=assignment.pk))
