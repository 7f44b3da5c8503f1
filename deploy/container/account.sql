-- PostgreSQL's image runs this once, on a new volume. It makes an account that owns Latchkey's database and no other.
\set password `cat /run/secrets/postgres`
CREATE ROLE latchkey LOGIN PASSWORD :'password';
ALTER DATABASE latchkey OWNER TO latchkey;
