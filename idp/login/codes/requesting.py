"""An agent requests a code by text or call, or goes on to a code that needs neither.

The outcome looks the same whether anybody has the number or not.
"""

from dataclasses import dataclass
from datetime import datetime

from idp.agents import device_rows
from idp.agents.models import Device, Reason
from idp.login.codes import approvals, sending
from idp.login.flow.request import FlowRequest
from idp.login.ladder.steps import AskCode, Refuse
from idp.login.models import LoginFlow
from idp.login.request_facts import RequestFacts
from idp.otp import breaker, sends, verifications
from idp.otp.channels import Channel
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.limits.asker import Asker
from idp.otp.models import Verification
from idp.otp.sends import BudgetSpent
from idp.otp.verifications import Paused

OWN_STILL = ("", Reason.REPLACED, Reason.AGENT, Reason.NUMBER_CHANGED, Reason.EVERYONE)
"""A device that was revoked for one of these reasons still speaks for its agent when a code is requested."""


@dataclass(frozen=True, slots=True)
class TextsDown:
    """No code can be sent to anybody at present. Nothing was reserved."""


@dataclass(frozen=True, slots=True)
class TooEarly:
    """A code was sent a moment ago, and the next one cannot be requested yet."""


def send_code(
    flow: LoginFlow, typed: PhoneNumber | Email, channel: Channel, facts: RequestFacts, now: datetime
) -> AskCode | Refuse | TextsDown | TooEarly | Paused:
    """Send a code to the number or email address that the agent typed.

    Sends nothing if the access policy refuses this phone, if no code can be sent to anybody, or if a right code of this
    flow is still to be used. The text goes out in the background, after the reservation is committed.
    """
    decision = FlowRequest(flow, facts, now).decide_or_refuse(None)
    if isinstance(decision, Refuse):
        return decision
    if typed.shown == flow.typed and approvals.is_valid(flow, now):
        return AskCode()  # the page calls `proofs.texted_code.resume`, which signs in
    if texts_are_down(flow, now):
        return TextsDown()
    reserved = sends.reserve(typed, channel, asker_of(facts), now)
    match reserved:
        case BudgetSpent():
            return TextsDown()
        case Paused():
            return reserved
    try:
        _go_on_with(flow, reserved.verification, typed, facts)
    finally:  # the reservation is committed, so whoever presses again waits for this text
        if reserved.send is not None:
            sending.dispatch(reserved.send, facts.origin, flow.service)
    return TooEarly() if reserved.too_early else AskCode()


def begin_without_text(
    flow: LoginFlow, typed: PhoneNumber | Email, facts: RequestFacts, now: datetime
) -> AskCode | Refuse | Paused:
    """Go on to a code that needs no text, unless the access policy refuses this phone."""
    decision = FlowRequest(flow, facts, now).decide_or_refuse(None)
    if isinstance(decision, Refuse):
        return decision
    begun = verifications.begin(typed, asker_of(facts), now)
    if isinstance(begun, Paused):
        return begun
    _go_on_with(flow, begun, typed, facts)
    return AskCode()


def asker_of(facts: RequestFacts) -> Asker:
    """Return whose device requests a code. A revoked device still counts if its reason raises no doubt about it."""
    return asker_on(device_rows.find(facts.device_secret), facts.origin.address)


def asker_on(device: Device | None, address: str | None) -> Asker:
    """Do the same for a device, if any, and an address."""
    known = device is not None and device.reason in OWN_STILL
    return Asker(device.agent_id if device and known else None, address)


def texts_are_down(flow: LoginFlow, now: datetime) -> bool:
    """Whether no code can be sent to anybody. If so, asks Verify from time to time whether it works again."""
    if not (breaker.reason() if flow.texts_fail is None else flow.texts_fail):
        return False
    sending.probe_if_due(now)
    return True


def change_number(flow: LoginFlow) -> None:
    """Return to the first page. What was typed stays there to be corrected."""
    flow.verification = None
    flow.save(update_fields=["verification"])


def _go_on_with(flow: LoginFlow, verification: Verification, typed: PhoneNumber | Email, facts: RequestFacts) -> None:
    """Store what was typed on the first page, and the verification it leads to."""
    flow.verification, flow.typed, flow.touch_points = verification, typed.shown, facts.touch_points
    flow.save(update_fields=["verification", "typed", "touch_points"])
