-- Roles and privileges that every database of this system needs. Run once by a superuser, in
-- the database that is to hold the system (or in template1, for all that are made from it),
-- then give both roles a password.
--
-- lfr_owner owns the database and its tables and runs the migrations; no process that serves
-- requests signs in as it. lfr_app reads and writes rows; it cannot alter or truncate a table,
-- and migrations take UPDATE and DELETE on the audit tables away from it.
CREATE EXTENSION IF NOT EXISTS vector;

-- Roles belong to the server: a second database on it (a restore, for instance) finds them there.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['lfr_app', 'lfr_owner'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE'
                ' NOREPLICATION NOBYPASSRLS', wanted);
        END IF;
    END LOOP;
END
$$;
-- So that a migration can make a table and hand it to lfr_app (the gallery's parent table).
GRANT lfr_app TO lfr_owner;

ALTER DEFAULT PRIVILEGES FOR ROLE lfr_owner
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lfr_app;
ALTER DEFAULT PRIVILEGES FOR ROLE lfr_owner
    GRANT USAGE, SELECT ON SEQUENCES TO lfr_app;

-- The application makes and drops a deployment's templates here, partition by partition.
CREATE SCHEMA gallery AUTHORIZATION lfr_app;
