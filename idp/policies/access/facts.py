"""What is known of one sign-in. Each fact is the set of what it may be, or *later*.

An empty set means that nothing is known, and nothing will be. *Later* means that this sign-in will still tell. A fact
that was not recorded also reads as *later*, so that rules are followed both ways.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from idp.policies.user_agents import MAC_OR_IPAD, Client, Form, Platform, UserAgent, with_touch_points
from idp.values import value

NO_APP = ""  # what the app is called where a browser speaks
BROWSERS_KEPT: Final = 256
"""How many browsers' facts are cached. A call centre has few different browsers."""


@dataclass(frozen=True, slots=True)
class Later:
    """The sign-in will still tell which of these it is, or it stays open. Empty: it may be anything."""

    among: frozenset[Any] = frozenset()


LATER: Final = Later()
TouchPoints = int | None | Later


@value
class Facts:
    """What is known when a sign-in is judged.

    `role` is every role that the agent holds, and empty if they are not known. `device_age` is in whole days since
    the device was enrolled, `code_age` in whole hours since its last code. `moment` is an instant.
    """

    platform: frozenset[Platform] | Later = LATER
    form: frozenset[Form] | Later = LATER
    client: frozenset[Client] | Later = LATER
    browser: frozenset[str] | Later = LATER
    browser_version: frozenset[int] | Later = LATER
    app: frozenset[str] | Later = LATER
    app_version: frozenset[int] | Later = LATER
    os_version: frozenset[int] | Later = LATER
    text: frozenset[str] | Later = LATER
    network: frozenset[str] | Later = LATER
    moment: frozenset[datetime] | Later = LATER
    device_age: frozenset[int] | Later = LATER
    code_age: frozenset[int] | Later = LATER
    agent: frozenset[str] | Later = LATER
    role: frozenset[str] | Later = LATER
    department: frozenset[str] | Later = LATER


@value
class AgentFacts:
    """The agent who proved who they are, and the ages of the device they used; both are 0 for a new device.

    `department` is empty for an agent who is in none.
    """

    email: str
    roles: frozenset[str]
    department: str = ""
    device_age: int | None = field(default=None, kw_only=True)
    code_age: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class RegisteredApp:
    """An app that is registered with Latchkey, so its name does not come from a User-Agent header."""

    name: str
    version: int | None = None


def gather(
    user_agent: UserAgent,
    *,
    touch_points: TouchPoints,
    address: str | None,
    now: datetime,
    agent: AgentFacts | None = None,
    app: RegisteredApp | None = None,
) -> Facts:
    """Collect the facts of one request. Without an agent, every fact about the agent is *later*."""
    request = {
        **_seen(user_agent, touch_points),
        "network": known(address),
        "moment": frozenset({now}),
        **_of_app(app),
    }
    if agent is None:
        return Facts(**request)
    return Facts(
        **request,
        agent=frozenset({agent.email}),
        role=agent.roles,
        department=frozenset({agent.department}),
        device_age=known(agent.device_age),
        code_age=known(agent.code_age),
    )


def of_user_agent(user_agent: UserAgent, touch_points: TouchPoints) -> Facts:
    """Return the facts of a header. Until the first page reports touch points, Safari on a Mac may be an iPad."""
    return Facts(**_seen(user_agent, touch_points))


@lru_cache(maxsize=BROWSERS_KEPT)
def _seen(user_agent: UserAgent, touch_points: TouchPoints) -> dict[str, Any]:
    reported = None if isinstance(touch_points, Later) else touch_points
    seen = with_touch_points(user_agent, reported)
    open_still = isinstance(touch_points, Later) and seen.platform == MAC_OR_IPAD
    is_app = bool(seen.client) and Client.BROWSER not in seen.client
    name = known(seen.browser or None)
    return {
        "platform": Later(seen.platform) if open_still else seen.platform,
        "form": Later(seen.form) if open_still else seen.form,
        "client": seen.client,
        "browser": name,
        "browser_version": known(seen.browser_version),
        "app": _named_app(seen, known(seen.app or None) or name, is_app=is_app),
        "app_version": known(seen.app_version if seen.app else seen.browser_version) if is_app else frozenset(),
        "os_version": known(seen.os_version),
        "text": known(seen.text or None),
    }


def known(value: Any) -> frozenset[Any]:  # noqa: ANN401 - a fact of any type
    """Return the set for a fact with one value; None means that nothing is known."""
    return frozenset() if value is None else frozenset({value})


def _named_app(seen: UserAgent, name: frozenset[str], *, is_app: bool) -> frozenset[str]:
    if seen.client == {Client.BROWSER}:
        return frozenset({NO_APP})
    return name if is_app else frozenset()


def _of_app(app: RegisteredApp | None) -> dict[str, frozenset[Any]]:
    if app is None:
        return {}
    return {
        "client": frozenset({Client.APP}),
        "app": frozenset({app.name}),
        "app_version": known(app.version),
    }
