"""How long the operators' home page takes over a million events: python -m tests.web.home.speed.

Fills a database of its own with a month of a busy contact centre, has it counted, and prints the median and the slowest
of some looks, for each period, at the height of a shift's first hour. Another database: set DATABASE_URL. Fewer events:
give their number.
"""

import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

import tests.environment  # noqa: F401 - settings and a database of its own

NOW = datetime(2026, 11, 20, 8, 50, tzinfo=UTC)
"""A Friday, when the shift has just begun."""
EVENTS, AGENTS, LOOKS, WEEKDAYS = 1_000_000, 2_000, 7, 5
SHIFT = [8] * 6 + [9, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
"""Hours in which people come; a third of them when it begins."""
PERIODS = ("day", "week", "month")


def main():
    import django

    django.setup()
    import time_machine
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        with time_machine.travel(NOW, tick=False):
            measure(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
    finally:
        teardown_databases(made, verbosity=0)


def measure(events):
    from django.db import connection

    from idp.audit.models import HourlyCount
    from idp.audit.statistics import counting, hourly
    from idp.audit.statistics.hours import hour_of
    from idp.keys import keyring
    from tests.web.conftest import a_superuser, inside
    from tests.web.seeded import a_service

    keyring.ensure(NOW)
    a_service()
    say(f"filling         {timed(lambda: seed(events)):>8.1f} s for {events:,} events, {connection.vendor}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    took = timed(lambda: hourly.count_all(NOW))
    say(f"counting it all {took:>8.1f} s, once, beside requests; kept in {HourlyCount.objects.count():,} rows")
    now = hour_of(NOW)
    say(f"an open hour    {1000 * timed(lambda: counting.count(range(now, now + 1))):>8.0f} ms")
    client = inside(a_superuser())
    for period in PERIODS:
        looks = [timed(lambda: client.get("/admin/", {"period": period}).status_code) for _ in range(LOOKS)]  # noqa: B023
        median, slowest = (1000 * it for it in (statistics.median(looks), max(looks)))
        say(f"home, {period:<6}    {median:>8.0f} ms in the median of {LOOKS} looks, {slowest:.0f} ms at most")


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def timed(act):
    began = time.perf_counter_ns()
    act()
    return (time.perf_counter_ns() - began) / 1e9


def seed(events):
    """One day of agents who come, most of them silently, copied to the other working days; and codes of their own."""
    from django.db.models import QuerySet

    from idp.agents.models import Agent
    from idp.audit.models import LoginEvent

    chance = random.Random(1)
    agents = [Agent(email=f"agent-{it}@acme.example", full_name=f"Agent {it}", password="!") for it in range(AGENTS)]
    QuerySet(Agent).bulk_create(agents)
    days = [it for it in range(30) if (NOW - timedelta(days=it)).weekday() < WEEKDAYS]
    day = (NOW - timedelta(days=1)).replace(hour=0, minute=0)
    QuerySet(LoginEvent).bulk_create(lines(chance, agents, day, events // len(days)), batch_size=5_000)
    for ago in days:
        if ago != 1:
            copy(ago - 1)
    codes(chance, days, events // 20)


def copy(days):
    """Write yesterday's lines once more, so many days earlier, as far as it is not later than now."""
    from django.db import connection

    from idp.audit.models import LoginEvent

    fields = LoginEvent._meta.concrete_fields
    columns = ", ".join(it.column for it in fields if it.column not in ("id", "at"))
    begin, end = f"{NOW - timedelta(days=1):%Y-%m-%d}", f"{NOW:%Y-%m-%d}"
    moved = "at - make_interval(days => %s)"
    if connection.vendor == "sqlite":
        moved = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', at, -%s || ' days')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_loginevent (at, {columns}) "
            f"SELECT {moved}, {columns} FROM audit_loginevent WHERE at >= %s AND at < %s AND {moved} <= %s",
            [days, begin, end, days, f"{NOW:%Y-%m-%d %H:%M}"],
        )


def lines(chance, agents, day, events):
    written = 0
    while written < events:
        at = day + timedelta(hours=chance.choice(SHIFT), seconds=chance.random() * 3600)
        for it in came(chance, chance.choice(agents), at):
            written += 1
            yield it


def came(chance, agent, at):
    from idp.audit.models import Kind, LoginEvent

    platform, browser = chance.choice(
        (("ios", "Safari"), ("android", "Chrome"), ("ios", "Safari"), ("macos", "Safari"))
    )
    judged = {
        "platform": [platform], "form": ["phone"], "client": ["browser"], "browser": [browser], "text": "apart",
        "browser_version": [147], "os_version": [18], "network": "apart", "moment": [at.isoformat()], "let_in": False,
        "device_age": [chance.randrange(90)], "code_age": [chance.randrange(200)], "agent": [agent.email],
        "role": ["agent"], "department": ["Sales"], "guardrails": {},
    }  # fmt: skip
    common = {"agent": agent, "service": "flex", "reference": "7KQ2M-9TX4D", "user_agent": "Mozilla/5.0 " + "x" * 110}
    told = {**common, "judged": judged, "revision": 1, "address": "198.51.100.4", "effect": "allow"}
    what = chance.random()
    if what < 0.03:
        yield LoginEvent(at=at, kind=Kind.REFUSED, **{**told, "effect": "deny", "decided_by": "default"})
        return
    if what < 0.10:
        sent = at - timedelta(seconds=chance.randrange(8, 90))
        yield LoginEvent(at=sent, kind=Kind.CODE_SENT, detail="sms: sent", **common)
    method = "code" if what < 0.10 else "session"
    yield LoginEvent(at=at, kind=Kind.SIGNED_IN, method=method, decided_by="default", **told)
    yield LoginEvent(at=at, kind=Kind.ANSWERED, **common)


def codes(chance, days, count):
    from idp.agents.models import Agent
    from idp.otp.models import PhoneAuthenticator, Verification, VerificationSend

    owners = enumerate(Agent.objects.filter(is_staff=False))
    numbers = [PhoneAuthenticator(user=it, name="mobile number", number=f"+1201{nth:07}") for nth, it in owners]
    PhoneAuthenticator.objects.bulk_create(numbers)
    rows = [a_code(chance.choice(numbers), days, chance, nth) for nth in range(count)]
    Verification.objects.bulk_create(rows, batch_size=5_000)
    sends = (VerificationSend(verification=it, nth=1, channel="sms", at=it.started_at, answer="sent") for it in rows)
    VerificationSend.objects.bulk_create(sends, batch_size=5_000)


def a_code(number, days, chance, nth):
    from idp.otp.models import Verification

    at = NOW - timedelta(days=chance.choice(days), seconds=chance.randrange(60, 7200))
    return Verification(authenticator=number, counted_as=f"{nth}", started_at=at, ended_at=at, outcome="approved")


if __name__ == "__main__":
    main()
