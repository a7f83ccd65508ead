"""A person whom a promotion list brought into the system: what the list does not say is shown as missing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from deploy_admin.access import SYSTEM
from quotas import services
from tests import factories as make
from tests.quotas.listing import Y2024, list_promotions, recruited, rows_of
from tests.quotas.pages import City, html

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return City()


def gaps(browser, unit):
    lines = browser.get(reverse("people:rosters")).context["page"].object_list
    (line,) = [line for line in lines if line["unit"].id == unit.pk]
    return {gap["code"]: gap["count"] for gap in line["gaps"]}


def test_the_date_of_hire_is_missing_on_the_persons_page_and_in_the_roster(world):
    hospital = make.a_hospital("示范甲医院")
    first, second = list_promotions(hospital, "clinical", "tcm")
    browser = world.browser()
    page = browser.get(first.worker.get_absolute_url())
    assert "date of hire" in page.context["lacking"]
    assert "date of hire not recorded" in html(page)
    assert gaps(browser, hospital)["hired_on"] == 2
    post = second.worker.employments.get()
    post.hired_on = post.valid_from
    post.save(update_fields=["hired_on"])
    page = browser.get(second.worker.get_absolute_url())
    assert "date of hire" not in page.context["lacking"]
    assert "date of hire not recorded" not in html(page)
    assert gaps(browser, hospital)["hired_on"] == 1
    listed = browser.get(reverse("people:people"), {"institution": hospital.pk, "lacks": "hired_on"})
    assert [worker.pk for worker in listed.context["page"].object_list] == [first.worker_id]


def test_a_recruitment_list_says_it(world):
    hospital = make.a_hospital("示范甲医院")
    services.list_people("recruits", Y2024, recruited(hospital, ("physician", "establishment")), by=SYSTEM)
    (row,) = rows_of(hospital, "recruits")
    assert "date of hire not recorded" not in html(world.browser().get(row.worker.get_absolute_url()))
    assert "hired_on" not in gaps(world.browser(), hospital)


def test_the_people_of_a_closed_unit_are_found_where_the_notice_leads(world):
    """The address in the notice about people whose unit is no more shows them."""
    closed = make.a_hospital("示范撤销医院")
    (row,) = list_promotions(closed, "clinical")
    type(closed).objects.filter(pk=closed.pk).update(closed_on="2026-09-30")
    closed.profiles.update(valid_to="2026-09-30")
    listed = world.browser().get(reverse("people:people"), {"institution": closed.pk})
    assert [worker.pk for worker in listed.context["page"].object_list] == [row.worker_id]
