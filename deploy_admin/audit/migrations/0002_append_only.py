"""Guard the record: no event is changed, removed or truncated; the seal is filled once, from empty."""

from django.db import migrations

GUARD = """
CREATE FUNCTION audit_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.sequence IS NULL AND NEW.sequence IS NOT NULL
       AND to_jsonb(NEW) - ARRAY['sequence', 'previous_hash', 'digest']
         = to_jsonb(OLD) - ARRAY['sequence', 'previous_hash', 'digest'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit record is append-only' USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = 'audit_event_append_only';
END $$;

CREATE FUNCTION audit_event_guard_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'an audit event is sealed after it is written' USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = 'audit_event_append_only';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_guard();
CREATE TRIGGER audit_event_unsealed_first BEFORE INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_guard_insert();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_guard();
"""

UNGUARD = """
DROP TRIGGER audit_event_no_truncate ON audit_event;
DROP TRIGGER audit_event_unsealed_first ON audit_event;
DROP TRIGGER audit_event_append_only ON audit_event;
DROP FUNCTION audit_event_guard_insert();
DROP FUNCTION audit_event_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
