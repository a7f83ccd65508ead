"""Background work: claimed once, fenced by a token, put back when lost, ended with a sentence."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Reach, Role
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import handlers, services
from deploy_admin.jobs.models import Job, JobState, Notice, StoredFile
from deploy_admin.jobs.services import running
from tests.registry.factories import CITY, FakeActor

OFFICER = FakeActor(user_id=7, name="经办", institution_id=70)


def a_unit_actor(role: Role, institution_id: int, **more) -> FakeActor:
    return FakeActor(role=role, reach=Reach.UNIT, institution_id=institution_id, **more)


@pytest.fixture
def kinds(monkeypatch):
    """Handlers that live for one test."""
    held: dict = {}
    monkeypatch.setattr(handlers, "_handlers", held)
    return held


@pytest.fixture
def sent(monkeypatch):
    """The messages that would wake a worker."""
    messages: list[int] = []
    monkeypatch.setattr(running, "send", messages.append)
    return messages


def started(kind="test.work", **params) -> Job:
    return services.start(kind=kind, params=params, by=OFFICER, title="测试")


@pytest.mark.django_db
def test_a_job_is_announced_once_its_transaction_has_committed(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = started()
        assert sent == []
    assert sent == [job.pk]


@pytest.mark.django_db
def test_a_broker_that_cannot_be_reached_costs_nothing_but_time(monkeypatch, caplog):
    monkeypatch.setattr(running.current_app, "send_task", lambda *a, **k: (_ for _ in ()).throw(OSError("gone")))
    with caplog.at_level(logging.ERROR):
        running.send(1)
    assert "will be sent again" in caplog.text


@pytest.mark.django_db
def test_a_handler_gets_its_parameters_and_actor_and_its_result_is_kept(kinds):
    @handlers.handles("test.work")
    def work(claim):
        claim.progress(3, 10)
        assert (claim.actor.name, claim.actor.institution_id, claim.actor.role) == ("经办", 70, Role.CITY_OFFICER)
        return {"said": claim.params["word"]}

    job = started(word="好")
    assert services.run(job.pk) == JobState.DONE
    job.refresh_from_db()
    assert job.result == {"said": "好"}
    assert (job.progress_done, job.progress_total, job.token, job.attempts) == (3, 10, 1, 1)


@pytest.mark.django_db
def test_a_second_message_finds_nothing_to_take(kinds):
    runs = []
    handlers.handles("test.work")(lambda claim: runs.append(claim.job_id))
    job = started()
    services.run(job.pk)
    assert services.run(job.pk) is None
    assert runs == [job.pk]


@pytest.mark.django_db
def test_a_refusal_ends_the_job_with_its_sentence_and_undoes_its_work(kinds):
    @handlers.handles("test.work")
    def work(claim):
        started("other")
        raise RuleViolation("不可以。", "not_so")

    job = started()
    assert services.run(job.pk) == JobState.FAILED
    job.refresh_from_db()
    assert (job.error_code, job.error) == ("not_so", "不可以。")
    assert not Job.objects.filter(kind="other").exists()
    assert Notice.objects.open().get(key=f"job:{job.pk}").user_id == 7


@pytest.mark.django_db
def test_a_fault_is_tried_three_times_and_then_told_plainly(kinds, caplog):
    told = []

    @handlers.handles("test.work", on_failure=lambda job: told.append(job.pk))
    def work(claim):
        raise ZeroDivisionError("secret detail")

    job = started()
    assert [services.run(job.pk) for _ in range(4)] == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED, None]
    job.refresh_from_db()
    assert job.error_code == "fault"
    assert "secret" not in job.error
    assert told == [job.pk]
    assert "secret detail" in caplog.text


@pytest.mark.django_db
def test_a_kind_nobody_handles_is_a_fault(kinds, caplog):
    assert services.run(started().pk) == JobState.QUEUED
    assert "no handler" in caplog.text


@pytest.mark.django_db
def test_work_without_a_sign_of_life_goes_back_and_the_stale_token_writes_nothing(
    kinds, sent, django_capture_on_commit_callbacks
):
    job = started()
    first = services.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - timedelta(seconds=61))
    with django_capture_on_commit_callbacks(execute=True):
        assert services.put_back_stale() == 1
    assert sent[-1] == job.pk
    second = services.claim(job.pk)
    assert (first.token, second.token) == (1, 2)
    for act in (first.check, first.beat, lambda: first.progress(1, 2), lambda: running._finish(first, {"x": 1})):
        with pytest.raises(handlers.StaleToken):
            act()
    running._fail(first, "late", "太迟")
    running._try_again(first)
    job.refresh_from_db()
    assert (job.state, job.result, job.error_code) == (JobState.RUNNING, {}, "")
    second.check()


@pytest.mark.django_db
def test_a_worker_that_lost_its_claim_in_the_middle_undoes_everything(kinds):
    @handlers.handles("test.work")
    def work(claim):
        started("other")
        Job.objects.filter(pk=claim.job_id).update(token=99)

    job = started()
    services.run(job.pk)
    job.refresh_from_db()
    assert not Job.objects.filter(kind="other").exists()
    assert job.state == JobState.RUNNING


@pytest.mark.django_db
def test_when_the_broker_lost_everything_waiting_work_is_sent_again(sent, django_capture_on_commit_callbacks):
    old, fresh = started(), started()
    Job.objects.filter(pk=old.pk).update(sent_at=clock.now() - timedelta(seconds=90))
    with django_capture_on_commit_callbacks(execute=True):
        services.put_back_stale()
        services.put_back_stale()
    assert sent == [old.pk]
    assert Job.objects.get(pk=fresh.pk).state == JobState.QUEUED


@pytest.mark.django_db
def test_work_that_takes_its_worker_down_every_time_ends_some_day():
    job = started()
    services.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(
        heartbeat_at=clock.now() - timedelta(seconds=61), attempts=running.CLAIMS_AT_MOST
    )
    services.put_back_stale()
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, "worker_lost")


@pytest.mark.django_db
def test_waiting_work_can_be_taken_back_and_running_work_cannot():
    waiting, running_job = started(), started()
    services.claim(running_job.pk)
    services.cancel(job=waiting, by=OFFICER)
    waiting.refresh_from_db()
    assert waiting.state == JobState.CANCELLED
    assert services.run(waiting.pk) is None
    with pytest.raises(Conflict):
        services.cancel(job=running_job, by=OFFICER)


def test_the_states_move_only_as_the_table_says():
    assert JobState.QUEUED.may_become() == {JobState.RUNNING, JobState.CANCELLED}
    assert all(not state.may_become() for state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED))


@pytest.mark.django_db
def test_the_machine_itself_may_start_work(kinds):
    handlers.handles("test.work")(lambda claim: {"system": claim.actor is SYSTEM})
    job = services.start(kind="test.work", params={}, by=SYSTEM, title="夜间重算")
    services.run(job.pk)
    job.refresh_from_db()
    assert job.result == {"system": True}


@pytest.mark.django_db(transaction=True)
def test_progress_and_signs_of_life_show_while_the_work_is_in_its_transaction(kinds, monkeypatch):
    monkeypatch.setattr(running, "BEAT_SECONDS", 0.05)
    seen = []

    @handlers.handles("test.work")
    def work(claim):
        claim.progress(4, 10)
        wait = threading.Event()

        def look():
            for _ in range(100):
                done = Job.objects.values_list("progress_done", flat=True).get(pk=claim.job_id)
                if done:
                    seen.append(done)
                    break
                wait.wait(0.02)
            connection.close()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return {}

    job = started()
    assert services.run(job.pk) == JobState.DONE
    assert seen == [4]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_the_job(kinds):
    job = started()
    start, claims = threading.Barrier(4), []

    def take():
        start.wait()
        if (held := services.claim(job.pk)) is not None:
            claims.append(held.token)
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert claims == [1]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_notices_of_one_key_at_once_are_one():
    start = threading.Barrier(2)

    def tell(count):
        start.wait()
        with transaction.atomic():
            params = {"title": str(count), "error": ""}
            services.notify(code="jobs.done", params=params, url="/", institution_id=1, roles=None, key="k")
        connection.close()

    threads = [threading.Thread(target=tell, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Notice.objects.open().count() == 1


@pytest.mark.django_db
def test_a_notice_is_open_once_brought_up_to_date_and_settled():
    def tell(title):
        services.notify(
            code="jobs.done",
            params={"title": title, "error": ""},
            url="/x",
            institution_id=5,
            roles=[Role.SENDER_HR],
            key="k",
        )

    tell("一")
    tell("二")
    notice = Notice.objects.open().get()
    assert "二" in notice.text
    services.settle(key="k")
    services.settle(key="k")
    assert not Notice.objects.open().exists()
    tell("三")
    assert Notice.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        (a_unit_actor(Role.SENDER_HR, 5, user_id=1), {"unit_hr", "unit_all"}),
        (a_unit_actor(Role.RECEIVER_CLERK, 5, user_id=2), {"unit_all", "person"}),
        (a_unit_actor(Role.SENDER_HR, 6, user_id=3), set()),
        (a_unit_actor(Role.SENDER_HR, 9, user_id=3, institution_ids=frozenset({9, 5})), {"unit_hr", "unit_all"}),
        (FakeActor(role=Role.CITY_OFFICER, reach=Reach.ALL, institution_id=8, user_id=4), {"officers"}),
        (FakeActor(role=None, reach=Reach.NONE, user_id=2), {"person"}),
    ],
)
def test_an_inbox_holds_what_is_addressed_to_the_person_or_the_capacity(actor, seen):
    def tell(key, **address):
        address = {"institution_id": None, "roles": None, **address}
        services.notify(code="jobs.done", params={"title": key, "error": ""}, url="/", key=key, **address)

    tell("unit_hr", institution_id=5, roles=[Role.SENDER_HR])
    tell("unit_all", institution_id=5)
    tell("officers", roles=[Role.CITY_OFFICER])
    tell("person", user_id=2)
    assert set(Notice.objects.open().visible_to(actor).values_list("key", flat=True)) == seen


@pytest.mark.django_db
def test_a_stored_file_keeps_its_bytes_and_is_its_makers_alone_unless_its_kind_says_otherwise():
    file = services.store_file(
        name="x.txt", content=b"abc", content_type="text/plain", by=OFFICER, owner_institution_id=70, kind="unheard_of"
    )
    assert (file.size, file.sha256[:8], bytes(StoredFile.objects.get(pk=file.pk).content)) == (3, "ba7816bf", b"abc")
    assert list(StoredFile.objects.visible_to(OFFICER)) == [file]
    assert not StoredFile.objects.visible_to(CITY).exists()
    assert not StoredFile.objects.visible_to(FakeActor(user_id=8, institution_id=70)).exists()


@pytest.mark.django_db
def test_the_system_administrator_sees_that_work_ran_and_a_unit_sees_its_own():
    job = started()
    admin = FakeActor(role=Role.SYSTEM_ADMIN, reach=Reach.NONE, user_id=1)
    colleague, stranger = (a_unit_actor(Role.SENDER_HR, pk, user_id=8) for pk in (70, 71))
    seen = [Job.objects.visible_to(actor).filter(pk=job.pk).exists() for actor in (admin, colleague, stranger)]
    assert seen == [True, True, False]
