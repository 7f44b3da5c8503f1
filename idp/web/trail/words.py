"""Events of the trail in words, the same in the admin and on the command line."""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from idp.audit.models import Kind, LoginEvent
from idp.otp import channels, outcomes
from idp.otp.checks import Checked
from idp.otp.models import VerificationSend
from idp.policies import in_force
from idp.policies.access import recorded_attempts
from idp.policies.access.decisions import Attempt, Decision, evaluate
from idp.policies.access.rules import MODE_NAMES, Policy
from idp.policies.editing import publishing
from idp.policies.models import EFFECTS, PolicyRevision
from idp.policies.rule_names import name_of

EFFECT_NAMES = dict(EFFECTS)

SENT = "sent"  # what Twilio answered to a text or call that it accepted
UNSENT = frozenset({Kind.CODE_NOT_SENT, Kind.TEST_NOT_SENT})
SENDS = frozenset({Kind.CODE_SENT, Kind.TEST_SENT}) | UNSENT
FACTS = ("platform", "form", "client")  # PostgreSQL does not keep the order of JSON objects


def understood(event: LoginEvent) -> str:
    """Return what the access rules understood about the device. Several values mean any of them."""
    judged = [(fact, event.judged[fact]) for fact in FACTS if fact in event.judged]
    return "; ".join(f"{fact}: {' or '.join(_members(it)) or 'unknown'}" for fact, it in judged)


def decided(event: LoginEvent) -> str:
    """Return the rule that decided, or what else did."""
    return name_of(event.decided_by, event.revision)


def watched(event: LoginEvent) -> str:
    """Return what rules in watch-only mode would have done."""
    return "; ".join(
        f"{name_of(it['rule'], event.revision)}: {EFFECT_NAMES.get(it['effect'], '')}" for it in event.would_have
    )


def detail(event: LoginEvent) -> str:
    """Return what an event records beyond its kind. Twilio's answer to a code is kept in Twilio's terms."""
    if event.kind == Kind.CODE_WRONG and event.detail == Checked.WRONG:
        return ""
    channel, colon, answer = event.detail.partition(": ")
    if event.kind not in SENDS:
        return event.detail
    return channels.in_words(channel) if answer == SENT else channels.in_words(channel) + colon + answer


def advice(event: LoginEvent) -> str:
    """Return what Twilio meant if a code could not be sent, and what to do."""
    outcome = outcomes.of_detail(event.detail) if event.kind in UNSENT else None
    return outcome.operator if outcome else ""


def changed(event: LoginEvent) -> list[tuple[str, str, str]]:
    """Return what an act changed: the field as its page names it, and its values before and after."""
    changes = event.changes if isinstance(event.changes, dict) else {}
    return [(_field(event.about, name), _value(both[0]), _value(both[1])) for name, both in changes.items()]


def about(event: LoginEvent) -> str:
    """Return what an act was about: the kind of row, and its name."""
    model = _model(event.about.partition(":")[0])
    return f"{model._meta.verbose_name} {event.about_name}" if model else event.about_name


def sentence(event: LoginEvent) -> str:
    """Return what happened, in a sentence."""
    said = [event.get_kind_display(), about(event), detail(event)]
    words = ": ".join(it for it in said if it)
    return f"{event.by}: {words}" if event.by else words


def _field(about_: str, name: str) -> str:
    """Return the name of a field as its table has it. A part's field is written `part.field`."""
    part, _, own = name.rpartition(".")
    app = about_.partition(".")[0]
    model = _model(f"{app}.{part}") if part else _model(about_.partition(":")[0])
    try:
        called = str(getattr(model._meta.get_field(own), "verbose_name", own)) if model else own
    except FieldDoesNotExist:
        called = own
    return f"{part} {called}".replace("_", " ").strip()


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label) if label else None
    except (LookupError, ValueError):
        return None


def _value(value: object) -> str:
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def send(it: VerificationSend) -> str:
    """Return how a text or call went, and what to do if Twilio refused it."""
    outcome = outcomes.of_send(it.answer, it.code)
    went = f"{channels.in_words(it.channel)}: {it.answer or 'under way'}"
    return f"{went}. {outcome.operator}" if outcome else went


def _members(it: list[str] | dict[str, list[str]]) -> list[str]:
    """Return the values that a fact may have; for one still to come, those that it may turn out to have."""
    return it if isinstance(it, list) else it["later"]


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


def verdict(line: dict[str, str]) -> str:
    """Return one rule's answer, in a line."""
    unmet = f" ({line['unmet']})" if line["unmet"] else ""
    return f"{line['rule']}: {line['answer']}{unmet}"


def judged_again(event: LoginEvent) -> list[dict[str, str]]:
    """Judge a past sign-in again by the revision that decided, and return every rule's answer."""
    policy = in_force.policy_of(event.revision) if event.revision else None
    if policy is None:
        return []
    attempt = attempt_of(event)
    return verdicts(policy, evaluate(policy, attempt)) if attempt else []


def judged_today(event: LoginEvent) -> list[str]:
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
        return f"{revision}: that depends on what nobody had proved yet, or on what is not kept any more"
    names = {str(rule.key): f"“{rule.name}”" for rule in revision.rules.all()}
    by = names.get(decision.decided_by, decision.decided_by)
    return f"{revision}: {EFFECT_NAMES[decision.effect]}, by {by}"
