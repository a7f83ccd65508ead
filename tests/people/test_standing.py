"""What is true of people on a day, worked by hand; the clock of the first hire; the line of a person's record."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.people import history
from deploy_admin.people.models import Recognition, TransferRequest
from deploy_admin.people.standing import standing
from tests.people.factories import HIRED, a_licence, a_title, a_worker, an_employment, away
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


def of(worker, on=TODAY):
    return standing([worker.pk], on)[worker.pk]


# ---------------------------------------------------------------- employment and the clock of the hire


def test_the_employment_is_that_of_the_day(unit, other):
    worker = a_worker(at=unit, post={"valid_to": date(2020, 12, 31), "ended_as": "transferred"})
    an_employment(worker, other, valid_from=date(2021, 1, 1), began_as="transferred")
    assert of(worker, date(2020, 12, 31)).employment.institution_id == unit.pk
    assert of(worker, date(2021, 1, 1)).employment.institution_id == other.pk
    before = of(worker, date(2018, 6, 30))
    assert (before.employment, before.left, before.hired_on) == (None, None, None)


def test_who_left_is_told_with_the_last_employment(unit):
    worker = a_worker(at=unit, post={"valid_to": date(2024, 6, 30)})
    found = of(worker)
    assert (found.employment, found.left.institution_id, found.left.ended_as) == (None, unit.pk, "resigned")
    assert of(worker, date(2024, 6, 30)).left is None


def moved(*rows):
    """Return a person with these employments: (first day, last day, how it began, kind of post, hired on)."""
    worker = a_worker(employed=False)
    for first, last, began_as, mode, hired_on in rows:
        an_employment(
            worker,
            valid_from=first,
            valid_to=last,
            ended_as="other" if last else "",
            began_as=began_as,
            employment_mode=mode,
            hired_on=hired_on,
        )
    return worker


A, B, C = date(2015, 7, 1), date(2019, 1, 1), date(2023, 1, 1)
B0, C0 = date(2018, 12, 31), date(2022, 12, 31)


@pytest.mark.parametrize(
    ("rows", "hired", "established"),
    [
        # Hired once and never moved.
        ([(A, None, "recruited", "establishment", A)], A, A),
        # A transfer does not restart the clock (AMB-54), a second one neither.
        (
            [
                (A, B0, "recruited", "establishment", A),
                (B, C0, "transferred", "establishment", B),
                (C, None, "transferred", "establishment", C),
            ],
            A,
            A,
        ),
        # Left of one's own accord and hired again: a new clock.
        ([(A, B0, "recruited", "establishment", A), (B, None, "recruited", "establishment", B)], B, B),
        # Off the establishment first, on it by a change of post: hired then, established since.
        ([(A, B0, "recruited", "off_establishment", A), (B, None, "changed", "establishment", A)], A, B),
        # On it, off it, on it again.
        (
            [
                (A, B0, "recruited", "establishment", A),
                (B, C0, "changed", "off_establishment", A),
                (C, None, "changed", "establishment", A),
            ],
            A,
            C,
        ),
        # Transferred in from a unit outside the system: what the row says is the best there is.
        ([(C, None, "transferred", "headcount_filing", A)], A, None),
        # Nobody said when: unknown, not today and not the first day of the row.
        ([(A, None, "unknown", "establishment", None)], None, None),
        ([(A, B0, "recruited", "establishment", None), (B, None, "transferred", "establishment", B)], None, None),
    ],
)
def test_the_day_of_hire_is_that_of_the_first_link_of_the_chain(rows, hired, established):
    found = of(moved(*rows))
    assert (found.hired_on, found.establishment_since) == (hired, established)


def test_what_comes_later_is_not_known_yet():
    worker = moved((A, B0, "recruited", "off_establishment", A), (B, None, "changed", "establishment", A))
    assert of(worker, B0).establishment_since is None


# ---------------------------------------------------------------- titles


def test_the_highest_title_held_on_the_day_counts():
    worker = a_worker()
    a_title(worker, "234", qualified_on=date(2015, 12, 1))
    a_title(worker, "233", qualified_on=date(2020, 12, 20))
    a_title(worker, "232", qualified_on=date(2025, 12, 20), revoked_on=date(2026, 6, 1))
    assert of(worker, date(2020, 12, 19)).title.code == "234"
    assert of(worker, date(2020, 12, 20)).title.code == "233"
    assert of(worker, date(2026, 5, 31)).title.code == "232"
    assert of(worker, date(2026, 6, 1)).title.code == "233"
    assert [title.code for title in of(worker, date(2026, 5, 31)).titles] == ["232", "233", "234"]


@pytest.mark.parametrize(
    ("kind", "code", "since"),
    [
        ("township_health_centre", "232", date(2024, 12, 20)),
        ("general_hospital", "233", date(2020, 12, 20)),
    ],
)
def test_a_grassroots_title_counts_at_primary_care_only(kind, code, since):
    worker = a_worker(at=an_institution(kind=kind))
    a_title(worker, "233")
    a_title(worker, "232", scope="grassroots_targeted", qualified_on=date(2024, 12, 20))
    found = of(worker)
    assert (found.title.code, found.title_since) == (code, since)
    assert len(found.titles) == 2


def test_of_two_titles_of_a_level_the_general_one_is_named_and_the_earliest_begins_it():
    worker = a_worker(at=an_institution(kind="chsc"))
    a_title(worker, "232", scope="grassroots_targeted", qualified_on=date(2018, 12, 20))
    a_title(worker, "232", qualified_on=date(2024, 12, 20))
    found = of(worker)
    assert (found.title.scope, found.title_since) == ("general", date(2018, 12, 20))


def test_nothing_known_is_nothing():
    found = of(a_worker(employed=False))
    assert (found.title, found.title_since, found.titles, found.licences, found.away) == (None, None, (), (), ())


# ---------------------------------------------------------------- licences and what keeps away


def test_licences_hold_up_to_their_last_day():
    worker = a_worker()
    a_licence(worker, issued_on=date(2016, 1, 1), ended_on=date(2026, 11, 22))
    a_licence(worker, "registered_nurse")
    assert [licence.kind for licence in of(worker).licences] == ["physician", "registered_nurse"]
    assert [licence.kind for licence in of(worker, date(2026, 11, 23)).licences] == ["registered_nurse"]
    assert [licence.kind for licence in of(worker, date(2015, 12, 31)).licences] == ["registered_nurse"]


def test_what_keeps_away_holds_from_its_first_day_to_its_last_unless_withdrawn():
    worker = a_worker()
    away(worker, "further_study", valid_from=date(2026, 11, 1), valid_to=TODAY)
    away(worker, "other", valid_from=TODAY, withdrawn_at="2026-11-22T08:00+08:00", withdrawn_by_name="示范人事")
    assert [reason.kind for reason in of(worker).away] == ["further_study"]
    assert of(worker, date(2026, 11, 23)).away == of(worker, date(2026, 10, 31)).away == ()


def test_any_number_of_people_is_read_in_five_queries(django_assert_num_queries):
    unit = an_institution()
    ids = []
    for _ in range(12):
        worker = a_worker(at=unit)
        a_title(worker)
        a_licence(worker)
        away(worker, valid_from=HIRED)
        ids.append(worker.pk)
    with django_assert_num_queries(5):
        found = standing(ids, TODAY)
    assert list(found) == ids
    assert all(one.title and one.licences and one.away for one in found.values())


# ---------------------------------------------------------------- the line of the record


def test_a_persons_record_is_told_newest_first_in_a_fixed_number_of_queries(unit, other, django_assert_num_queries):
    worker = a_worker(at=unit, post={"valid_to": date(2020, 12, 31), "ended_as": "transferred"})
    an_employment(worker, other, valid_from=date(2021, 1, 1), valid_to=date(2025, 6, 30), began_as="transferred")
    a_title(worker, appointed_on=date(2021, 3, 1))
    a_licence(worker)
    away(worker, valid_from=date(2022, 1, 1), valid_to=date(2022, 6, 30))
    Recognition.objects.create(
        worker=worker,
        kind="foreign_aid",
        served_from=date(2023, 1, 1),
        served_to=date(2023, 12, 31),
        document="示范证明",
    )
    TransferRequest.objects.create(
        worker=worker, from_institution=unit, to_institution=other, first_day=date(2021, 1, 1)
    )
    with django_assert_num_queries(9):
        found = history.timeline(worker)
    assert [(entry.day, entry.kind) for entry in found] == [
        (TODAY, "transfer_request"),
        (date(2025, 6, 30), "left"),
        (date(2023, 1, 1), "recognition"),
        (date(2022, 6, 30), "away_to"),
        (date(2022, 1, 1), "away_from"),
        (date(2021, 3, 1), "title_appointed"),
        (date(2021, 1, 1), "transferred"),
        (date(2020, 12, 20), "title_qualified"),
        (HIRED, "employed"),
    ]
