"""Two rosters at the same moment, and a worker killed in the middle: nobody twice, nothing half."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from deploy_admin import clock, national_ids
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import services
from deploy_admin.jobs.models import Job, JobState, UploadState
from deploy_admin.people.models import Employment, HealthWorker
from deploy_admin.people.services import bulk
from deploy_admin.people.services.bulk import PersonRow, save_all
from tests.jobs.plans import run_jobs
from tests.people.factories import a_worker, an_employment, an_id, hr
from tests.people.rosters.sheets import row, sent_in, sheet
from tests.quotas.test_races import together
from tests.registry.factories import an_institution

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def a_row(unit, n=3, **more):
    return PersonRow(unit.pk, national_id=national_ids.parse(an_id(n)), name="示范甲", **more)


def test_the_same_person_entered_by_two_units_is_there_once():
    one, two = an_institution(), an_institution()
    answers = together(
        lambda: save_all([a_row(one)], by=hr(one)),
        lambda: save_all([a_row(two)], by=hr(two)),
    )
    assert sorted(answer if isinstance(answer, str) else "saved" for answer in answers) == ["id_taken", "saved"]
    assert HealthWorker.objects.count() == Employment.objects.count() == 1


def test_the_same_person_taken_on_by_two_units_works_at_one():
    person = a_worker("示范甲", employed=False)
    an_employment(person, valid_to=date(2025, 6, 30))
    one, two = an_institution(), an_institution()
    answers = together(
        *(
            lambda unit=unit: save_all(
                [PersonRow(unit.pk, worker_id=person.pk, hired_on=date(2025, 9, 1))], by=hr(unit)
            )
            for unit in (one, two)
        )
    )
    assert sorted(answer if isinstance(answer, str) else "saved" for answer in answers) == [
        "employed_elsewhere",
        "saved",
    ]
    assert person.employments.filter(valid_to__isnull=True).count() == 1


def test_two_uploads_of_one_unit_one_is_looked_at_again():
    hospital = an_institution()
    actor = hr(hospital)
    uploads = [
        sent_in(sheet(row("示范甲", an_id(3), 科室=department)), actor, name=f"{department}.xlsx")
        for department in ("内科", "外科")
    ]
    for upload in uploads:
        services.confirm(upload=upload, digest=upload.digest, by=actor)
    waiting = list(Job.objects.filter(state=JobState.QUEUED, kind="imports.apply").values_list("pk", flat=True))
    together(*(lambda pk=pk: jobs.run(pk) for pk in waiting))
    states = []
    for upload in uploads:
        upload.refresh_from_db()
        states.append(upload.state)
    assert sorted(states) == [UploadState.APPLIED, UploadState.PLANNED]
    again = next(upload for upload in uploads if upload.state == UploadState.PLANNED)
    assert again.summary["made_again"]
    assert again.summary["counts"]["changed"] == 1
    assert HealthWorker.objects.count() == 1


def test_an_upload_against_an_entry_by_hand_does_not_write_over_it():
    hospital = an_institution()
    person = a_worker("示范甲", at=hospital)
    read = person.version
    answers = together(
        *(
            lambda major=major: save_all(
                [PersonRow(hospital.pk, worker_id=person.pk, version=read, major=major)], by=hr(hospital)
            )
            for major in ("内科学", "外科学")
        )
    )
    assert sorted(answer if isinstance(answer, str) else "saved" for answer in answers) == [
        "changed_meanwhile",
        "saved",
    ]


def test_killed_while_writing_it_is_applied_whole_or_not_at_all(monkeypatch):
    hospital = an_institution()
    actor = hr(hospital)
    upload = sent_in(sheet(*(row(f"示范{n}", an_id(n)) for n in range(1, 30))), actor)
    services.confirm(upload=upload, digest=upload.digest, by=actor)
    job = Job.objects.get(kind="imports.apply")

    class Killed(BaseException):
        """What a lost worker looks like from inside."""

    def die(self):
        raise Killed

    monkeypatch.setattr(bulk._Batch, "write", die)  # the people are in already, their employments are not
    with pytest.raises(Killed):
        jobs.run(job.pk)
    assert HealthWorker.objects.count() == 0
    monkeypatch.undo()
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - timedelta(seconds=61))
    jobs.put_back_stale()
    run_jobs()
    upload.refresh_from_db()
    assert (upload.state, HealthWorker.objects.count(), Employment.objects.count()) == ("applied", 29, 29)
