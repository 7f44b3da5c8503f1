"""The start of a shift: many phones arrive at once, from one address, and come again if a page tells them to wait."""

import asyncio
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import aiohttp

from idp.agents.models import Kind
from idp.login.flow import sign_in
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy
from idp.tokens import lifecycle as tokens
from tests.cluster.phones import kind_of_answer
from tests.conftest import an_agent
from tests.devices import IPHONE as AN_IPHONE
from tests.user_agents import IPHONE

LONGEST = 120.0


@dataclass
class Shift:
    """The results: seconds until each agent was signed in, the kinds of responses, and their seconds."""

    came: int
    seconds: list = field(default_factory=list)
    kinds: Counter = field(default_factory=Counter)
    answers: list = field(default_factory=list)

    def line(self):
        self.seconds.sort()
        self.answers.sort()
        waits = sum(self.kinds.values()) - self.kinds["served"]
        return (
            f"{len(self.seconds)} of {self.came} signed in: half after {at(self.seconds, 0.5):.1f} s, 99 % after "
            f"{at(self.seconds, 0.99):.1f} s, the last after {self.seconds[-1]:.1f} s; {waits} of "
            f"{sum(self.kinds.values())} responses were a page to wait {dict(self.kinds)}; "
            f"99th percentile of a response {at(self.answers, 0.99):.1f} s"
        )


def at(ordered, share):
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def signed_in(many, now):
    """Create so many agents with a signed-in phone, and yield their cookies."""
    for nr in range(many):
        agent = an_agent(f"+1201556{nr:04d}", f"shift{nr}@acme.example")
        enrolled = sign_in.devices.enrol(agent, AN_IPHONE, None, now)
        assert enrolled.device.kind == Kind.MOBILE
        sessions.open_session(enrolled.device, OpenedBy.CODE, now)
        yield {"latchkey-device": enrolled.secret, "latchkey-token": tokens.issue(enrolled.device, now)}


async def begin(peer, cookies, within):
    """Let all phones arrive, evenly over so many seconds."""
    shift = Shift(len(cookies))
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(LONGEST),
    ) as http:
        await asyncio.gather(
            *(arrives(http, peer, it, nr * within / len(cookies), shift) for nr, it in enumerate(cookies))
        )
    return shift


async def arrives(http, peer, cookies, wait, shift):
    """Send a phone's request, and again after Retry-After seconds until it is signed in."""
    await asyncio.sleep(wait)
    begun = time.monotonic()
    headers = {"User-Agent": IPHONE, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    while time.monotonic() - begun < LONGEST:
        asked, again = time.monotonic(), 1.0
        try:
            async with http.get(peer.request_url(ID=f"_{uuid.uuid4().hex}"), headers=headers) as answer:
                let_in = 'name="SAMLResponse"' in await answer.text()
                kind, again = kind_of_answer(answer.status, answer.headers), float(answer.headers.get("Retry-After", 5))
        except aiohttp.ClientError:
            let_in, kind = False, "cut off"
        shift.answers.append(time.monotonic() - asked)
        shift.kinds[kind] += 1
        if let_in:
            shift.seconds.append(time.monotonic() - begun)
            return
        await asyncio.sleep(again)
