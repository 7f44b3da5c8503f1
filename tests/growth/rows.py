"""A place of any size, written by the database itself: a statement for each table, whatever the number of its rows.

Everybody has a number, a phone and a computer that are signed in, what was answered to services before, and a code that
was right. One in seven asked for a code today too. Ten alarms wait, however long the trail is. It ends three hours ago
and has its seals, so that nothing waits to be counted or sealed. Ids are
digests of what they are of, hence they lie as scattered in the indexes as random ones do.
"""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass

DEPARTMENTS = 50
DAYS = 400
"""So far back the past goes."""
RECENT = 3 * 3600
ALARMS = 10
FIRST_NUMBER = 2_000_000
MANY = 10_000
SQLITE = (
    "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000",
    "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2000",
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s",
)
POSTGRESQL = (
    "SET session_replication_role = replica; SET maintenance_work_mem = '256MB'",
    "SET session_replication_role = DEFAULT; RESET maintenance_work_mem",
    "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)",
)
"""How rows are not, and then are again, looked up in other tables; and which indexes a table has besides its keys."""
TOKEN_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Table:
    """A table, how many rows it gets, and what SQL each column is worked out by. In it, `i` counts from 0."""

    name: str
    rows: int
    columns: dict


class Words:
    """What either database calls the things that they call differently."""

    def __init__(self, connection, now):
        self.sqlite = connection.vendor == "sqlite"
        self.now = f"{now:%Y-%m-%d %H:%M:%S}"

    def ago(self, seconds):
        """An instant, so many seconds before now."""
        if self.sqlite:
            return f"datetime('{self.now}', (-({seconds})) || ' seconds')"
        return f"timestamptz '{self.now}+00' - ({seconds}) * interval '1 second'"

    def key(self, of):
        """The id of what this text is of."""
        return f"md5({of})" if self.sqlite else f"md5({of})::uuid"

    def address(self, text):
        return text if self.sqlite else f"({text})::inet"

    def octets(self):
        return "x'00'" if self.sqlite else "'\\x00'::bytea"

    def counted(self, rows):
        if self.sqlite:
            all_but_first = f"SELECT i + 1 FROM s WHERE i < {rows - 1}"
            return f"(WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL {all_but_first}) SELECT i FROM s)"
        return f"generate_series(0, {rows - 1}) AS s(i)"


def number(nth):
    """Return the mobile number of an agent."""
    return f"+1201{FIRST_NUMBER + nth}"


def email(nth):
    """Return the email of an agent."""
    return f"a{nth}@acme.example"


def key_of(what, nth):
    """Return the id of an agent, phone or computer, in hexadecimal digits."""
    return hashlib.md5(f"{what}{nth}".encode(), usedforsecurity=False).hexdigest()


def fill(connection, sizes, now):
    """Write all rows of a place that has one service and one department at least. Whatever was there stays."""
    from idp.agents import counts
    from idp.otp.limits import todays_sends

    words = Words(connection, now)
    with connection.cursor() as cursor:
        if words.sqlite:
            connection.connection.create_function("md5", 1, _md5, deterministic=True)
        for table in tables(words, sizes):
            if table.rows > 0:
                with _quickly(connection, cursor, table):
                    cursor.execute(_insert(connection, words, table))
        _all_sealed(cursor)
    for it in (counts.DEVICES, counts.AGENTS):
        it.count_anew(connection)
    todays_sends.count_anew(connection, now)


def tables(words, sizes):
    """Return what is written, in an order that foreign keys allow."""
    agents = sizes.agents
    yield Table("agents_department", DEPARTMENTS, {"name": "'Department ' || i"})
    yield from _people(words, agents)
    yield from _devices(words, agents)
    yield from _services(sizes.services)
    yield from _answers(words, agents)
    yield from _codes(words, agents)
    yield from _todays_codes(words, agents)
    yield from _trail(words, sizes)


def _people(words, agents):
    agent = words.key("'agent' || i")
    yield Table("agents_agent", agents, {
        "id": agent, "password": "'!'", "email": "'a' || i || '@acme.example'", "full_name": "'Agent ' || i",
        "is_superuser": "FALSE", "is_active": "TRUE", "is_staff": "FALSE", "created_at": words.ago("i % 30000000"),
        "department_id": f"(SELECT MIN(id) FROM agents_department) + i % {DEPARTMENTS}",
        "may_use_app": "FALSE", "may_make_recovery_codes": "FALSE", "language": "''",
    })  # fmt: skip
    yield Table("agents_agentrole", agents, {"role": "'agent'", "agent_id": agent})
    yield Table("otp_phoneauthenticator", agents, {
        "name": "'mobile number'", "confirmed": "TRUE", "user_id": agent, "number": f"'+1201' || ({FIRST_NUMBER} + i)",
    })  # fmt: skip


