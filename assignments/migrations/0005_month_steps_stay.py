"""The steps of a month sheet are append-only."""

from django.db import migrations

GUARD = """
CREATE FUNCTION assignments_guard_sheet_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'step %: what happened to a sheet stands', OLD.id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'sheet_step_frozen';
END $$;

CREATE TRIGGER assignments_sheetstep_frozen BEFORE UPDATE OR DELETE ON assignments_sheetstep
    FOR EACH ROW EXECUTE FUNCTION assignments_guard_sheet_step();
"""

UNGUARD = """
DROP TRIGGER assignments_sheetstep_frozen ON assignments_sheetstep;
DROP FUNCTION assignments_guard_sheet_step();
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0004_months")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
