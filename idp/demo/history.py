"""Thirty days of invented sign-ins, so that lists, charts and previews of a new demo have something to show.

The two agents with whom people try the demo have none, so their first sign-in really is the first.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from idp import reference
from idp.agents.authentication import Method
from idp.agents.models import Agent, Device
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.bearer_secrets import keyed_hash, new_secret
from idp.login import access_decision
from idp.login.access_decision import Subject
from idp.login.flow.in_memory import InMemoryFlow
from idp.login.flow.request import FlowRequest
from idp.login.ladder.requirements import LoginRequirements
from idp.login.request_facts import RequestFacts
from idp.policies import user_agents
from idp.policies.models import TimeoutPolicy

DAYS = 30
SHIFT_BEGINS = timedelta(hours=8)
SHIFT = timedelta(hours=8).seconds
AGAIN = 0.2
"""The share of codes that were requested twice."""
TOUCH_POINTS = 5
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.3 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Mobile Safari/537.36"
)
IPAD = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Safari/605.1.15"
)
IN_AN_APP = f"{IPHONE.partition(' Version/')[0]} Mobile/15E148 Safari Line/15.4.2"
PHONES = {
    "chidi": IPHONE,
    "dina": ANDROID,
    "sakura": IPAD,
    "fatma": IPHONE,
    "maria": IPHONE,
    "lab": IPHONE,
    "irene": IPHONE,
    "jonas": IN_AN_APP,
    "leila": IPHONE,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a phone: when, whether it took a code, and when each text was sent."""

    at: datetime
    with_code: bool
    texts_at: tuple[datetime, ...] = ()


@transaction.atomic
def write(now: datetime) -> None:
    """Write the sign-ins of the last thirty days, unless the trail has some already."""
    if LoginEvent.objects.exists():
        return
    chance = random.Random(30)  # noqa: S311 - the same history each time, and nothing secret
    policy = TimeoutPolicy.objects.get(name="enhanced")
    for nth, (mailbox, header) in enumerate(PHONES.items(), start=1):
        agent = Agent.objects.get(email=f"{mailbox}@acme.example")
        _write_visits(agent, _facts(header, f"203.0.113.{nth}"), list(_visits(now, chance)), policy)


def _visits(now: datetime, chance: random.Random) -> Iterator[Visit]:
    """Yield a few visits on each working day. A code is needed on the first, and every nine days after that."""
    coded: datetime | None = None
    for ago in range(DAYS, 0, -1):
        day = (now - timedelta(days=ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        if day.weekday() > 4:  # noqa: PLR2004 - Saturday and Sunday
            continue
        for second in sorted(chance.sample(range(SHIFT), chance.randint(1, 4))):
            at = day + SHIFT_BEGINS + timedelta(seconds=second)
            due = coded is None or at >= coded + timedelta(days=9)
            coded = at if due else coded
            yield Visit(at, due, _texts(at, chance) if due else ())


def _texts(at: datetime, chance: random.Random) -> tuple[datetime, ...]:
    """Return the instants of one text, or of two if the first took too long."""
    last = at - timedelta(seconds=chance.randint(9, 40))
    return (last - timedelta(seconds=45), last) if chance.random() < AGAIN else (last,)


def _write_visits(agent: Agent, facts: RequestFacts, visits: list[Visit], policy: TimeoutPolicy) -> None:
    device = _device(agent, facts, visits)
    wanted = LoginRequirements("flex", "Flex")
    for came in visits:
        if came.with_code:
            device.authenticated_at = came.at
        request = FlowRequest(
            InMemoryFlow(wanted, policy, return_path=str, protocol=dict, begun_at=came.at), facts, came.at
        )
        decision = request.decide(Subject(agent, device, fresh=came.with_code), touch_points=facts.touch_points)
        common = {"agent": agent, "service": wanted.service, "address": facts.origin.address}
        for text_at in came.texts_at:
            _write(text_at, Kind.CODE_SENT, facts, detail="sms: sent", **common)
        method = Method.CODE if came.with_code else Method.SESSION
        _write(
            came.at, Kind.SIGNED_IN, facts, device=device, method=method, **common, **access_decision.recorded(decision)
        )
    device.save()


def _write(at: datetime, kind: Kind, facts: RequestFacts, **more: Any) -> None:
    LoginEvent.objects.create(at=at, kind=kind, user_agent=facts.origin.user_agent, reference=reference.new(), **more)


def _device(agent: Agent, facts: RequestFacts, visits: list[Visit]) -> Device:
    browser = facts.browser
    return Device.objects.create(
        agent=agent,
        kind=browser.kind,
        slot=1,
        remembered=True,
        label=browser.label,
        family=browser.family,
        touch_points=browser.touch_points,
        secret_hash=keyed_hash("device", new_secret()),
        authenticated_at=visits[0].at,
        enrolled_at=visits[0].at,
        last_seen_at=visits[-1].at,
    )


def _facts(header: str, address: str) -> RequestFacts:
    parsed = user_agents.parse(header)
    return RequestFacts(None, None, None, parsed, TOUCH_POINTS, Origin(address, parsed.text, ""))
