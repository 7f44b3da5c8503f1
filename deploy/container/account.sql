-- Run by the image of PostgreSQL when its volume is new: an account for Latchkey, which owns its database and no other.
\set password `cat /run/secrets/postgres`
CREATE ROLE latchkey LOGIN PASSWORD :'password';
ALTER DATABASE latchkey OWNER TO latchkey;
