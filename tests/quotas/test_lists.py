"""Lists and the figures counted from them: entered where none stands, following while expected."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from deploy_admin.access import SYSTEM, Permission
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.months import Period
from deploy_admin.people.models import Employment, HealthWorker, Title
from quotas import services
from quotas.counting import comparisons
from quotas.models import Figure, ListedPerson, UnitList
from quotas.services import FigureEntry
from tests import factories as make
from tests.people.factories import a_licence, a_title, a_worker, an_employment, hr
from tests.quotas.listing import (
    PHYSICIANS,
    PROFESSIONALS,
    PROMOTED,
    Y2024,
    list_promotions,
    numbers,
    promoted,
    recruited,
    rows_of,
)

pytestmark = pytest.mark.django_db
SEVEN = ("clinical",) * 4 + ("tcm", "dental", "public_health")


@pytest.fixture
def hospital():
    make.a_city_plan()
    return make.a_hospital("示范甲医院")


def sign(unit, measure=PROMOTED, period=Y2024, **accepting):
    figures = Figure.objects.current().expected().of_period(period).filter(institution=unit, measure=measure)
    return services.sign_off([figure.pk for figure in figures], by=make.CITY_OFFICER, **accepting)


def compared(unit, measure=PROMOTED, period=Y2024):
    return comparisons({(unit.pk, measure, period)})[unit.pk, measure, period]


def refused(act, *args, **kwargs):
    with pytest.raises(RuleViolation) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


# What one list is at once


def test_a_promotion_list_of_seven_is_the_people_their_titles_and_a_base_of_seven_that_owes_three(hospital):
    list_promotions(hospital, *SEVEN)
    assert (
        HealthWorker.objects.count() == Title.objects.filter(code="232", qualified_on=date(2024, 12, 20)).count() == 7
    )
    assert numbers(hospital) == {"clinical": 4, "tcm": 1, "dental": 1, "public_health": 1}
    assert set(Figure.objects.values_list("source", "state")) == {("counted", "expected")}
    make.computed()
    quota = make.quota_of(hospital, "physicians")
    assert (quota.base_shown, quota.required, quota.provisional) == ("7", 3, True)
    sign(hospital)
    make.computed()
    assert not make.quota_of(hospital, "physicians").provisional


def test_one_approved_in_january_belongs_to_the_year_of_the_approval_whatever_the_review_year(hospital):
    rows = promoted(hospital, "clinical", on=date(2025, 1, 6), review_year=2024)
    assert refused(services.list_people, "promotions", Y2024, rows, by=SYSTEM) == "listed_elsewhen"
    assert not HealthWorker.objects.exists()
    services.list_people("promotions", make.Y2025, rows, by=SYSTEM)
    assert numbers(hospital, period=make.Y2025)["clinical"] == 1
    assert Title.objects.get().review_year == ListedPerson.objects.get().review_year == 2024


def test_at_a_military_hospital_the_staff_of_both_kinds_are_counted_apart():
    make.a_city_plan()
    unit = make.a_hospital("示范丙医院", affiliation="military")
    rows = promoted(unit, "clinical", "clinical", "tcm", military=True) + promoted(
        unit, "clinical", "clinical", "clinical", "clinical", "dental", military=False
    )
    services.list_people("promotions", Y2024, rows, by=SYSTEM)
    found = numbers(unit)
    assert len(found) == 8
    assert sum(value for cell, value in found.items() if cell.endswith("military")) == 3
    assert (found["clinical/civilian"], found["dental/civilian"], found["clinical/military"]) == (4, 1, 2)
    make.computed()
    quota = make.quota_of(unit, "military_physicians")
    assert (quota.base_shown, quota.required) == ("5", 1)  # 20 % of five: the three in service are none of them


def test_a_military_hospital_says_of_each_whether_they_serve():
    unit = make.a_hospital("示范丙医院", affiliation="military")
    assert (
        refused(services.list_people, "promotions", Y2024, promoted(unit, "clinical"), by=SYSTEM) == "military_needed"
    )


def test_titles_that_no_figure_counts_stand_on_the_list_and_in_no_figure(hospital):
    rows = promoted(hospital, "clinical") + promoted(hospital, "", title_code="252")
    services.list_people("promotions", Y2024, rows, by=SYSTEM)
    assert Title.objects.count() == 2
    assert numbers(hospital) == {"clinical": 1, "tcm": 0, "dental": 0, "public_health": 0}


def test_a_recruitment_list_counts_posts_and_begins_the_five_years(hospital):
    rows = recruited(
        hospital,
        ("physician", "establishment"),
        ("physician", "off_establishment"),
        ("nursing", "establishment"),
        ("management", "establishment"),
    )
    services.list_people("recruits", Y2024, rows, by=SYSTEM)
    assert numbers(hospital, PHYSICIANS) == {"establishment": 1, "headcount_filing": 0, "off_establishment": 1}
    assert numbers(hospital, PROFESSIONALS) == {
        "physician": 2, "nursing": 1, "pharmacy": 0, "medical_technology": 0, "other": 0,
    }  # fmt: skip
    assert set(Employment.objects.values_list("hired_on", "valid_from", "began_as")) == {
        (date(2024, 7, 1), date(2024, 7, 1), "recruited")
    }
    assert all(row.employment_id for row in rows_of(hospital, "recruits"))


def test_eighty_per_cent_of_the_recruits_of_either_year():
    """AMB-13: 2021 thirty, 2022 twenty-five; of 2022 twenty are owed, of the year before twenty-four."""
    division = make.a_division("示范甲区", code="500901", parent=make.a_city())
    authority = make.an_authority(division, "示范甲区卫生健康委员会")
    make.a_district_plan(division)
    unit = make.a_hospital("示范区医院", affiliation="district", division=division)
    for year, number in ((2021, 30), (2022, 25)):
        posts = [("physician", "establishment")] * (number - 2) + [("physician", "headcount_filing")] * 2
        services.list_people("recruits", Period.year(year), recruited(unit, *posts, on=date(year, 7, 1)), by=SYSTEM)
    make.computed(Period.year(2022))
    quota = make.quota_of(authority, "share_of_recruits", Period.year(2022))
    assert (quota.base_shown, quota.required) == ("25 / 30", 20)


# Known people


def test_a_title_that_is_recorded_already_is_listed_and_nothing_is_written_twice(hospital):
    worker = a_worker("示范甲", at=hospital)
    a_licence(worker, practice_category="tcm")
    title = a_title(worker, "232", qualified_on=date(2024, 12, 20))
    version = worker.version
    services.list_people("promotions", Y2024, [_of(worker, hospital)], by=hr(hospital))
    row = ListedPerson.objects.get()
    worker.refresh_from_db()
    assert (row.title, row.practice_category, worker.version) == (title, "tcm", version)


def _of(worker, unit, on=date(2024, 12, 20), **more):
    return services.Listing(unit.pk, on, worker_id=worker.pk, title_code="232", **more)


@pytest.mark.parametrize(
    ("code", "day", "wrong"),
    [
        ("232", date(2023, 12, 1), "title_held_earlier"),
        ("231", date(2022, 12, 1), "title_held_earlier"),
        ("232", date(2024, 12, 25), "title_other_day"),
        ("233", date(2018, 12, 1), None),
        ("252", date(2018, 12, 1), None),
    ],
)
def test_who_held_the_title_before_is_not_promoted_again(hospital, code, day, wrong):
    worker = a_worker("示范甲", at=hospital)
    a_licence(worker)
    a_title(worker, code, qualified_on=day)
    rows = [_of(worker, hospital)]
    if wrong:
        assert refused(services.list_people, "promotions", Y2024, rows, by=SYSTEM) == wrong
    else:
        services.list_people("promotions", Y2024, rows, by=SYSTEM)
        assert worker.titles.count() == 2


def test_who_is_on_another_units_roster_is_refused_unless_the_record_tells_of_the_time_before(hospital):
    other = make.a_hospital("示范乙医院")
    worker = a_worker("示范甲", at=hospital, post={"valid_from": date(2019, 1, 1), "valid_to": date(2025, 6, 30)})
    a_licence(worker)
    an_employment(worker, other, valid_from=date(2025, 7, 1))
    assert refused(services.list_people, "promotions", Y2024, [_of(worker, hospital)], by=SYSTEM) == "works_elsewhere"
    a_title(worker, "232", qualified_on=date(2024, 12, 20))
    services.list_people("promotions", Y2024, [_of(worker, hospital)], by=SYSTEM)
    assert numbers(hospital)["clinical"] == 1


def test_a_recruit_who_is_on_the_roster_with_another_day_of_hire_is_refused(hospital):
    worker = a_worker("示范甲", at=hospital, post={"valid_from": date(2023, 7, 1)})
    row = services.Listing(
        hospital.pk, date(2024, 7, 1), worker_id=worker.pk, staff_category="physician", employment_mode="establishment"
    )
    assert refused(services.list_people, "recruits", Y2024, [row], by=SYSTEM) == "hired_other_day"
    Employment.objects.update(hired_on=date(2024, 7, 1), valid_from=date(2024, 7, 1), began_as="unknown")
    services.list_people("recruits", Y2024, [row], by=SYSTEM)
    assert Employment.objects.get().began_as == "recruited"


def test_a_person_stands_once_on_the_lists_of_a_year(hospital):
    worker = a_worker("示范甲", at=hospital)
    a_licence(worker)
    services.list_people("promotions", Y2024, [_of(worker, hospital)], by=SYSTEM)
    done = services.list_people("promotions", Y2024, [_of(worker, hospital)], by=SYSTEM)
    assert (done.added, done.unchanged) == (0, 1)
    row = ListedPerson.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError, match="listed_person_once"), transaction.atomic():
        row.save(force_insert=True)


def test_two_records_that_became_one_are_counted_once(hospital):
    first, second = list_promotions(hospital, "clinical", "clinical")
    HealthWorker.objects.filter(pk=second.worker_id).update(merged_into=first.worker_id)
    comparison = compared(hospital)
    assert (comparison.stands, comparison.counted) == (2, 1)


# Typed beside counted


def test_a_typed_number_is_not_overwritten_and_the_difference_is_told(hospital):
    make.promotions(hospital, 7, signed=False)
    list_promotions(hospital, "clinical", "clinical", "tcm")
    assert numbers(hospital) == {"clinical": 7, "tcm": 0, "dental": 0, "public_health": 0}
    comparison = compared(hospital)
    assert (comparison.stands, comparison.counted, comparison.differs) == (7, 3, True)
    told = {
        cell.parts["practice_category"]: (cell.stands, cell.counted, len(cell.names))
        for cell in comparison.differences
    }
    assert told == {"clinical": (7, 2, 2), "tcm": (0, 1, 1)}
    assert refused(sign, hospital) == "figures_differ"
    services.take_counted(institution_id=hospital.pk, measure=PROMOTED, period=Y2024, by=hr(hospital))
    assert numbers(hospital) == {"clinical": 2, "tcm": 1, "dental": 0, "public_health": 0}
    assert sign(hospital) == 4


def test_an_officer_may_sign_a_difference_and_the_record_says_so(hospital):
    make.promotions(hospital, 7, signed=False)
    list_promotions(hospital, "clinical")
    assert sign(hospital, accept_differences=True) == 4
    detail = Event.objects.filter(act="figures.signed_off").latest("pk").detail
    assert detail["differences"] == [[hospital.pk, PROMOTED, "2024", 7, 1]]


def test_a_counted_number_follows_its_list_while_it_is_expected(hospital):
    list_promotions(hospital, "clinical", "tcm")
    (first, *_rest) = list_promotions(hospital, "clinical")
    assert numbers(hospital)["clinical"] == 2
    services.withdraw_person(row=first, reason="误列", by=hr(hospital))
    assert numbers(hospital)["clinical"] == 1
    assert Title.objects.count() == 3  # what is on the person's record stays


def test_a_signed_number_that_the_list_contradicts_stays_and_a_correction_takes_the_count(hospital):
    list_promotions(hospital, "clinical")
    sign(hospital)
    list_promotions(hospital, "tcm")
    assert numbers(hospital)["tcm"] == 0
    assert compared(hospital).locked
    take = {"institution_id": hospital.pk, "measure": PROMOTED, "period": Y2024, "by": hr(hospital)}
    assert refused(services.take_counted, **take) == "reason_missing"
    services.take_counted(**take, reason="补报一人")
    figure = Figure.objects.current().get(practice_category="tcm")
    assert (figure.value, figure.reason, figure.state, figure.source) == (1, "补报一人", "expected", "counted")


def test_a_total_without_breakdown_is_compared_as_a_total(hospital):
    services.enter_figures([FigureEntry(hospital.pk, PROMOTED, Y2024, 3)], by=SYSTEM)
    list_promotions(hospital, "clinical", "tcm")
    comparison = compared(hospital)
    assert [(cell.stands, cell.counted) for cell in comparison.cells] == [(3, 2)]
    services.take_counted(institution_id=hospital.pk, measure=PROMOTED, period=Y2024, by=SYSTEM)
    assert numbers(hospital) == {"": 2}


def test_a_list_of_nobody_is_nought_and_an_empty_one_says_nothing(hospital):
    assert numbers(hospital) == {}
    services.declare_nobody(kind="promotions", period=Y2024, institution_id=hospital.pk, by=hr(hospital))
    assert set(numbers(hospital).values()) == {0}
    make.computed()
    assert make.quota_of(hospital, "physicians").required == 0
    (row,) = list_promotions(hospital, "clinical")
    assert UnitList.objects.get().nobody_at is None
    assert (
        refused(services.declare_nobody, kind="promotions", period=Y2024, institution_id=hospital.pk, by=SYSTEM)
        == "list_not_empty"
    )
    services.withdraw_person(row=row, reason="误列", by=SYSTEM)
    assert numbers(hospital) == {}  # not reported is not nought


# Results that come later


def test_while_results_are_awaited_nothing_is_signed_and_quotas_say_why_they_are_provisional(hospital):
    list_promotions(hospital, "clinical")
    await_them = {"kind": "promotions", "period": Y2024, "institution_id": hospital.pk}
    assert refused(services.await_results, **await_them, remark=" ", by=hr(hospital)) == "remark_missing"
    services.await_results(**await_them, remark="2024年评审结果未公布", by=hr(hospital))
    assert refused(sign, hospital, accept_differences=True, accept_unconfirmed=True) == "results_awaited"
    make.computed()
    quota = make.quota_of(hospital, "physicians")
    states = {each.state for step in services.explain(quota).steps for each in step.inputs if each.state}
    assert quota.provisional
    assert states == {"awaited"}
    list_promotions(hospital, "tcm")  # a late title, dated in the list's year
    services.results_are_in(**await_them, by=make.CITY_OFFICER)
    assert sign(hospital) == 4
    with pytest.raises(Conflict):
        services.results_are_in(**await_them, by=make.CITY_OFFICER)
    assert refused(services.await_results, **await_them, remark="还有", by=SYSTEM) == "figure_signed"


# The commission's list


@pytest.fixture
def named(hospital):
    """Seven people that the commission put on the hospital's list."""
    return list_promotions(hospital, *SEVEN, by=make.CITY_OFFICER)


