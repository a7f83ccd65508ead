"""The switches that weigh on people: who is asked, what the answer changes, and what is refused."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from deploy_admin.access import Role
from deploy_admin.errors import RuleViolation
from deploy_admin.policies.language import load
from deploy_admin.policies.language.nodes import Duration
from deploy_admin.policies.language.service import UNBROKEN
from deploy_admin.policies.models import PolicyVersion, State
from deploy_admin.policies.switches import SWITCHES, answered, asked_of, stated
from tests.accounts.factories import a_membership, signed_in
from tests.policies.factories import a_city, a_draft, a_part, a_text, adopt, transition
from tests.policies.test_pages import adoption, in_english, page
from tests.registry.factories import an_authority

LEAVE = a_part("l", "municipal_county.leave", filing="{at_least: 5}", extends="{sick: true, maternity: %s}")
ABSENCE = a_part(
    "a",
    "municipal_county.absence",
    warn="{at_least: 3}",
    proposes_void="{more_than: 3}",
    counted_by="%s",
    takes_extension="%s",
)
SERVICE = a_part("s", "municipal_county.service", continuous="{gap: %s}")
OPEN = {
    "maternity_leave_extends": False,
    "absence_by_day": False,
    "void_takes_extension": True,
    "gap_breaks_continuity": True,
}


def text(leave="null", counted="null", takes="null", gap="null"):
    """A policy that raises all four questions; `null` leaves one open."""
    written = a_text("city-plan", "500000", LEAVE % leave, section="leave")
    return written + "absence:\n" + ABSENCE % (counted, takes) + "service:\n" + SERVICE % gap


def plan(**said):
    return load(text(**said))


def switch(code):
    return next(each for each in SWITCHES if each.code == code)


def test_a_document_is_asked_what_its_clauses_raise():
    assert [each.code for each in asked_of(plan())] == list(OPEN)
    for section, part, codes in (
        ("leave", a_part(filing="{at_least: 5}", extends="{sick: true}"), []),
        ("leave", a_part(filing="{at_least: 5}", extends="{maternity: false}"), ["maternity_leave_extends"]),
        ("absence", a_part(in_a_row="{more_than: 15}"), []),
        ("absence", a_part(warn="{at_least: 3}"), ["absence_by_day"]),
        ("service", a_part(full_time="true"), []),
        ("service", a_part(continuous="{gap: 30 days}"), ["gap_breaks_continuity"]),
    ):
        document = load(a_text("city-plan", "500000", part, section=section))
        assert [each.code for each in asked_of(document)] == codes


@pytest.mark.parametrize(
    ("code", "said", "value"),
    [
        ("maternity_leave_extends", {"leave": "true"}, True),
        ("maternity_leave_extends", {"leave": "false"}, False),
        ("maternity_leave_extends", {}, None),
        ("absence_by_day", {"counted": "day"}, True),
        ("absence_by_day", {"counted": "episode"}, False),
        ("absence_by_day", {}, None),
        ("void_takes_extension", {"takes": "true"}, True),
        ("void_takes_extension", {"takes": "false"}, False),
        ("void_takes_extension", {}, None),
        ("gap_breaks_continuity", {"gap": "30 days"}, True),
        ("gap_breaks_continuity", {"gap": "99999 days"}, False),
        ("gap_breaks_continuity", {}, None),
    ],
)
def test_a_document_may_answer_by_itself(code, said, value):
    assert stated(switch(code), plan(**said)) is value


def test_what_two_clauses_answer_differently_is_answered_by_neither():
    both = LEAVE % "true" + (LEAVE % "false").replace("id: l", "id: m").replace(".leave", ".other")
    document = load(a_text("city-plan", "500000", both, section="leave"))
    assert stated(switch("maternity_leave_extends"), document) is None
    kept = answered(document, {"maternity_leave_extends": True})
    assert [rule.extends_by_kind("maternity") for rule in kept.leave] == [True, False]


def test_the_answers_stand_where_the_document_leaves_something_open():
    document = plan()
    kept = answered(document, OPEN)
    assert kept.leave[0].extends_by_kind("maternity") is False
    assert kept.leave[0].extends_by_kind("sick") is True
    assert (kept.absence[0].counted_by, kept.absence[0].takes_extension) == ("episode", True)
    assert kept.service[0].continuous.gap is None
    other = answered(document, {code: not answer for code, answer in OPEN.items()})
    assert other.leave[0].extends_by_kind("maternity") is True
    assert (other.absence[0].counted_by, other.absence[0].takes_extension) == ("day", False)
    assert other.service[0].continuous.gap == UNBROKEN
    assert document == plan()
    assert answered(document, {}) is document


def test_an_answer_never_changes_what_the_document_says():
    document = plan(leave="true", counted="day", takes="false", gap="30 days")
    assert answered(document, {code: not answer for code, answer in OPEN.items()}) == document
    assert document.service[0].continuous.gap == Duration(number=30, unit="days")


# ---------------------------------------------------------------- at adoption


@pytest.fixture
def places(db):
    return a_city()


def refused(draft, adverse):
    with pytest.raises(RuleViolation) as refusal:
        adopt(draft, transition=transition(adverse=adverse))
    return refusal.value


@pytest.mark.parametrize("code", list(OPEN))
def test_every_switch_has_to_be_answered_with_yes_or_no(places, code):
    draft = a_draft(text())
    for answer in ({}, {code: None}, {code: "yes"}):
        adverse = {key: held for key, held in OPEN.items() if key != code} | answer
        refusal = refused(draft, adverse)
        assert refusal.code == "switch_unanswered"
        assert str(switch(code).sentence) in str(refusal)
    assert PolicyVersion.objects.get().state == State.DRAFT


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("maternity_leave_extends", {"leave": "true"}),
        ("absence_by_day", {"counted": "day"}),
        ("void_takes_extension", {"takes": "false"}),
        ("gap_breaks_continuity", {"gap": "99999 days"}),
    ],
)
def test_an_answer_that_says_otherwise_than_the_document_is_refused(places, code, said):
    draft = a_draft(text(**said))
    refusal = refused(draft, OPEN)
    assert (refusal.code, list(refusal.fields)) == ("switch_disagrees", [code])
    assert adopt(draft, transition=transition(adverse=OPEN | {code: not OPEN[code]})).state == State.ADOPTED


def test_an_answer_nobody_asked_for_is_refused(places):
    refusal = refused(a_draft(), {"absence_by_day": True})
    assert refusal.code == "switch_not_asked"
    assert "absence_by_day" in str(refusal)


def test_the_answers_are_kept_with_the_adoption_and_the_text_stays_as_it_was(places):
    version = adopt(a_draft(text()), transition=transition(adverse=OPEN))
    assert version.adoption.adverse == OPEN
    assert version.document["leave"][0]["extends"] == {"sick": True, "maternity": None}


# ---------------------------------------------------------------- from the pages


@pytest.fixture
def officer(places, client):
    return signed_in(client, a_membership(Role.CITY_OFFICER, an_authority(places["city"], tier="municipal")))


def answers(**more):
    data = {code: "yes" if answer else "no" for code, answer in OPEN.items()} | more
    return {key: held for key, held in adoption(**data).items() if key != "quotas_from"}


def test_adopting_asks_each_switch_without_a_default_and_says_what_the_document_says(officer):
    a_draft(text(takes="true"))
    shown = officer.get(page("adopt")).text
    assert "checked" not in shown
    for code in OPEN:
        assert shown.count(f'name="{code}"') == 2
    with override("zh-hans"):
        assert str(switch("void_takes_extension").sentence) in shown
    unanswered = officer.post(page("adopt"), answers(absence_by_day=""))
    assert unanswered.status_code == 422
    assert PolicyVersion.objects.get().state == State.DRAFT


def test_an_officer_answers_and_the_page_of_the_version_shows_it(officer):
    a_draft(text())
    assert officer.post(page("adopt"), answers()).status_code == 302
    assert PolicyVersion.objects.get().adoption.adverse == OPEN
    shown = in_english(officer).get(page("version"), headers={"Accept-Language": "en"}).text
    assert "<dt>Maternity leave extends the term.</dt><dd>No</dd>" in shown
    assert "<dt>A void takes away the extension of the term as well.</dt><dd>Yes</dd>" in shown


def test_an_answer_that_contradicts_the_text_is_shown_beside_its_question(officer):
    a_draft(text(takes="false"))
    answer = officer.post(page("adopt"), answers())
    assert answer.status_code == 422
    assert 'id="id_void_takes_extension' in answer.text
    assert PolicyVersion.objects.get().state == State.DRAFT


def test_the_answers_stand_in_the_api(officer):
    version = adopt(a_draft(text()), transition=transition(adverse=OPEN))
    shown = officer.get(f"/api/v1/policies/{version.pk}/").json()
    assert shown["adoption"]["adverse"] == OPEN
    assert {article["clause_id"] for article in shown["articles_zh"]} >= {"l", "a", "s"}
