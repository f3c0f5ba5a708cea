"""HNSW for lists of a hundred thousand and more, built by the owner once a list is loaded.

The index holds half-precision copies: half the memory, and recall that differs little. To insert
into it row by row takes far longer than to build it, so that rewriting a partition, which holds
up every search of it, drops the index; it is built again afterwards."""

from django.db import migrations

FORWARD = """
-- One process: parallel workers would share maintenance_work_mem through /dev/shm, which is 64 MB
-- in a container and fails the build.
CREATE FUNCTION index_template_partition(deployment bigint, dimension int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET maintenance_work_mem = '1GB' SET max_parallel_maintenance_workers = 0 AS $$
DECLARE
    part text := template_partition(deployment);
BEGIN
    IF to_regclass(part) IS NULL OR to_regclass(part || '_hnsw') IS NOT NULL
       OR NOT pg_try_advisory_xact_lock(hashtext('template index'), deployment::int) THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE INDEX IF NOT EXISTS %I ON %I
         USING hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops)
         WITH (m = 16, ef_construction = 128)', part || '_hnsw', part, dimension);
    EXECUTE format('ANALYZE %I', part);
    RETURN true;
END $$;

-- As in 0002, but without the index, which would be filled row by row.
CREATE OR REPLACE FUNCTION rewrite_template_partition(deployment bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part text := template_partition(deployment);
BEGIN
    IF to_regclass(part) IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part);
    EXECUTE format('DROP INDEX IF EXISTS %I', part || '_hnsw');
    EXECUTE format('CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM %I', part);
    EXECUTE format('TRUNCATE %I', part);
    EXECUTE format('INSERT INTO %I SELECT * FROM kept', part);
    DROP TABLE kept;
END $$;
"""

REVERSE = """
DROP FUNCTION index_template_partition(bigint, int);
"""


class Migration(migrations.Migration):
    dependencies = [("recognition", "0003_clock_state")]
    operations = [migrations.RunSQL(FORWARD, REVERSE)]
