"""Events of the trail in words, the same in the admin and on the command line."""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from idp.audit.models import Kind, LoginEvent
from idp.otp import channels, outcomes
from idp.otp.checks import Checked
from idp.otp.models import SENT, VerificationSend
from idp.policies.models import EFFECTS
from idp.policies.rule_names import name_of

EFFECT_NAMES = dict(EFFECTS)

UNSENT = frozenset({Kind.CODE_NOT_SENT, Kind.TEST_NOT_SENT})
SENDS = frozenset({Kind.CODE_SENT, Kind.TEST_SENT}) | UNSENT
PARTS = {"phoneauthenticator": "mobile number"}
"""What operators call a part of a row, where its table has another name."""
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
    parts = [event.get_kind_display(), about(event), detail(event)]
    happened = ": ".join(it for it in parts if it)
    return f"{event.by}: {happened}" if event.by else happened


def _field(about_: str, name: str) -> str:
    """Return the name of a field as its table has it. A part's is written `part.field`."""
    part, _, own = name.rpartition(".")
    app = about_.partition(".")[0]
    model = _model(f"{app}.{part}") if part else _model(about_.partition(":")[0])
    try:
        label = str(getattr(model._meta.get_field(own), "verbose_name", own)) if model else own
    except FieldDoesNotExist:
        label = own
    label = label.replace("_", " ")
    if not part:
        return label
    of = PARTS.get(part) or (str(model._meta.verbose_name) if model else part)
    return of if of.endswith(label) else f"{of}: {label}"


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


def send(row: VerificationSend) -> str:
    """Return how a text or call went, and what to do if Twilio refused it."""
    outcome = outcomes.of_send(row.answer, row.code)
    result = f"{channels.in_words(row.channel)}: {row.answer or 'under way'}"
    return f"{result}. {outcome.operator}" if outcome else result


def _members(fact: list[str] | dict[str, list[str]]) -> list[str]:
    """Return the values that a fact may have; for one still to come, those that it may turn out to have."""
    return fact if isinstance(fact, list) else fact["later"]
