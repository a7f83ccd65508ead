"""The steps of filed lists are append-only; what was decided by a plan stands."""

from django.db import migrations

GUARD = """
CREATE FUNCTION assignments_guard_list_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'step %: what happened to a list stands', OLD.id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'list_step_frozen';
END $$;

CREATE TRIGGER assignments_liststep_frozen BEFORE UPDATE OR DELETE ON assignments_liststep
    FOR EACH ROW EXECUTE FUNCTION assignments_guard_list_step();

CREATE FUNCTION assignments_guard_decided_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM assignments_allocationplan p WHERE p.id = OLD.plan_id AND p.state = 'decided') THEN
        RAISE EXCEPTION 'plan %: what was decided stands', OLD.plan_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'decided_plan_frozen';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE TRIGGER assignments_planline_frozen BEFORE UPDATE OR DELETE ON assignments_planline
    FOR EACH ROW EXECUTE FUNCTION assignments_guard_decided_plan();
CREATE TRIGGER assignments_plangap_frozen BEFORE UPDATE OR DELETE ON assignments_plangap
    FOR EACH ROW EXECUTE FUNCTION assignments_guard_decided_plan();
"""

UNGUARD = """
DROP TRIGGER assignments_plangap_frozen ON assignments_plangap;
DROP TRIGGER assignments_planline_frozen ON assignments_planline;
DROP FUNCTION assignments_guard_decided_plan();
DROP TRIGGER assignments_liststep_frozen ON assignments_liststep;
DROP FUNCTION assignments_guard_list_step();
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0006_filing_and_allocation")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
