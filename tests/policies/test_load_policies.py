"""The shipped policies load, adopted as their sources say, and a second load changes nothing."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from deploy_admin.policies.layering import MONTH, SERVICE
from deploy_admin.policies.models import PolicyVersion, State
from deploy_admin.policies.services import governing
from tests.policies.factories import a_text, the_indicators
from tests.registry.factories import a_division

pytestmark = pytest.mark.django_db
FOLDER = settings.BASE_DIR / "fixtures" / "policies"


@pytest.fixture
def chongqing():
    the_indicators()
    city = a_division("重庆市", level="province", code="500000", name_en="Chongqing")
    return {
        code: a_division(name, parent=city, code=code, name_en=name)
        for code, name in (("500101", "万州区"), ("500231", "垫江县"), ("500103", "渝中区"), ("500233", "忠县"))
    }


def load(*arguments):
    out = StringIO()
    call_command("load_policies", *arguments, stdout=out)
    return out.getvalue()


def test_all_six_are_adopted_and_a_second_load_changes_nothing(chongqing):
    load()
    assert PolicyVersion.objects.filter(state=State.ADOPTED).count() == 6
    before = list(PolicyVersion.objects.order_by("pk").values_list("pk", "updated_at"))
    assert load().count("unchanged") == 6
    assert list(PolicyVersion.objects.order_by("pk").values_list("pk", "updated_at")) == before


def test_an_unknown_number_stays_empty_and_says_so(chongqing):
    load()
    adoption = PolicyVersion.objects.get(policy__slug="wanzhou-county-township-2022").adoption
    assert (adoption.number, adoption.source_note, adoption.adopted_on) == ("", "文号未见", date(2022, 10, 8))
    assert (
        PolicyVersion.objects.get(policy__slug="chongqing-county-township-2021").adoption.number
        == "渝卫发〔2021〕55号"
    )


def test_the_medical_community_plan_does_not_supersede_the_forty_percent_rule(chongqing):
    """AMB-01: both are kept, and in 2025 and 2026 quotas rest on the promotions."""
    load()
    for year in (2025, 2026):
        governed = governing.on(date(year, 1, 1))
        place = chongqing["500103"].pk
        physicians = governed.holding("municipal_county.physicians", place)
        assert {clause.policy for clause in physicians} == {"chongqing-municipal-county-2025"}
        (share,) = governed.holding("municipal_county.recruited_share", place)
        assert share.clause.amount.share is None or set(dict(share.clause.amount.share).values()) == {None}


def test_wanzhou_follows_its_own_eighty_percent_and_the_others_the_citys(chongqing):
    load()
    governed = governing.on(date(2022, 1, 1))
    assert [c.policy for c in governed.holding("county_township.district_total", chongqing["500101"].pk)] == [
        "wanzhou-county-township-2022"
    ]
    for code in ("500231", "500103"):
        assert [c.policy for c in governed.holding("county_township.district_total", chongqing[code].pk)] == [
            "chongqing-county-township-2021"
        ]
    earlier = governing.on(date(2021, 1, 1))
    assert [c.policy for c in earlier.holding("county_township.district_total", chongqing["500101"].pk)] == [
        "chongqing-county-township-2021"
    ]


def test_a_text_changed_after_it_was_shipped_becomes_a_draft(chongqing, tmp_path: Path):
    (tmp_path / "adoptions.json").write_text((FOLDER / "adoptions.json").read_text(), encoding="utf-8")
    shipped = (FOLDER / "wanzhou-county-township-2022.yaml").read_text(encoding="utf-8")
    target = tmp_path / "wanzhou.yaml"
    target.write_text(shipped, encoding="utf-8")
    load("--from", str(tmp_path))
    target.write_text(shipped.replace('"0.80"', '"0.90"'), encoding="utf-8")
    assert "draft 2" in load("--from", str(tmp_path))
    assert PolicyVersion.objects.get(state=State.ADOPTED).revision == 1


def test_a_refused_text_names_its_faults_and_loads_nothing(chongqing, tmp_path: Path):
    (tmp_path / "adoptions.json").write_text("{}")
    (tmp_path / "a.yaml").write_text(a_text(), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(a_text("b-plan", "509999"), encoding="utf-8")
    with pytest.raises(CommandError, match="509999"):
        load("--from", str(tmp_path))
    assert not PolicyVersion.objects.exists()


def test_the_shipped_policies_come_with_the_answers_that_weigh_on_people(chongqing):
    """AMB-22, 24, 25, 27: maternity leave does not extend, absence counts per episode, a void takes the extension."""
    load()
    answers = {row.policy.slug: row.adoption.adverse for row in PolicyVersion.objects.select_related("policy")}
    assert {slug: adverse for slug, adverse in answers.items() if adverse} == {
        "chongqing-municipal-county-2025": {"gap_breaks_continuity": True},
        "wanzhou-county-township-2022": {
            "maternity_leave_extends": False,
            "absence_by_day": False,
            "void_takes_extension": True,
        },
    }
    (leave,) = governing.leave_on(date(2026, 1, 1)).holding("county_township.leave", chongqing["500101"].pk)
    assert leave.clause.extends_by_kind("maternity") is False
    (absence,) = governing.absence_on(date(2026, 1, 1)).holding("county_township.absence", chongqing["500101"].pk)
    assert (absence.clause.counted_by, absence.clause.takes_extension) == ("episode", True)


def test_a_district_with_a_plan_of_its_own_credits_service_its_own_way(chongqing):
    load()
    held = governing.at_post()
    day = date(2026, 1, 1)

    def credits(code, scheme):
        return [rule.policy for rule in held.rules(SERVICE, scheme, chongqing[code].pk, day, day)]

    assert credits("500101", "county_township") == ["wanzhou-county-township-2022"]
    assert credits("500231", "county_township") == ["dianjiang-county-township-2015"]
    assert credits("500103", "county_township") == ["chongqing-county-township-2021"]
    assert credits("500103", "municipal_county") == ["chongqing-municipal-county-2025"]
    assert credits("500103", "township_village") == []


def test_the_month_is_assessed_where_a_source_says_so_and_the_template_without_a_source_is_no_policy(chongqing):
    load()
    held, day = governing.at_post(), date(2026, 1, 1)

    def assessed(code, scheme):
        return [
            (rule.policy, rule.clause.is_weighted) for rule in held.rules(MONTH, scheme, chongqing[code].pk, day, day)
        ]

    assert assessed("500103", "municipal_county") == [("chongqing-municipal-county-2025", False)]
    assert assessed("500101", "county_township") == [("wanzhou-county-township-2022", False)]
    assert assessed("500231", "county_township") == [("dianjiang-county-township-2015", False)]
    assert assessed("500103", "county_township") == []
    assert not PolicyVersion.objects.filter(source_text__contains="month_neutral").exists()


def test_who_goes_where_is_ordered_where_a_source_says_so_and_nowhere_else(chongqing):
    load()
    held = governing.allocation_on(date(2026, 1, 1))

    def orders(code):
        return {
            rule.policy: [str(each.by) for each in rule.clause.criteria]
            for rule in held.clauses_for(chongqing[code].pk)
        }

    city = {"chongqing-municipal-county-2025": ["requests", "priority", "speciality"]}
    assert orders("500103") == orders("500231") == city
    assert set(orders("500101")) == {"chongqing-municipal-county-2025", "wanzhou-county-township-2022"}


def test_an_answer_that_is_missing_beside_a_shipped_text_is_named(chongqing, tmp_path: Path):
    adoptions = json.loads((FOLDER / "adoptions.json").read_text(encoding="utf-8"))
    del adoptions["wanzhou-county-township-2022"]["adverse"]["maternity_leave_extends"]
    (tmp_path / "adoptions.json").write_text(json.dumps(adoptions), encoding="utf-8")
    name = "wanzhou-county-township-2022.yaml"
    (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CommandError, match=name):
        load("--from", str(tmp_path))
    assert not PolicyVersion.objects.exists()
