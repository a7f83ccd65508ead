"""The demonstration loads through importers and services as users would, once, and shows what there is to be seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F

from assignments.kinds import Kind
from assignments.models import (
    Absence,
    Assignment,
    Campaign,
    Counted,
    Finding,
    Inspection,
    IssuedPaper,
    Leave,
    Obligation,
    PresenceCheck,
    Proposal,
    Segment,
    ServiceCredit,
    Slot,
    Transition,
)
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Membership
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import Notice, Upload
from deploy_admin.months import Period
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker, Recognition, TransferRequest, Unavailability
from deploy_admin.people.services import possible_duplicates
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import InstitutionProfile
from deploy_admin.workbench import demo, demo_people, desks
from deploy_admin.workbench.demo_bringing import actor_of, units_by_name
from deploy_admin.workbench.demo_placing import GRASSROOTS, HOSPITALS
from quotas.counting import comparisons
from quotas.models import ListedPerson, Quota

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(settings):
    settings.DEMO = True
    for command in ("load_reference", "load_policies"):
        call_command(command, verbosity=0)
    return demo.load()


def test_it_shows_everything_there_is_to_be_seen_and_loads_once(loaded):
    units = units_by_name()
    assert [line for line in loaded if line.startswith("left out")] == []
    people_are_there(units)
    campaigns_are_there()
    posts_are_lively(units)
    the_board_is_possible(units)

    before = (HealthWorker.objects.count(), Upload.objects.count(), Event.objects.count(), Assignment.objects.count())
    assert demo.load() == []
    after = (HealthWorker.objects.count(), Upload.objects.count(), Event.objects.count(), Assignment.objects.count())
    assert before == after


def people_are_there(units):
    first, wanzhou = units[demo_people.FIRST], units[demo_people.WANZHOU]

    # rosters, one of them with errors that wait to be mended
    assert Upload.objects.filter(column_set="roster", state="applied").count() == 40
    refused = Upload.objects.get(column_set="roster", state="refused")
    assert refused.institution_id == units["示范市肿瘤医院"]
    assert refused.summary["counts"]["refused"] == 8
    assert HealthWorker.objects.count() > 700

    # every kind of absence, a pair to merge, claims, a transfer that was asked for
    kinds = {code.value for code in codes.UNAVAILABILITIES}
    assert set(Unavailability.objects.values_list("kind", flat=True)) == kinds
    (pair,) = possible_duplicates(actor_of("shi"))
    assert pair.first.name == pair.second.name
    assert sorted(Recognition.objects.values_list("state", flat=True)) == ["claimed"] * 3 + ["recognised"]
    assert TransferRequest.objects.get().to_institution_id == wanzhou

    # lists that agree with the typed figures, one that does not, one that waits to be confirmed
    agreed = comparisons([(first, "promoted_associate_chief", Period.year(year)) for year in (2024, 2025)])
    assert not any(compared.differs for compared in agreed.values())
    key = (wanzhou, "recruited_physicians", Period.year(2026))
    assert comparisons([key])[key].differs
    waiting = ListedPerson.objects.filter(institution=wanzhou, period_start__year=2025)
    assert set(waiting.values_list("state", flat=True)) == {"listed"}
    assert Notice.objects.open().filter(code="lists.recruits_to_confirm", institution_id=wanzhou).exists()

    # the demo's deployed person sees one record, the own one
    deployed = actor_of("yisheng")
    assert [person.name for person in HealthWorker.objects.visible_to(deployed)] == ["许清和"]
    linked = Membership.objects.get(user__username="yisheng", role=Role.DEPLOYED_PERSON)
    assert Event.objects.filter(act="member.linked", object_id=str(linked.pk)).exists()

    # an office's home says how many may go, and of how many something is missing
    home = desks.home(actor_of("yiyuan"), clock.today())
    values = [number["value"] for number in home["numbers"]]
    assert len(values) == 8
    assert None not in values
    assert values[3] > values[4] > values[5] > 0


def campaigns_are_there():
    rows = Campaign.objects.all()
    assert rows.filter(kind=Kind.MUNICIPAL_COUNTY, year__in=(2025, 2026)).count() == 4
    assert rows.get(kind=Kind.MUNICIPAL_COUNTY, year=2027).state == "draft"
    wanzhou = rows.filter(authority__profiles__name__startswith="万州区", kind=Kind.COUNTY_TOWNSHIP)
    assert sorted(set(wanzhou.values_list("year", flat=True))) == [2023, 2024, 2025, 2026]
    assert set(Assignment.objects.values_list("kind", flat=True)) == set(Kind.values)

    people = Assignment.objects.order_by()
    assert people.values("worker").distinct().count() >= 300
    assert people.values("sending_unit").distinct().count() >= 40
    assert people.values("receiving_unit").distinct().count() >= 120
    profiles = InstitutionProfile.objects.standing(clock.today())
    assert (
        profiles.filter(kind__in=GRASSROOTS).count() + profiles.filter(tier="county", kind__in=HOSPITALS).count() > 190
    )
    assert not profiles.exclude(name__contains="示范").exists()


def posts_are_lively(units):
    today = clock.today()
    rows = Assignment.objects.all()
    states = set(rows.values_list("state", flat=True))
    assert states == set(AssignmentState.values) - {"withdrawn"}
    begun = rows.filter(starts_on__lte=today)
    assert begun.filter(state="planned").exists()  # nothing was stated of them
    assert Transition.objects.filter(act="not_come").count() == 2
    due = rows.filter(filing_due_on__isnull=False, filed_on__isnull=True)
    assert due.filter(filing_due_on__lt=today).exists()
    assert due.filter(filing_due_on__gte=today).exists()
    assert set(rows.exclude(end_reason="").values_list("end_reason", flat=True)) == {"called_away", "resigned"}
    slots = Assignment.objects.filter(slot__assignments__state="ended_early").exclude(state="ended_early")
    assert slots.filter(state="on_post").exists()  # replaced
    assert Slot.objects.filter(replacement_due_on__isnull=False).exists()
    assert rows.filter(renews__isnull=False).count() == 2
    reasons = set(Segment.objects.values_list("reason", flat=True))
    assert reasons == {"start", "moved", "succession", "full_time"}
    assert rows.filter(deputy_from__isnull=False).count() >= 3
    nurse = rows.get(worker__name="侯秋")
    warned = nurse.transitions.get(act="placed").detail["accepted"]
    assert "twelve_months_exactly" in warned

    # leave in every state, two episodes that are one, maternity, shifts, inside the extension
    assert set(Leave.objects.values_list("state", flat=True)) == {"asked", "approved", "declined"}
    assert Leave.objects.filter(filed_on__isnull=False).count() == 2
    assert Leave.objects.filter(state="approved", filing_required=True, filed_on__isnull=True).exists()
    assert Leave.objects.filter(kind="maternity", state="approved").exists()
    assert Leave.objects.filter(stated_duty_days__isnull=False).exists()
    assert Leave.objects.filter(first_day__gt=F("assignment__term_ends_on"), state="approved").exists()
    assert set(Absence.objects.values_list("state", flat=True)) == {
        "to_be_checked",
        "answered",
        "confirmed",
        "excused",
    }
    assert Proposal.objects.filter(state="open", kind="void").count() == 1
    assert Absence.objects.filter(state="confirmed", duty_days__gte=4).exists()

    for username in ("yisheng", "jiang"):
        own = Assignment.objects.visible_to(actor_of(username)).get(state="on_post")
        assert own.receiving_unit_id == units["示范清溪镇中心卫生院"]
        assert own.ends_on > own.starts_on + timedelta(days=365)
        assert Absence.objects.filter(assignment=own, state="to_be_checked").count() == 1
        assert Leave.objects.filter(assignment=own, state="asked").exists()

    states = set(Obligation.objects.values_list("state", flat=True))
    assert {"amber", "red", "owed", "serving", "met"} <= states
    assert set(ServiceCredit.objects.values_list("state", flat=True)) >= {"running", "recognised", "unconfirmed"}
    past = rows.filter(origin="imported")
    assert past.filter(confirmed_at__isnull=True).exists()
    assert past.filter(confirmed_at__isnull=False).exists()
    orders = Finding.objects.exclude(order="")
    assert orders.filter(due_on__lt=today, answered_at__isnull=True).exists()
    assert orders.filter(answered_at__isnull=False).exists()
    assert Inspection.objects.filter(closed_at__isnull=True, on__gt=today).exists()
    assert crosscheck_finds_one()
    assert set(IssuedPaper.objects.values_list("state", flat=True)) == {"issued", "stamped"}
    assert work_calendar().is_provisional(today.year + 1)


def crosscheck_finds_one():
    absent = PresenceCheck.objects.filter(result="absent").values_list("assignment_id", "inspection__on")
    away = PresenceCheck.objects.filter(result="not_there").values_list("assignment_id", "inspection__on")
    return bool(set(absent) & set(away))


def the_board_is_possible(units):
    """No cell contradicts another: what is recognised was on post, what is short is what is missing."""
    rows = Quota.objects.current().filter(period_start__year__in=(2025, 2026))
    assert set(Counted.objects.values_list("state", flat=True)) >= {"confirmed", "proposed", "declined"}
    for row in rows.filter(state="known").exclude(state="not_computed"):
        assert 0 <= (row.recognised_year_end or 0) <= row.on_post, row
        assert (row.recognised_final or 0) <= row.on_post, row
        decides = [row.recognised_final, row.recognised_year_end, row.on_post]
        counted = next(number for number in decides if number is not None)
        if (
            row.topic != "county_township.transferred_posts"
        ):  # a stock: at the end of the period those who left are gone
            assert row.shortfall == max(row.required - counted, 0), row
        if row.verdict == "met":
            assert row.shortfall == 0, row
        if row.verdict in ("short", "target_gap"):
            assert row.shortfall > 0, row
    of_district = rows.filter(topic="county_township.district_total", period_start__year=2026)
    wanzhou = of_district.get(institution=units["万州区卫生健康委员会（示范）"])
    assert (wanzhou.required, wanzhou.shortfall, wanzhou.verdict) == (16, 1, "pending")
    assert wanzhou.forecast >= wanzhou.required
    nurses = rows.filter(topic="municipal_county.non_clinical", period_start__year=2026)
    assert {"met", "pending"} == set(nurses.values_list("verdict", flat=True))


def test_without_the_demo_flag_nothing_is_loaded(settings):
    settings.DEMO = False
    with pytest.raises(RuleViolation):
        demo.load()
    assert not Upload.objects.exists()
