"""The shipped policies load, adopted as their sources say, and a second load changes nothing."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from deploy_admin.policies.models import PolicyVersion, State
from deploy_admin.policies.services import governing
from tests.policies.factories import a_text
from tests.registry.factories import a_division

pytestmark = pytest.mark.django_db
FOLDER = settings.BASE_DIR / "fixtures" / "policies"


@pytest.fixture
def chongqing():
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
