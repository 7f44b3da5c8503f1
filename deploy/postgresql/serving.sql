-- Lets an account serve without being able to change the tables: it reads and writes rows, and owns no table, trigger or
-- function. Run this as the owner of the tables, for an account that exists:
--
--     psql -v account=latchkey_serving -f deploy/postgresql/serving.sql latchkey
--
-- It can read and write tables of later versions as soon as the owner has made them.
\set ON_ERROR_STOP on
BEGIN;
GRANT USAGE ON SCHEMA public TO :"account";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"account";
GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO :"account";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"account";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, USAGE ON SEQUENCES TO :"account";
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"account";
COMMIT;
