"""The seed policies as they are, each with a few people: who counts, and where."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Counted
from deploy_admin.access import SYSTEM
from deploy_admin.months import Period
from quotas import services as quotas
from tests.assignments.counting.world import Y2026, counted, figures, proposed, tally
from tests.assignments.factories import (
    FOLDER,
    PLACES,
    a_county_hospital,
    a_municipal_hospital,
    a_nurse,
    a_physician,
    a_place,
    answered,
)
from tests.assignments.postings import an_assignment
from tests.registry.factories import an_authority, an_institution

pytestmark = pytest.mark.django_db


class TestShippedPlans:
    """The seed policies as they are, on a few people each."""

    def test_a_hundred_over_five_years_are_people_and_the_posts_are_a_stock(self):
        """AMB-44: somebody sent in 2016 and again in 2018 is one of the hundred; both years touch the posts."""
        seeded("dianjiang-county-township-2015", date(2015, 1, 1))
        district = a_place("500231")
        authority = an_authority(district, "示范垫江卫健委")
        hospital = a_county_hospital()
        programme = Period(date(2015, 1, 1), date(2019, 12, 31))
        for period in (programme, Period.year(2016), Period.year(2018)):
            quotas.recompute(period, by=SYSTEM)
        centre = an_institution(
            "示范卫生院", division=district, kind="township_health_centre", tier="township", level=1
        )
        more = {"receiver": centre, "state": "returned", "scheme": "county_township", "kind": "county_township"}
        since = {"clinical_since": date(2005, 1, 1), "post": {"valid_from": date(2010, 1, 1)}}
        one, other = a_physician(hospital, **since), a_physician(hospital, **since)
        for title in (one.titles.get(), other.titles.get()):
            title.qualified_on = date(2012, 1, 1)
            title.save()
        sent = [
            an_assignment(one, starts_on=date(2016, 3, 1), **more),
            an_assignment(one, starts_on=date(2018, 3, 1), **more),
            an_assignment(other, starts_on=date(2018, 3, 1), **more),
        ]
        counted(*sent)
        assert figures(authority, "county_township.five_year_dispatch", programme)[:3] == (0, 2, 2)
        posts = [tally(authority, "county_township.dedicated_posts", Period.year(year)) for year in (2016, 2018)]
        assert [(row.recognised_year_end, row.highest) for row in posts] == [(0, 1), (0, 2)]

    def test_who_fits_the_forty_percent_counts_for_it_and_not_for_a_share_that_nobody_has_set(self):
        """AMB-01, AMB-12: the medical-community plan leaves its ratio open and never takes people from the 40 %."""
        seeded("chongqing-medical-community-2024", date(2025, 1, 1))
        seeded("chongqing-municipal-county-2025", date(2025, 1, 1))
        hospital = a_municipal_hospital()
        quotas.recompute(Y2026, by=SYSTEM)
        centre = an_institution("示范社区中心", division=a_place("500231"), kind="chsc", tier="township", level=1)
        sent = an_assignment(a_physician(hospital), receiver=centre, state="on_post")
        counted(sent)
        assert proposed(sent) == ["physicians 2026"]

    def test_the_municipal_plan_of_2025(self):
        """AMB-09, AMB-10: any licensed physician of intermediate title, a nurse only at a county hospital."""
        seeded("chongqing-municipal-county-2025", date(2025, 1, 1))
        hospital, county = a_municipal_hospital(), a_county_hospital()
        military = a_municipal_hospital("示范部队医院", affiliation="military")
        quotas.recompute(Y2026, by=SYSTEM)
        chsc = an_institution("示范社区中心", division=a_place("500231"), kind="chsc", tier="township", level=1)
        people = {
            "physician": an_assignment(a_physician(hospital), receiver=chsc, state="on_post"),
            "junior": an_assignment(a_physician(hospital, title="234"), receiver=chsc, state="on_post"),
            "nurse": an_assignment(a_nurse(hospital), receiver=county, state="on_post", months=6),
            "nurse at a centre": an_assignment(a_nurse(hospital), receiver=chsc, state="on_post"),
            "soldier": an_assignment(a_physician(military, post={"military": True}), receiver=county, state="on_post"),
            "civilian": an_assignment(
                a_physician(military, post={"military": False}), receiver=county, state="on_post"
            ),
        }
        counted(*people.values())
        assert {name: proposed(each) for name, each in people.items()} == {
            "physician": ["physicians 2026"],
            "junior": [],
            "nurse": ["non_clinical 2026"],
            "nurse at a centre": [],
            "soldier": [],
            "civilian": ["physicians 2026"],
        }
        assert Counted.objects.get(assignment=people["civilian"]).clause_id == "military_physicians"


def seeded(name, quotas_from):
    for code in PLACES:
        a_place(code)
    return answered((FOLDER / f"{name}.yaml").read_text("utf-8"), quotas_from)
