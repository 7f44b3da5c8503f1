"""The home page's alerts: what keeps agents out, or soon will, the loud ones first, each with its next step."""

from collections.abc import Iterator
from dataclasses import replace

from django.urls import reverse

from idp.agents.models import Agent
from idp.keys import keyring
from idp.saml.metadata_updates import alarms as metadata_alarms
from idp.web import rights
from idp.web.checkup.finding import State, worst_first
from idp.web.home import access, texts
from idp.web.home.facts import Facts
from idp.web.home.step import Step
from idp.web.trail import alarms as sign_in_alarms
from idp.webhooks import alarms as webhook_alarms

SHOWN = 3


def find_alerts(facts: Facts, operator: Agent) -> list[Step]:
    """Return what is wrong. It queries details only if the facts show that there are any."""
    return sorted(_every(_known_to(operator, facts)), key=lambda it: not it.loud)


def _known_to(operator: Agent, facts: Facts) -> Facts:
    """Leave out alerts that name people, unless the operator may open the page that they link to."""
    answers = {
        **facts.answers,
        "alarms_waiting": facts.answers["alarms_waiting"] and operator.has_perm(rights.SEE_TRAIL),
        "paused": facts.answers["paused"] and operator.has_perm(rights.SEE_PEOPLE),
        "let_in": facts.answers["let_in"] and operator.has_perm("agents.view_accesspass"),
    }
    return replace(facts, answers=answers)


def _every(facts: Facts) -> Iterator[Step]:
    answers, now = facts.answers, facts.now
    yield from access.alarms(now, answers, facts.present)
    if answers["alarms_waiting"]:
        yield from _of_sign_ins()
    for ending in keyring.endings_of(facts.keys, now):
        yield Step("Change the key", reverse("admin:key_change"), ending.sentence, ending.loud)
    yield from texts.alarms(now, answers)
    for sp, why in metadata_alarms.alarms(now) if answers["metadata_sources"] else ():
        yield Step("Review the metadata", reverse("admin:service_metadata", args=[sp.slug]), why, loud=False)
    for alarm in webhook_alarms.alarms(now) if answers["webhooks_in_trouble"] else ():
        page = reverse("admin:webhooks_webhook_change", args=[alarm.webhook.pk])
        yield Step("Open the webhook", page, alarm.why, alarm.loud)
    for ill in worst_first(it for it in facts.findings if it.state in (State.FAULT, State.WARNING)):
        why = f"{ill.subject}: {ill.sentence} {ill.fix}"
        yield Step("Run the checkup", reverse("admin:checkup"), why, ill.state is State.FAULT)


def _of_sign_ins() -> Iterator[Step]:
    waiting, page = sign_in_alarms.with_sides(sign_in_alarms.waiting(), SHOWN + 1), reverse("admin:alarms")
    for it in waiting[:SHOWN]:
        yield Step("Look into it", page, it.sentence, lines=it.lines)
    if len(waiting) > SHOWN:
        yield Step("All alarms", page, "There are more alarms about sign-ins.")
