"""Health: the process lives; and whether it can serve, item by item."""

from __future__ import annotations

import pytest
import redis
from django.contrib.auth import get_user_model
from django.db import OperationalError

from deploy_admin import health, sealing


def test_the_process_lives_whatever_the_database_does(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_everything_in_place_is_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "items": {"database": "ok", "migrations": "ok", "broker": "ok"}}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("check", "error", "item"),
    [
        ("_database", OperationalError("gone"), "database"),
        ("_broker", redis.ConnectionError("gone"), "broker"),
    ],
)
def test_what_cannot_be_reached_is_named_without_its_reason(client, monkeypatch, check, error, item):
    def fail():
        raise error

    fail.__name__ = check
    monkeypatch.setattr(health, check, fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["items"][item] == "unreachable"
    assert "gone" not in answer.content.decode()


@pytest.mark.django_db
def test_unapplied_migrations_are_not_ready(client, monkeypatch):
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda self, targets: [1])
    assert client.get("/readyz").json()["items"]["migrations"] == "unapplied"


@pytest.mark.django_db
def test_production_is_not_ready_with_a_demo_account(client, settings):
    settings.PRODUCTION = True
    assert client.get("/readyz").json()["items"]["demo_accounts"] == "ok"
    get_user_model().objects.create(username="demo", name="示范", is_demo=True)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["items"]["demo_accounts"]) == (503, "present")


@pytest.mark.django_db
def test_production_is_not_ready_with_a_key_that_a_checkout_made(client, settings, tmp_path):
    settings.PRODUCTION, settings.VAR_DIR = True, tmp_path
    (tmp_path / "secret-key").write_text(settings.SECRET_KEY)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["items"]["secret_key"]) == (503, "generated")


@pytest.mark.django_db
def test_production_is_not_ready_with_field_keys_that_hang_on_the_secret_key(client, settings):
    settings.PRODUCTION = True
    assert client.get("/readyz").json()["items"]["field_keys"] == "derived"
    settings.FIELD_KEYS, settings.MATCH_KEY = {1: b"1" * 32, 2: b"2" * 32}, b"m" * 32
    assert client.get("/readyz").json()["items"]["field_keys"] == "ok"
    settings.MATCH_KEY = b"2" * 32
    assert client.get("/readyz").json()["items"]["field_keys"] == "repeated"


@pytest.mark.django_db
def test_nor_with_those_that_a_checkout_derived_from_its_own(client, settings, tmp_path):
    settings.PRODUCTION, settings.VAR_DIR = True, tmp_path
    (tmp_path / "secret-key").write_text("of the checkout")
    settings.FIELD_KEYS, settings.MATCH_KEY = (
        {1: b"1" * 32},
        sealing.derived("of the checkout", "deploy_admin.matching"),
    )
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["items"]["field_keys"]) == (503, "derived")


@pytest.mark.parametrize(
    ("address", "kind"),
    [("redis+socket:///tmp/a/redis.sock", "unix"), ("redis://:pw@127.0.0.1:6379/1", "tcp")],
)
def test_the_broker_is_asked_at_celerys_own_address(settings, address, kind):
    settings.REDIS_URL = address
    options = health.broker_client().connection_pool.connection_kwargs
    assert ("path" in options) == (kind == "unix")
