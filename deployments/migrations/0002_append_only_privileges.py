"""The application's role cannot change or empty what is append-only, whatever its code does."""

from django.db import migrations

TABLES = ("deployments_auditevent", "deployments_erasurerecord")

FORWARD = "".join(
    f"""
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'lfr_app') THEN
            GRANT SELECT, INSERT ON {table} TO lfr_app;
            REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM lfr_app;
        END IF;
    END $$;
    """
    for table in TABLES
)


class Migration(migrations.Migration):
    dependencies = [("deployments", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
