"""Guard the steps of assignments, which are added and never changed, and what an issued paper says."""

from django.db import migrations

GUARD = """
CREATE FUNCTION assignments_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation',
        CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;

CREATE TRIGGER assignments_transition_append_only BEFORE UPDATE OR DELETE ON assignments_transition
    FOR EACH ROW EXECUTE FUNCTION assignments_append_only();

CREATE FUNCTION assignments_guard_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (NEW.kind, NEW.issuer_id, NEW.addressee_id, NEW.campaign_id, NEW.content, NEW.sha256, NEW.pdf_id, NEW.docx_id)
       IS DISTINCT FROM
          (OLD.kind, OLD.issuer_id, OLD.addressee_id, OLD.campaign_id, OLD.content, OLD.sha256, OLD.pdf_id, OLD.docx_id)
    THEN
        RAISE EXCEPTION 'paper %: what was issued stays as it was', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'paper_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER assignments_paper_frozen BEFORE UPDATE OR DELETE ON assignments_issuedpaper
    FOR EACH ROW EXECUTE FUNCTION assignments_guard_paper();
"""

UNGUARD = """
DROP TRIGGER assignments_paper_frozen ON assignments_issuedpaper;
DROP FUNCTION assignments_guard_paper();
DROP TRIGGER assignments_transition_append_only ON assignments_transition;
DROP FUNCTION assignments_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("assignments", "0002_at_the_post")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
