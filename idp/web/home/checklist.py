"""The checklist of the first steps, derived from facts: a step that is undone later appears again."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from idp.agents.models import Agent
from idp.web import rights
from idp.web.checkup import address, clocks, proxies, signing_keys
from idp.web.checkup.finding import Finding, State
from idp.web.home.batched_queries import Answers
from idp.web.home.facts import Facts
from idp.web.home.step import Step

OWN = "Your link works only once. Next time you need a password and an authenticator app."
ADDRESS = "Something is wrong here, and agents may not be able to sign in."
KEY = "A key cannot sign, and services reject answers without a signature."
TEXTS = "No text has been sent yet. A test code shows whether texts arrive, and signs nobody in."
KNOWN = "No text has been sent yet. This check is free and shows what is wrong before an agent waits for a code."
SERVICE = "Flex, or another service, asks Latchkey who is signing in."
AGENT = "Give them a mobile number: that is how they prove who they are."
POLICY = "For now, agents can sign in on any phone and computer."
SIGN_IN = "Sign in to the service as an agent. Each step appears in the trail."
REACHED = (address.SUBJECT, address.HTTPS, clocks.SUBJECT, proxies.SUBJECT)


@dataclass(frozen=True, slots=True)
class Checklist:
    """The remaining steps, in order, and the names of those done."""

    left: list[Step]
    done: list[str]


def make_checklist(facts: Facts, operator: Agent) -> Checklist:
    """Return the steps, divided into done and left."""
    steps = list(_steps(facts, operator))
    return Checklist([step for done, _, step in steps if not done], [words for done, words, _ in steps if done])


def own(operator: Agent, *, has_app: bool) -> list[Step]:
    """Return the step of the operator's own password and second factor, if either is missing."""
    done = operator.has_usable_password() and has_app
    return [] if done else [Step("Set up your own sign-in", reverse("admin:own_sign_in"), OWN)]


def _steps(facts: Facts, operator: Agent) -> list[tuple[bool, str, Step]]:
    answers, checkup, trail = facts.answers, reverse("admin:checkup"), reverse("admin:audit_loginevent_changelist")
    rules = reverse("admin:policies_accessrule_changelist")
    mine = own(operator, has_app=bool(answers["own_app"]))
    return [
        *((False, "", it) for it in mine),
        (
            _well(facts.findings, *REACHED),
            "address, HTTPS and clock",
            Step("Fix address or clock", checkup, ADDRESS),
        ),
        (_well(facts.findings, signing_keys.SUBJECT), "signing key", Step("Fix the signing key", checkup, KEY)),
        (bool(answers["text_sent"]), "texts", _texts(answers, operator)),
        (bool(answers["services"]), "service", Step("Connect Flex", reverse("admin:connect_flex"), SERVICE)),
        (bool(answers["agents"]), "agents", Step("Add an agent", reverse("admin:agents_agent_add"), AGENT)),
        (
            bool(answers["signed_in"] or answers["policy_changed"]),
            "access rules",
            Step("Decide which phones may sign in", rules, POLICY),
        ),
        (bool(answers["signed_in"]), "first sign-in", Step("Watch the first sign-in", trail, SIGN_IN)),
    ]


def _texts(answers: Answers, operator: Agent) -> Step:
    """Return a test code to the operator's own number, else to an agent's, else a check of Twilio's settings."""
    whose = operator.pk if answers["own_number"] else answers["number_of"]
    if whose is None or not operator.has_perm(rights.CHANGE_PEOPLE):
        return Step("Check the connection to Twilio", reverse("admin:checkup"), KNOWN)
    return Step("Send a test code", reverse("admin:test_code", args=[UUID(str(whose))]), TEXTS)


def _well(findings: list[Finding], *subjects: str) -> bool:
    return not any(it.subject in subjects and it.state is State.FAULT for it in findings)
