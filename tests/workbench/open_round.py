"""What the demonstration's open round has to show: each of the situations is there, and each reason has its case."""

from __future__ import annotations

from django.utils import translation

from assignments.allocation import reading
from assignments.filing import owing, window
from assignments.kinds import ListKind, MarkKind
from assignments.models import (
    AllocationPlan,
    Assignment,
    Campaign,
    FiledList,
    Nomination,
    PlanGap,
    PlanLine,
    PlanMark,
    StaffingRequest,
)
from deploy_admin import clock
from deploy_admin.jobs.models import Notice
from deploy_admin.registry.models import PairingSupport, SpecialityProgramme
from deploy_admin.workbench.demo_bringing import actor_of


def the_round_is_open(units):
    """Both windows are open; lists in every state; whoever owes is named; three plans, each made from the last."""
    today = clock.today()
    campaign = Campaign.objects.get(authority=units["万州区卫生健康委员会（示范）"], requests_from__isnull=False)
    assert (campaign.state, campaign.kind) == ("open", "county_township")
    assert campaign.year == campaign.starts_on.year == today.year + 1
    for kind in ListKind:
        assert window.of_campaign(campaign, kind, today).may_enter
    lists_are_in_every_state(campaign, units)
    nominations_are_what_they_are(campaign)
    who_owes_is_named(campaign, units, today)
    with translation.override("en"):
        plans_differ(campaign)


def lists_are_in_every_state(campaign, units):
    requests = FiledList.objects.requests().filter(campaign=campaign)
    states = set(requests.values_list("state", flat=True))
    assert states == {"draft", "submitted", "returned", "to_be_checked", "approved"}
    assert requests.get(state="returned").institution_id == units["示范清溪镇中心卫生院"]
    assert requests.get(state="returned").reason
    on_behalf = requests.get(on_behalf=True)
    assert (on_behalf.state, on_behalf.checked_at) == ("to_be_checked", None)
    assert on_behalf.scan is not None
    assert requests.filter(nothing=True, state="approved").exists()
    late = requests.get(is_late=True)
    assert late.state == "approved"
    assert late.submitted_at.date() <= late.exempt_until  # in the time that it was given
    assert requests.get(state="draft").exempt_until > clock.today()
    lines = StaffingRequest.objects.filter(campaign=campaign)
    assert 18 <= lines.count() <= 30
    assert set(lines.values_list("priority", flat=True)) == {1, 2, 3}
    assert lines.exclude(minimum_title="").exists()
    assert lines.filter(starts_on__gt=campaign.starts_on).exists()
    offered = FiledList.objects.nominations().filter(campaign=campaign)
    assert set(offered.values_list("state", flat=True)) == {"submitted", "approved"}
    assert Notice.objects.open().filter(code="lists.requests_returned").exists()
    assert Notice.objects.open().filter(code="lists.to_check").exists()
    assert Notice.objects.open().filter(code="lists.to_approve").exists()


def nominations_are_what_they_are(campaign):
    rows = Nomination.objects.filter(campaign=campaign)
    accepted = {code for said in rows.values_list("accepted", flat=True) for code in said}
    assert accepted >= {"away_later", "later_than_start", "days_too_short"}
    assert rows.get(state="struck").struck_reason
    assert rows.filter(wishes__isnull=False).distinct().count() > 5
    assert 15 <= rows.standing().count() <= 35
    assert PairingSupport.objects.exists()
    assert SpecialityProgramme.objects.exists()


def who_owes_is_named(campaign, units, today):
    owing_requests = {each.unit: each.state for each in owing.owed(campaign, ListKind.REQUESTS, today)}
    assert len(owing_requests) > 4
    assert owing_requests[units["示范清溪镇中心卫生院"]] == "returned"
    (short,) = owing.owed(campaign, ListKind.NOMINATIONS, today)
    assert (short.unit, short.short, short.required) == (units["示范万州区人民医院"], 1, 8)


def plans_differ(campaign):
    first, second, third = AllocationPlan.objects.filter(campaign=campaign).order_by("number")
    assert {plan.state for plan in (first, second, third)} == {"draft"}
    assert (second.based_on, third.based_on) == (first, second)
    assert (first.solved_at, first.stages) == (None, [])
    assert set(PlanLine.objects.filter(plan=first).values_list("source", flat=True)) == {"hand"}
    for plan in (second, third):
        assert plan.rule["policy"] == "wanzhou-county-township-2022"
        assert [stage["kind"] for stage in plan.stages][:3] == ["requests", "priority", "speciality"]
        assert all(stage["optimal"] for stage in plan.stages)
        assert reading.findings(plan) == []
    kinds = set(PlanMark.objects.filter(plan=third).values_list("kind", flat=True))
    assert kinds == {MarkKind.PIN, MarkKind.BAN}
    assert len(reading.compare(third, second)) >= 2
    assert all(change.was != change.now for change in reading.compare(third, second))
    assert not Assignment.objects.filter(campaign=campaign).exists()  # nothing is decided yet

    # what is left over, each for another reason
    gaps = PlanGap.objects.filter(plan=third)
    requests = set(gaps.filter(request__isnull=False).values_list("reason__code", flat=True))
    assert requests >= {"nobody_of_speciality", "nobody_possible"}
    people = gaps.filter(nomination__isnull=False)
    codes = set(people.values_list("reason__code", flat=True))
    assert codes >= {"no_request_of_speciality", "no_request_possible", "all_filled_by_better"}
    binds = set(gaps.values_list("reason__binds", flat=True))
    assert binds >= {"title_too_low", "not_possible_then"}
    marks = [
        mark
        for reason in PlanLine.objects.filter(plan=third).values_list("reason", flat=True)
        for mark in reason["marks"]
    ]
    verdicts = {mark["verdict"] for mark in marks if mark["criterion"] == "speciality"}
    assert verdicts == {"yes", "relaxed"}
    assert len(reading.left(third, actor_of("wanzhou"), {})) == people.count()