def test_what_the_commission_puts_down_waits_for_the_unit_and_counts_meanwhile(hospital, named):
    assert all(row.is_unanswered for row in named)
    assert sum(numbers(hospital).values()) == 7
    assert refused(sign, hospital) == "list_unconfirmed"
    confirm = {"kind": "promotions", "period": Y2024, "institution_id": hospital.pk, "seen": [r.pk for r in named]}
    assert refused(services.confirm_list, **confirm, by=make.CITY_OFFICER) == "not_permitted"
    assert services.confirm_list(**confirm, by=hr(hospital)) == 7
    with pytest.raises(Conflict):
        services.confirm_list(**confirm, by=hr(hospital))
    second = make.FakeActor(role=make.CITY_OFFICER.role, name="复核", user_id=77)
    figures = list(Figure.objects.current().expected())
    assert services.sign_off([f.pk for f in figures], by=second) == 4


def test_an_officer_may_sign_before_the_unit_has_answered_and_the_record_says_so(hospital, named):
    second = make.FakeActor(role=make.CITY_OFFICER.role, name="复核", user_id=77)
    services.sign_off(list(Figure.objects.values_list("pk", flat=True)), accept_unconfirmed=True, by=second)
    assert Event.objects.filter(act="figures.signed_off").latest("pk").detail["unconfirmed"]


