"""Figures: revision after revision, expected until signed off, then corrected only with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from deploy_admin.access import SYSTEM
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from deploy_admin.months import Period
from quotas import services
from quotas.models import Figure, Run
from quotas.services import FigureEntry
from tests.factories import (
    CITY_OFFICER,
    Y2024,
    Y2025,
    FakeActor,
    a_city,
    a_city_plan,
    a_division,
    a_hospital,
    an_authority,
    computed,
    district_officer,
    enter,
    promotions,
    quota_of,
    unit_hr,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def entry(hospital, value, **more):
    return FigureEntry(hospital.pk, "beds", Y2024, value, **more)


def current(hospital):
    return Figure.objects.current().get(institution=hospital)


def test_entering_again_over_an_expected_figure_is_a_new_revision_and_the_same_number_changes_nothing():
    hospital = a_hospital()
    assert services.enter_figures([entry(hospital, 10)], by=SYSTEM).created == 1
    assert services.enter_figures([entry(hospital, 12)], by=SYSTEM).replaced == 1
    assert services.enter_figures([entry(hospital, 12)], by=SYSTEM) == services.Entered(unchanged=1)
    now = current(hospital)
    assert (now.revision, now.value, now.supersedes.value) == (2, 12, 10)
    assert hospital.figures.count() == 2


def test_a_signed_figure_is_locked_and_its_correction_is_expected_again():
    hospital = a_hospital()
    services.enter_figures([entry(hospital, 10)], by=SYSTEM)
    services.sign_off([current(hospital).pk], by=CITY_OFFICER)
    with pytest.raises(RuleViolation) as refused:
        services.enter_figures([entry(hospital, 11)], by=SYSTEM)
    assert refused.value.code == "figure_signed"
    assert services.enter_figures([entry(hospital, 10)], by=SYSTEM).unchanged == 1
    with pytest.raises(RuleViolation) as refused:
        services.correct_figures([entry(hospital, 11)], reason=" ", by=SYSTEM)
    assert refused.value.code == "reason_missing"
    services.correct_figures([entry(hospital, 11)], reason="漏报一人", by=SYSTEM)
    now = current(hospital)
    assert (now.value, now.state, now.corrects_signed, now.reason) == (11, "expected", True, "漏报一人")
    assert (now.supersedes.state, now.supersedes.value) == ("signed_off", 10)


def test_who_read_an_older_revision_is_shown_both_values():
    hospital = a_hospital()
    services.enter_figures([entry(hospital, 10, version=0)], by=SYSTEM)
    services.enter_figures([entry(hospital, 12, version=1)], by=SYSTEM)
    for stale in (0, 1):
        with pytest.raises(Conflict) as refused:
            services.enter_figures([entry(hospital, 13, version=stale)], by=SYSTEM)
        assert (refused.value.context["yours"], refused.value.context["theirs"]) == (13, 12)


def test_signing_off_is_all_or_nothing_and_never_twice():
    hospital, other = a_hospital(), a_hospital()
    services.enter_figures([entry(hospital, 10), entry(other, 20)], by=SYSTEM)
    first = current(hospital)
    services.sign_off([first.pk], versions={first.pk: 1}, by=CITY_OFFICER)
    with pytest.raises(Conflict), transaction.atomic():
        services.sign_off([first.pk, current(other).pk], by=CITY_OFFICER)
    assert current(other).state == "expected"
    with pytest.raises(Conflict):
        services.sign_off([current(other).pk], versions={current(other).pk: 7}, by=CITY_OFFICER)


def test_a_figure_entered_on_a_units_behalf_is_signed_off_by_a_second_person():
    hospital = a_hospital()
    services.enter_figures([entry(hospital, 10)], by=CITY_OFFICER)
    figure = current(hospital)
    assert figure.on_behalf_of
    with pytest.raises(RuleViolation) as refused:
        services.sign_off([figure.pk], by=CITY_OFFICER)
    assert refused.value.code == "second_person"
    services.sign_off([figure.pk], by=FakeActor(user_id=9002))
    assert not current(hospital).on_behalf_of or current(hospital).signed_off_by_id == 9002


def test_a_unit_enters_its_own_figures_and_nobody_elses():
    own, other = a_hospital(), a_hospital()
    hr = unit_hr(own, TODAY)
    services.enter_figures([entry(own, 3)], by=hr)
    assert not current(own).on_behalf_of
    with pytest.raises(RuleViolation) as refused:
        services.enter_figures([entry(other, 3)], by=hr)
    assert refused.value.code == "institution_unknown"
    with pytest.raises(RuleViolation):
        services.sign_off([current(own).pk], by=hr)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"measure": "no_such_figure"}, "measure_unknown"),
        ({"measure": "beds", "practice_category": "clinical"}, "dimension_unknown"),
        ({"measure": "physicians_total", "practice_category": "alchemy"}, "code_unknown"),
        ({"measure": "beds", "value": -1}, "figure_negative"),
    ],
)
def test_what_no_policy_knows_is_refused_by_name(more, code):
    row = {"institution_id": a_hospital().pk, "period": Y2024, "value": 1} | more
    with pytest.raises(RuleViolation) as refused:
        services.enter_figures([FigureEntry(**row)], by=SYSTEM)
    assert refused.value.code == code


def test_the_same_figure_twice_in_one_list_is_refused():
    hospital = a_hospital()
    with pytest.raises(RuleViolation) as refused:
        services.enter_figures([entry(hospital, 1), entry(hospital, 2)], by=SYSTEM)
    assert refused.value.code == "figure_repeated"


def test_an_expected_figure_may_be_withdrawn_with_a_reason_and_is_kept():
    hospital = a_hospital()
    services.enter_figures([entry(hospital, 10)], by=SYSTEM)
    services.withdraw_figures([current(hospital).pk], reason="报错单位", by=SYSTEM)
    assert (Figure.objects.current().count(), hospital.figures.count()) == (0, 1)
    assert services.enter_figures([entry(hospital, 4)], by=SYSTEM).created == 1


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"value": -1}, "figure_value_not_negative"),
        ({"period_start": date(2025, 1, 1), "period_end": date(2024, 1, 1)}, "figure_days_in_order"),
        ({"state": "guessed"}, "figure_state_known"),
        ({"source": "heard"}, "figure_source_known"),
        ({"state": "signed_off"}, "figure_signed_has_who_and_when"),
        ({"corrects_signed": True}, "figure_correction_has_reason"),
        ({"revision": 2}, "figure_revision_follows"),
        ({}, "figure_one_current"),
    ],
)
def test_every_constraint_of_a_figure_holds(change, name):
    hospital = a_hospital()
    services.enter_figures([entry(hospital, 1)], by=SYSTEM)
    row = current(hospital)
    row.pk = None
    for field, value in change.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name):
        row.save(force_insert=True)


def test_the_database_keeps_every_revision_as_it_was():
    hospital = a_hospital()
    services.enter_figures([entry(hospital, 10)], by=SYSTEM)
    with pytest.raises(IntegrityError, match="new revision"), transaction.atomic():
        Figure.objects.update(value=F("value") + 1)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        Figure.objects.filter(institution=hospital)._raw_delete("default")
    services.sign_off([current(hospital).pk], by=CITY_OFFICER)
    with pytest.raises(IntegrityError, match="locked"), transaction.atomic():
        Figure.objects.update(state="expected", signed_off_at=None, signed_off_by_id=None, signed_off_by_name="")


def test_signing_off_asks_for_the_quotas_it_touches_and_tells_the_unit():
    a_city_plan()
    hospital = a_hospital()
    computed()
    promotions(hospital, 5)
    waiting = Run.objects.get(state="queued")
    assert (waiting.institution_ids, waiting.period) == ([hospital.pk], Y2025)
    assert [ask["trigger"] for ask in waiting.asked_for] == ["figures", "sign_off"]
    assert services.run_waiting(Y2025) == 1
    assert quota_of(hospital, "physicians").required == 2
    assert Notice.objects.open().get(institution_id=hospital.pk, code="figures.signed_off").params["count"] == 4


def test_who_has_not_reported_is_known_reminded_and_settled():
    a_city_plan()
    late, good = a_hospital(), a_hospital()
    promotions(good, 5)
    computed()
    missing = services.missing_units(Y2025, actor=SYSTEM)
    assert [(row.institution_id, row.measure, row.period, len(row.cells)) for row in missing] == [
        (late.pk, "promoted_associate_chief", Y2024, 4)
    ]
    assert services.missing_units(Y2025, actor=unit_hr(good, TODAY)) == []
    assert services.remind_missing(Y2025, by=SYSTEM) == 1
    notice = Notice.objects.open().get(code="figures.owed")
    assert (notice.institution_id, notice.params["count"], notice.due_on) == (late.pk, 4, date(2025, 3, 1))
    promotions(late, 0)
    services.run_waiting(Y2025)
    assert not Notice.objects.open().filter(code="figures.owed").exists()


def test_what_an_actor_sees():
    city = a_city()
    district = a_division("示范一区", parent=city, code="500101")
    authority = an_authority(district)
    inside, outside = a_hospital(division=district), a_hospital()
    services.enter_figures([entry(inside, 1), entry(outside, 2)], by=SYSTEM)
    seen = lambda actor: set(Figure.objects.visible_to(actor).values_list("value", flat=True))  # noqa: E731
    assert seen(CITY_OFFICER) == {1, 2}
    assert seen(district_officer(authority, TODAY)) == {1}
    assert seen(unit_hr(outside, TODAY)) == {2}


def test_the_number_of_queries_does_not_grow_with_the_figures():
    hospitals = [a_hospital() for _ in range(30)]

    def queries(rows):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            services.enter_figures(rows, by=SYSTEM)
        with CaptureQueriesContext(connection) as signed:
            services.sign_off(list(Figure.objects.current().expected().values_list("pk", flat=True)), by=CITY_OFFICER)
        return len(caught), len(signed)

    few = queries([entry(hospital, 1) for hospital in hospitals[:2]])
    assert queries([entry(hospital, 1) for hospital in hospitals[2:]]) == few


def test_an_odd_period_keeps_its_days():
    hospital = a_hospital()
    school_year = Period(date(2024, 9, 1), date(2025, 8, 31))
    enter(hospital, "beds", school_year, 7)
    assert Figure.objects.current().of_period(school_year).get().period == school_year
    assert not Figure.objects.of_period(Y2024).exists()
