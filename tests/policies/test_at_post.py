"""What governs people on post: by scheme, place, day and first day, through every transition there is."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deploy_admin.access import SYSTEM
from deploy_admin.policies import services
from deploy_admin.policies.layering import ABSENCE, LEAVE, POSTING, REQUIREMENTS, SERVICE
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.at_post import Choice
from tests.policies.factories import a_city, a_part, a_text, an_adopted

pytestmark = pytest.mark.django_db
SCHEME = "municipal_county"
TOPIC = "municipal_county.part"
DAY = date(2025, 6, 1)
#: The later version takes effect here.
TURN = date(2026, 1, 1)


@pytest.fixture
def places():
    return a_city()


@pytest.fixture
def first(places):
    return places["first"].pk


def leave(slug="city-plan", place="500000", days=5, **more):
    return a_text(slug, place, a_part(filing=f"{{at_least: {days}}}", **more), section="leave")


def asked(division, day, since, section=LEAVE, scheme=SCHEME, **more):
    return governing.at_post().rules(section, scheme, division, day, since, **more)


def days_of(rules):
    """The threshold of each rule; of a choice, of each way."""
    return [
        tuple(tuple(each.clause.filing.value for each in way) for way in rule.ways)
        if isinstance(rule, Choice)
        else rule.clause.filing.value
        for rule in rules
    ]


def test_who_begins_under_a_version_falls_under_it(first):
    an_adopted(leave())
    assert days_of(asked(first, DAY, DAY)) == [5]
    assert asked(first, date(2024, 12, 31), date(2024, 12, 31)) == ()


def test_the_nearest_level_speaks_and_the_wider_where_it_does_not_apply(places, first):
    an_adopted(leave())
    an_adopted(leave("first-plan", "500101", 3))
    assert days_of(asked(first, DAY, DAY)) == [3]
    assert days_of(asked(places["town"].pk, DAY, DAY)) == [3]
    assert days_of(asked(places["second"].pk, DAY, DAY)) == [5]
    assert days_of(asked(first, DAY, DAY, applies=lambda rule: rule.policy != "first-plan")) == [5]
    assert asked(first, DAY, DAY, applies=lambda rule: False) == ()


def test_each_topic_speaks_for_itself_and_what_is_overridden_steps_back(first):
    an_adopted(
        a_text(
            "city-plan",
            "500000",
            a_part("one", filing="{at_least: 5}"),
            a_part("two", filing="{at_least: 4}", overrides="one"),
            a_part("three", topic="municipal_county.other", filing="{at_least: 3}"),
            section="leave",
        )
    )
    assert [rule.clause_id for rule in asked(first, DAY, DAY)] == ["three", "two"]


def test_only_the_scheme_that_is_asked_for_speaks_and_without_one_every_scheme(first):
    an_adopted(leave())
    other = leave("township-plan", "500000", 9, topic="county_township.part")
    an_adopted(other.replace("code: municipal_county", "code: county_township"))
    assert days_of(asked(first, DAY, DAY)) == [5]
    assert days_of(asked(first, DAY, DAY, scheme="county_township")) == [9]
    assert days_of(asked(first, DAY, DAY, scheme=None)) == [9, 5]
    assert asked(first, DAY, DAY, scheme="elsewhere") == ()


def test_a_pilot_holds_in_its_areas_only(places, first):
    an_adopted(leave(pilot='["500101"]'))
    assert days_of(asked(first, DAY, DAY)) == [5]
    assert asked(places["second"].pk, DAY, DAY) == ()


@pytest.mark.parametrize(
    ("on_post", "before", "after"),
    [("old", [5], [5]), ("new", [5], [3]), ("more_favourable", [5], [((5,), (3,))])],
)
def test_the_adoption_says_which_rule_holds_for_people_on_post(first, on_post, before, after):
    an_adopted(leave())
    an_adopted(leave(days=3), TURN, on_post=on_post)
    assert days_of(asked(first, date(2025, 12, 31), DAY)) == before
    assert days_of(asked(first, TURN, DAY)) == after
    assert days_of(asked(first, date(2027, 1, 1), DAY)) == after
    assert days_of(asked(first, TURN, TURN)) == [3]


def test_a_choice_tells_the_old_and_the_new(first):
    an_adopted(leave())
    an_adopted(leave(days=3), TURN, on_post="more_favourable")
    (choice,) = asked(first, TURN, DAY)
    assert isinstance(choice, Choice)
    assert choice.topic == TOPIC
    assert [rule.revision for rule in choice.old + choice.new] == [1, 2]


def test_a_choice_between_the_same_is_none(first):
    """Another clause of the version changed; and where a way does not apply, it is no way."""
    both = a_text(
        "city-plan", "500000", a_part(filing="{at_least: 5}", applies_to="{age: {less_than: 60}}"), section="leave"
    )
    an_adopted(both)
    an_adopted(leave(days=3), TURN, on_post="more_favourable")
    assert days_of(asked(first, TURN, DAY, applies=lambda rule: rule.revision == 9)) == []
    assert days_of(asked(first, TURN, DAY, applies=lambda rule: rule.revision == 2)) == [((), (3,))]


@pytest.mark.parametrize(("on_post", "expected"), [("old", []), ("new", [5]), ("more_favourable", [((), (5,))])])
def test_a_first_policy_finds_people_on_post_under_nothing(first, on_post, expected):
    an_adopted(leave(), TURN, on_post=on_post)
    assert days_of(asked(first, TURN, DAY)) == expected
    assert days_of(asked(first, TURN, TURN)) == [5]


@pytest.mark.parametrize(("on_post", "expected"), [("old", [5]), ("new", [3]), ("more_favourable", [((5,), (3,))])])
def test_a_nearer_policy_comes_to_people_on_post_as_its_own_adoption_says(places, first, on_post, expected):
    an_adopted(leave(), on_post="new")
    an_adopted(leave("first-plan", "500101", 3), TURN, on_post=on_post)
    assert days_of(asked(first, TURN, DAY)) == expected
    assert days_of(asked(places["second"].pk, TURN, DAY)) == [5]


@pytest.mark.parametrize(
    ("second", "third", "expected"),
    [
        ("new", "old", [4]),
        ("old", "old", [5]),
        ("old", "new", [3]),
        ("more_favourable", "old", [((5,), (4,))]),
        ("new", "more_favourable", [((4,), (3,))]),
        ("old", "more_favourable", [((5,), (3,))]),
        ("more_favourable", "more_favourable", [((5,), (4,), (3,))]),
        ("more_favourable", "new", [3]),
    ],
)
def test_the_old_rule_is_what_held_for_them_until_then(first, second, third, expected):
    an_adopted(leave())
    an_adopted(leave(days=4), TURN, on_post=second)
    an_adopted(leave(days=3), date(2026, 7, 1), on_post=third)
    assert days_of(asked(first, date(2026, 7, 1), DAY)) == expected


def test_a_version_that_lapsed_without_a_successor_keeps_those_who_are_under_it(first):
    an_adopted(leave().replace("{from: 2025-01-01}", "{from: 2025-01-01, to: 2025-12-31}"))
    assert days_of(asked(first, TURN, DAY)) == [5]
    assert asked(first, TURN, TURN) == ()


def test_a_version_withdrawn_to_before_its_first_day_never_held(first):
    an_adopted(leave())
    second = an_adopted(leave(days=3), TURN, on_post="new")
    assert days_of(asked(first, TURN, DAY)) == [3]
    services.withdraw(
        version=second, last_day=date(2025, 12, 31), reason="误采用", version_read=second.version, by=SYSTEM
    )
    assert days_of(asked(first, TURN, DAY)) == [5]
    assert days_of(asked(first, TURN, TURN)) == [5]


def test_a_later_adoption_with_an_earlier_first_day_takes_the_whole_time(first):
    an_adopted(leave(), TURN, on_post="new")
    an_adopted(leave(days=3), date(2025, 1, 1), on_post="old")
    assert days_of(asked(first, date(2026, 6, 1), DAY)) == [3]
    assert days_of(asked(first, date(2026, 6, 1), TURN)) == [3]


def test_a_clause_keeps_its_own_days(first):
    an_adopted(leave(in_force="{from: 2025-07-01, to: 2025-12-31}"))
    days = [date(2025, 6, 30), date(2025, 7, 1), date(2025, 12, 31), TURN]
    assert [days_of(asked(first, day, DAY)) for day in days] == [[], [5], [5], []]


def test_the_answers_of_the_adoption_stand_in_the_clauses(first):
    text = a_text(
        "city-plan",
        "500000",
        a_part(filing="{at_least: 5}", extends="{personal: true, maternity: null}"),
        section="leave",
    )
    an_adopted(text, adverse={"maternity_leave_extends": True})
    an_adopted(text.replace("personal: true", "sick: true"), TURN, adverse={"maternity_leave_extends": False})
    held = governing.at_post()
    for day, extends in ((DAY, True), (TURN, False)):
        (rule,) = held.rules(LEAVE, SCHEME, first, day, day)
        assert rule.clause.extends_by_kind("maternity") is extends
        assert held.document(rule).leave[0] is rule.clause
        (other,) = governing.leave_on(day).clauses
        assert other.clause == rule.clause


def test_every_section_is_asked_by_itself(first):
    text = a_text("city-plan", "500000", a_part("l", filing="{at_least: 5}"), section="leave")
    text += "posting:\n" + a_part("p", full_time="true")
    text += "absence:\n" + a_part("a", in_a_row="{more_than: 15}")
    text += "service:\n" + a_part("s", full_time="true")
    text += "requirements:\n" + a_part("r", service="{length: {at_least: 12 months}}")
    an_adopted(text)
    held = governing.at_post()
    found = {
        section: [rule.clause_id for rule in held.rules(section, SCHEME, first, DAY, DAY)]
        for section in (POSTING, LEAVE, ABSENCE, SERVICE, REQUIREMENTS)
    }
    assert list(found.values()) == [["p"], ["l"], ["a"], ["s"], ["r"]]
    on = (
        governing.posting_on,
        governing.leave_on,
        governing.absence_on,
        governing.service_on,
        governing.requirements_on,
    )
    assert [[rule.clause_id for rule in each(DAY).clauses] for each in on] == [["p"], ["l"], ["a"], ["s"], ["r"]]
    assert [each(date(2024, 12, 31)).clauses for each in on] == [()] * 5


def test_everything_costs_two_queries_and_asking_none(places, first):
    for slug, place in (("city-plan", "500000"), ("first-plan", "500101"), ("second-plan", "500102")):
        an_adopted(leave(slug, place))
        an_adopted(leave(slug, place, 3), TURN)
    with CaptureQueriesContext(connection) as queries:
        held = governing.at_post()
        for month in range(1, 13):
            held.rules(LEAVE, SCHEME, first, date(2026, month, 1), date(2025, month, 1))
            held.rules(SERVICE, SCHEME, first, date(2026, month, 1), date(2025, month, 1))
    assert len(queries) == 2


def test_days_between_which_nothing_changes_share_one_answer(first):
    an_adopted(leave())
    an_adopted(leave(days=3), TURN, on_post="more_favourable")
    held = governing.at_post()
    answers = {
        id(held.rules(LEAVE, SCHEME, first, date(year, month, 15), date(2025, month, 1)))
        for year in (2026, 2027)
        for month in range(1, 13)
    }
    assert len(answers) == 1
    (choice,) = held.rules(LEAVE, SCHEME, first, TURN, DAY)
    (rule,) = held.rules(LEAVE, SCHEME, first, DAY, DAY)
    assert choice.old == (rule,)
    assert choice.old[0] is rule


def test_every_day_gives_what_asking_afresh_gives(places, first):
    """The remembered answers against an AtPost that remembers nothing."""
    an_adopted(leave(in_force="{from: 2025-03-01}"))
    an_adopted(leave("first-plan", "500101", 4).replace("{from: 2025-01-01}", "{from: 2025-01-01, to: 2026-03-31}"))
    an_adopted(leave(days=3), TURN, on_post="more_favourable")
    held = governing.at_post()
    months = [date(year, month, 1) for year in (2024, 2025, 2026) for month in (1, 3, 4, 7, 12)]
    for day in months:
        for since in months:
            fresh = type(held).of(held.versions.values(), held.area_of_pilot)
            for division in (first, places["second"].pk):
                assert days_of(held.rules(LEAVE, SCHEME, division, day, since)) == days_of(
                    fresh.rules(LEAVE, SCHEME, division, day, since)
                )