def _devices(words, agents):
    for kind, what, slot in (("mobile", "phone", "1"), ("desktop", "computer", "NULL")):
        device, seen = words.key(f"'{what}' || i"), words.ago(f"{RECENT} + i % 200000")
        yield Table("agents_device", agents, {
            "id": device, "agent_id": words.key("'agent' || i"), "kind": f"'{kind}'", "slot": slot,
            "remembered": "TRUE" if kind == "mobile" else "FALSE", "label": f"'A {what}'",
            "family": "'apple'" if kind == "mobile" else "'other'", "secret_hash": f"md5('{what} secret' || i)",
            "client": "''", "generation": "1", "authenticated_at": words.ago("200000 + i % 300000"),
            "enrolled_at": words.ago("200000 + i % 300000"), "last_seen_at": seen, "reason": "''",
            "app_version": "''", "push_provider": "''", "push_address": "''",
        })  # fmt: skip
        yield Table("sso_sessions_ssosession", agents, {
            "index": f"'_' || md5('{what} session' || i)", "device_id": device,
            "secret_hash": f"md5('{what} session secret' || i)", "opened_by": "'code'", "reason": "''",
            "authenticated_at": words.ago("200000 + i % 300000"), "opened_at": words.ago("200000 + i % 300000"),
            "last_seen_at": seen,
        })  # fmt: skip
    yield Table("tokens_longlivedtoken", agents, {
        "jti": words.key("'token' || i"), "device_id": words.key("'phone' || i"), "nth": "0", "generation": "1",
        "issued_at": words.ago("i % 200000"), "expires_at": words.ago(f"i % 200000 - {TOKEN_SECONDS}"),
        "confirmed_at": words.ago("i % 200000"),
    })  # fmt: skip


def _services(services):
    """All but the one that is there. They share the key that signs."""
    first = "(SELECT MIN(id) FROM saml_serviceprovider)"
    empty = ("certificates", "code_context", "token_context", "passkey_context", "encryption_certificates")
    copied = ("timeout_policy_id", "encryption_algorithm", "key_transport", "logout_ends", "signature_algorithm")
    yield Table("saml_serviceprovider", services - 1, {
        "slug": "'service-' || i", "name": "'Service ' || i", "entity_id": "'urn:service:' || i", "enabled": "TRUE",
        "profile": "'generic'", "sign": "'both'", "request_signature": "'verify'", "requested_context": "'honour'",
        "encrypt": "FALSE", "name_id_format": "''", "unsolicited": "FALSE", "states_end": "FALSE",
        **dict.fromkeys(empty, "''"),
        **{it: f"(SELECT {it} FROM saml_serviceprovider WHERE id = {first})" for it in copied},
    })  # fmt: skip
    yield Table("saml_assertionconsumer", services - 1, {
        "url": "'https://service-' || i || '.example/acs'", "index": "0", "is_default": "TRUE",
        "service_provider_id": "(SELECT id FROM saml_serviceprovider WHERE slug = 'service-' || i)",
    })  # fmt: skip


def _answers(words, agents):
    first, agent = "(SELECT MIN(id) FROM saml_serviceprovider)", words.key("'agent' || i")
    yield Table("saml_subjectname", agents, {"value": "'name-' || md5('name' || i)", "agent_id": agent, "told": "TRUE"})
    yield Table("saml_sentattribute", agents, {
        "agent_id": agent, "service_provider_id": first, "name": "'full_name'",
    })  # fmt: skip
    for what in ("phone", "computer"):
        yield Table("saml_issuedassertion", agents, {
            "id": words.key(f"'{what} answer' || i"), "service_provider_id": first, "agent_id": agent,
            "request_id": f"'_{what}' || i", "assertion_id": f"'_' || md5('{what} assertion' || i)",
            "name_id": "'name-' || md5('name' || i)", "name_id_format": "''", "encrypted": "FALSE", "response": "''",
            "session_index": f"'_' || md5('{what} session' || i)", "issued_at": words.ago(f"{RECENT} + i % 300000"),
        })  # fmt: skip


def _codes(words, agents):
    at = words.ago("200000 + i % 300000")
    yield Table("otp_verification", agents, {
        "id": words.key("'verification' || i"), "counted_as": "md5('counted' || i)", "sid": "''", "tries": "1",
        "strangers_tries": "0", "started_at": at, "ended_at": at, "outcome": "'approved'",
        "authenticator_id": "(SELECT MIN(id) FROM otp_phoneauthenticator) + i",
    })  # fmt: skip
    yield Table("otp_verificationsend", agents, {
        "verification_id": words.key("'verification' || i"), "nth": "1", "channel": "'sms'", "at": at,
        "own": "FALSE", "asked_from": "md5('from' || (i % 5000))", "prefix": "'+1201'", "answer": "'sent'",
    })  # fmt: skip


