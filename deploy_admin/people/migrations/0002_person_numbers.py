"""Person numbers come from a sequence of the database: given once, never twice, whoever asks."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE people_number_seq MINVALUE 10000001 MAXVALUE 99999999 START 10000001",
            "DROP SEQUENCE people_number_seq",
        )
    ]
