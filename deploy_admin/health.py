"""Whether this process lives (/healthz) and whether it can serve (/readyz): one status per item, 503 if one fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deploy_admin import access, sealing

log = logging.getLogger(__name__)
OK, UNREACHABLE = "ok", "unreachable"


@require_safe
@never_cache
@access.public
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer: the process lives. Nothing else is asked, so a slow database never gets a web process restarted."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@access.public
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer with one status per item; 503 if one of them is not "ok"."""
    items: dict[str, str] = {}
    for name, check, needs_database in _checks():
        # One wait for a lost database is enough: whoever asks gives up after a few seconds.
        lost = needs_database and items.get("database") == UNREACHABLE
        items[name] = UNREACHABLE if lost else _status_of(check)
    ready = all(status == OK for status in items.values())
    return JsonResponse({"ready": ready, "items": items}, status=200 if ready else 503)


def _checks() -> list[tuple[str, Callable[[], str], bool]]:
    checks = [("database", _database, False), ("migrations", _migrations, True), ("broker", _broker, False)]
    if settings.PRODUCTION:
        checks += [
            ("demo_accounts", _demo_accounts, True),
            ("secret_key", _secret_key, False),
            ("field_keys", _field_keys, False),
        ]
    return checks


def _status_of(check: Callable[[], str]) -> str:
    """Run one check. The reason of a failure goes to the log, not to whoever asks: this page is public."""
    try:
        return check()
    except (DatabaseError, redis.RedisError, OSError) as error:
        log.warning("not ready: %s: %s", check.__name__.lstrip("_"), error)
        return UNREACHABLE


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    return "unapplied" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else OK


def _broker() -> str:
    client = broker_client()
    try:
        client.ping()
    finally:
        client.close()
    return OK


def broker_client() -> Any:
    """Return a Redis client for the broker's address, giving up after two seconds."""
    url = settings.REDIS_URL.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=")
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def _demo_accounts() -> str:
    """Demo accounts have published passwords: none may exist where real data lies."""
    return "present" if get_user_model().objects.filter(is_demo=True).exists() else OK


def _secret_key() -> str:
    """A key that a checkout made for itself is no production key: it lies in a file beside the code."""
    generated = settings.VAR_DIR / "secret-key"
    return "generated" if generated.exists() and generated.read_text() == settings.SECRET_KEY else OK


def _field_keys() -> str:
    """Field keys and match key are made by chance, each for itself: none derived from a secret, none used twice."""
    generated = settings.VAR_DIR / "secret-key"
    secrets = {settings.SECRET_KEY, generated.read_text() if generated.exists() else settings.SECRET_KEY}
    derived = {sealing.derived(secret, purpose) for secret in secrets for purpose in sealing.DERIVED_FOR}
    keys = [*settings.FIELD_KEYS.values(), settings.MATCH_KEY]
    if derived & set(keys):
        return "derived"
    return OK if len(set(keys)) == len(keys) else "repeated"
