"""Which clauses govern where: by date and transition, then nation, province, city, district."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deploy_admin.access import SYSTEM
from deploy_admin.errors import RuleViolation
from deploy_admin.policies import services
from deploy_admin.policies.layering import Standing
from deploy_admin.policies.models import PolicyVersion, State
from deploy_admin.policies.refusals import PolicyRefused
from deploy_admin.policies.services import governing
from tests.policies.factories import a_city, a_clause, a_draft, a_rule, a_text, adopt, an_adopted, transition
from tests.registry.factories import a_division

pytestmark = pytest.mark.django_db
TOPIC = "municipal_county.physicians"
NEW_YEAR = date(2025, 1, 1)


@pytest.fixture
def places():
    return a_city()


def named(clauses):
    return [f"{clause.policy}#{clause.clause_id}" for clause in clauses]


def test_the_citys_rule_holds_everywhere_in_the_city(places):
    an_adopted()
    found = governing.on(NEW_YEAR)
    for name in ("city", "first", "second", "town"):
        assert named(found.holding(TOPIC, places[name].pk)) == ["city-plan#physicians"]


def test_the_nearer_jurisdiction_wins_on_its_topic_and_the_wider_holds_where_it_is_silent(places):
    an_adopted(a_text("city-plan", "500000", a_clause(), a_clause("nurses", "municipal_county.nurses")))
    an_adopted(a_text("first-plan", "500101", a_clause(n=5)))
    found = governing.on(NEW_YEAR)
    assert named(found.holding(TOPIC, places["first"].pk)) == ["first-plan#physicians"]
    assert named(found.holding(TOPIC, places["town"].pk)) == ["first-plan#physicians"]
    assert named(found.holding(TOPIC, places["second"].pk)) == ["city-plan#physicians"]
    assert named(found.holding("municipal_county.nurses", places["first"].pk)) == ["city-plan#nurses"]


def test_the_wider_rule_holds_for_a_unit_to_which_the_nearer_does_not_apply(places):
    an_adopted()
    an_adopted(a_text("first-plan", "500101"))
    found = governing.on(NEW_YEAR)
    assert named(found.candidates(TOPIC, places["first"].pk)) == ["first-plan#physicians", "city-plan#physicians"]
    assert named(found.holding(TOPIC, places["first"].pk, lambda clause: clause.policy != "first-plan")) == [
        "city-plan#physicians"
    ]


def test_a_clause_says_where_something_nearer_speaks(places):
    an_adopted()
    an_adopted(a_text("first-plan", "500101"))
    city = next(clause for clause in governing.on(NEW_YEAR).clauses if clause.policy == "city-plan")
    assert city.shadowed_division_ids == {places["first"].pk, places["town"].pk}


def test_a_policy_of_the_nation_holds_where_nobody_nearer_speaks(places):
    an_adopted(a_text("national-plan", "000000"))
    elsewhere = a_division("别处", level="province", code="990000")
    an_adopted()
    found = governing.on(NEW_YEAR)
    assert named(found.holding(TOPIC, elsewhere.pk)) == ["national-plan#physicians"]
    assert named(found.holding(TOPIC, places["first"].pk)) == ["city-plan#physicians"]


def test_a_pilot_clause_holds_in_its_areas_only(places):
    an_adopted(a_text("city-plan", "500000", a_clause(pilot='["500101"]')))
    found = governing.on(NEW_YEAR)
    assert named(found.holding(TOPIC, places["town"].pk)) == ["city-plan#physicians"]
    assert found.holding(TOPIC, places["second"].pk) == ()
    reasons = governing.why(TOPIC, places["second"].pk, NEW_YEAR)
    assert [reason.standing for reason in reasons] == [Standing.OUTSIDE_PILOT]


def test_a_division_that_ended_and_the_one_it_went_over_to_lie_in_the_same_city(places):
    zone = a_division("示范新区", level="zone", parent=places["city"], code=None, name_en="Model New Area")
    an_adopted()
    assert named(governing.on(NEW_YEAR).holding(TOPIC, zone.pk)) == ["city-plan#physicians"]


def test_a_zone_without_a_code_has_policies_of_its_own(places):
    zone = a_division("示范新区", level="zone", parent=places["city"], code=None, name_en="Model New Area")
    an_adopted()
    text = a_text("zone-plan", "zone:model-new-area").replace("jurisdiction:", "level: district\njurisdiction:")
    an_adopted(text)
    assert named(governing.on(NEW_YEAR).holding(TOPIC, zone.pk)) == ["zone-plan#physicians"]


@pytest.mark.parametrize(
    ("day", "revisions"), [(date(2024, 1, 1), []), (NEW_YEAR, [1]), (date(2026, 1, 1), [1]), (date(2027, 1, 1), [2])]
)
def test_a_period_follows_the_version_that_holds_from_it_or_an_earlier_one_on(places, day, revisions):
    an_adopted()
    an_adopted(a_text("city-plan", "500000", a_clause(n=3)), date(2027, 1, 1))
    assert [clause.revision for clause in governing.on(day).clauses] == revisions


def test_adopting_a_new_version_supersedes_the_old_one(places):
    first = an_adopted()
    second = an_adopted(a_text("city-plan", "500000", a_clause(n=3)), date(2026, 1, 1))
    first.refresh_from_db()
    assert (first.state, second.state) == (State.SUPERSEDED, State.ADOPTED)
    assert [move.to_state for move in first.transitions.all()] == ["draft", "adopted", "superseded"]


def test_a_later_adoption_with_an_earlier_first_period_takes_the_whole_time(places):
    an_adopted(quotas_from=date(2026, 1, 1))
    an_adopted(a_text("city-plan", "500000", a_clause(n=3)), NEW_YEAR)
    assert [c.revision for c in governing.on(date(2026, 1, 1)).clauses] == [2]


def test_a_document_that_ends_governs_no_period_that_begins_later(places):
    an_adopted(a_text(until="2026-12-31"))
    assert governing.on(date(2026, 1, 1)).clauses
    assert governing.on(date(2027, 1, 1)).clauses == ()


def test_a_clause_may_hold_from_a_later_first_period_on(places):
    an_adopted(a_text("city-plan", "500000", a_clause(in_force="{from: 2026-01-01}")))
    assert governing.on(NEW_YEAR).clauses == ()
    assert governing.on(date(2026, 1, 1)).clauses


def test_twelve_other_months_are_asked_for_by_their_own_first_day(places):
    an_adopted(
        a_text("city-plan", "500000", a_clause(period="{twelve_from: 9, labelled_by: first_year}")), date(2025, 9, 1)
    )
    assert governing.in_year(2024).clauses == ()
    assert governing.in_year(2025).clauses


def test_a_programme_is_one_period_met_by_each_of_its_years(places):
    an_adopted(
        a_text("city-plan", "500000", a_clause(period="{programme: {from: 2025-01-01, to: 2029-12-31}}")), NEW_YEAR
    )
    assert [bool(governing.in_year(year).clauses) for year in (2024, 2025, 2029, 2030)] == [False, True, True, False]


def test_withdrawal_ends_it_and_revives_nothing(places):
    an_adopted()
    second = an_adopted(a_text("city-plan", "500000", a_clause(n=3)), date(2026, 1, 1))
    services.withdraw(
        version=second, last_day=date(2026, 12, 31), reason="废止", version_read=second.version, by=SYSTEM
    )
    assert [c.revision for c in governing.on(NEW_YEAR).clauses] == [1]
    assert [c.revision for c in governing.on(date(2026, 1, 1)).clauses] == [2]
    assert governing.on(date(2027, 1, 1)).clauses == ()


def test_withdrawn_to_before_its_first_period_it_never_held_and_its_predecessor_holds_on(places):
    first = an_adopted()
    second = an_adopted(a_text("city-plan", "500000", a_clause(n=3)), date(2026, 1, 1))
    services.withdraw(
        version=second, last_day=date(2025, 12, 31), reason="误采用", version_read=second.version, by=SYSTEM
    )
    first.refresh_from_db()
    assert first.state == State.ADOPTED
    assert [c.revision for c in governing.on(date(2026, 1, 1)).clauses] == [1]


def test_two_policies_of_one_level_on_one_topic_must_say_which_holds(places):
    an_adopted()
    other = a_draft(a_text("other-plan"))
    with pytest.raises(PolicyRefused) as refusal:
        adopt(other)
    assert refusal.value.code == "topic_held_twice"
    (fault,) = refusal.value.faults
    assert fault.path == "quotas[0].topic"
    assert "other-plan#physicians" in fault.message
    assert "city-plan#physicians" in fault.message
    assert fault.line == 12


@pytest.mark.parametrize("place", ["500101", "500102"])
def test_policies_of_two_districts_do_not_meet(places, place):
    an_adopted(a_text("first-plan", "500101"))
    if place == "500102":
        an_adopted(a_text("other-plan", place))
    else:
        with pytest.raises(PolicyRefused):
            an_adopted(a_text("other-plan", place))


def test_one_may_override_the_other(places):
    an_adopted()
    an_adopted(a_text("other-plan", "500000", a_clause(overrides='["city-plan#physicians"]')))
    found = governing.on(NEW_YEAR)
    assert named(found.holding(TOPIC, places["first"].pk)) == ["other-plan#physicians"]
    assert named(found.holding(TOPIC, places["first"].pk, lambda c: c.policy == "city-plan")) == [
        "city-plan#physicians"
    ]
    reasons = governing.why(TOPIC, places["first"].pk, NEW_YEAR)
    assert {reason.policy: reason.standing for reason in reasons} == {
        "city-plan": Standing.OVERRIDDEN,
        "other-plan": Standing.GOVERNS,
    }


def test_both_may_hold(places):
    an_adopted()
    an_adopted(a_text("other-plan", "500000", a_clause(holds_with='["city-plan#physicians"]')))
    assert named(governing.on(NEW_YEAR).holding(TOPIC, places["first"].pk)) == [
        "city-plan#physicians",
        "other-plan#physicians",
    ]


def test_each_cannot_override_the_other(places):
    an_adopted(a_text("city-plan", "500000", a_clause(overrides='["other-plan#physicians"]')))
    with pytest.raises(PolicyRefused, match=r"each say|互称"):
        an_adopted(a_text("other-plan", "500000", a_clause(overrides='["city-plan#physicians"]')))


def test_what_ended_before_does_not_stand_in_the_way(places):
    an_adopted(a_text(until="2025-12-31"))
    an_adopted(a_text("other-plan", since="2026-01-01"), date(2026, 1, 1))
    assert [clause.policy for clause in governing.on(date(2026, 1, 1)).clauses] == ["other-plan"]


def test_a_superseded_version_does_not_stand_in_the_way(places):
    an_adopted()
    an_adopted(a_text("city-plan", "500000", a_clause("nurses", "municipal_county.nurses")), date(2026, 1, 1))
    an_adopted(a_text("other-plan"), date(2026, 1, 1))
    with pytest.raises(PolicyRefused):
        an_adopted(a_text("third-plan"), date(2026, 1, 1))


def test_why_names_every_version_and_what_became_of_it(places):
    an_adopted()
    an_adopted(a_text("city-plan", "500000", a_clause(n=3)), date(2026, 1, 1))
    an_adopted(a_text("first-plan", "500101"), date(2025, 1, 1))
    reasons = governing.why(TOPIC, places["first"].pk, date(2026, 1, 1))
    assert [(r.policy, r.revision, r.standing) for r in reasons] == [
        ("first-plan", 1, Standing.GOVERNS),
        ("city-plan", 2, Standing.WIDER),
        ("city-plan", 1, Standing.SUPERSEDED),
    ]
    assert governing.why(TOPIC, places["second"].pk, date(2025, 1, 1))[0].standing is Standing.NOT_YET


def test_a_draft_can_be_supposed_without_being_written(places):
    an_adopted()
    document, _ = services.read_text(a_text("city-plan", "500000", a_clause(n=9)))
    found = governing.on(NEW_YEAR, instead={"city-plan": (document, NEW_YEAR)})
    (clause,) = found.holding(TOPIC, places["first"].pk)
    assert (clause.version_id, clause.clause.amount.fixed) == (0, 9)
    assert governing.digest_of(found) != governing.digest_of(governing.on(NEW_YEAR))
    assert PolicyVersion.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_policies(places):
    an_adopted()
    with CaptureQueriesContext(
        connection,
    ) as one:
        governing.on(NEW_YEAR)
    for n in range(4):
        an_adopted(a_text(f"plan-{n}", "500000", a_clause(topic=f"topic_{n}.physicians")))
    with CaptureQueriesContext(connection) as five:
        governing.on(NEW_YEAR)
    assert len(one) == len(five) == 2


def test_a_day_on_which_no_period_begins_is_refused(places):
    with pytest.raises(RuleViolation) as refusal:
        an_adopted(quotas_from=date(2025, 3, 1))
    assert refusal.value.code == "no_period_begins"


# ---------------------------------------------------------------- who may go


RULES = {"section": "eligibility"}
WHO = "municipal_county.who"


def test_quotas_and_eligibility_are_laid_over_one_another_apart(places):
    an_adopted(a_text("city-plan", "500000", a_clause(topic=WHO)))
    an_adopted(a_text("first-plan", "500101", a_rule(), **RULES))
    first = places["first"].pk
    assert named(governing.on(NEW_YEAR).holding(WHO, first)) == ["city-plan#physicians"]
    assert named(governing.eligibility_on(NEW_YEAR).holding(WHO, first)) == ["first-plan#who"]
    assert governing.on(NEW_YEAR).candidates(WHO, first)[0].shadowed_division_ids == frozenset()


def test_of_eligibility_too_the_nearest_jurisdiction_speaks(places):
    an_adopted(a_text("city-plan", "500000", a_rule(), a_rule("other", "municipal_county.other"), **RULES))
    an_adopted(a_text("first-plan", "500101", a_rule(), **RULES))
    found = governing.eligibility_on(NEW_YEAR)
    assert named(found.holding(WHO, places["town"].pk)) == ["first-plan#who"]
    assert named(found.holding(WHO, places["second"].pk)) == ["city-plan#who"]
    assert named(found.clauses_for(places["first"].pk)) == ["city-plan#other", "first-plan#who", "city-plan#who"]


@pytest.mark.parametrize(("day", "governs"), [(date(2025, 3, 9), False), (date(2025, 3, 10), True)])
def test_eligibility_follows_the_day_of_assignments_and_quotas_their_period(places, day, governs):
    both = a_text("city-plan", "500000") + "eligibility:\n" + a_rule()
    adopt(a_draft(both), transition=transition(date(2027, 1, 1), assignments_from=date(2025, 3, 10)))
    assert bool(governing.eligibility_on(day).clauses) is governs
    assert governing.on(date(2026, 1, 1)).clauses == ()
    assert governing.on(date(2027, 1, 1)).clauses


def test_a_new_version_takes_over_eligibility_from_its_own_day_on(places):
    an_adopted(a_text("city-plan", "500000", a_rule(), **RULES))
    an_adopted(a_text("city-plan", "500000", a_rule(licence="registered_nurse"), **RULES), date(2026, 6, 1))
    before, after = governing.eligibility_on(date(2026, 5, 31)), governing.eligibility_on(date(2026, 6, 1))
    assert [clause.revision for clause in before.clauses] == [1]
    assert [clause.revision for clause in after.clauses] == [2]
    reasons = governing.why_eligible(places["first"].pk, date(2026, 6, 1))[WHO]
    assert [reason.standing for reason in reasons] == [Standing.GOVERNS, Standing.SUPERSEDED]


def test_a_clause_of_eligibility_has_its_own_days_and_pilot_areas(places):
    dated = a_rule(in_force="{from: 2025-06-01, to: 2025-12-31}", pilot='["500101"]')
    an_adopted(a_text("city-plan", "500000", dated, **RULES))
    first, second = places["first"].pk, places["second"].pk
    assert not governing.eligibility_on(date(2025, 5, 31)).clauses
    assert governing.eligibility_on(date(2025, 6, 1)).candidates(WHO, first)
    assert governing.eligibility_on(date(2025, 12, 31)).candidates(WHO, first)
    assert not governing.eligibility_on(date(2025, 12, 31)).candidates(WHO, second)
    assert not governing.eligibility_on(date(2026, 1, 1)).clauses


def test_two_policies_of_one_level_must_say_whose_eligibility_holds(places):
    an_adopted(a_text("one-plan", "500000", a_rule(), **RULES))
    with pytest.raises(PolicyRefused) as refused:
        an_adopted(a_text("two-plan", "500000", a_rule(), **RULES))
    assert [(fault.code, fault.path) for fault in refused.value.faults] == [
        ("topic_held_twice", "eligibility[0].topic")
    ]
    an_adopted(a_text("three-plan", "500000", a_rule(target="deputy_director"), **RULES))
    an_adopted(a_text("four-plan", "500000", a_clause(topic=WHO)))


def test_eligibility_costs_two_queries_whatever_there_is(places):
    for slug, place in (("city-plan", "500000"), ("first-plan", "500101"), ("second-plan", "500102")):
        an_adopted(a_text(slug, place, a_rule(), **RULES))
    with CaptureQueriesContext(connection) as queries:
        governing.eligibility_on(NEW_YEAR)
    assert len(queries) == 2


def test_a_draft_of_eligibility_can_be_supposed(places):
    draft = governing.read_document(a_draft(a_text("city-plan", "500000", a_rule(), **RULES)))
    found = governing.eligibility_on(NEW_YEAR, instead={"city-plan": (draft, NEW_YEAR)})
    assert named(found.holding(WHO, places["second"].pk)) == ["city-plan#who"]
