"""The one writer of many people: what it refuses, what it counts, and that more rows cost no more statements."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deploy_admin import national_ids
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.people.models import Employment, HealthWorker, Licence, Title
from deploy_admin.people.services.bulk import (
    DocumentRow,
    LicenceRow,
    PersonRow,
    TitleRow,
    UnavailabilityRow,
    save_all,
)
from deploy_admin.people.services.matching import Whose, match
from tests.people.factories import a_worker, an_employment, an_id, hr, refused
from tests.people.rosters.sheets import applied, plan_of, row, sheet
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


@pytest.fixture
def hospital():
    return an_institution("示范一院")


def new(unit, n, **more):
    return PersonRow(unit.pk, national_id=national_ids.parse(an_id(n)), name=f"示范{n}", **more)


def test_new_known_and_unchanged_are_counted_and_the_ids_keep_the_order(hospital):
    known = a_worker("示范甲", at=hospital)
    same = a_worker("示范乙", at=hospital)
    saved = save_all(
        [
            PersonRow(hospital.pk, worker_id=same.pk, name="示范乙"),
            new(hospital, 3),
            PersonRow(hospital.pk, worker_id=known.pk, major="护理学"),
        ],
        by=hr(hospital),
    )
    assert (saved.created, saved.changed, saved.unchanged) == (1, 1, 1)
    assert saved.ids == [same.pk, HealthWorker.objects.get(name="示范3").pk, known.pk]
    event = Event.objects.get(act="people.registered")
    assert (event.detail["created"], event.detail["changed"]) == (1, 1)
    assert "示范" not in str(event.detail)
    assert HealthWorker.objects.get(pk=known.pk).version == 2
    assert HealthWorker.objects.get(pk=same.pk).version == 1


def test_nothing_changed_is_nothing_on_the_record(hospital):
    known = a_worker("示范甲", at=hospital)
    save_all([PersonRow(hospital.pk, worker_id=known.pk, name="示范甲")], by=hr(hospital))
    assert not Event.objects.exists()
    assert save_all([], by=hr(hospital)).ids == []


def test_a_surname_is_read_as_a_surname(hospital):
    save_all([PersonRow(hospital.pk, national_id=national_ids.parse(an_id(3)), name="单 示范")], by=hr(hospital))
    person = HealthWorker.objects.get()
    assert (person.name, person.pinyin, person.initials) == ("单示范", "shan shi fan", "ssf")


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("name_missing", lambda unit, person: [PersonRow(unit.pk, national_id=national_ids.parse(an_id(3)))]),
        ("unit_unknown", lambda unit, person: [new(an_institution(), 3)]),
        ("id_taken", lambda unit, person: [new(unit, 3), new(unit, 3)]),
        ("same_person_twice", lambda unit, person: [PersonRow(unit.pk, worker_id=person.pk)] * 2),
        ("person_unknown", lambda unit, person: [PersonRow(unit.pk, worker_id=99)]),
        ("changed_meanwhile", lambda unit, person: [PersonRow(unit.pk, worker_id=person.pk, version=7)]),
        (
            "id_recorded",
            lambda unit, person: [PersonRow(unit.pk, worker_id=person.pk, national_id=national_ids.parse(an_id(4)))],
        ),
        ("id_in_text", lambda unit, person: [new(unit, 3, department=f"内科{an_id(4)}")]),
        ("id_in_text", lambda unit, person: [new(unit, 3, licences=(LicenceRow("physician", f"2018{an_id(4)}"),))]),
        ("title_day_missing", lambda unit, person: [new(unit, 3, titles=(TitleRow("233"),))]),
        ("title_unknown", lambda unit, person: [new(unit, 3, titles=(TitleRow("999", date(2020, 1, 1)),))]),
        ("category_unknown", lambda unit, person: [new(unit, 3, staff_category="cook")]),
        ("licence_unknown", lambda unit, person: [new(unit, 3, licences=(LicenceRow("pilot"),))]),
        (
            "changed_after_leaving",
            lambda unit, person: [
                PersonRow(unit.pk, worker_id=person.pk, left_on=date(2024, 1, 1), ended_as="resigned"),
            ],
        ),
    ],
)
def test_what_is_refused(hospital, code, rows):
    person = a_worker("示范甲", at=hospital)
    wanted = rows(hospital, person)
    if code == "changed_after_leaving":
        save_all(wanted, by=hr(hospital))
        wanted = [
            PersonRow(
                hospital.pk, worker_id=person.pk, employment_mode="off_establishment", changed_on=date(2025, 1, 1)
            )
        ]
    before = HealthWorker.objects.count()
    with refused(code):
        save_all(wanted, by=hr(hospital))
    assert HealthWorker.objects.count() == before


def test_of_a_person_elsewhere_nothing_may_be_written(hospital):
    person = a_worker("示范甲")
    with refused("person_unknown"):
        save_all([PersonRow(hospital.pk, worker_id=person.pk, titles=(TitleRow("232", TODAY),))], by=hr(hospital))
    with refused("employed_elsewhere"):
        save_all([PersonRow(hospital.pk, worker_id=person.pk, department="内科")], by=hr(hospital))
    left = a_worker("示范乙", employed=False)
    an_employment(left, valid_to=date(2025, 1, 1))
    with refused("hire_day_missing"):
        save_all([PersonRow(hospital.pk, worker_id=left.pk, department="内科")], by=hr(hospital))


def test_a_list_may_add_titles_alone_to_whoever_the_actor_sees(hospital):
    person = a_worker("示范甲")
    save_all([PersonRow(hospital.pk, worker_id=person.pk, titles=(TitleRow("232", TODAY),))], by=SYSTEM)
    assert Title.objects.get().worker_id == person.pk
    assert Employment.objects.get().institution_id != hospital.pk


def test_what_is_held_is_brought_up_to_date_and_what_is_kept_stays(hospital):
    person = a_worker("示范甲", at=hospital)
    rows = {
        "titles": (TitleRow("233", date(2015, 1, 1), appointed_on=date(2016, 1, 1)),),
        "licences": (LicenceRow("physician", "1105", "clinical", date(2010, 1, 1)),),
        "documents": (DocumentRow("甲证", "1", valid_to=date(2030, 1, 1)),),
        "unavailabilities": (UnavailabilityRow("further_study", date(2026, 1, 1), date(2026, 12, 31)),),
    }
    save_all([PersonRow(hospital.pk, worker_id=person.pk, **rows)], by=hr(hospital))
    assert save_all([PersonRow(hospital.pk, worker_id=person.pk, **rows)], by=hr(hospital)).unchanged == 1
    save_all(
        [
            PersonRow(
                hospital.pk,
                worker_id=person.pk,
                titles=(TitleRow("233", review_year=2014),),
                licences=(LicenceRow("physician", practice_category="tcm"),),
                unavailabilities=(UnavailabilityRow("further_study", date(2026, 2, 1), date(2027, 1, 31)),),
            )
        ],
        by=hr(hospital),
    )
    title = Title.objects.get()
    assert (title.qualified_on, title.appointed_on, title.review_year) == (date(2015, 1, 1), date(2016, 1, 1), 2014)
    licence = Licence.objects.get()
    assert (licence.number, licence.practice_category) == ("1105", "tcm")
    away = person.unavailabilities.get()
    assert (away.valid_from, away.valid_to) == (date(2026, 2, 1), date(2027, 1, 31))


def test_more_rows_cost_no_more_statements(hospital):
    def cost(first, count):
        people = [
            new(
                hospital,
                n,
                titles=(TitleRow("233", date(2020, 1, 1)),),
                licences=(LicenceRow("physician", str(n)),),
                documents=(DocumentRow("甲证"),),
                unavailabilities=(UnavailabilityRow("further_study", date(2026, 1, 1)),),
            )
            for n in range(first, first + count)
        ]
        with CaptureQueriesContext(connection) as fresh:
            ids = save_all(people, by=hr(hospital)).ids
        changed = [
            PersonRow(
                hospital.pk,
                worker_id=pk,
                major="新",
                employment_mode="establishment",
                titles=(TitleRow("232", date(2025, 1, 1)),),
                documents=(DocumentRow("乙证"),),
            )
            for pk in ids
        ]
        with CaptureQueriesContext(connection) as again:
            save_all(changed, by=hr(hospital))
        return len(fresh), len(again)

    assert cost(1, 2) == cost(10, 60)


def test_a_large_file_costs_as_many_queries_as_a_small_one(hospital):
    def cost(numbers, department):
        content = sheet(*(row(f"示范{n}", an_id(n), 科室=department) for n in numbers))
        with CaptureQueriesContext(connection) as caught:
            applied(content, hr(hospital))
        return len(caught)

    assert cost(range(1, 4), "内科") == cost(range(10, 90), "内科")
    assert cost(range(1, 4), "外科") == cost(range(10, 90), "外科")


def test_matching_by_id_by_number_and_by_name(hospital):
    mine = a_worker("示范甲", at=hospital, number_of_id=an_id(3))
    theirs = a_worker("示范乙", number_of_id=an_id(4))
    left = a_worker("示范丙", employed=False, number_of_id=an_id(5))
    an_employment(left, hospital, valid_to=date(2025, 1, 1))
    found = match(
        ids=[an_id(3), an_id(4), an_id(5), an_id(6)],
        numbers=[mine.number, "P99999999"],
        names=[(hospital.pk, "示范 甲"), (hospital.pk, "示范乙")],
        actor=hr(hospital),
        on=TODAY,
    )
    assert {number: known.worker_id for number, known in found.by_id.items()} == {
        an_id(3): mine.pk,
        an_id(4): theirs.pk,
        an_id(5): left.pk,
    }
    assert [found.by_id[an_id(n)].whose(hospital.pk, TODAY) for n in (3, 4, 5)] == [
        Whose.OWN,
        Whose.OTHER,
        Whose.LEFT_OWN,
    ]
    assert (found.by_id[an_id(3)].visible, found.by_id[an_id(4)].visible) == (True, False)
    assert list(found.by_number) == [mine.number]
    assert [known.worker_id for known in found.by_name[hospital.pk, "示范甲"]] == [mine.pk]
    assert found.by_name[hospital.pk, "示范乙"] == []


def test_a_plan_reads_a_few_times_however_many_people(hospital):
    applied(sheet(*(row(f"示范{n}", an_id(n)) for n in range(1, 60))), hr(hospital))
    with CaptureQueriesContext(connection) as few:
        plan_of(sheet(row("示范1", an_id(1))), hr(hospital))
    with CaptureQueriesContext(connection) as many:
        plan_of(sheet(*(row(f"示范{n}", an_id(n)) for n in range(1, 60))), hr(hospital))
    assert len(few) == len(many) <= 12
