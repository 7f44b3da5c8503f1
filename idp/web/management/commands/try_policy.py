"""`manage.py try_policy`: what the access rules would say to a browser."""

import argparse
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from idp import clock
from idp.agents.models import Agent
from idp.policies import in_force, user_agents
from idp.policies.access import LATER, Attempt, Decision, Guardrails, evaluate
from idp.policies.facts import AgentFacts, gather
from idp.policies.models import AccessRule
from idp.policies.naming import name_of
from idp.policies.user_agents import Client, UserAgent
from idp.web.management.asking import find_agent, find_service, write_json

UNDECIDED = "undecided"
UNKNOWN = "unknown"


class Command(BaseCommand):
    """Judge a user agent by the rules in force, with the function that judges sign-ins."""

    help = "Says what the access rules in force make of a browser, and why."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask for what a sign-in would show."""
        parser.add_argument("--user-agent", required=True, metavar="TEXT")
        parser.add_argument("--agent", metavar="EMAIL", help="as if this agent had been proved")
        parser.add_argument("--sp", metavar="SLUG", help="the service that is asked for")
        parser.add_argument("--touch-points", type=int, metavar="N", help="as the phone page would tell: 0 is a Mac")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_: Any, user_agent: str, as_json: bool, **given: Any) -> None:
        """Print the verdict, what was understood, and each rule's answer."""
        seen = user_agents.parse(user_agent)
        agent = find_agent(given["agent"]) if given["agent"] else None
        decision = _decide(seen, agent, given["sp"], given["touch_points"])
        answer = {
            "user_agent": _understood(seen),
            "decision": decision.effect.value if decision.effect else UNDECIDED,
            "decided_by": name_of(decision.decided_by),
            "message": decision.message,
            "would_have": [{"rule": name_of(it.key), "effect": it.effect.value} for it in decision.would_have],
            "trace": _trace(decision),
        }
        if as_json:
            write_json(self.stdout, answer)
        else:
            self._tell(answer, seen)

    def _tell(self, answer: dict[str, Any], seen: UserAgent) -> None:
        by = f" by {answer['decided_by']}" if answer["decided_by"] else ": what the sign-in still tells can change it"
        self.stdout.write(f"{answer['decision']}{by}")
        self.stdout.write(f"understood as: {user_agents.describe(seen)}; " + _said(answer["user_agent"]))
        for line in answer["trace"]:
            unmet = f" ({line['unmet']})" if line["unmet"] else ""
            self.stdout.write(f"  {line['rule']}: {line['answer']}{unmet}")


def _decide(seen: UserAgent, agent: Agent | None, slug: str | None, touch_points: int | None) -> Decision:
    sp = find_service(slug) if slug else None
    facts = gather(
        seen,
        touch_points=LATER if touch_points is None else touch_points,
        address=None,
        now=clock.now(),
        agent=AgentFacts(agent.email, frozenset(agent.role_names)) if agent else None,
    )
    closed = Guardrails(
        service_off=sp is not None and not sp.enabled, agent_off=agent is not None and not agent.is_active
    )
    return evaluate(in_force.policy(), Attempt(slug or "", facts, closed))


def _understood(seen: UserAgent) -> dict[str, str]:
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


def _trace(decision: Decision) -> list[dict[str, str]]:
    names = {str(rule.key): rule for rule in AccessRule.objects.all()}
    return [
        {
            "rule": names[line.key].name if line.key in names else line.key,
            "sentence": names[line.key].sentence if line.key in names else "",
            "answer": line.answer.value if line.answer else "not asked",
            "unmet": line.unmet,
        }
        for line in decision.trace
    ]


def _said(understood: dict[str, str]) -> str:
    return ", ".join(f"{name} {understood[name]}" for name in ("platform", "form", "web_view"))