def _todays_codes(words, agents):
    """What was asked for since midnight, if everybody needs a code once a week. One in twenty is never typed right."""
    at, nth = words.ago("900 + i % 30000"), f"({agents - 1} - i)"
    yield Table("otp_verification", agents // 7, {
        "id": words.key("'todays verification' || i"), "counted_as": "md5('counted today' || i)", "sid": "''",
        "tries": "CASE WHEN i % 20 = 0 AND i % 200 <> 0 THEN 0 ELSE 1 END", "strangers_tries": "0",
        "started_at": at, "ended_at": at, "outcome": "CASE WHEN i % 20 = 0 THEN 'expired' ELSE 'approved' END",
        "authenticator_id": f"(SELECT MIN(id) FROM otp_phoneauthenticator) + {nth}",
    })  # fmt: skip
    yield Table("otp_verificationsend", agents // 7, {
        "verification_id": words.key("'todays verification' || i"), "nth": "1", "channel": "'sms'", "at": at,
        "own": "FALSE", "asked_from": "md5('from' || (i % 5000))",
        "prefix": f"substr('+1201' || ({FIRST_NUMBER} + {nth}), 1, 7)", "answer": "'sent'",
    })  # fmt: skip


def _trail(words, sizes):
    # The newest line has the highest id, as in any trail.
    last, apart = sizes.events - 1, max(1, DAYS * 24 * 3600 // sizes.events)
    nth = f"(i % {sizes.services})"
    service = f"CASE WHEN {nth} = 0 THEN 'flex' ELSE 'service-' || {nth} END"
    yield Table("audit_loginevent", sizes.events, {
        "at": words.ago(f"{RECENT} + ({last} - i) * {apart}"),
        "kind": (
            f"CASE WHEN i > {last - ALARMS} THEN 'token copied' WHEN i % 40 = 0 THEN 'code wrong' "
            "WHEN i % 3 = 0 THEN 'answered' ELSE 'signed in' END"
        ),
        "agent_id": words.key(f"'agent' || (i % {sizes.agents})"),
        "device_id": words.key(f"'phone' || (i % {sizes.agents})"), "service": service, "method": "'session'",
        "effect": "'allow'", "decided_by": "'default'", "judged": "'{\"platform\": [\"ios\"]}'", "would_have": "'[]'",
        "detail": "''", "address": words.address("'10.' || (i % 250) || '.' || (i / 250 % 250) || '.7'"),
        "user_agent": "'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15'",
        "reference": "substr(md5('reference' || i), 1, 11)", "by": "''", "about": "''", "about_name": "''",
        "changes": "'{}'",
    })  # fmt: skip
    line = f"(SELECT MAX(id) - {last} FROM audit_loginevent) + i"
    yield Table("audit_seal", sizes.events, {
        "position": "i + 1", "event_id": line, "latest": words.ago(f"{RECENT} + ({last} - i) * {apart}"),
        "signature": "''",
        **dict.fromkeys(
            ("digest", "address_salt", "address_mark", "user_agent_salt", "user_agent_mark"), words.octets()
        ),
    })  # fmt: skip


def _all_sealed(cursor):
    from idp.audit.models import ONLY, Chain

    cursor.execute("SELECT MAX(id), MAX(at) FROM audit_loginevent")
    last, latest = cursor.fetchone()
    Chain.objects.get_or_create(pk=ONLY)
    cursor.execute(
        "UPDATE audit_chain SET settled = %s, latest = %s, position = (SELECT MAX(position) FROM audit_seal)",
        [last, latest],
    )


def _insert(connection, words, table):
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(it) for it in table.columns)
    values = ", ".join(table.columns.values())
    return f"INSERT INTO {quoted(table.name)} ({names}) SELECT {values} FROM {words.counted(table.rows)}"


@contextmanager
def _quickly(connection, cursor, table):
    """Write many rows without looking each of them up elsewhere, and sort them into the indexes afterwards."""
    if table.rows < MANY:
        yield
        return
    unchecked, checked, indexes = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    cursor.execute(indexes, [table.name])
    found = cursor.fetchall()
    _each(cursor, unchecked)
    for name, _ in found:
        cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
    yield
    for _, definition in found:
        cursor.execute(definition)
    _each(cursor, checked)


def _each(cursor, statements):
    for it in statements.split("; "):
        cursor.execute(it)


def _md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
