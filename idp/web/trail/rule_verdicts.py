"""What each access rule answers about a sign-in: at the time, and by the rules of today."""

from idp.audit.models import LoginEvent
from idp.policies import in_force
from idp.policies.access import recorded_attempts
from idp.policies.access.decisions import Attempt, Decision, evaluate
from idp.policies.access.rules import MODE_NAMES, Policy
from idp.policies.editing import publishing
from idp.policies.models import PolicyRevision
from idp.web.trail.words import EFFECT_NAMES


def verdicts(policy: Policy, decision: Decision) -> list[dict[str, str]]:
    """Return every rule of a policy with its answer, and the first condition that failed."""
    rules = {it.key: it for it in policy.rules}
    return [
        {
            "rule": rules[line.key].name,
            "sentence": rules[line.key].sentence,
            "mode": MODE_NAMES[rules[line.key].mode],
            "answer": line.answer.value if line.answer else "not asked",
            "unmet": line.unmet,
        }
        for line in decision.trace
    ]


def in_words(line: dict[str, str]) -> str:
    """Return one rule's answer, in a line."""
    unmet = f" ({line['unmet']})" if line["unmet"] else ""
    return f"{line['rule']}: {line['answer']}{unmet}"


def at_the_time(event: LoginEvent) -> list[dict[str, str]]:
    """Judge a past sign-in again by the revision that decided, and return every rule's answer."""
    policy = in_force.policy_of(event.revision) if event.revision else None
    if policy is None:
        return []
    attempt = attempt_of(event)
    return verdicts(policy, evaluate(policy, attempt)) if attempt else []


def today(event: LoginEvent) -> list[str]:
    """Return how a past sign-in would end by the rules in force now, and by the draft."""
    attempt = attempt_of(event) if event.effect else None
    if attempt is None:
        return []
    alone = Attempt(attempt.service, attempt.facts)
    live, draft = publishing.live(), publishing.draft()
    return [_ends(it, evaluate(it.policy, alone)) for it in (live, draft) if it is not None]


def attempt_of(event: LoginEvent) -> Attempt | None:
    """Return what was judged; None if it cannot be read."""
    try:
        return recorded_attempts.from_json(
            event.judged, service=event.service, text=event.user_agent, address=event.address
        )
    except (TypeError, ValueError):
        return None


def _ends(revision: PolicyRevision, decision: Decision) -> str:
    if decision.effect is None:
        return f"{revision}: that depends on what nobody had proved yet, or on what is no longer stored"
    names = {str(rule.key): f"“{rule.name}”" for rule in revision.rules.all()}
    by = names.get(decision.decided_by, decision.decided_by)
    return f"{revision}: {EFFECT_NAMES[decision.effect]}, by {by}"
