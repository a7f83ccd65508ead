"""The demonstration loads through importers and services as users would, once, and shows what there is to be seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F

from appraisals.feedback import services as feedback
from appraisals.models import FeedbackLetter, MonthCorrection, Score, SituationReport, Workload
from appraisals.scoring import services as scoring
from appraisals.workload.services import findings as workload_findings
from assignments.kinds import Kind
from assignments.models import (
    Absence,
    Assignment,
    AssignmentMonth,
    Campaign,
    Counted,
    FiledList,
    Finding,
    Inspection,
    IssuedPaper,
    Leave,
    MonthSheet,
    Obligation,
    PlanLine,
    PresenceCheck,
    Proposal,
    RosterCycle,
    Segment,
    ServiceCredit,
    Slot,
    Transition,
)
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.accounts.models import Membership
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.models import Notice, Upload
from deploy_admin.months import Month, Period, add_months
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker, Recognition, TransferRequest, Unavailability
from deploy_admin.people.services import possible_duplicates
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.distances import distance_km
from deploy_admin.registry.models import InstitutionProfile, PairingSupport, SpecialityProgramme
from deploy_admin.registry.support import paired, places, programmes
from deploy_admin.workbench import demo, demo_people, desks
from deploy_admin.workbench.demo_bringing import actor_of, units_by_name
from deploy_admin.workbench.demo_placing import GRASSROOTS, HOSPITALS
from quotas.counting import comparisons
from quotas.models import ListedPerson, Quota
from tests.workbench.open_round import the_round_is_open

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(settings):
    settings.DEMO = True
    for command in ("load_reference", "load_policies"):
        call_command(command, verbosity=0)
    return demo.load()


@pytest.mark.timeout(600)  # a year of months, with the letters of two of them drawn
def test_it_shows_everything_there_is_to_be_seen_and_loads_once(loaded):
    units = units_by_name()
    assert [line for line in loaded if line.startswith("left out")] == []
    ties_are_there(units)
    people_are_there(units)
    campaigns_are_there()
    posts_are_lively(units)
    the_board_is_possible(units)
    months_are_lively(units)
    the_round_is_open(units)

    before = counts()
    assert demo.load() == []
    assert counts() == before


def ties_are_there(units):
    """Pairings and programmes of every standing, and units whose place is not known among those where it is."""
    today = clock.today()
    assert (PairingSupport.objects.count(), len(paired(None, today))) == (18, 16)
    assert (SpecialityProgramme.objects.count(), len(programmes(None, today))) == (12, 11)
    known = places(units.values(), today)
    assert 0 < len(set(units.values()) - set(known)) < 5
    far = distance_km(known[units["示范市第一医院"]], known[units["示范巫溪县人民医院"]])
    near = distance_km(known[units["示范万州区人民医院"]], known[units["示范白石镇卫生院"]])
    assert near < 50 < 300 < far


def counts():
    return [model.objects.count() for model in (HealthWorker, Upload, Event, Assignment, FiledList, PlanLine)]


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
    assert len(values) == 9
    assert None not in values
    assert values[3] > values[4] > values[5] > 0


def campaigns_are_there():
    rows = Campaign.objects.all()
    assert rows.filter(kind=Kind.MUNICIPAL_COUNTY, year__in=(2025, 2026)).count() == 4
    assert rows.get(kind=Kind.MUNICIPAL_COUNTY, year=2027).state == "draft"
    wanzhou = rows.filter(authority__profiles__name__startswith="万州区", kind=Kind.COUNTY_TOWNSHIP)
    assert sorted(set(wanzhou.values_list("year", flat=True))) == [2023, 2024, 2025, 2026, 2027]
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


def months_are_lively(units):
    """Twelve months, all but the last closed everywhere; that in review, a heap of each sort; one being entered."""
    last = Month.of(clock.today()).previous
    sheets = MonthSheet.objects.all()
    states = {month: set(sheets.of(month).values_list("state", flat=True)) for month in months_back(last, 12)}
    assert all(states[month] == {"released"} for month in months_back(last.previous, 11))
    assert states[last] >= {"draft", "submitted", "in_review", "returned", "accepted", "released"}
    assert set(sheets.of(last.next).values_list("state", flat=True)) == {"draft"}
    rows = AssignmentMonth.objects.all()
    assert not rows.filter(sheet__state="released", score__isnull=True).exists()
    assert not rows.filter(sheet__state="draft", score__isnull=False).exists()

    # people have said what they did this month; nobody has confirmed it
    begun = Workload.objects.filter(row__month=last.next.first)
    assert begun.filter(said__isnull=False).count() == begun.count() > 100
    assert not begun.filter(is_confirmed=True).exists()

    # scores where a district has weights, none where it has not; everything agrees with a whole computation
    scored = set(Score.objects.values_list("state", flat=True))
    assert scored >= {"scored", "unweighted", "no_rule", "undetermined"}
    before = Score.objects.count()
    assert scoring.compute(list(sheets.handed_in().values_list("pk", flat=True)), by=SYSTEM) == 0
    assert Score.objects.count() == before
    points = Score.objects.filter(state="scored").values_list("points", flat=True)
    assert 50 < min(points) < max(points) <= 106

    # what a district finds: late, disputed, contradictory, without a record, to be checked, unchanged, out of range
    found = {code for codes in sheets.of(last).values_list("findings", flat=True) for code in codes}
    assert found >= {"late", "disputed", "leave_without_record"}
    assert found & {"unchecked", "absence_undecided", "absence_without_record"}, found
    assert found & {"contradicts_leave", "contradicts_absence", "leave_after_submission"}
    odd = {
        each.code for held in workload_findings(sheets.of(last).values_list("pk", flat=True)).values() for each in held
    }
    assert odd >= {"workload_missing", "workload_unusual", "workload_unchanged"}

    # letters: told, supplemented, corrected, most of them received; nothing but the last month is owed
    assert set(FeedbackLetter.objects.values_list("kind", flat=True)) == {"first", "supplement", "correction"}
    assert 0 < FeedbackLetter.objects.unreceived().count() < 20
    assert {each.month for each in feedback.waiting(actor_of("shi"))} <= {last}
    assert sorted(MonthCorrection.objects.values_list("state", flat=True)) == ["approved", "asked"]
    assert sorted(SituationReport.objects.values_list("state", flat=True)) == ["received", "submitted"]

    # shifts, and what the desks say of it
    assert RosterCycle.objects.count() > 10
    assert rows.filter(night_halves__gt=0).exists()
    assert rows.filter(extra_halves__gt=0, round_halves__gt=0).exists()
    waiting = [duty.text for duty in desks.home(actor_of("wanzhou"), clock.today())["months"].duties]
    assert len(waiting) == 3
    assert desks.home(actor_of("shi"), clock.today())["months"].districts
    assert PolicyVersion.objects.get(policy__slug="wanzhou-month-demo").title.startswith("（示范，虚构，无出处）")


def months_back(last, number):
    return [Month(add_months(last.first, -n)) for n in range(number)]


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
