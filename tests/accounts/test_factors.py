"""The second factor at rest: nothing of it is readable without the field keys, and none fits another person's row."""

from __future__ import annotations

import importlib
import os

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django_otp.oath import totp

from deploy_admin import sealing
from deploy_admin.access import Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Authenticator, RecoveryCodes
from deploy_admin.accounts.services import factors
from tests.accounts.factories import a_membership, a_user

pytestmark = pytest.mark.django_db
OLD_TABLES = """
    CREATE TABLE otp_totp_totpdevice (
        id serial PRIMARY KEY, name varchar(64), confirmed boolean, key varchar(80), drift smallint, last_t bigint,
        user_id bigint REFERENCES accounts_user DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE otp_static_staticdevice (
        id serial PRIMARY KEY, confirmed boolean,
        user_id bigint REFERENCES accounts_user DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE otp_static_statictoken (
        id serial PRIMARY KEY, token varchar(16),
        device_id int REFERENCES otp_static_staticdevice DEFERRABLE INITIALLY DEFERRED);
"""


def stored(model) -> str:
    return " ".join(str({key: bytes(v) if isinstance(v, memoryview) else v for key, v in row.items()})
                    for row in model.objects.values())  # fmt: skip


def test_a_secret_is_not_in_the_table():
    device = Authenticator.made_for(a_user())
    text = stored(Authenticator)
    assert device.secret.hex() not in text
    assert str(device.secret)[2:-1] not in text
    assert len(device.secret) == 20


def test_neither_recovery_codes_nor_their_digests_are():
    member = a_membership(Role.CITY_OFFICER)
    Authenticator.made_for(member.user, confirmed=True)
    codes = factors.renew_recovery_codes(user=member.user, by=MembershipActor(member))
    held = RecoveryCodes.objects.get(user=member.user)
    assert held.left == len(held.digests) == 8
    for code in codes:
        assert code.replace("-", "") not in stored(RecoveryCodes)
        assert factors.recovery_digest(code) in held.digests
        assert factors.recovery_digest(code) not in stored(RecoveryCodes)


def test_a_secret_moved_to_another_person_does_not_open():
    one, other = Authenticator.made_for(a_user()), Authenticator.made_for(a_user())
    Authenticator.objects.filter(pk=other.pk).update(key_sealed=one.key_sealed)
    other.refresh_from_db()
    with pytest.raises(sealing.SealBroken):
        other.secret  # noqa: B018 -- to read it is the test


def test_a_code_is_taken_once_and_a_wrong_one_makes_wait():
    device = Authenticator.made_for(a_user(), confirmed=True)
    code = f"{totp(device.secret):06d}"
    assert device.verify_token(code)
    assert not device.verify_token(code)
    assert not device.verify_is_allowed()[0]


@pytest.mark.parametrize("typed", ["", "abcdef", "12345６", "-1"])
def test_what_is_no_code_is_wrong(typed):
    assert not Authenticator.made_for(a_user(), confirmed=True).verify_token(typed)


def test_the_rotation_knows_both_columns_and_what_they_are_bound_to(settings):
    device = Authenticator.made_for(a_user(), confirmed=True)
    secret = device.secret
    ours = {column.model: column for column in sealing.columns() if column.model.startswith("accounts.")}
    assert set(ours) == {"accounts.Authenticator", "accounts.RecoveryCodes"}
    settings.FIELD_KEYS = {**settings.FIELD_KEYS, 2: os.urandom(32)}
    column = ours["accounts.Authenticator"]
    assert not sealing.vault().is_current(device.key_sealed)
    device.key_sealed = column.resealed(sealing.vault(), device.key_sealed, device.user_id)
    assert sealing.vault().is_current(device.key_sealed)
    assert device.secret == secret


def test_after_a_restore_one_can_see_whether_everything_opens(settings, capsys):
    Authenticator.made_for(a_user())
    call_command("rotate_field_keys", check=True)
    assert "accounts.Authenticator.key_sealed: 1 open" in capsys.readouterr().out
    settings.FIELD_KEYS = {1: os.urandom(32)}
    with pytest.raises(CommandError):
        call_command("rotate_field_keys", check=True)
    assert "accounts.Authenticator.key_sealed: 0 open, 1 do not" in capsys.readouterr().out


def test_readable_factors_of_before_are_taken_over_and_their_tables_go():
    member = a_membership(Role.CITY_OFFICER)
    key, code = os.urandom(20), "abcd-efgh-abcd-efgh"
    with connection.cursor() as cursor:
        cursor.execute(OLD_TABLES)
        for confirmed, text in ((True, "00" * 20), (True, key.hex()), (False, "11" * 20)):
            cursor.execute(
                "INSERT INTO otp_totp_totpdevice (user_id, confirmed, key, drift, last_t) VALUES (%s, %s, %s, 0, -1)",
                [member.user_id, confirmed, text],
            )
        cursor.execute("INSERT INTO otp_static_staticdevice (user_id, confirmed) VALUES (%s, true)", [member.user_id])
        cursor.execute(
            "INSERT INTO otp_static_statictoken (device_id, token) SELECT id, %s FROM otp_static_staticdevice",
            [factors.recovery_digest(code)],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    migration = importlib.import_module("deploy_admin.accounts.migrations.0004_take_over_factors")
    with connection.schema_editor(atomic=False) as editor:
        migration.take_over(apps, editor)
    device = Authenticator.objects.get(user=member.user, confirmed=True)
    assert device.secret == key
    by = MembershipActor(member)
    assert factors.verify(user=member.user, code=f"{totp(key):06d}", by=by) == device
    assert factors.verify(user=member.user, code=code, by=by).user_id == member.user_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'otp_%'")
        assert cursor.fetchone() == (0,)
