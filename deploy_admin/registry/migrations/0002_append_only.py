"""Guard what became of units and what a record said before: such rows are added, never changed or removed."""

from django.db import migrations

GUARD = """
CREATE FUNCTION registry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

CREATE TRIGGER registry_succession_append_only BEFORE UPDATE OR DELETE ON registry_succession
    FOR EACH ROW EXECUTE FUNCTION registry_append_only();
CREATE TRIGGER registry_profilerevision_append_only BEFORE UPDATE OR DELETE ON registry_profilerevision
    FOR EACH ROW EXECUTE FUNCTION registry_append_only();
"""

UNGUARD = """
DROP TRIGGER registry_profilerevision_append_only ON registry_profilerevision;
DROP TRIGGER registry_succession_append_only ON registry_succession;
DROP FUNCTION registry_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
