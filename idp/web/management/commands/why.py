"""`manage.py why`: what happened under a reference, or why an agent can't sign in."""

import argparse
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from idp import clock, reference
from idp.audit.models import LoginEvent
from idp.policies.simulation import sample_devices
from idp.policies.simulation.sample_devices import SAMPLE_DEVICES
from idp.web.management.at_once import CommandAtOnce
from idp.web.management.lookup import find_agent, find_service
from idp.web.management.output import write_json
from idp.web.sign_in_checks import all_checks, arrival
from idp.web.sign_in_checks.check import Judged, as_values, lines
from idp.web.trail import rule_verdicts, words


class Command(CommandAtOnce):
    """Prints the events of a reference in order, or every check of an agent."""

    help = "Says what happened under a reference such as 7KQ2M-9TX4D, or why an agent can't sign in."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the reference or the agent."""
        what = "a reference from a page; or an agent's email address, or mobile number with +"
        parser.add_argument("reference", metavar="REFERENCE|AGENT", help=what)
        parser.add_argument(
            "--sp", metavar="SLUG", help="for an agent: at this service, instead of the one they last used"
        )
        slugs = [it.slug for it in SAMPLE_DEVICES]
        parser.add_argument(
            "--phone", choices=slugs, metavar="SAMPLE", help=f"instead of their last phone: {', '.join(slugs)}"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON for programs")

    def handle(self, *_: Any, as_json: bool, **given: Any) -> None:
        """Print a line for each event or check."""
        if "@" in given["reference"] or given["reference"].strip().startswith("+"):
            judged = _judge(given["reference"].strip(), given["sp"], given["phone"])
            self._print(judged, as_json=as_json)
            return
        wanted = reference.read(given["reference"])
        if not wanted:
            raise CommandError(
                f"{given['reference']} is not a reference: those look like 7KQ2M-9TX4D. "
                "An agent is named by email, or by a number that begins with +."
            )
        events = list(
            LoginEvent.objects.select_related("agent", "device").filter(reference=wanted).order_by("at", "pk")
        )
        if not events:
            raise CommandError(
                f"Nothing was recorded for {wanted}. If it is on an error page, the log has a line with that reference."
            )
        if as_json:
            write_json(self.stdout, [_as_values(event) for event in events])
            return
        for event in events:
            self.stdout.write(". ".join(_sentences(event)))

    def _print(self, judged: Judged, *, as_json: bool) -> None:
        roots = settings.LATCHKEY.base_url
        if as_json:
            write_json(self.stdout, as_values(judged, roots))
            return
        self.stdout.write(judged.verdict)
        for line in lines(judged.checks, roots):
            self.stdout.write(f"  {line}")


def _judge(who: str, slug: str | None, sample: str | None) -> Judged:
    agent = find_agent(who)
    sp = find_service(slug) if slug else all_checks.usual_service(agent)
    device = sample_devices.named(sample) if sample else None
    coming = arrival.with_sample(device) if device else arrival.with_last_phone(agent)
    return all_checks.judge(agent, sp, coming, clock.now())


def _sentences(event: LoginEvent) -> Iterator[str]:
    service = f" at {event.service}" if event.service else ""
    what = ", ".join(filter(None, (event.get_kind_display(), _agent_in_words(event))))
    yield f"{event.at:%Y-%m-%d %H:%M:%S} UTC: {what}{service}"
    yield from _act_in_words(event)
    if event.device:
        yield f"Device: {event.device}"
    if event.decided_by:
        yield f"Decided by: {words.decided(event)}"
    elif event.detail:
        yield f"Detail: {event.detail}"
    if advice := words.advice(event):
        yield advice.removesuffix(".")
    if event.effect:
        effect = words.EFFECT_NAMES.get(event.effect, event.effect)
        yield f"Decision: {effect}, by revision {event.revision or '-'}"
    if event.judged:
        yield f"Understood as {words.understood(event)}"
    if lines := rule_verdicts.at_the_time(event):
        yield f"Rules: {'; '.join(map(rule_verdicts.in_words, lines))}"
    if event.would_have:
        yield f"Rules in watch only would have: {words.watched(event)}"
    if event.address:
        yield f"From {event.address}"


def _agent_in_words(event: LoginEvent) -> str:
    if event.agent:
        return f"{event.agent} ({event.agent.email})"
    return words.about(event) if event.by else "somebody not yet proved"


def _act_in_words(event: LoginEvent) -> Iterator[str]:
    if event.by:
        yield f"By: {event.by}"
    for field, before, after in words.changed(event):
        yield f"{field}: {before} → {after}"


def _as_values(event: LoginEvent) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "kind": event.kind,
        "agent": event.agent.email if event.agent else None,
        "device": event.device.label if event.device else None,
        "service": event.service,
        "method": event.method,
        "decision": event.effect,
        "revision": event.revision,
        "decided_by": event.decided_by,
        "decided_by_name": words.decided(event),
        "would_have": words.watched(event),
        "trace": rule_verdicts.at_the_time(event),
        "detail": event.detail,
        "judged": event.judged,
        "address": event.address,
        "user_agent": event.user_agent,
        "reference": event.reference,
        "by": event.by,
        "about": event.about,
        "about_name": event.about_name,
        "changes": event.changes,
    }
