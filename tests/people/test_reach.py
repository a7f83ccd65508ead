"""Who sees whom, what stands nowhere in plain text, and names that few fonts have on every path."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from deploy_admin.access import Reach, Role
from deploy_admin.audit.models import Event
from deploy_admin.people import services
from deploy_admin.people.models import HealthWorker, Title
from deploy_admin.people.services import (
    EmploymentFacts,
    LicenceFacts,
    Paper,
    PersonFacts,
    PostFacts,
    TitleFacts,
    identity,
)
from tests.people.factories import a_title, a_worker, an_employment, an_id, hr
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution, district_officer

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


def seen(actor):
    return set(HealthWorker.objects.visible_to(actor))


def test_the_city_sees_all_a_unit_its_own_a_person_themselves():
    here, there = an_institution(), an_institution()
    mine, theirs = a_worker(at=here), a_worker(at=there)
    nobody_s = a_worker(employed=False)
    assert seen(FakeActor()) == {mine, theirs, nobody_s}
    assert seen(hr(here)) == {mine}
    assert seen(FakeActor(role=Role.DEPLOYED_PERSON, reach=Reach.SELF, worker_id=theirs.pk)) == {theirs}
    assert seen(FakeActor(role=Role.DEPLOYED_PERSON, reach=Reach.SELF)) == set()
    assert seen(FakeActor(role=Role.SYSTEM_ADMIN, reach=Reach.NONE)) == set()


def test_a_district_sees_the_people_of_its_units():
    district = a_division()
    inside = a_worker(at=an_institution(division=district))
    a_worker(at=an_institution(division=a_division()))
    assert seen(district_officer(an_authority(district), TODAY)) == {inside}


def test_the_former_unit_sees_who_left_and_no_longer_who_moved():
    old, new = an_institution(), an_institution()
    left = a_worker(at=old, post={"valid_to": date(2025, 12, 31)})
    moved = a_worker(at=old, post={"valid_to": date(2025, 12, 31), "ended_as": "transferred"})
    an_employment(moved, new, valid_from=date(2026, 1, 1), began_as="transferred")
    assert seen(hr(old)) == {left}
    assert seen(hr(new)) == {moved}


def test_a_unit_sees_its_branches_people_and_a_branch_its_own():
    head = an_institution()
    branch = an_institution(parent=head)
    above, below = a_worker(at=head), a_worker(at=branch)
    assert seen(hr(head)) == {above, below}
    assert seen(hr(branch)) == {below}


def test_rows_about_a_person_are_seen_by_whoever_sees_the_person():
    here, there = an_institution(), an_institution()
    mine = a_title(a_worker(at=here))
    a_title(a_worker(at=there))
    assert Title.objects.visible_to(hr(here)).get() == mine


def test_who_is_employed_somewhere_on_a_day():
    unit = an_institution()
    here = a_worker(at=unit)
    a_worker(at=unit, post={"valid_to": date(2026, 11, 21)})
    assert set(HealthWorker.objects.employed_at([unit.pk], TODAY)) == {here}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["𬱖䶮", "龑㛃", "示范·买买提", "单雄信"])
def test_rare_characters_survive_every_path(name):
    unit = an_institution()
    by = hr(unit)
    worker = services.register_worker(
        person=PersonFacts(name, an_id()), employment=EmploymentFacts(unit.pk, date(2026, 9, 1)), by=by
    )
    assert HealthWorker.objects.get(pk=worker.pk).name == name
    assert HealthWorker.objects.visible_to(by).search(name[0]).get() == worker
    services.correct_worker(worker=worker, facts={"name": f"{name}𠮷"}, reason="更正", version=worker.version, by=by)
    assert HealthWorker.objects.search("𠮷").get() == worker
    event = Event.objects.get(act="people.corrected")
    assert (event.object_label, event.detail["old"]["name"]) == (f"{name}𠮷", name)


def test_people_are_found_by_initials_name_and_person_number():
    worker = a_worker("单雄信")  # as a surname it is read shan
    a_worker("示范王五")
    for wanted in ("sxx", "sx", "雄信", worker.number.lower(), f" {worker.number} "):
        assert worker in HealthWorker.objects.search(wanted), wanted
    assert not HealthWorker.objects.search("dxx").exists()
    assert HealthWorker.objects.search("雄信").count() == 1


def test_a_page_of_people_with_their_posts_is_one_query(django_assert_num_queries):
    unit = an_institution()
    for _ in range(5):
        a_worker(at=unit)
    with django_assert_num_queries(1):
        rows = list(HealthWorker.objects.visible_to(hr_of(unit)).with_employment().for_list()[:100])
        assert [row.employment.institution_id for row in rows] == [unit.pk] * 5


def hr_of(unit):
    return FakeActor(
        role=Role.SENDER_HR, reach=Reach.UNIT, institution_id=unit.pk, institution_ids=frozenset({unit.pk})
    )


# ---------------------------------------------------------------- no plain ID anywhere


def tables_with(text):
    """Return the tables in which any row, written out, holds `text`; what is sealed is written out in hex."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for (table,) in cursor.fetchall():
            where = f"SELECT EXISTS (SELECT 1 FROM {table} row WHERE position(%s in row::text) > 0)"  # noqa: S608
            cursor.execute(where, [text])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_no_act_leaves_a_whole_id_in_plain_text_anywhere(officer):
    unit, other = an_institution(), an_institution()
    by, number = hr(unit), an_id(born_on=date(1988, 8, 8))
    worker = services.register_worker(
        person=PersonFacts("示范张三", number, major=f"内科学{number}"),
        employment=EmploymentFacts(unit.pk, date(2020, 9, 1), post=PostFacts(f"内科{number}")),
        titles=[TitleFacts("233", date(2024, 12, 20), document_number=number)],
        licences=[LicenceFacts("physician", f"202050110{number}")],
        by=by,
    )

    def act(service, **facts):
        worker.refresh_from_db()
        return service(version=worker.version, by=by, **facts)

    reason, paper = f"身份证 {number} 录入有误", Paper(f"关于{number}的决定", number, date(2025, 1, 1))
    act(services.correct_worker, worker=worker, facts={"speciality": number}, reason=reason)
    act(services.correct_worker, worker=worker, facts={"name": f"示范{number}"}, reason=reason)
    act(services.change_post, worker=worker, on=date(2025, 1, 1), facts={"department": number})
    held = worker.employments.get(is_current=True)
    act(services.correct_employment, employment=held, facts={"department": f"儿科{number}"}, reason=reason)
    act(services.add_title, worker=worker, facts=TitleFacts("252", date(2025, 1, 1), document_number=number))
    paper_held = act(services.add_document, worker=worker, name=f"合格证{number}", number=number)
    act(services.remove_document, document=paper_held, reason=reason)
    act(
        services.enter_unavailability,
        worker=worker,
        kind="other",
        valid_from=TODAY,
        remark=reason,
        paper=paper,
    )
    act(
        services.claim_recognition,
        worker=worker,
        kind="foreign_aid",
        served_from=date(2022, 1, 1),
        served_to=date(2022, 12, 31),
        place=number,
        paper=paper,
    )
    act(services.record_event, worker=worker, kind="medical_accident", happened_on=date(2025, 1, 1), paper=paper)
    services.reveal_id(worker=worker, reason=reason, by=by)
    worker.refresh_from_db()
    request = services.request_transfer(
        national_id=number,
        name=worker.name,
        to=other,
        first_day=date(2026, 11, 1),
        post=PostFacts(f"外科{number}"),
        by=hr(other),
    )
    services.answer_transfer(request=request, agree=False, remark=reason, by=by)
    double = a_worker(at=unit)
    worker.refresh_from_db()
    services.merge(keep=double, drop=worker, reason=reason, keep_version=1, drop_version=worker.version, by=officer)
    assert tables_with(number) == []
    assert tables_with(number[14:]) != []  # the last four are shown: the search itself finds what is there
    assert identity.opened(HealthWorker.objects.get(pk=worker.pk)).number == number
