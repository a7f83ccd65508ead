"""The facts of a person's sheet: every one that the language says is fed, on the day, and what is known of it."""

from __future__ import annotations

from datetime import date

import pytest

from assignments import facts, records
from assignments.rules import EVER
from deploy_admin.people.models import HeldDocument, RecordedEvent
from deploy_admin.people.standing import standing
from deploy_admin.policies.language.facts import FACTS
from tests.assignments.factories import TODAY, a_municipal_hospital, a_physician, a_place
from tests.people.factories import a_licence, a_title, a_worker, an_employment, away
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _places():
    a_place("500102")


def sheet(worker, on=TODAY, days=()):
    return facts.person_sheets([worker.pk], days or (on,), on)[worker.pk]


def fact(name, worker, on=TODAY):
    return sheet(worker, on)[on].get(name)


def test_every_fact_that_the_language_says_is_fed_has_a_feed():
    assert facts.person_fact_names() <= facts.FEEDS.keys()
    assert facts.FEEDS.keys() - facts.person_fact_names() == {"events"}


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(1971, 11, 23), date(2026, 11, 22), 54),
        (date(1971, 11, 22), date(2026, 11, 22), 55),  # the birthday counts
        (date(2000, 2, 29), date(2025, 2, 27), 24),
        (date(2000, 2, 29), date(2025, 2, 28), 25),  # clipped to the month's last day
        (date(2000, 2, 29), date(2024, 2, 28), 23),  # a leap year has the day itself
        (date(2000, 2, 29), date(2024, 2, 29), 24),
        (date(2000, 8, 31), date(2026, 8, 31), 26),
        (date(2000, 8, 31), date(2026, 8, 30), 25),
    ],
)
def test_years_are_completed_by_the_corresponding_day(born, on, age):
    assert facts.years(born, on) == age


def test_years_have_a_beginning():
    assert facts.years(None, TODAY) is None
    assert facts.years(date(2030, 1, 1), TODAY) == 0


def test_a_transfer_restarts_no_clock_and_a_new_hire_does():
    first, second = an_institution(division=a_place("500102")), a_municipal_hospital()
    moved = a_worker(
        at=first, post={"valid_from": date(2015, 1, 1), "valid_to": date(2020, 6, 30), "ended_as": "transferred"}
    )
    an_employment(moved, second, valid_from=date(2020, 7, 1), began_as="transferred")
    assert fact("hire_date", moved) == date(2015, 1, 1)
    assert fact("years_since_hire", moved) == 11
    hired = a_worker(at=first, post={"valid_from": date(2015, 1, 1), "valid_to": date(2020, 6, 30)})
    an_employment(hired, second, valid_from=date(2020, 7, 1), began_as="recruited")
    assert fact("hire_date", hired) == date(2020, 7, 1)


def test_the_post_on_the_establishment_has_its_own_clock():
    unit = a_municipal_hospital()
    first = {"valid_from": date(2015, 1, 1), "valid_to": date(2019, 12, 31), "ended_as": "changed"}
    worker = a_worker(at=unit, post=first | {"employment_mode": "off_establishment"})
    an_employment(worker, unit, valid_from=date(2020, 1, 1), began_as="changed", hired_on=date(2015, 1, 1))
    assert fact("hire_date", worker) == date(2015, 1, 1)
    assert fact("years_on_establishment", worker) == 6
    outside = a_worker(at=unit, post={"employment_mode": "off_establishment"})
    assert fact("establishment_since", outside) == ()
    unsaid = a_worker(at=unit, post={"employment_mode": ""})
    assert fact("establishment_since", unsaid) is None


def test_what_the_pages_say_is_what_the_rules_are_told():
    """One reading of titles, hire dates and posts, here and in people.standing."""
    unit = a_municipal_hospital()
    centre = an_institution(division=a_place("500102"), kind="township_health_centre")
    people = [a_physician(unit), a_physician(unit, title=None), a_physician(centre, title="234")]
    a_title(people[0], "232", qualified_on=date(2024, 1, 1), revoked_on=date(2026, 1, 1))
    a_title(people[0], "232", scope="grassroots_targeted", qualified_on=date(2024, 1, 1))
    a_title(people[2], "233", scope="grassroots_targeted", qualified_on=date(2023, 5, 1))
    now = standing([worker.pk for worker in people], TODAY)
    for worker in people:
        told, seen = sheet(worker)[TODAY], now[worker.pk]
        assert told.get("title_level") == (seen.title.level if seen.title else None)
        assert told.get("title_since") == seen.title_since
        assert told.get("hire_date") == seen.hired_on
        assert told.get("establishment_since") == seen.establishment_since
        assert told.get("licence") == tuple(each.kind for each in seen.licences)
    assert fact("title_level", people[0]) == "intermediate"
    assert fact("title_level", people[2]) == "intermediate"
    assert fact("title_scope", people[2]) == ("grassroots_targeted",)


