"""Guards in the database: a figure's revisions never change their number, releases are frozen, results keep what they say."""

from django.db import migrations

GUARD = """
CREATE FUNCTION quotas_guard_figure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'figure %: figures are kept, never deleted', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'figure_frozen';
    END IF;
    IF (NEW.institution_id, NEW.measure, NEW.period_start, NEW.period_end, NEW.practice_category, NEW.military_status,
        NEW.employment_mode, NEW.staff_category, NEW.revision, NEW.value, NEW.source, NEW.reason, NEW.corrects_signed, NEW.on_behalf_of,
        NEW.entered_by_id, NEW.entered_by_name, NEW.entered_at, NEW.supersedes_id, NEW.job_id)
       IS DISTINCT FROM
       (OLD.institution_id, OLD.measure, OLD.period_start, OLD.period_end, OLD.practice_category, OLD.military_status,
        OLD.employment_mode, OLD.staff_category, OLD.revision, OLD.value, OLD.source, OLD.reason, OLD.corrects_signed, OLD.on_behalf_of,
        OLD.entered_by_id, OLD.entered_by_name, OLD.entered_at, OLD.supersedes_id, OLD.job_id) THEN
        RAISE EXCEPTION 'figure %: a change is a new revision', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'figure_frozen';
    END IF;
    IF OLD.state = 'signed_off'
       AND (NEW.state, NEW.signed_off_by_id, NEW.signed_off_by_name, NEW.signed_off_at)
       IS DISTINCT FROM (OLD.state, OLD.signed_off_by_id, OLD.signed_off_by_name, OLD.signed_off_at) THEN
        RAISE EXCEPTION 'figure % is signed off and locked', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'figure_frozen';
    END IF;
    IF NEW.is_current AND NOT OLD.is_current THEN
        RAISE EXCEPTION 'figure %: what was superseded stays superseded', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'figure_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER quotas_figure_frozen BEFORE UPDATE OR DELETE ON quotas_figure
    FOR EACH ROW EXECUTE FUNCTION quotas_guard_figure();

CREATE FUNCTION quotas_guard_quota() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'quota %: results are superseded, never deleted', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'quota_frozen';
    END IF;
    IF OLD.superseded_by_id IS NOT NULL
       OR (NEW.run_id, NEW.version_id, NEW.clause_id, NEW.institution_id, NEW.period_start, NEW.period_end, NEW.required, NEW.digest)
       IS DISTINCT FROM
          (OLD.run_id, OLD.version_id, OLD.clause_id, OLD.institution_id, OLD.period_start, OLD.period_end, OLD.required, OLD.digest) THEN
        RAISE EXCEPTION 'quota %: another result is a new row', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'quota_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER quotas_quota_frozen BEFORE UPDATE OR DELETE ON quotas_quota
    FOR EACH ROW EXECUTE FUNCTION quotas_guard_quota();

CREATE FUNCTION quotas_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% %: what was released stands', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'release_frozen';
END $$;

CREATE TRIGGER quotas_release_frozen BEFORE UPDATE OR DELETE ON quotas_release
    FOR EACH ROW EXECUTE FUNCTION quotas_frozen();
CREATE TRIGGER quotas_releasedquota_frozen BEFORE UPDATE OR DELETE ON quotas_releasedquota
    FOR EACH ROW EXECUTE FUNCTION quotas_frozen();
"""

UNGUARD = """
DROP TRIGGER quotas_releasedquota_frozen ON quotas_releasedquota;
DROP TRIGGER quotas_release_frozen ON quotas_release;
DROP FUNCTION quotas_frozen();
DROP TRIGGER quotas_quota_frozen ON quotas_quota;
DROP FUNCTION quotas_guard_quota();
DROP TRIGGER quotas_figure_frozen ON quotas_figure;
DROP FUNCTION quotas_guard_figure();
"""


class Migration(migrations.Migration):
    dependencies = [("quotas", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
