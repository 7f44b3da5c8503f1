"""The results of a trial, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.policies import user_agents
from idp.policies.access.conditions import LONGEST_TEXT, TextContains
from idp.policies.access.decisions import FAULT, Decision, evaluate
from idp.policies.access.facts import Facts, Later, of_user_agent
from idp.policies.access.rules import DEFAULT, Effect, Policy
from idp.policies.simulation import sample_devices
from idp.policies.simulation.preview import Point, Tried, at_each_point
from idp.policies.user_agents.words import FORM_NAMES, PLATFORM_NAMES, describe
from idp.web.pages.policy.try_form import PastSignIn, TryForm
from idp.web.trail import words

VERDICTS = {
    Effect.ALLOW: "Let in",
    Effect.ASK_CODE: "Let in after a code",
    Effect.DENY: "Refused",
    None: "Not decided yet",
}
ANSWERS = {"later": "not told yet", "not asked": "not asked (off, or for another service)"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A point of the sign-in: its decision, what decided, and every rule's answer."""

    name: str
    verdict: str = ""
    effect: str = ""
    by: str = ""
    why_not: str = ""
    lines: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is shown of a trial; only `errors` if the form is invalid."""

    understood: list[tuple[str, str]] = field(default_factory=list)
    points: list[Shown] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


def outcome(policy: Policy, form: TryForm) -> Outcome:
    """Evaluate the form's facts by a policy, with the function that decides about sign-ins."""
    if not form.is_valid():
        errors = [(str(form[name].label), str(said)) for name, texts in form.errors.items() for said in texts]
        return Outcome(errors=errors)
    past = form.past_sign_in
    return _again(policy, past) if past else _at_each_point(policy, form.tried())


def hints(policy: Policy) -> list[str]:
    """Return, for each text to look for, which sample devices it misses, and which others it matches."""
    found = ((rule, it) for rule in policy.rules for it in rule.conditions if isinstance(it, TextContains))
    return [f"“{rule.name}”: {said}" for rule, it in found if (said := of_text(it.text))]


def of_text(text: str) -> str:
    """Return which sample devices a text misses and matches unexpectedly; empty if none."""
    if not 0 < len(text) <= LONGEST_TEXT:
        return ""
    missed, hit = sample_devices.missed_and_hit(text)
    if not missed and not hit:
        return ""
    parts = [f"misses {'; '.join(missed)}"] if missed else []
    parts += [f"hits {'; '.join(hit)}"] if hit else []
    better = "“Kind of device is phone or tablet” asks what is meant."
    return f"of our list of devices, “{text}” {', and '.join(parts)}. {better}"


def _at_each_point(policy: Policy, tried: Tried) -> Outcome:
    points = [_shown(policy, it) for it in at_each_point(policy, tried)]
    facts = of_user_agent(tried.user_agent, tried.touch_points)
    described = describe(user_agents.with_touch_points(tried.user_agent, tried.touch_points))
    header = [("Header", tried.user_agent.text or "none sent")]
    return Outcome([("In words", described), *_facts(facts), *header], points, hints=hints(policy))


def _again(policy: Policy, past: PastSignIn) -> Outcome:
    decision = evaluate(policy, past.attempt)
    text = past.attempt.facts.text
    header = " ".join(text) if isinstance(text, frozenset) else ""
    understood = [*_facts(past.attempt.facts), ("Header", header or "none, or no longer kept")]
    return Outcome(understood, [_shown(policy, Point(f"The sign-in of {past.said}", decision))], hints=hints(policy))


def _facts(facts: Facts) -> list[tuple[str, str]]:
    return [
        ("Platform", _members(facts.platform, PLATFORM_NAMES)),
        ("Kind of device", _members(facts.form, FORM_NAMES)),
        ("Opened in", _members(facts.client, {})),
        ("Browser", _members(facts.browser, {})),
        ("Browser's version", _members(facts.browser_version, {})),
        ("System's version", _members(facts.os_version, {})),
    ]


def _members(fact: frozenset[Any] | Later, names: Mapping[Any, str]) -> str:
    among = fact.among if isinstance(fact, Later) else fact
    said = " or ".join(sorted(str(names.get(it, it)) for it in among))
    if isinstance(fact, Later):
        return f"{said}, told later" if said else "told later"
    return said or "cannot be told"


def _shown(policy: Policy, point: Point) -> Shown:
    decision = point.decision
    if decision is None:
        return Shown(point.name, why_not=point.why_not)
    lines = [
        {
            **line,
            "answer": ANSWERS.get(line["answer"], line["answer"]),
            "decided": "yes" if it.key == decision.decided_by else "",
        }
        for line, it in zip(words.verdicts(policy, decision), policy.rules, strict=True)
    ]
    return Shown(point.name, VERDICTS[decision.effect], decision.effect or "open", _by(policy, decision), lines=lines)


def _by(policy: Policy, decision: Decision) -> str:
    if decision.effect is None:
        return "later facts of the sign-in can change this"
    if decision.decided_by == FAULT:
        return "a rule that cannot be read refuses everybody"
    if decision.decided_by == DEFAULT:
        return "no rule matched, so the default decides"
    return next((f"by “{it.name}”" for it in policy.rules if it.key == decision.decided_by), decision.decided_by)
