"""ANALYZE, which the server runs by itself, copies values of a column into its statistics: an
ordinary table, in the write-ahead log, in backups, and still there when the partition is gone. No
statistics are kept of templates, then; nothing needs them, as every search reads the whole list."""

from django.db import migrations

FORWARD = """
ALTER TABLE recognition_template ALTER COLUMN embedding SET STATISTICS 0;

CREATE OR REPLACE FUNCTION make_template_partition(deployment bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF to_regclass(template_partition(deployment)) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('recognition_template'), deployment::int);
    IF NOT EXISTS (
        SELECT FROM deployments_deployment
        WHERE id = deployment AND status IN ('authorised', 'ready', 'live', 'suspended')
    ) THEN
        RAISE EXCEPTION 'no templates without an authority' USING ERRCODE = 'check_violation';
    END IF;
    EXECUTE format(
        'CREATE UNLOGGED TABLE IF NOT EXISTS %I PARTITION OF recognition_template
         FOR VALUES IN (%s)', template_partition(deployment), deployment);
    EXECUTE format(
        'ALTER TABLE %I ALTER COLUMN embedding SET STATISTICS 0', template_partition(deployment));
END $$;

DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'recognition_template'::regclass
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN embedding SET STATISTICS 0', part);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("recognition", "0012_recording_words")]

    operations = [migrations.RunSQL(FORWARD, reverse_sql=migrations.RunSQL.noop)]
