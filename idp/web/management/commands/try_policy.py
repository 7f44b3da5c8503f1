"""`manage.py try_policy`: what the access rules decide about a browser."""

import argparse
import ipaddress
from collections.abc import Iterable
from typing import Any

from idp import clock
from idp.agents import access_passes
from idp.login import access_decision
from idp.login.access_decision import Subject
from idp.policies import in_force, user_agents
from idp.policies.access.decisions import Decision, Guardrails, evaluate
from idp.policies.access.facts import LATER
from idp.policies.access.rules import Policy
from idp.policies.editing import publishing
from idp.policies.simulation.trial import Trial
from idp.policies.user_agents import Client, UserAgent
from idp.policies.user_agents.words import describe
from idp.web.management.at_once import CommandAtOnce
from idp.web.management.lookup import find_agent, find_service
from idp.web.management.output import write_json
from idp.web.trail import rule_verdicts

UNDECIDED = "undecided"
UNKNOWN = "unknown"


class Command(CommandAtOnce):
    """Evaluates a user agent by the rules in force or the draft, with the function that decides about sign-ins."""

    help = "Says how the access rules in force decide about a browser, and why."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what a sign-in would show."""
        parser.add_argument("--user-agent", required=True, metavar="TEXT", help="the User-Agent header")
        parser.add_argument("--agent", metavar="EMAIL", help="as if this agent had signed in")
        parser.add_argument("--sp", metavar="SLUG", help="the service that they sign in to")
        parser.add_argument("--touch-points", type=int, metavar="N", help="as the phone page would report: 0 is a Mac")
        parser.add_argument("--address", type=_address, metavar="IP", help="the client's IP address")
        parser.add_argument("--draft", action="store_true", help="use the draft instead of the rules in force")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, as_json: bool, **given: Any) -> None:
        """Print the decision, how the user agent was understood, and each rule's answer."""
        seen = user_agents.parse(given["user_agent"])
        policy = publishing.edited().policy if given["draft"] else in_force.policy()
        names = {it.key: it.name for it in policy.rules} if policy else {}
        decision = _decide(policy, given)
        answer = {
            "user_agent": _device_values(seen),
            "decision": decision.effect or UNDECIDED,
            "decided_by": names.get(decision.decided_by, decision.decided_by),
            "message": decision.message,
            "revision": decision.revision or ("draft" if given["draft"] else "none"),
            "would_have": [{"rule": names[it.key], "effect": it.effect.value} for it in decision.would_have],
            "trace": rule_verdicts.verdicts(policy, decision) if policy else [],
        }
        if as_json:
            write_json(self.stdout, answer)
        else:
            self._print(answer, seen)

    def _print(self, answer: dict[str, Any], seen: UserAgent) -> None:
        by = f" by {answer['decided_by']}" if answer["decided_by"] else ": the rest of the sign-in can still change it"
        self.stdout.write(f"{answer['decision']}{by}")
        self.stdout.write(f"understood as: {describe(seen)}; " + _in_words(answer["user_agent"]))
        for line in answer["trace"]:
            self.stdout.write(f"  {rule_verdicts.in_words(line)}")


def _decide(policy: Policy | None, given: dict[str, Any]) -> Decision:
    sp = find_service(given["sp"]) if given["sp"] else None
    agent = find_agent(given["agent"]) if given["agent"] else None
    now = clock.now()
    trial = Trial(
        given["user_agent"],
        now,
        given["sp"] or "",
        LATER if given["touch_points"] is None else given["touch_points"],
        given["address"],
        access_decision.agent_facts(Subject(agent, None), now) if agent else None,
        let_in=agent is not None and access_passes.admits(agent.pk, now),
    )
    guardrails = Guardrails(
        stopped=in_force.look().stopped,
        service_off=sp is not None and not sp.enabled,
        agent_off=agent is not None and not agent.is_active,
    )
    return evaluate(policy, trial.attempt(guardrails))


def _address(typed: str) -> str:
    return str(ipaddress.ip_address(typed))


def _device_values(seen: UserAgent) -> dict[str, str]:
    return {
        "platform": _members(seen.platform),
        "form": _members(seen.form),
        "web_view": _web_view(seen.client),
        "browser": seen.browser or UNKNOWN,
        "text": seen.text,
    }


def _members(values: Iterable[str]) -> str:
    return "|".join(sorted(values)) or UNKNOWN


def _web_view(client: frozenset[Client]) -> str:
    if not client or (Client.WEB_VIEW in client and len(client) > 1):
        return UNKNOWN
    return "yes" if Client.WEB_VIEW in client else "no"


def _in_words(understood: dict[str, str]) -> str:
    return ", ".join(f"{name} {understood[name]}" for name in ("platform", "form", "web_view"))