def test_who_is_objected_to_does_not_count_until_an_officer_decides(hospital, named):
    services.object_to(row=named[0], reason="此人已于2024年调离", by=hr(hospital))
    services.object_to(row=named[1], reason="姓名有误", by=hr(hospital))
    assert numbers(hospital)["clinical"] == 2
    assert refused(services.decide_objection, row=named[0], keep=True, remark="x", by=hr(hospital)) == "not_permitted"
    assert refused(services.decide_objection, row=named[0], keep=True, by=make.CITY_OFFICER) == "remark_missing"
    services.decide_objection(row=named[0], keep=True, remark="批文在册", by=make.CITY_OFFICER)
    services.decide_objection(row=named[1], keep=False, by=make.CITY_OFFICER)
    assert numbers(hospital)["clinical"] == 3
    assert [row.state for row in ListedPerson.objects.order_by("pk")[:2]] == ["confirmed", "withdrawn"]
    with pytest.raises(Conflict):
        services.decide_objection(row=named[0], keep=False, by=make.CITY_OFFICER)


def test_a_unit_objects_to_what_others_put_down_and_takes_off_only_its_own(hospital, named):
    assert refused(services.withdraw_person, row=named[0], reason="误列", by=hr(hospital)) == "not_permitted"
    (own,) = list_promotions(hospital, "clinical", by=hr(hospital))[7:]
    with pytest.raises(Conflict):
        services.object_to(row=own, reason="误列", by=hr(hospital))
    services.withdraw_person(row=own, reason="误列", by=hr(hospital))


