"""Keeping the list: written where it differs, untouched where not, taken up again, one writer at a time."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from assignments import services
from assignments.models import Eligibility, Judged
from assignments.services import refreshing
from assignments.tasks import eligibility as tasks
from deploy_admin.access import SYSTEM
from deploy_admin.audit.models import Event
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Job, JobState
from deploy_admin.people.models import Employment, HealthWorker, Title
from tests.assignments.factories import (
    TODAY,
    a_county_hospital,
    a_municipal_hospital,
    a_nurse,
    a_physician,
    judged,
    seeds,
    standing,
)
from tests.people.factories import a_title, away

pytestmark = pytest.mark.django_db


@pytest.fixture
def adopted():
    return seeds()


def touch(worker: HealthWorker) -> None:
    HealthWorker.objects.filter(pk=worker.pk).update(updated_at=timezone.now())


def moments() -> dict[int, object]:
    return dict(Eligibility.objects.values_list("pk", "updated_at"))


def test_everybody_employed_has_a_row_for_each_clause_that_speaks_or_one_that_none_does(adopted):
    hospital = a_municipal_hospital()
    physician, nurse = a_physician(hospital), a_nurse(hospital)
    other = a_physician(a_county_hospital(code="500102"))
    counts = judged()
    assert (counts.people, counts.added, counts.changed, counts.ended) == (3, 5, 0, 0)
    rows = Eligibility.objects.current()
    assert set(rows.filter(worker=physician).values_list("clause_id", "state")) == {
        ("physicians_sent", "may"),
        ("professionals_sent", "may"),
    }
    assert set(rows.filter(worker=nurse).values_list("clause_id", flat=True)) == {
        "non_clinical_sent",
        "professionals_sent",
    }
    [silent] = rows.filter(worker=other)
    assert (silent.clause_id, silent.version_id, silent.code, silent.state) == (
        "",
        None,
        "not_applicable",
        "not_applicable",
    )
    row = standing(physician)
    assert (row.scheme, row.policy, row.target) == ("municipal_county", "chongqing-municipal-county-2025", "dispatch")
    assert (row.staff_category, row.title_level, row.since) == ("physician", "intermediate", TODAY)
    assert row.version == adopted[0]


def test_judged_again_nothing_is_touched(adopted):
    for _ in range(3):
        a_physician(a_municipal_hospital())
    judged()
    before, events = moments(), Event.objects.count()
    assert judged().touched == 0
    assert moments() == before
    assert Event.objects.count() == events  # nothing happened, so nothing is recorded


def test_the_night_changes_only_what_the_date_changes(adopted):
    unit = a_county_hospital(code="500231")
    tomorrow = TODAY + timedelta(days=1)
    turning = a_physician(unit, clinical_since=date(2021, 11, 23))
    a_physician(unit, clinical_since=date(2010, 1, 1))
    judged()
    before = moments()
    counts = judged(on=tomorrow)
    assert (counts.added, counts.changed, counts.ended) == (0, 1, 0)
    row = standing(turning, "who_may_be_sent")
    assert (row.state, row.since) == ("may", tomorrow)
    assert {pk for pk, moment in moments().items() if moment != before[pk]} == {row.pk}
    assert set(Judged.objects.values_list("judged_on", flat=True)) == {tomorrow}


def test_a_change_moves_only_the_rows_it_changes(adopted):
    unit = a_municipal_hospital()
    changed, other = a_physician(unit), a_physician(unit)
    judged()
    before = moments()
    Title.objects.filter(worker=changed).update(level="junior", code="234")
    touch(changed)
    touch(other)
    assert services.refresh_changed() == 2
    moved = {pk for pk, moment in moments().items() if moment != before[pk]}
    assert set(Eligibility.objects.filter(pk__in=moved).values_list("worker_id", flat=True)) == {changed.pk}
    row = standing(changed)
    assert (row.state, row.unmet) == ("may_not", ["fact:title_level"])


def test_only_those_whose_record_changed_are_met(adopted):
    unit = a_municipal_hospital()
    workers = [a_physician(unit) for _ in range(3)]
    assert services.refresh_changed() == 3
    assert services.refresh_changed() == 0
    touch(workers[1])
    assert services.refresh_changed() == 1


def test_who_leaves_ends_and_who_comes_back_begins_again(adopted):
    worker = a_physician(a_municipal_hospital())
    judged()
    pk = standing(worker).pk
    Employment.objects.filter(worker=worker).update(valid_to=TODAY - timedelta(days=1), ended_as="resigned")
    touch(worker)
    services.refresh_changed()
    assert not Eligibility.objects.current().filter(worker=worker).exists()
    assert Eligibility.objects.get(pk=pk).state == "ended"  # the delta tells of it
    Employment.objects.filter(worker=worker).update(valid_to=None, ended_as="")
    touch(worker)
    services.refresh_changed()
    assert standing(worker).pk == pk


def test_a_merged_record_ends(adopted):
    unit = a_municipal_hospital()
    kept, dropped = a_physician(unit), a_physician(unit)
    judged()
    HealthWorker.objects.filter(pk=dropped.pk).update(merged_into=kept, updated_at=timezone.now())
    services.refresh_changed()
    assert not Eligibility.objects.current().filter(worker=dropped).exists()
    assert Eligibility.objects.current().filter(worker=kept).exists()


def test_an_absence_is_written_with_its_reason_and_last_day(adopted):
    worker = a_physician(a_municipal_hospital())
    away(worker, "residency_training", valid_from=date(2026, 9, 1), valid_to=date(2027, 8, 31))
    judged()
    row = standing(worker)
    assert (row.code, row.state) == ("may", "unavailable")
    assert (row.unavailable, row.unavailable_until) == ("residency_training", date(2027, 8, 31))


def test_everybody_is_judged_in_chunks_and_each_is_whole(adopted, monkeypatch):
    monkeypatch.setattr(refreshing, "CHUNK", 2)
    unit = a_municipal_hospital()
    for _ in range(5):
        a_physician(unit)
    assert judged().people == 5
    assert Eligibility.objects.current().count() == 10


def test_a_job_that_fell_goes_on_where_it_was(adopted, monkeypatch):
    monkeypatch.setattr(refreshing, "CHUNK", 2)
    unit = a_municipal_hospital()
    workers = [a_physician(unit) for _ in range(5)]
    job = services.start_refresh(on=TODAY, by=SYSTEM, trigger="nightly")
    assert services.start_refresh(on=TODAY, by=SYSTEM, trigger="nightly") == job  # one waits, the other joins
    services.refresh([worker.pk for worker in workers[:2]], on=TODAY, by=SYSTEM)  # what the fallen worker had done
    assert jobs.run(job.pk) is JobState.DONE
    job.refresh_from_db()
    assert job.result["people"] == 3
    assert Judged.objects.count() == 5


def test_an_adoption_judges_everybody_by_the_new_rules():
    from deploy_admin.celery import FOLLOW_UPS

    worker = a_physician(a_municipal_hospital())
    judged()
    assert [row.state for row in Eligibility.objects.filter(worker=worker)] == ["not_applicable"]
    versions = seeds("chongqing-municipal-county-2025")
    assert "assignments.after_adoption" in FOLLOW_UPS["policies.announce_change"]
    assert jobs.run(tasks.after_adoption(versions[0].pk)) is JobState.DONE
    assert standing(worker).state == "may"
    assert not Eligibility.objects.current().filter(worker=worker, clause_id="").exists()


def test_the_night_starts_a_job(adopted):
    a_physician(a_municipal_hospital())
    job = Job.objects.get(pk=tasks.refresh_everybody())
    assert jobs.run(job.pk) is JobState.DONE
    assert tasks.refresh_changed() == 0


def test_the_number_of_statements_does_not_grow_with_the_people(adopted, django_assert_max_num_queries):
    unit = a_municipal_hospital()
    for _ in range(2):
        a_physician(unit)
    judged()
    with django_assert_max_num_queries(60) as few:
        judged()
    for _ in range(10):
        a_title(a_nurse(unit), "254")
    judged()
    with django_assert_max_num_queries(len(few)):
        judged()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_each_row_once():
    seeds()
    unit = a_municipal_hospital()
    for _ in range(20):
        a_physician(unit)
    barrier, failures = threading.Barrier(2), []

    def work() -> None:
        try:
            barrier.wait(10)
            judged()
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert Eligibility.objects.count() == 40
    assert len(set(moments().values())) == 1  # the second found nothing to change


@pytest.mark.django_db(transaction=True)
def test_older_answers_never_overwrite_newer_ones():
    """Whoever waits for the other reads the records only afterwards."""
    seeds()
    worker = a_physician(a_municipal_hospital())
    judged()
    from django.db import transaction

    from assignments.services import guard

    done = threading.Event()

    def late() -> None:
        judged()
        done.set()
        connections.close_all()

    with transaction.atomic():
        guard.alone()
        thread = threading.Thread(target=late)
        thread.start()
        assert not done.wait(0.5)
        Title.objects.filter(worker=worker).update(level="junior", code="234")
    thread.join(60)
    assert standing(worker).state == "may_not"


@pytest.mark.django_db(transaction=True)
def test_the_schedule_leaves_it_to_whoever_is_at_it():
    from django.db import transaction

    from assignments.services import guard

    seeds()
    a_physician(a_municipal_hospital())
    met = []

    def scheduled() -> None:
        met.append(services.refresh_changed())
        connections.close_all()

    with transaction.atomic():
        guard.alone()
        thread = threading.Thread(target=scheduled)
        thread.start()
        thread.join(20)
    assert met == [0]
    assert services.refresh_changed() == 1


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"code": "perhaps"}, "eligibility_answer_known"),
        ({"state": "perhaps"}, "eligibility_state_known"),
        ({"policy": ""}, "eligibility_clause_whole"),
        ({"bar": "sanction"}, "eligibility_bar_when_barred"),
        ({"exemption": "age"}, "eligibility_exemption_when_exempt"),
        ({"until": TODAY}, "eligibility_until_of_something"),
        ({"state": "unavailable"}, "eligibility_absence_named"),
    ],
)
def test_the_database_refuses_a_standing_that_contradicts_itself(adopted, change, constraint):
    from django.db import IntegrityError, transaction

    worker = a_physician(a_municipal_hospital())
    judged()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Eligibility.objects.filter(pk=standing(worker).pk).update(**change)


def test_one_row_per_person_and_clause(adopted):
    from django.db import IntegrityError, transaction

    worker = a_physician(a_municipal_hospital())
    judged()
    row = standing(worker)
    row.pk = None
    with pytest.raises(IntegrityError, match="eligibility_once"), transaction.atomic():
        row.save()
    assert connection.is_usable()
