"""What a policy would decide at each point of a sign-in, with what is known at that point."""

from dataclasses import dataclass, replace
from datetime import datetime

from idp.policies.access.decisions import Attempt, Decision, evaluate
from idp.policies.access.facts import LATER, AgentFacts, RegisteredApp, TouchPoints, gather
from idp.policies.access.rules import Policy
from idp.policies.user_agents import UserAgent

NOBODY = "Choose an agent to see this: by then it is known who signs in."
NOTHING_TO_REUSE = "This agent is not signed in anywhere, so there is no session or token."
NO_APP = "Choose an app as the service to see this."
ARRIVES, PAID = "A request arrives", "Before a text or call is paid for"
RIGHT, ANSWER = "The code was right", "The answer is made, after a code"
REUSED = "A session or token would let in"
APP_NEW, APP_AGAIN = "An app signs in", "An app renews its sign-in, or opens a link"


@dataclass(frozen=True, slots=True)
class Known:
    """An agent on a device that is signed in, and the touch points stored with the device."""

    agent: AgentFacts
    touch_points: int | None


@dataclass(frozen=True, slots=True)
class Tried:
    """Who signs in, with what. `new`: the agent just gave a code on a new device. `known`: they are signed in already.

    `touch_points` None: script is off. `app` is the name of the app that the service belongs to, if any.
    """

    user_agent: UserAgent
    now: datetime
    service: str = ""
    app: str = ""
    touch_points: int | None = None
    address: str | None = None
    new: AgentFacts | None = None
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A point at which the policy is asked, with its decision, or why the decision is not known."""

    name: str
    decision: Decision | None
    why_not: str = ""


def at_each_point(policy: Policy, it: Tried) -> tuple[Point, ...]:
    """Decide at every point, in the order of a sign-in."""
    return (
        Point(ARRIVES, _judge(policy, it, LATER)),
        Point(PAID, _judge(policy, it, it.touch_points)),
        _after_a_code(policy, it, RIGHT),
        _after_a_code(policy, it, ANSWER),
        _again(policy, it, REUSED),
        *_by_an_app(policy, it),
    )


def _by_an_app(policy: Policy, it: Tried) -> tuple[Point, ...]:
    """Decide for the app itself, which reports no touch points, and whose name is known."""
    if not it.app:
        return Point(APP_NEW, None, NO_APP), Point(APP_AGAIN, None, NO_APP)
    app = RegisteredApp(it.app, it.user_agent.app_version)
    bare = replace(it, touch_points=None, known=replace(it.known, touch_points=None) if it.known else None)
    return _after_a_code(policy, bare, APP_NEW, app), _again(policy, bare, APP_AGAIN, app)


def _after_a_code(policy: Policy, it: Tried, name: str, app: RegisteredApp | None = None) -> Point:
    if it.new is None:
        return Point(name, None, NOBODY)
    return Point(name, _judge(policy, it, it.touch_points, it.new, app))


def _again(policy: Policy, it: Tried, name: str, app: RegisteredApp | None = None) -> Point:
    if it.known is None:
        return Point(name, None, NOTHING_TO_REUSE if it.new else NOBODY)
    return Point(name, _judge(policy, it, it.known.touch_points, it.known.agent, app))


def _judge(
    policy: Policy,
    it: Tried,
    touch_points: TouchPoints,
    agent: AgentFacts | None = None,
    app: RegisteredApp | None = None,
) -> Decision:
    facts = gather(it.user_agent, touch_points=touch_points, address=it.address, now=it.now, agent=agent, app=app)
    return evaluate(policy, Attempt(it.service, facts))
