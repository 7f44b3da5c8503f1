"""How quick the trail is with a million lines: searching, sealing, verifying, exporting.

    python -m tests.environment tests.audit.speed [LINES]                             on SQLite
    bin/on-postgresql-and-redis python -m tests.environment tests.audit.speed         on PostgreSQL

Works in a database of its own, and leaves it empty of everything else.
"""

import sys
import time
from contextlib import contextmanager
from datetime import timedelta

import django

AGENTS = 10_000
SQLITE_FILL = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {lines})
    INSERT INTO audit_loginevent (at, kind, agent_id, service, method, effect, decided_by, judged, would_have, detail,
        address, user_agent, reference, about, about_name, by, changes)
    SELECT datetime('2026-11-28', '-' || (({lines} - i) * 30) || ' seconds'), {kind}, p.id, 'flex', 'session', 'allow',
        'default', '{{"platform": ["ios"]}}', '[]', '', '10.' || (i % 250) || '.' || (i / 250 % 250) || '.7',
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15',
        printf('%05d-%05d', i / 90000, i % 90000), '', '', '', '{{}}'
    FROM n JOIN people p ON p.nr = i % {agents}
"""
POSTGRESQL_FILL = """
    INSERT INTO audit_loginevent (at, kind, agent_id, service, method, effect, decided_by, judged, would_have, detail,
        address, user_agent, reference, about, about_name, by, changes)
    SELECT timestamptz '2026-11-28' - ({lines} - i) * interval '30 seconds', {kind}, p.id, 'flex', 'session', 'allow',
        'default', '{{"platform": ["ios"]}}', '[]', '', ('10.' || (i % 250) || '.' || (i / 250 % 250) || '.7')::inet,
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15',
        lpad((i / 90000)::text, 5, '0') || '-' || lpad((i % 90000)::text, 5, '0'), '', '', '', '{{}}'
    FROM generate_series(1, {lines}) i JOIN people p ON p.nr = i % {agents}
"""
KIND = (
    "CASE WHEN i % 5000 = 0 THEN 'token copied' WHEN i % 40 = 0 THEN 'code wrong' "
    "WHEN i % 3 = 0 THEN 'answered' ELSE 'signed in' END"
)


@contextmanager
def timed(what):
    begun = time.monotonic()
    yield
    sys.stdout.write(f"{what:<60} {time.monotonic() - begun:8.2f} s\n")
    sys.stdout.flush()


def fill(lines):
    from django.db import connection

    from idp.agents.models import Agent

    Agent.objects.bulk_create(
        [Agent(email=f"a{nr}@acme.example", full_name=f"Agent {nr}", password="!") for nr in range(AGENTS)]
    )
    template = SQLITE_FILL if connection.vendor == "sqlite" else POSTGRESQL_FILL
    with connection.cursor() as cursor:
        number = "CAST(substr(email, 2, instr(email, '@') - 2) AS INTEGER)"
        if connection.vendor != "sqlite":
            number = "substring(email from 2 for position('@' in email) - 2)::int"
        cursor.execute(f"CREATE TEMPORARY TABLE people AS SELECT id, {number} AS nr FROM agents_agent")
        cursor.execute("CREATE INDEX of_people ON people (nr)")
        cursor.execute(template.format(lines=lines, agents=AGENTS, kind=KIND))
        cursor.execute("ANALYZE")


def main(lines):
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from idp import clock
    from idp.audit.chain import sealing, verifying
    from idp.audit.models import LoginEvent
    from idp.keys import keyring
    from idp.web.trail import exports
    from tests.web.conftest import a_superuser, inside

    call_command("migrate", verbosity=0)
    with timed(f"{lines:,} lines on {connection.vendor}"):
        fill(lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    keyring.ensure(clock.now())
    browser = inside(a_superuser())
    assert isinstance(browser, Client)
    browser.get("/admin/audit/loginevent/")
    for query in (
        {},
        {"p": "150"},
        {"group": "sign-ins"},
        {"group": "codes"},
        {"group": "alarms"},
        {"group": "acts"},
        {"group": "operators"},
        {"since": "2026-11-01", "until": "2026-11-02"},
        {"agent": "Agent 77"},
        {"q": "a4711@acme"},
        {"q": "00007-00042"},
        {"from": "10.7.7.7"},
        {"from": "10.7.0.0/16"},
        {"from": "192.0.2.0/24"},
        {"by": "olivia"},
        {"group": "codes", "from": "10.7.0.0/16", "since": "2026-11-01"},
    ):
        with timed(f"list {query}"):
            assert browser.get("/admin/audit/loginevent/", query).status_code == 200
    now = clock.now() + timedelta(days=1)
    with timed("sealing all"):
        sealing.LONGEST_REST = 0
        sealing.seal_all(now, thorough=True)
    with timed("sealing when nothing waits"):
        sealing.seal_all(now)
    with timed("verifying all"):
        assert verifying.verify().in_order
    for name, writer in exports.WRITERS.items():
        with timed(f"exporting all as {name}"):
            sum(1 for _ in writer(LoginEvent.objects.all(), now))


if __name__ == "__main__":
    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
