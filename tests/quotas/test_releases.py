"""Releases: what the officer saw is frozen, later runs show the difference, and the database keeps it so."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from deploy_admin.access import SYSTEM
from deploy_admin.errors import Conflict, RuleViolation
from quotas import services
from quotas.models import Quota, Release, ReleasedQuota
from quotas.services import FigureEntry
from tests.factories import (
    CITY_OFFICER,
    Y2024,
    Y2025,
    FakeActor,
    a_city_plan,
    a_hospital,
    computed,
    promotions,
    quota_of,
    sign_all,
    unit_hr,
)

pytestmark = pytest.mark.django_db


def released(run=None, number="示范卫发〔2025〕9号", **more):
    return services.release(
        Y2025,
        **{
            "scheme": "municipal_county",
            "number": number,
            "released_on": date(2025, 3, 1),
            "deciding_body": "示范市卫生健康委员会主任办公会",
            "meeting_on": date(2025, 2, 27),
            "expected_run_id": (run or computed()).pk,
            "by": CITY_OFFICER,
        }
        | more,
    )


def corrected(hospital, value):
    row = FigureEntry(hospital.pk, "promoted_associate_chief", Y2024, value, practice_category="clinical")
    services.correct_figures([row], reason="更正", by=SYSTEM)
    sign_all()
    services.run_waiting(Y2025)


def test_a_release_freezes_inputs_results_and_explanations():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 7)
    release = released()
    frozen = release.quotas.get(clause_id="physicians")
    assert (release.quota_count, release.undetermined_count, frozen.required) == (2, 0, 3)
    before = services.explain(quota_of(hospital, "physicians"))
    corrected(hospital, 25)
    assert quota_of(hospital, "physicians").required == 10
    frozen.refresh_from_db()
    assert frozen.required == 3
    assert services.explain_released(frozen) == before


def test_later_runs_show_the_difference_only():
    a_city_plan()
    hospital, still = a_hospital(), a_hospital()
    promotions(hospital, 7)
    promotions(still, 5)
    release = released()
    assert list(services.differences_since(release)) == []
    corrected(hospital, 25)
    (difference,) = services.differences_since(release)
    assert (difference.before.required, difference.after.required, difference.kind) == (3, 10, "changed")
    mine = Quota.objects.visible_to(unit_hr(still, date(2026, 11, 22)))
    assert list(services.differences_since(release, rows=mine)) == []


def test_what_is_undetermined_is_released_so_and_follows_in_a_supplement():
    a_city_plan()
    hospital, late = a_hospital(), a_hospital()
    promotions(hospital, 7)
    first = released()
    assert (first.undetermined_count, first.quotas.get(state="undetermined").institution) == (1, late)
    with pytest.raises(RuleViolation) as refused, transaction.atomic():
        released(number="示范卫发〔2025〕10号", supplement_to=first)
    assert refused.value.code == "nothing_to_release"
    promotions(late, 5)
    supplement = released(number="示范卫发〔2025〕10号", supplement_to=first)
    row = supplement.quotas.get()
    assert (row.institution, row.required) == (late, 2)
    assert list(services.differences_since(first)) == []


def test_a_scheme_is_released_once_per_period():
    a_city_plan()
    promotions(a_hospital(), 7)
    released()
    with pytest.raises(RuleViolation) as refused:
        released(number="示范卫发〔2025〕11号")
    assert refused.value.code in ("released_already", "release_number")


def test_an_officer_releases_only_what_was_seen():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 7)
    seen = computed()
    computed()
    with pytest.raises(Conflict) as refused, transaction.atomic():
        released(seen)
    assert refused.value.code == "other_run"
    run = computed()
    services.ask_for_recompute(Y2025, trigger="hand", by=SYSTEM)
    with pytest.raises(Conflict) as refused, transaction.atomic():
        released(run)
    assert refused.value.code == "run_under_way"


def test_inputs_that_changed_without_a_run_are_noticed():
    a_city_plan()
    hospital = a_hospital()
    promotions(hospital, 7)
    run = computed()
    hospital.profiles.update(affiliation="military")  # a corrected profile, which no run has met yet
    with pytest.raises(Conflict) as refused:
        released(run)
    assert refused.value.code == "inputs_changed"


def test_nothing_is_released_before_it_is_computed_or_by_who_may_not():
    with pytest.raises(RuleViolation) as refused:
        services.release(
            Y2025, scheme="municipal_county", number="1", released_on=date(2025, 3, 1), deciding_body="会",
            expected_run_id=0, by=CITY_OFFICER,
        )  # fmt: skip
    assert refused.value.code == "no_run"
    with pytest.raises(RuleViolation) as refused:
        released(by=FakeActor(permissions=frozenset()))
    assert refused.value.code == "not_permitted"


def test_the_database_keeps_what_was_released():
    a_city_plan()
    promotions(a_hospital(), 7)
    released()
    for model in (Release, ReleasedQuota):
        with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
            model.objects.update(scheme="other")
        with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
            model.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, "release_once_per_scheme"),
        ({"scheme": "other", "number": ""}, "release_has_basis"),
        ({"period_start": date(2024, 1, 1), "period_end": date(2023, 1, 1)}, "release_days_in_order"),
    ],
)
def test_every_constraint_of_a_release_holds(change, name):
    a_city_plan()
    promotions(a_hospital(), 7)
    row = released()
    row.pk, row.number = None, "另号"
    for field, value in change.items():
        setattr(row, field, value)
    with pytest.raises(IntegrityError, match=name):
        row.save(force_insert=True)


def test_the_number_of_queries_does_not_grow_with_the_quotas():
    a_city_plan()

    def queries(units, number):
        for _ in range(units):
            promotions(a_hospital(), 5)
        run = computed()
        with CaptureQueriesContext(connection) as caught, transaction.atomic():
            released(run, number=number)
            transaction.set_rollback(True)
        return len(caught)

    assert queries(2, "甲") == queries(12, "乙")


def test_a_unit_sees_its_own_part_of_a_release():
    a_city_plan()
    own, other = a_hospital(), a_hospital()
    promotions(own, 7)
    promotions(other, 5)
    release = released()
    hr = unit_hr(own, date(2026, 11, 22))
    assert {row.institution for row in ReleasedQuota.objects.visible_to(hr)} == {own}
    assert list(Release.objects.visible_to(hr)) == [release]
    assert not Release.objects.visible_to(unit_hr(a_hospital(), date(2026, 11, 22))).exists()
