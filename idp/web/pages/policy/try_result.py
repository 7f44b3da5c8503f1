"""The result of trying a policy, in words."""

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
from idp.web.pages.policy.try_form import SignInByReference, TryForm
from idp.web.trail import rule_verdicts

VERDICTS = {
    Effect.ALLOW: "Let in",
    Effect.ASK_CODE: "Let in after a code",
    Effect.DENY: "Refused",
    None: "Not decided yet",
}
ANSWER_NAMES = {"later": "not told yet", "not asked": "not asked (off, or for another service)"}


@dataclass(frozen=True, slots=True)
class PointResult:
    """A point of the sign-in: its decision, what decided, and every rule's answer."""

    name: str
    verdict: str = ""
    effect: str = ""
    decided_by: str = ""
    why_not: str = ""
    lines: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TryResult:
    """What is shown of a trial; only `errors` if the form is invalid. `understood` are labels and values."""

    understood: list[tuple[str, str]] = field(default_factory=list)
    points: list[PointResult] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


def result_of(policy: Policy, form: TryForm) -> TryResult:
    """Evaluate the form's facts by a policy, with the function that decides about sign-ins."""
    if not form.is_valid():
        errors = [(str(form[name].label), str(text)) for name, texts in form.errors.items() for text in texts]
        return TryResult(errors=errors)
    past = form.past_sign_in
    return _of_past_sign_in(policy, past) if past else _at_each_point(policy, form.tried())


def hints(policy: Policy) -> list[str]:
    """Return, for each text to look for, which sample devices it misses, and which others it matches."""
    texts = ((rule, it.text) for rule in policy.rules for it in rule.conditions if isinstance(it, TextContains))
    return [f"“{rule.name}”: {hint}" for rule, text in texts if (hint := text_hint(text))]


def text_hint(text: str) -> str:
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


def _at_each_point(policy: Policy, tried: Tried) -> TryResult:
    points = [_point_result(policy, it) for it in at_each_point(policy, tried)]
    facts = of_user_agent(tried.user_agent, tried.touch_points)
    described = describe(user_agents.with_touch_points(tried.user_agent, tried.touch_points))
    header = [("Header", tried.user_agent.text or "none sent")]
    return TryResult([("In words", described), *_facts(facts), *header], points, hints=hints(policy))


def _of_past_sign_in(policy: Policy, past: SignInByReference) -> TryResult:
    decision = evaluate(policy, past.attempt)
    text = past.attempt.facts.text
    header = " ".join(text) if isinstance(text, frozenset) else ""
    understood = [*_facts(past.attempt.facts), ("Header", header or "none, or no longer kept")]
    return TryResult(
        understood, [_point_result(policy, Point(f"The sign-in of {past.label}", decision))], hints=hints(policy)
    )


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
    members = fact.among if isinstance(fact, Later) else fact
    text = " or ".join(sorted(str(names.get(it, it)) for it in members))
    if isinstance(fact, Later):
        return f"{text}, told later" if text else "told later"
    return text or "cannot be told"


def _point_result(policy: Policy, point: Point) -> PointResult:
    decision = point.decision
    if decision is None:
        return PointResult(point.name, why_not=point.why_not)
    lines = [
        {
            **line,
            "answer": ANSWER_NAMES.get(line["answer"], line["answer"]),
            "decided": "yes" if it.key == decision.decided_by else "",
        }
        for line, it in zip(rule_verdicts.verdicts(policy, decision), policy.rules, strict=True)
    ]
    return PointResult(
        point.name, VERDICTS[decision.effect], decision.effect or "open", _decided_by(policy, decision), lines=lines
    )


def _decided_by(policy: Policy, decision: Decision) -> str:
    if decision.effect is None:
        return "later facts of the sign-in can change this"
    if decision.decided_by == FAULT:
        return "a rule that cannot be read refuses everybody"
    if decision.decided_by == DEFAULT:
        return "no rule matched, so the default decides"
    return next((f"by “{it.name}”" for it in policy.rules if it.key == decision.decided_by), decision.decided_by)
