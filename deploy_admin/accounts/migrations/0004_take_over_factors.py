"""Seals the second factors that stood readable in django-otp's own tables, and drops those: nothing of them stays."""

import json

from django.db import migrations
from psycopg import sql

from deploy_admin.sealing import vault

OLD_TABLES = ("otp_static_statictoken", "otp_static_staticdevice", "otp_totp_totpdevice")
AUTHENTICATORS = (
    "SELECT user_id, confirmed, key, drift, last_t FROM otp_totp_totpdevice ORDER BY confirmed DESC, id DESC"
)
CODES = """
    SELECT device.user_id, array_agg(token.token ORDER BY token.id)
    FROM otp_static_staticdevice device JOIN otp_static_statictoken token ON token.device_id = device.id
    WHERE device.confirmed
    GROUP BY device.user_id
"""


def take_over(apps, schema_editor):
    """Copy every secret and every unspent code into the sealed tables, bound to its person. None is asked anew."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('otp_totp_totpdevice') IS NULL")
        if cursor.fetchone()[0]:
            return  # set up after this change
        cursor.execute(AUTHENTICATORS)
        devices = cursor.fetchall()
        cursor.execute(CODES)
        codes = cursor.fetchall()
    seal = vault()
    kept = set()
    made = []
    for user_id, confirmed, key, drift, last_t in devices:
        if (user_id, confirmed) in kept:
            continue  # one of each kind per person: the newest
        kept.add((user_id, confirmed))
        sealed = seal.seal_bytes(bytes.fromhex(key), "accounts.authenticator", str(user_id).encode())
        made.append((user_id, confirmed, sealed, drift, last_t))
    model = apps.get_model("accounts", "Authenticator")
    model.objects.bulk_create(
        model(
            user_id=user_id, name="authenticator", confirmed=confirmed, key_sealed=sealed, drift=drift, last_t=last_t
        )
        for user_id, confirmed, sealed, drift, last_t in made
    )
    model = apps.get_model("accounts", "RecoveryCodes")
    model.objects.bulk_create(
        model(
            user_id=user_id,
            name="recovery",
            digests_sealed=seal.seal(json.dumps(digests), "accounts.recovery_codes", str(user_id).encode()),
            left=len(digests),
        )
        for user_id, digests in codes
    )
    with schema_editor.connection.cursor() as cursor:
        for table in OLD_TABLES:
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sealed_factors")]
    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
