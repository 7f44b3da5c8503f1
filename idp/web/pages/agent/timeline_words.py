"""Events in plain words, for the timeline of an agent."""

from collections.abc import Mapping

from idp.agents.authentication import Method
from idp.audit.models import Kind, LoginEvent
from idp.web.trail import words

METHOD_WORDS = {
    Method.CODE: "with a code by text or call",
    Method.APP: "with a code of their authenticator app",
    Method.RECOVERY: "with a recovery code",
    Method.ONE_TIME: "with a one-time code",
    Method.PASSKEY: "with a passkey",
    Method.SESSION: "without a code",
    Method.TOKEN: "without a code",
}
SENTENCES: dict[str, str] = {
    Kind.SIGNED_IN: "Signed in to {service}{on}, {by}",
    Kind.PROVED: "Gave a right code for {service}",
    Kind.RENEWED: "{service} renewed its sign-in{on}",
    Kind.PUSH_CHANGED: "The app changed its push address{on}",
    Kind.ANSWERED: "{service} received the sign-in{on}",
    Kind.REFUSED: "Was refused at {service}{on}",
    Kind.CODE_SENT: "A code was sent for {service}",
    Kind.CODE_NOT_SENT: "A code for {service} could not be sent",
    Kind.CODE_WRONG: "A wrong code was typed for {service}",
    Kind.CODE_UNKNOWN: "A code for {service} could not be checked",
    Kind.SWITCHED_OFF: "Gave a right code for {service}, but is switched off",
    Kind.DEVICE_ENDED: "Was signed out{on}",
    Kind.TOKEN_UNKNOWN: "An unknown sign-in token was used{on}",
    Kind.TOKEN_COPIED: "An old copy of the sign-in was used{on}",
    Kind.TOKEN_UNANSWERED: "Five answers in a row were lost{on}",
    Kind.DECLINED: "The refusal was sent to {service}",
    Kind.SIGNED_OUT: "Signed out at {service}",
    Kind.SERVICE_TOLD: "{service} was notified of the sign-out",
    Kind.SERVICE_UNTOLD: "{service} could not be notified of the sign-out",
    Kind.CODE_GIVEN: "Was given a one-time code",
    Kind.CODE_REVOKED: "A one-time code was revoked",
    Kind.PASSKEY_REFUSED: "A passkey was refused{on}",
    Kind.PASSKEY_COPIED: "A passkey was used that may have been copied{on}",
    Kind.FACTOR_ADDED: "Another way to sign in was set up{on}",
    Kind.FACTOR_REMOVED: "Another way to sign in was removed{on}",
    Kind.PAUSE_LIFTED: "The pause after wrong codes was lifted",
    Kind.NUMBER_CHANGED: "The mobile number was changed",
    Kind.NUMBER_TOLD: "A number was notified of the change by text",
    Kind.NUMBER_UNTOLD: "A number could not be notified of the change",
    Kind.AGENT_OFF: "Was switched off",
    Kind.AGENT_ON: "Was switched on",
    Kind.NAME_CHOSEN: "The name ID was chosen",
    Kind.NAME_CHANGED: "The name ID was changed",
    Kind.TEST_SENT: "A test code was sent",
    Kind.TEST_NOT_SENT: "A test code could not be sent",
    Kind.TEST_ARRIVED: "The test code arrived",
    Kind.TEST_WRONG: "A wrong test code was read out",
    Kind.NOT_ME: "Reported a sign-in{on}: that was not me",
    Kind.PASS_GIVEN: "Was given a temporary pass",
    Kind.PASS_ENDED: "The temporary pass was revoked",
    Kind.SAFE_LIST: "Twilio's safe list changed",
    Kind.ADDED: "Was added",
    Kind.CHANGED: "Was changed",
    Kind.REMOVED: "Was removed",
    Kind.VALUES_SHOWN: "An operator looked at personal values sent to a service",
}
"""The sentence of each kind of event about an agent. Other kinds use the trail's words."""


def sentence(event: LoginEvent, services: Mapping[str, str]) -> str:
    """Return what happened. `services` are the names of services by slug."""
    pattern = SENTENCES.get(event.kind, "") or str(event.get_kind_display()).capitalize()
    by = METHOD_WORDS.get(Method(event.method), "") if event.method in set(Method) else "in an unknown way"
    service = services.get(event.service, event.service) or "a service"
    return pattern.format(service=service, on=f" on {event.device.label}" if event.device else "", by=by)


def more(event: LoginEvent) -> str:
    """Return the rest: who acted or decided, why, what changed, and what to do."""
    if event.kind == Kind.REFUSED:
        return f"by {event.detail}" if event.detail else ""
    detail = "" if event.kind == Kind.ANSWERED else words.detail(event)
    changed = "; ".join(f"{_field(name)}: {_value(old)} → {_value(new)}" for name, (old, new) in event.changes.items())
    by = f"by {event.by}" if event.by and event.by not in detail else ""
    what = ". ".join(it for it in (detail, changed) if it)
    acted = ", ".join(it for it in (what, by) if it)
    return ". ".join(it for it in (acted, words.advice(event)) if it)


def _field(name: str) -> str:
    """Return the name of a field, roughly as the form shows it."""
    return {"is_active": "may sign in", "is_staff": "operator"}.get(name, name.rpartition(".")[2].replace("_", " "))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else str(value)