# Who may


def test_a_list_is_seen_and_written_by_those_who_see_the_unit_and_may_know_people(hospital, named):
    other = hr(make.a_hospital("示范乙医院"), user_id=7002)
    assert ListedPerson.objects.visible_to(other).count() == 0
    assert ListedPerson.objects.visible_to(hr(hospital)).count() == 7
    assert (
        ListedPerson.objects.visible_to(make.FakeActor(permissions=frozenset({Permission.FIGURES_VIEW}))).count() == 0
    )
    assert (
        refused(services.list_people, "promotions", Y2024, promoted(hospital, "clinical"), by=other)
        == "institution_unknown"
    )
    clerk = make.FakeActor(permissions=frozenset({Permission.FIGURES_ENTER, Permission.PEOPLE_VIEW}))
    assert (
        refused(services.list_people, "promotions", Y2024, promoted(hospital, "clinical"), by=clerk) == "not_permitted"
    )
    with pytest.raises(Conflict):
        services.confirm_list(kind="promotions", period=Y2024, institution_id=hospital.pk, seen=[0], by=hr(hospital))


def test_no_record_of_the_audit_holds_a_name_or_a_number(hospital, named):
    said = " ".join(str(event.detail) + event.object_label for event in Event.objects.all())
    assert named[0].worker.name not in said


# Many


def test_the_number_of_statements_does_not_grow_with_the_rows():
    make.a_city_plan()
    counts = []
    for number in (2, 20):
        units = [make.a_hospital() for _n in range(number)]
        rows = [row for unit in units for row in promoted(unit, "clinical", "tcm")]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.list_people("promotions", Y2024, rows, by=SYSTEM)
        counts.append(len(queries))
    assert counts[0] == counts[1], counts
