"""Releases, released scores and the lines of letters are frozen; of a letter only the receipt is written, once."""

from django.db import migrations

GUARD = """
CREATE FUNCTION appraisals_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% %: what was released stands', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'month_release_frozen';
END $$;

CREATE TRIGGER appraisals_monthrelease_frozen BEFORE UPDATE OR DELETE ON appraisals_monthrelease
    FOR EACH ROW EXECUTE FUNCTION appraisals_frozen();
CREATE TRIGGER appraisals_releasedscore_frozen BEFORE UPDATE OR DELETE ON appraisals_releasedscore
    FOR EACH ROW EXECUTE FUNCTION appraisals_frozen();
CREATE TRIGGER appraisals_letterline_frozen BEFORE UPDATE OR DELETE ON appraisals_letterline
    FOR EACH ROW EXECUTE FUNCTION appraisals_frozen();

CREATE FUNCTION appraisals_guard_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.received_at IS NOT NULL
       OR (NEW.authority_id, NEW.sending_unit_id, NEW.month, NEW.sequence, NEW.kind, NEW.paper_id, NEW.people, NEW.sent_at, NEW.sent_by_name)
       IS DISTINCT FROM
          (OLD.authority_id, OLD.sending_unit_id, OLD.month, OLD.sequence, OLD.kind, OLD.paper_id, OLD.people, OLD.sent_at, OLD.sent_by_name) THEN
        RAISE EXCEPTION 'letter %: what was sent stands', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'feedback_letter_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER appraisals_feedbackletter_frozen BEFORE UPDATE OR DELETE ON appraisals_feedbackletter
    FOR EACH ROW EXECUTE FUNCTION appraisals_guard_letter();
"""

UNGUARD = """
DROP TRIGGER appraisals_feedbackletter_frozen ON appraisals_feedbackletter;
DROP FUNCTION appraisals_guard_letter();
DROP TRIGGER appraisals_letterline_frozen ON appraisals_letterline;
DROP TRIGGER appraisals_releasedscore_frozen ON appraisals_releasedscore;
DROP TRIGGER appraisals_monthrelease_frozen ON appraisals_monthrelease;
DROP FUNCTION appraisals_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("appraisals", "0001_the_month")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
