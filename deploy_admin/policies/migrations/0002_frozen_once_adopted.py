"""What was adopted stays as it was adopted: triggers refuse what no service does."""

from django.db import migrations

GUARD = """
CREATE FUNCTION policies_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'draft' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'policy version % is %, it cannot be deleted', OLD.id, OLD.state
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'policy_version_frozen';
    END IF;
    IF (NEW.policy_id, NEW.revision, NEW.created_at, NEW.created_by_id, NEW.created_by_name)
       IS DISTINCT FROM (OLD.policy_id, OLD.revision, OLD.created_at, OLD.created_by_id, OLD.created_by_name) THEN
        RAISE EXCEPTION 'policy version %: policy, revision and author never change', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'policy_version_frozen';
    END IF;
    IF OLD.state <> 'draft'
       AND (NEW.title_zh, NEW.title_en, NEW.document, NEW.schema_number, NEW.source_text, NEW.digest, NEW.topics, NEW.in_force_from)
       IS DISTINCT FROM
           (OLD.title_zh, OLD.title_en, OLD.document, OLD.schema_number, OLD.source_text, OLD.digest, OLD.topics, OLD.in_force_from) THEN
        RAISE EXCEPTION 'policy version % is %, its text is frozen', OLD.id, OLD.state
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'policy_version_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER policies_version_frozen BEFORE UPDATE OR DELETE ON policies_policyversion
    FOR EACH ROW EXECUTE FUNCTION policies_guard_version();

CREATE FUNCTION policies_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'policies_append_only';
END $$;

CREATE TRIGGER policies_adoption_append_only BEFORE UPDATE OR DELETE ON policies_adoption
    FOR EACH ROW EXECUTE FUNCTION policies_append_only();
CREATE TRIGGER policies_transition_append_only BEFORE UPDATE OR DELETE ON policies_versiontransition
    FOR EACH ROW EXECUTE FUNCTION policies_append_only();
"""

UNGUARD = """
DROP TRIGGER policies_transition_append_only ON policies_versiontransition;
DROP TRIGGER policies_adoption_append_only ON policies_adoption;
DROP FUNCTION policies_append_only();
DROP TRIGGER policies_version_frozen ON policies_policyversion;
DROP FUNCTION policies_guard_version();
"""


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
