"""A code is asked for: by text, by call, or in a way that needs none. What comes of it looks alike for everybody."""

from dataclasses import dataclass
from datetime import datetime

from idp.agents import devices
from idp.agents.models import Device, Reason
from idp.login.codes import approvals, sending
from idp.login.flow.request import FlowRequest
from idp.login.ladder.steps import AskCode, Refuse
from idp.login.models import LoginFlow
from idp.login.request_facts import RequestFacts
from idp.otp import breaker, verifications
from idp.otp.abuse import Asker
from idp.otp.channels import Channel
from idp.otp.identifiers import Email, PhoneNumber
from idp.otp.models import Verification
from idp.otp.verifications import Paused, Spent

OWN_STILL = ("", Reason.REPLACED, Reason.AGENT, Reason.NUMBER_CHANGED, Reason.EVERYONE)


@dataclass(frozen=True, slots=True)
class TextsDown:
    """Nobody can be sent a code just now, whoever they are. Nothing was reserved."""


@dataclass(frozen=True, slots=True)
class TooEarly:
    """A code was sent a moment ago, and has to be waited for before another can be asked for."""


def send_code(
    flow: LoginFlow, typed: PhoneNumber | Email, channel: Channel, facts: RequestFacts, now: datetime
) -> AskCode | Refuse | TextsDown | TooEarly | Paused:
    """Have a code sent to what was typed, unless the access policy refuses this phone or nothing can be sent."""
    decision = FlowRequest(flow, facts, now).judge(None)
    if isinstance(decision, Refuse):
        return decision
    if typed.shown == flow.typed and approvals.is_valid(flow, now):
        return AskCode()  # nothing has to be sent: the page comes back by `go_on`
    if texts_are_down(flow, now):
        return TextsDown()
    asked = verifications.ask(typed, channel, asker_of(facts), now)
    match asked:
        case Spent():
            return TextsDown()
        case Paused():
            return asked
    _go_on_with(flow, asked.verification, typed, facts)
    if asked.send is not None:
        sending.dispatch(asked.send, facts.origin, flow.service)
    return TooEarly() if asked.too_early else AskCode()


def begin_without_text(
    flow: LoginFlow, typed: PhoneNumber | Email, facts: RequestFacts, now: datetime
) -> AskCode | Refuse | Paused:
    """Go on to a code that needs no text, unless the access policy refuses this phone. Nothing is sent."""
    decision = FlowRequest(flow, facts, now).judge(None)
    if isinstance(decision, Refuse):
        return decision
    joined = verifications.join(typed, asker_of(facts), now)
    if isinstance(joined, Paused):
        return joined
    _go_on_with(flow, joined, typed, facts)
    return AskCode()


def asker_of(facts: RequestFacts) -> Asker:
    """Say whose own device asks, if any: one that is signed in, or was until its agent or another phone ended that."""
    return asker_on(devices.find(facts.device_secret), facts.origin.address)


def asker_on(device: Device | None, address: str | None) -> Asker:
    """Say the same of a browser of which we know the device, if it is one, and the address."""
    known = device is not None and device.reason in OWN_STILL
    return Asker(device.agent_id if device and known else None, address)


def texts_are_down(flow: LoginFlow, now: datetime) -> bool:
    """Whether nobody can be sent a code, as the request found it; asking has Verify tried again now and then."""
    if not (breaker.reason() if flow.texts_fail is None else flow.texts_fail):
        return False
    sending.probe_if_due(now)
    return True


def change_number(flow: LoginFlow) -> None:
    """Go back to the first page; what was typed stays for correction."""
    flow.verification = None
    flow.save(update_fields=["verification"])


def _go_on_with(flow: LoginFlow, verification: Verification, typed: PhoneNumber | Email, facts: RequestFacts) -> None:
    """Keep what was typed on the first page and what it leads to."""
    flow.verification, flow.typed, flow.touch_points = verification, typed.shown, facts.touch_points
    flow.save(update_fields=["verification", "typed", "touch_points"])
