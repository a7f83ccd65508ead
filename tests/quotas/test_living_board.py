"""What the board keeps of those who count: the deciding number, stock, alternatives, batches; who owes what."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.access import SYSTEM, Role
from deploy_admin.months import Period
from deploy_admin.policies.language import Binding
from quotas import naming, rules, services
from quotas.models import Quota, Run, Tally
from quotas.rules import Outcome, State, VerdictCode, Way, verdict
from quotas.services import TallyRow, tallied
from quotas.services.owing import Owing
from tests import factories as make
from tests.quotas.pages import OTHERS, PHYSICIANS, City, address, html, table

Y2025 = make.Y2025


def judged(required, tally, *, maximum=None, ended=True, ways=None):
    ways = ways or (Way("main", None, None, State.KNOWN, required, maximum, required, required),)
    outcome = Outcome(State.KNOWN, required, maximum, ways=ways)
    return verdict(outcome, binding=Binding.MANDATORY, tally=tally, period_ended=ended)


class TestVerdicts:
    def test_a_stock_is_too_many_on_its_fullest_day_though_its_emptiest_is_enough(self):
        assert judged(1, rules.Tally(1, highest=2), maximum=2).code is VerdictCode.MET
        found = judged(1, rules.Tally(1, highest=3), maximum=2)
        assert (found.code, found.gap, found.compared_with) == (VerdictCode.TOO_MANY, 1, 2)

    def test_under_a_choice_each_way_is_compared_with_those_who_count_under_it(self):
        ways = (
            Way("main", None, None, State.KNOWN, 3, None, 3, 3),
            Way("six/main", "six", None, State.KNOWN, 4, None, 4, 4),
        )
        assert judged(3, rules.Tally(5, {"main": 1, "six": 4}), ways=ways).passed_on == "six/main"
        assert judged(3, rules.Tally(5, {"main": 2, "six": 3}), ways=ways).code is VerdictCode.SHORT
        assert judged(3, rules.Tally(5, {"main": 3, "six": 0}), ways=ways).passed_on == "main"


@pytest.mark.parametrize(
    ("numbers", "decides"),
    [
        ({}, None),
        ({"on_post": 2}, 2),
        ({"on_post": 2, "recognised_year_end": 3}, 3),
        ({"on_post": 2, "recognised_year_end": 3, "recognised_final": 0}, 0),
    ],
)
def test_the_later_number_decides_once_it_is_known(numbers, decides):
    assert Tally(**numbers).counted == decides


@pytest.mark.django_db
class TestOnTheBoard:
    @pytest.fixture
    def city(self):
        made = City()
        made.computed()
        return made

    def test_a_tally_that_is_taken_back_says_nothing_and_stays_in_the_delta(self, city):
        city.counted(city.hospital, PHYSICIANS, nominated=1, on_post=2, batches=(1,))
        gone = TallyRow(city.hospital.pk, "municipal_county", PHYSICIANS, Y2025)
        assert services.record_tallies([gone], by=SYSTEM) == 1
        row = Quota.objects.current().get(institution=city.hospital, topic=PHYSICIANS)
        assert (row.nominated, row.on_post, row.forecast, row.batches, row.verdict) == (
            None,
            None,
            None,
            [],
            "pending",
        )
        assert Tally.objects.get().on_post is None

    def test_a_batch_is_offered_to_who_has_people_in_it_and_narrows(self, city):
        city.counted(city.hospital, PHYSICIANS, on_post=2, batches=(1, 3))
        city.counted(city.hospital, OTHERS, on_post=1, batches=(1,))
        for browser in (city.browser(), city.browser(Role.SENDER_HR, city.hospital)):
            text = html(browser.get(address("board", period="2025")))
            assert "Batch 1" in text
            assert "Batch 3" in text
            assert len(table(html(browser.get(address("board", period="2025", batch="3"))))) == 1
            assert len(table(html(browser.get(address("board", period="2025", batch="1"))))) == 2
        other = city.browser(Role.SENDER_HR, city.military)
        assert "Batch 1" not in html(other.get(address("board", period="2025")))

    def test_the_forecast_is_kept_and_sorts(self, city):
        city.counted(city.hospital, PHYSICIANS, on_post=1, nominated=5, forecast=2)
        text = html(city.browser().get(address("board", period="2025", sort="-forecast")))
        assert table(text)[0][11] == "2"

    def test_whoever_counts_people_names_them(self, city, monkeypatch):
        quota = Quota.objects.current().get(institution=city.hospital, topic=PHYSICIANS)
        one = naming.Named(
            "示范甲", "示范卫生院", "2025-03-10 – 2026-03-09", "on post", "示范甲医院", "/x/", False, True
        )
        monkeypatch.setattr(naming, "_ask", [lambda asked, actor: [one] if asked == quota else []])
        text = html(city.browser().get(address("detail", quota.pk)))
        assert "示范甲" in text
        assert "to be confirmed" in text
        many = [one] * 40
        monkeypatch.setattr(naming, "_ask", [lambda asked, actor: many])
        assert "28 more people" in html(city.browser().get(address("why", quota.pk)))
        monkeypatch.setattr(naming, "_ask", [])
        assert "Who counts" not in html(city.browser().get(address("detail", quota.pk)))


@pytest.mark.django_db
class TestOwing:
    def test_a_unit_owes_its_own_quotas_and_stands_in_the_totals_of_its_district(self):
        city = City()
        county = make.an_institution("示范县医院", division=city.first, affiliation="district")
        make.enter(county, "recruited_physicians", make.Y2024, 5)
        make.enter(county, "recruited_physicians", Y2025, 5)
        city.computed()
        owing = Owing({city.hospital.pk, county.pk, city.silent.pk})
        assert {each.topic for each in owing.of(city.hospital.pk, "municipal_county")} == {PHYSICIANS, OTHERS}
        (total,) = owing.of(county.pk, "county_township")
        assert (total.institution_id, total.topic) == (city.authority.pk, "county_township.share_of_recruits")
        assert owing.of(city.silent.pk, "county_township") == ()
        assert owing.clause(total).id == "share_of_recruits"

    def test_what_came_with_a_run_is_told_once_and_a_changed_number_is_nothing_new(self):
        city = City()
        city.computed()
        (came,) = tallied.awaiting()
        assert came.units is None  # a district's total is among them, for which everybody may count
        assert (city.hospital.pk, PHYSICIANS, "") in came.keys
        tallied.counted_for(came.run_ids)
        assert tallied.awaiting() == []
        assert Run.objects.exclude(tallied_at=None).count() == 1
        make.promotions(city.silent, 4)
        services.recompute(Y2025, by=SYSTEM)
        (again,) = tallied.awaiting()
        assert (again.keys, again.units) == (frozenset(), frozenset())

    def test_a_unit_that_comes_under_another_rule_is_told(self):
        city = City()
        city.computed()
        tallied.counted_for(tallied.awaiting()[0].run_ids)
        city.military.profiles.update(affiliation="municipal")
        services.recompute(Y2025, by=SYSTEM)
        (came,) = tallied.awaiting()
        assert came.units == frozenset({city.military.pk})
        assert came.keys == frozenset(
            {(city.military.pk, "municipal_county.military_physicians", ""), (city.military.pk, PHYSICIANS, "")}
        )

    def test_a_period_of_another_shape_is_its_own(self):
        make.a_city_plan()
        hospital = make.a_hospital()
        services.recompute(Y2025, by=SYSTEM)
        owing = Owing({hospital.pk}, ["municipal_county"], Period(date(2025, 9, 1), date(2026, 8, 31)))
        assert owing.of(hospital.pk, "municipal_county") == ()
