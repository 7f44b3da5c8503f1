-- An account that serves and cannot change what it serves from: it reads and writes rows, and no table, trigger or
-- function is its own. As the owner of the tables, for an account that exists:
--
--     psql -v account=latchkey_serving -f deploy/postgresql/serving.sql latchkey
--
-- Tables that a later version brings are its to read and write as soon as the owner has made them.
\set ON_ERROR_STOP on
BEGIN;
GRANT USAGE ON SCHEMA public TO :"account";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"account";
GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO :"account";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"account";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, USAGE ON SEQUENCES TO :"account";
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"account";
COMMIT;
