"""What the database itself refuses of lists, each constraint once; and a round of lists for many units."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from quotas import services
from quotas.models import ListedPerson, UnitList
from tests import factories as make
from tests.quotas.listing import Y2024, list_promotions, recruited, rows_of
from tests.quotas.pages import City, html

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"period_start": date(2025, 1, 1)}, "period_reversed"),
        ({"kind": "leavers"}, "list_kind"),
        ({"nobody_at": clock.now()}, "list_nobody"),
        ({"nobody_by_name": "某人"}, "list_nobody"),
        ({"awaited_at": clock.now(), "awaited_by_name": "某人"}, "list_awaited"),
        ({"awaited_remark": "待公布"}, "list_awaited"),
    ],
)
def test_a_header_that_contradicts_itself_is_refused(columns, code):
    list_promotions(make.a_hospital(), "clinical")
    with pytest.raises(RuleViolation) as refusal, refusals():
        UnitList.objects.update(**columns)
    assert refusal.value.code == code


def test_a_unit_has_one_list_of_a_kind_and_year():
    list_promotions(make.a_hospital(), "clinical")
    head = UnitList.objects.get()
    head.pk = None
    with pytest.raises(RuleViolation) as refusal, refusals():
        head.save(force_insert=True)
    assert refusal.value.code == "list_twice"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"happened_on": date(2025, 1, 1)}, "listed_elsewhen"),
        ({"kind": "recruits"}, "list_kind"),
        ({"title_code": ""}, "list_kind"),
        ({"state": "forgotten"}, "listed_state"),
        ({"state": "objected", "answered_at": clock.now(), "answered_by_name": "某人"}, "reason_missing"),
        ({"state": "confirmed"}, "answered_by_nobody"),
        ({"state": "withdrawn", "reason": "误列"}, "decided_by_nobody"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(columns, code):
    list_promotions(make.a_hospital(), "clinical")
    with pytest.raises(RuleViolation) as refusal, refusals():
        ListedPerson.objects.update(**columns)
    assert refusal.value.code == code


def test_a_recruit_without_a_kind_of_post_is_refused():
    unit = make.a_hospital()
    services.list_people("recruits", Y2024, recruited(unit, ("physician", "establishment")), by=SYSTEM)
    with pytest.raises(RuleViolation) as refusal, refusals():
        ListedPerson.objects.update(employment_mode="")
    assert refusal.value.code == "list_kind"
    assert rows_of(unit, "recruits")


@pytest.mark.parametrize("kind", ["promotions", "recruits"])
def test_the_pages_of_an_upload_and_of_a_round_are_there(kind):
    browser = City().browser()
    for name in (f"{kind}_import", f"{kind}_batch"):
        html(browser.get(reverse(f"quotas:{name}")))
    assert browser.get(reverse(f"quotas:{kind}_import_template"), {"year": 2024}).status_code == 200
    assert browser.get(reverse(f"quotas:{kind}_import_current", args=["csv"]), {"year": 2024}).status_code == 200
