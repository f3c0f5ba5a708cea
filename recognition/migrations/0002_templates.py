"""The gallery: a permanent, partitioned parent and one UNLOGGED partition a deployment.

The application's role may read and write templates, but only these functions of the owner make,
rewrite and drop a partition. `embedding` is stored PLAIN: a wide vector that is moved out of line
costs five times the search."""

from django.db import migrations
from pgvector.django import VectorExtension

FORWARD = """
CREATE TABLE recognition_template (
    deployment_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    profile varchar(40) NOT NULL,
    profile_version varchar(80) NOT NULL,
    embedding vector NOT NULL,
    PRIMARY KEY (deployment_id, entry_id)
) PARTITION BY LIST (deployment_id);
ALTER TABLE recognition_template ALTER COLUMN embedding SET STORAGE PLAIN;

CREATE FUNCTION template_partition(deployment bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT format('recognition_template_%s', deployment) $$;

CREATE FUNCTION make_template_partition(deployment bigint) RETURNS void
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
END $$;

-- DELETE leaves the bytes of a row in the file until it is rewritten.
CREATE FUNCTION rewrite_template_partition(deployment bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part text := template_partition(deployment);
BEGIN
    IF to_regclass(part) IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part);
    EXECUTE format('CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM %I', part);
    EXECUTE format('TRUNCATE %I', part);
    EXECUTE format('INSERT INTO %I SELECT * FROM kept', part);
    DROP TABLE kept;
END $$;

CREATE FUNCTION drop_template_partition(deployment bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM deployments_deployment WHERE id = deployment AND status = 'live'
    ) THEN
        RAISE EXCEPTION 'the gallery of a live deployment stays' USING ERRCODE = 'check_violation';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', template_partition(deployment));
END $$;
"""

REVERSE = """
DROP FUNCTION drop_template_partition(bigint);
DROP FUNCTION rewrite_template_partition(bigint);
DROP FUNCTION make_template_partition(bigint);
DROP FUNCTION template_partition(bigint);
DROP TABLE recognition_template;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0001_initial"),
        ("deployments", "0001_initial"),
    ]
    operations = [VectorExtension(), migrations.RunSQL(FORWARD, REVERSE)]
