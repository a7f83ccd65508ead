"""Month clauses with rows: what is refused at adoption, where they govern, and the template that has no source."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.errors import RuleViolation
from deploy_admin.policies import month_template, services
from deploy_admin.policies.language import load
from deploy_admin.policies.layering import MONTH
from deploy_admin.policies.models import PolicyVersion, State
from deploy_admin.policies.refusals import PolicyRefused
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import Indicator
from tests.accounts.factories import a_membership, signed_in
from tests.policies.factories import (
    a_city,
    a_draft,
    a_part,
    a_text,
    adopt,
    an_adopted,
    the_indicators,
    transition,
)
from tests.policies.language.helpers import HEAD
from tests.registry.factories import CITY, an_authority

pytestmark = pytest.mark.django_db
VISITS = "[{id: visits, measure: outpatient_emergency_visits}]"


@pytest.fixture
def places():
    return a_city()


@pytest.fixture
def officer(places) -> Client:
    commission = an_authority(places["city"], tier="municipal")
    return signed_in(Client(), a_membership(Role.CITY_OFFICER, commission))


def a_month(slug="city-plan", place="500000", indicators=VISITS, **keys):
    """A policy of one month clause."""
    part = a_part("month", "municipal_county.month", indicators=indicators, **keys)
    return a_text(slug, place, part, section="month")


def refused(text):
    """The faults for which a text is not adopted; it stays a draft."""
    draft = a_draft(text)
    with pytest.raises(PolicyRefused) as refusal, transaction.atomic():
        services.adopt(
            version=draft,
            number="1",
            adopted_on=date(2024, 12, 1),
            deciding_body="委",
            transition=transition(),
            version_read=draft.version,
            by=CITY,
        )
    assert refusal.value.code == "unknown_indicator"
    assert PolicyVersion.objects.get(pk=draft.pk).state == State.DRAFT
    return refusal.value.faults


# ---------------------------------------------------------------- adoption


def test_a_measure_that_nothing_counts_is_refused_at_adoption_with_the_nearest_codes(places):
    the_indicators()
    text = a_month(indicators="[{id: visits, measure: outpatient_visits}]")
    (fault,) = refused(text)
    assert fault.path == "month[0].indicators[0].measure"
    assert "measure: outpatient_visits" in text.splitlines()[fault.line - 1]
    assert "“outpatient_visits”" in fault.message
    assert "outpatient_emergency_visits" in fault.remedy


def test_every_place_that_measures_is_looked_at(places):
    the_indicators()
    text = a_month(
        indicators="[{id: a, measure: attendance_days, share_of: zzz, weight: '60'}, {id: b, measure: roundz}]",
        deductions="{from: '40', items: [{id: c, label_zh: 迟, label_en: C, measure: late, points: '5'}]}",
        veto="[{id: d, label_zh: 否, label_en: D, measure: gone, when: {at_least: '1'}}]",
    )
    found = {fault.path: fault.remedy for fault in refused(text)}
    assert set(found) == {
        "month[0].indicators[0].share_of",
        "month[0].indicators[1].measure",
        "month[0].deductions.items[0].measure",
        "month[0].veto[0].measure",
    }
    assert "rounds" in found["month[0].indicators[1].measure"]
    assert "attendance_days" in found["month[0].indicators[0].share_of"]  # nothing is near: what the sheet tells


def test_what_the_sheet_tells_needs_no_indicator(places):
    version = adopt(a_draft(a_month(indicators="[{id: a, measure: attendance_days}]")))
    assert version.state == State.ADOPTED


def test_an_indicator_out_of_use_or_of_another_district_counts_nothing_here(places):
    the_indicators()
    Indicator.objects.filter(code="outpatient_emergency_visits").update(is_active=False)
    assert len(refused(a_month())) == 1
    Indicator.objects.create(code="own_one", label_zh="本区", label_en="Own", highest=9, division=places["first"])
    theirs = "[{id: own, measure: own_one}]"
    assert len(refused(a_month("second-plan", "500102", theirs))) == 1
    assert adopt(a_draft(a_month("first-plan", "500101", theirs))).state == State.ADOPTED


def test_two_policies_of_one_level_may_not_both_say_how_the_month_is_assessed(places):
    an_adopted(a_month(indicators="[{id: a, measure: attendance_days}]"))
    draft = a_draft(a_month("other-plan", indicators="[{id: a, measure: leave_days}]"))
    with pytest.raises(PolicyRefused) as refusal, transaction.atomic():
        adopt(draft)
    assert refusal.value.code == "topic_held_twice"
    assert refusal.value.faults[0].path == "month[0].topic"


def test_the_nearer_rule_of_the_month_holds_from_the_day_of_its_adoption(places):
    the_indicators()
    an_adopted(a_month())
    an_adopted(a_month("first-plan", "500101"), date(2026, 7, 1))
    held = governing.at_post()

    def policy(division, first_day):
        rules = held.rules(MONTH, "municipal_county", places[division].pk, first_day, first_day)
        return [rule.policy for rule in rules]

    assert policy("first", date(2026, 6, 1)) == ["city-plan"]
    assert policy("first", date(2026, 7, 1)) == ["first-plan"]
    assert policy("second", date(2026, 7, 1)) == ["city-plan"]
    assert policy("first", date(2024, 12, 1)) == []


# ---------------------------------------------------------------- the template without a source


def test_the_template_loads_says_that_it_has_no_source_and_adds_up(places):
    the_indicators()
    (rule,) = load(month_template.with_month(HEAD)).month
    assert rule.topic == "municipal_county.month"
    assert "无出处" in rule.label_zh
    assert "no source" in rule.label_en
    assert "无出处" in rule.cite.phrase
    assert rule.note_zh.startswith("无出处")
    assert rule.note_en.startswith("No source")
    assert [str(each.weight) for each in rule.indicators] == ["45", "15", "15"]
    assert {str(each.cap) for each in rule.indicators} == {"1.2"}
    assert str(rule.deductions.from_) == "25"
    assert {band.factor for band in rule.pay_factor.bands} == {None}
    assert adopt(a_draft(month_template.with_month(a_text(place="500101")))).state == State.ADOPTED


def test_the_template_is_put_at_the_end_on_the_topic_of_the_texts_scheme():
    text = HEAD.replace("municipal_county", "county-township") + "# 备注\nlater:\n  payments: []\n\n\n"
    added = month_template.with_month(text)
    assert added.startswith(text.rstrip())
    assert load(added).month[0].topic == "county_township.month"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "policy_faults"),
        ("a: 1\na: 2\n", "policy_faults"),
        ("- one\n- two\n", "scheme_missing"),
        ("policy: a-plan\n", "scheme_missing"),
        (HEAD + "month: []\n", "month_said"),
        ("{policy: a, scheme: {code: municipal_county}}\n", "not_added"),
    ],
)
def test_a_text_that_cannot_take_the_template_is_refused_with_a_sentence(text, code):
    with pytest.raises(RuleViolation) as refusal:
        month_template.with_month(text)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_a_button_puts_the_template_into_what_is_typed_and_saves_nothing(officer, places):
    draft = a_draft()
    where = reverse("policies:edit", args=["city-plan", 1])
    assert 'name="month_template"' in officer.get(where).text
    typed = draft.source_text.replace("示范市方案", "另一方案")
    answer = officer.post(where, {"text": typed, "version": 1, "month_template": "1"})
    assert answer.status_code == 200
    assert "month_neutral" in answer.text
    assert "另一方案" in answer.text
    assert 'name="month_template"' not in answer.text  # it is there now
    assert "month_neutral" not in PolicyVersion.objects.get().source_text
    assert officer.post(where, {"text": month_template.with_month(typed), "version": 1}).status_code == 302
    assert "month_neutral" in PolicyVersion.objects.get().source_text


def test_the_button_stands_beside_a_new_text_too_and_refuses_what_it_cannot_add_to(officer, places):
    where = reverse("policies:import")
    assert 'name="month_template"' in officer.get(where).text
    added = officer.post(where, {"text": a_text(), "month_template": "1"})
    assert added.status_code == 200
    assert "month_neutral" in added.text
    unread = officer.post(where, {"text": "policy: a-plan\n", "month_template": "1"})
    assert unread.status_code == 422
    assert "policy: a-plan" in unread.text
    broken = officer.post(where, {"text": "a: 1\na: 2\n", "month_template": "1"})
    assert broken.status_code == 422
    assert not PolicyVersion.objects.exists()


# ---------------------------------------------------------------- pages


def test_a_version_reads_its_month_with_the_registers_names_in_both_languages(officer, places):
    the_indicators()
    Indicator.objects.filter(code="outpatient_emergency_visits").update(label_en="visits of patients")
    an_adopted(a_month())
    where = reverse("policies:version", args=["city-plan", 1])
    assert "考核指标为：门急诊人次。" in officer.get(where).text
    officer.cookies["django_language"] = "en"
    assert "The indicators are: visits of patients." in officer.get(where).text


def test_two_versions_of_the_month_are_compared_field_by_field(officer, places):
    the_indicators()
    an_adopted(a_month(submit="{working_day: 5}"))
    a_draft(a_month(submit="{working_day: 3}"))
    shown = officer.get(reverse("policies:compare", args=["city-plan", 2]) + "?with=1").text
    assert "<del>5</del>" in shown
    assert "<ins>3</ins>" in shown


def test_the_page_of_a_version_asks_for_the_names_of_its_indicators_once(officer, places):
    the_indicators()
    an_adopted(a_month())
    an_adopted(
        a_month(
            "first-plan",
            "500101",
            "[{id: a, measure: rounds}, {id: b, measure: lectures}, {id: c, measure: operations}]",
        )
    )

    def counted(slug):
        where = reverse("policies:version", args=[slug, 1])
        officer.get(where)
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(where).status_code == 200
        return len(queries)

    assert counted("city-plan") == counted("first-plan")
