"""Rotating the field keys, hashing anew, and the nightly check that sealed, shown and derived agree."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from deploy_admin import national_ids, sealing
from deploy_admin.access import SYSTEM, Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services import store_file
from deploy_admin.people import tasks
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.services import identity, keys
from tests.people.factories import a_title, a_worker, an_employment, an_id
from tests.registry.factories import FakeActor

pytestmark = pytest.mark.django_db

OLD, NEW, MATCH = b"o" * 32, b"n" * 32, b"m" * 32


@pytest.fixture(autouse=True)
def _one_key(settings):
    settings.FIELD_KEYS, settings.MATCH_KEY = {1: OLD}, MATCH


def versions():
    rows = HealthWorker.objects.exclude(id_sealed=None).order_by("pk").values_list("id_sealed", flat=True)
    return [sealing.Vault.version_of(sealed) for sealed in rows]


def rotate(*options):
    out = io.StringIO()
    call_command("rotate_field_keys", *options, stdout=out)
    return out.getvalue()


def test_every_id_is_sealed_anew_and_the_old_key_may_go(settings):
    numbers = [an_id() for _ in range(3)]
    people = [a_worker(number_of_id=number) for number in numbers]
    a_worker(number_of_id="")
    settings.FIELD_KEYS = {1: OLD, 2: NEW}
    assert "people.HealthWorker.id_sealed: 3 sealed anew" in rotate()
    settings.FIELD_KEYS = {2: NEW}
    for worker, number in zip(people, numbers, strict=True):
        worker.refresh_from_db()
        assert identity.opened(worker).number == number
    event = Event.objects.get(act="keys.rotated")
    assert (event.detail["version"], event.detail["resealed"]["people.HealthWorker.id_sealed"]) == (2, 3)
    assert {worker.version for worker in people} == {1}  # nothing about the person changed


def test_a_rotation_that_was_stopped_goes_on_where_it_was(settings, monkeypatch):
    for _ in range(5):
        a_worker()
    settings.FIELD_KEYS = {1: OLD, 2: NEW}
    monkeypatch.setattr(keys, "BATCH", 2)
    column = next(one for one in sealing.columns() if one.model == "people.HealthWorker")
    keys._reseal(column, next(keys._batches(column)))
    assert versions() == [2, 2, 1, 1, 1]
    assert keys.reseal_all(by=SYSTEM)["people.HealthWorker.id_sealed"] == 3
    assert versions() == [2] * 5
    assert keys.reseal_all(by=SYSTEM)["people.HealthWorker.id_sealed"] == 0


def test_large_contents_make_small_batches(monkeypatch):
    for _ in range(3):
        a_worker()
    monkeypatch.setattr(keys, "BATCH_BYTES", 100)  # a sealed number has 48
    column = next(one for one in sealing.columns() if one.model == "people.HealthWorker")
    assert [len(batch) for batch in keys._batches(column)] == [2, 1]


def test_what_opens_under_the_keys_held_is_counted(settings):
    a_worker()
    assert "people.HealthWorker.id_sealed: 1 open\n" in rotate("--check")
    settings.FIELD_KEYS = {2: NEW}
    with pytest.raises(CommandError, match="do not open"):
        rotate("--check")


def test_sealed_files_of_another_app_rotate_too_and_plain_ones_stay(settings):
    def stored(*, sealed):
        return store_file(
            name="示范.xlsx",
            content=b"table",
            content_type="application/octet-stream",
            by=SYSTEM,
            owner_institution_id=None,
            kind="test",
            sealed=sealed,
        )

    secret, plain = stored(sealed=True), stored(sealed=False)
    settings.FIELD_KEYS = {1: OLD, 2: NEW}
    assert "jobs.StoredFile.content: 1 sealed anew" in rotate()
    settings.FIELD_KEYS = {2: NEW}
    for file in (secret, plain):
        file.refresh_from_db()
        assert file.read() == b"table"


def test_a_missing_key_is_named_and_nothing_is_lost(settings):
    number = an_id()
    worker = a_worker(number_of_id=number)
    settings.FIELD_KEYS = {2: NEW}
    with pytest.raises(CommandError, match="FIELD_KEYS"):
        rotate()
    settings.FIELD_KEYS = {1: OLD, 2: NEW}
    worker.refresh_from_db()
    assert identity.opened(worker).number == number


def test_another_match_key_hashes_every_number_anew_without_the_old_one(settings, monkeypatch):
    numbers = [an_id() for _ in range(3)]
    people = [a_worker(number_of_id=number) for number in numbers]
    settings.MATCH_KEY = b"x" * 32
    monkeypatch.setattr(keys, "BATCH", 2)
    assert "id_digest: 3 hashed anew" in rotate("--rehash")
    for worker, number in zip(people, numbers, strict=True):
        worker.refresh_from_db()
        assert bytes(worker.id_digest) == identity.digest_of(number)
        assert identity.opened(worker).number == number
    assert "id_digest: 0 hashed anew" in rotate("--rehash")


# ---------------------------------------------------------------- the nightly check


def drifted():
    return str(Notice.objects.visible_to(FakeActor(role=Role.SYSTEM_ADMIN, user_id=1)).open().get())


def write(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_what_agrees_is_said_to_agree():
    worker = a_worker(post={"valid_to": "2020-12-31"})
    an_employment(worker, valid_from="2021-01-01")
    a_title(worker)
    assert tasks.check() == {}
    event = Event.objects.get(act="people.checked")
    assert (event.result, event.detail) == ("done", {"checked": 1, "drift": {}})
    assert not Notice.objects.open().exists()


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE people_employment SET is_current = false", "is_current"),
        ("UPDATE people_title SET level = 'junior'", "title_level"),
        ("UPDATE people_healthworker SET id_masked = '509999********999X'", "id_shown"),
        ("UPDATE people_healthworker SET born_on = '1970-01-01'", "id_shown"),
        ("UPDATE people_healthworker SET sex = '2'", "id_shown"),
        ("UPDATE people_healthworker SET id_sealed = id_sealed || '\\x00'", "id_sealed"),
        ("UPDATE people_healthworker SET id_digest = decode(repeat('00', 32), 'hex')", "id_sealed"),
    ],
)
def test_what_differs_is_told_to_the_system_administrator_and_on_the_record(statement, name):
    worker = a_worker()
    a_title(worker)
    write(statement)
    assert tasks.check() == {name: [worker.pk]}
    event = Event.objects.get(act="people.checked")
    assert (event.result, event.detail["drift"]) == ("refused", {name: [worker.pk]})
    assert "1" in drifted()


def test_the_notice_goes_once_nothing_differs_any_more():
    worker = a_worker()
    write("UPDATE people_employment SET is_current = false")
    tasks.check()
    write("UPDATE people_employment SET is_current = true")
    assert tasks.check() == {}
    assert not Notice.objects.open().exists()
    assert worker.employments.get().is_current


def test_a_hash_under_another_key_is_found(settings):
    worker = a_worker()
    settings.MATCH_KEY = b"x" * 32
    assert tasks.check() == {"id_digest": [worker.pk]}
    assert national_ids.is_masked(worker.id_masked)