def test_several_licences_hold_at_once_and_a_nurse_has_no_practice_category():
    worker = a_physician(a_municipal_hospital())
    a_licence(worker, "registered_nurse")
    assert set(fact("licence", worker)) == {"physician", "registered_nurse"}
    assert fact("practice_category", worker) == ("clinical",)
    nurse = a_worker(at=a_municipal_hospital(), post={"staff_category": "nursing"})
    a_licence(nurse, "registered_nurse")
    assert fact("practice_category", nurse) == ()
    unsaid = a_physician(a_municipal_hospital(), licence=None)
    a_licence(unsaid, practice_category="")
    assert fact("practice_category", unsaid) is None


@pytest.mark.parametrize(
    ("category", "expected"), [("physician", None), ("", None), ("management", ()), ("other", ())]
)
def test_an_empty_column_is_unknown_except_of_those_who_seldom_have_it(category, expected):
    worker = a_worker(at=a_municipal_hospital(), post={"staff_category": category})
    assert fact("licence", worker) == expected
    assert fact("title_level", worker) == ("none" if expected == () else None)
    assert fact("titles_held", worker) == expected


def test_papers_are_held_from_the_day_of_issue_and_valid_to_the_last_day():
    worker = a_physician(a_municipal_hospital())
    HeldDocument.objects.create(
        worker=worker, name="住院医师规范化培训合格证", issued_on=date(2020, 7, 1), valid_to=date(2025, 6, 30)
    )
    assert fact("documents_held", worker, date(2020, 6, 30)) == ()
    assert fact("documents_held", worker) == ("住院医师规范化培训合格证",)
    assert fact("documents_valid", worker) == ()
    assert fact("documents_valid", worker, date(2025, 6, 30)) == ("住院医师规范化培训合格证",)


def test_events_that_were_withdrawn_are_not_told():
    worker = a_physician(a_municipal_hospital())
    more = {"worker": worker, "document": "示范处分决定"}
    RecordedEvent.objects.create(kind="disciplinary_sanction", happened_on=date(2026, 3, 1), **more)
    RecordedEvent.objects.create(
        kind="refused_deployment", happened_on=date(2026, 4, 1), withdrawn_at="2026-05-01T00:00Z",
        withdrawn_by_name="示范人事", **more,
    )  # fmt: skip
    assert fact("events", worker) == (("disciplinary_sanction", date(2026, 3, 1)),)


def test_a_list_of_specialities_is_taken_apart():
    worker = a_physician(a_municipal_hospital(), speciality="心血管内科、呼吸内科")
    assert fact("speciality", worker) == ("心血管内科", "呼吸内科")


def test_the_sheet_carries_the_units_facts_of_the_same_day_and_everything_ever():
    worker = a_physician(a_municipal_hospital())
    away(worker, "foreign_aid", valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1))
    held = sheet(worker, days=(date(2020, 6, 1), TODAY))
    assert held[TODAY]["affiliation"] == "municipal"
    assert held[date(2020, 6, 1)]["unavailability"] == ("foreign_aid",)
    assert held[TODAY]["unavailability"] == ()
    assert held[EVER]["unavailability"] == ("foreign_aid",)
    assert held[EVER]["title_level"] == ("intermediate",)
    assert "age" not in held[EVER]


def test_sex_is_told_as_the_policies_know_it():
    assert fact("sex", a_worker(at=a_municipal_hospital(), sex="2")) == "female"
    assert fact("sex", a_worker(at=a_municipal_hospital(), sex="0", number_of_id="")) is None


def test_every_code_of_a_record_is_a_code_of_the_language():
    from deploy_admin.people import codes

    for name, listed in (
        ("staff_category", codes.STAFF_CATEGORIES),
        ("employment_mode", codes.EMPLOYMENT_MODES),
        ("licence", codes.LICENCES),
        ("practice_category", codes.PRACTICE_CATEGORIES),
        ("education", codes.EDUCATIONS),
        ("degree", codes.DEGREES),
        ("title_level", codes.TITLE_LEVELS),
        ("title_scope", codes.TITLE_SCOPES),
        ("unavailability", codes.UNAVAILABILITIES),
    ):
        assert set(codes.values(listed)) <= set(FACTS[name].codes), name


def test_records_are_read_with_a_constant_number_of_queries(django_assert_num_queries):
    unit = a_municipal_hospital()
    people = [a_physician(unit).pk for _ in range(10)]
    for some in (people[:1], people):
        with django_assert_num_queries(7):
            assert len(records.read(some)) == len(some)


def test_what_no_clause_asks_for_is_not_read(django_assert_num_queries):
    worker = a_physician(a_municipal_hospital())
    with django_assert_num_queries(4):
        records.read([worker.pk], frozenset({"title_level"}))
