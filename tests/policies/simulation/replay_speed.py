"""How fast a hundred thousand sign-ins are judged by two policies: python -m tests.policies.simulation.replay_speed.

Prints seconds of one core, and the rate against a reference of the same run: the same sign-ins judged one by one.
"""

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import islice

import tests.environment  # noqa: F401 - settings and a database of its own

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
AGENTS, EVENTS, ONE_BY_ONE = 500, 100_000, 4_000


def main():
    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    try:
        measure()
    finally:
        teardown_databases(made, verbosity=0)


def measure():
    from idp.audit.past_sign_ins import past
    from idp.policies.simulation.replay import replay

    seed()
    before, after = policies(clocked=False)
    sign_ins = list(islice(past(NOW), ONE_BY_ONE))
    reference = timed(lambda: [one_by_one(it, before, after) for it in sign_ins]) / len(sign_ins)
    say(f"one by one      {1 / reference:>10,.0f} a second, facts read and judged by both policies")
    say(f"reading alone   {timed(lambda: sum(1 for _ in past(NOW))):>10.2f} s for {EVENTS:,} rows")
    for clocked in (False, True):
        before, after = policies(clocked=clocked)
        took = timed(lambda: replay(before, after, past(NOW)))  # noqa: B023 - called at once
        words = "with network, hours, ages" if clocked else "platform, role, header   "
        rate = EVENTS / took
        say(f"{words} {took:>6.2f} s for {EVENTS:,}: {rate:>9,.0f} a second, {rate * reference:.1f} x one by one")


def say(line):
    sys.stdout.write(f"{line}\n")


def timed(act):
    began = time.process_time()
    act()
    return time.process_time() - began


def one_by_one(it, before, after):
    from idp.policies.access import recorded_attempts
    from idp.policies.access.decisions import Attempt, evaluate

    facts = recorded_attempts.from_json(it.judged, service=it.service, text=it.text, address=it.address).facts
    return [evaluate(policy, Attempt(it.service, facts)).effect for policy in (before, after)]


def policies(*, clocked):
    """Twenty rules in force, and a draft that adds one and turns one."""
    from datetime import time as clock_time

    from idp.policies.access import conditions as c
    from idp.policies.access.rules import Effect, Mode, Policy, Rule
    from idp.policies.user_agents import Client, Platform

    always = [
        (c.PlatformIs(frozenset({Platform.KAIOS})),),
        (c.TextContains("Nexus"), c.RoleIs(frozenset({"agent"}))),
        (c.ClientIs(frozenset({Client.WEB_VIEW})),),
        (c.BrowserVersion("Chrome", 60, under=True),),
        (c.TextMatches("SM-G9[0-3]"),),
    ]
    varying = [
        (c.NetworkIn(frozenset({"203.0.113.0/24"})),),
        (c.DeviceAge(300),),
        (c.CodeAge(160), c.RoleIs(frozenset({"supervisor"}))),
        (c.MomentWithin(frozenset({c.Weekday.SUNDAY}), clock_time(2), clock_time(3), "Europe/Madrid"),),
    ]
    chosen = always + (varying if clocked else [])
    rules = [Rule(str(at), f"Rule {at}", Mode.ON, Effect.DENY, chosen[at % len(chosen)]) for at in range(20)]
    android = Rule("new", "Block Android", Mode.ON, Effect.DENY, (c.PlatformIs(frozenset({Platform.ANDROID})),))
    return Policy(tuple(rules)), Policy((*rules[1:], android, rules[0]))


def seed():
    """500 agents with one or two devices each, 200 headers, times over 30 days, changing networks and ages."""
    from django.db.models import QuerySet

    from idp.agents.models import Agent
    from idp.audit.models import LoginEvent

    chance = random.Random(1)
    headers = [f"Mozilla/5.0 ({it}; build {nth}) AppleWebKit/537.36" for nth in range(50) for it in PHONES]
    agents = [Agent(email=f"agent-{it}@acme.example", full_name=f"Agent {it}", password="!") for it in range(AGENTS)]
    QuerySet(Agent).bulk_create(agents)
    owned = {it.pk: chance.sample(headers, 2) for it in agents}
    rows = (an_event(chance, chance.choice(agents), owned) for _ in range(EVENTS))
    QuerySet(LoginEvent).bulk_create(rows, batch_size=2_000)


PHONES = ("iPhone; CPU iPhone OS 17_5", "Linux; Android 14; Mobile", "Macintosh; Intel Mac OS X", "Windows NT 10.0")


def an_event(chance, agent, owned):
    from idp.audit.models import LoginEvent
    from idp.policies import user_agents
    from idp.policies.access import recorded_attempts
    from idp.policies.access.decisions import Attempt
    from idp.policies.access.facts import AgentFacts, gather

    header = chance.choice(owned[agent.pk])
    at = NOW - timedelta(seconds=chance.randrange(30 * 86_400))
    address = f"198.51.{chance.randrange(100, 104)}.{chance.randrange(256)}"
    who = AgentFacts(
        agent.email, frozenset({"agent"}), "Sales", device_age=chance.randrange(200), code_age=chance.randrange(168)
    )
    facts = gather(user_agents.parse(header), touch_points=None, address=address, now=at, agent=who)
    return LoginEvent(
        at=at, kind="signed in", agent=agent, service="flex", method="token", effect="allow", revision=1,
        judged=recorded_attempts.to_json(Attempt("flex", facts)),
        user_agent=header, address=address, reference="7KQ2M-9TX4D",
    )  # fmt: skip


if __name__ == "__main__":
    main()
