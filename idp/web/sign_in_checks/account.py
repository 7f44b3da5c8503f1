"""Checks about the agent alone: the account, and the mobile number."""

from datetime import datetime

import phonenumbers
from django.urls import reverse
from phonenumbers import PhoneNumberType

from idp.agents.models import Agent
from idp.otp import channels, open_channels, outcomes
from idp.otp.allowances import CODE_LIFETIME
from idp.otp.channels import Channel
from idp.otp.gateway import SHARED_BY_ALL, Failure
from idp.otp.models import SENT, PhoneAuthenticator, VerificationSend
from idp.scim.models import KnownAs
from idp.web import rights
from idp.web.sign_in_checks.check import Check, Fix, State

BY_CALL = (Failure.LANDLINE, Failure.FRAUD_GUARD)
NEVER_A_MOBILE = (PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE, PhoneNumberType.VOIP, PhoneNumberType.PAGER)


def account(agent: Agent) -> Check:
    """Whether the agent is enabled, which the login checks after a right code and on each later request."""
    if agent.is_active:
        return Check("account", "Account", State.OPEN, f"{agent} is switched on.")
    removed = KnownAs.objects.select_related("system").filter(agent=agent, removed_at__isnull=False).first()
    by = f" {removed.system.name} removed them on {removed.removed_at:%d %b %Y}." if removed else ""
    says = (
        f"{agent} can sign in again from the next request on, with a code. Phones that were signed out stay signed out."
    )
    address = reverse("admin:switch_agent", args=[agent.pk])
    fix = Fix(f"Switch {agent} on", address, fields=(("to", "on"),), says=says, changes_agent=True)
    return Check("account", "Account", State.CLOSED, f"{agent} is switched off.{by}", (fix,))


def number(agent: Agent, phone: PhoneAuthenticator | None) -> Check:
    """Whether the agent has a number, and one that can receive texts as far as its digits tell."""
    if phone is None:
        sentence = f"{agent} has no mobile number, so no code can be sent."
        return _check("number", "Mobile number", State.CLOSED, sentence, _change_number(agent))
    ending = f"The number ends in {phone.number[-2:]}"
    if _kind(phone.number) in NEVER_A_MOBILE:
        sentence = f"{ending}, and its digits are not those of a mobile number, so texts may never arrive."
        return _check("number", "Mobile number", State.DOUBT, sentence, _change_number(agent))
    return _check("number", "Mobile number", State.OPEN, f"{ending}.")


def texts_to_number(agent: Agent, last: VerificationSend | None, now: datetime) -> Check:
    """Whether Twilio accepted the last text or call to this number, if it was recent."""
    name = "Texts to this number"
    outcome = outcomes.of_send(last.answer, last.code) if last and last.answer else None
    if last is None:
        return _check("reach", name, State.OPEN, "Twilio has refused nothing lately.")
    at = f"{last.at:%d %b, %H:%M} UTC"
    if outcome and outcome.made in SHARED_BY_ALL and now < last.at + CODE_LIFETIME:
        sentence = (
            f"The last {channels.in_words(last.channel)}, on {at}, was not sent: {last.answer}. "
            f"That was not about this number, so {agent} can ask again."
        )
        return _check("reach", name, State.DOUBT, sentence, (one_time_code(agent),))
    if outcome is None or outcome.made is None or outcome.made in SHARED_BY_ALL or last.answer == SENT:
        return _check(
            "reach", name, State.OPEN, f"The last {channels.in_words(last.channel)} was on {at}: {last.answer}."
        )
    if outcome.made is Failure.TOO_MANY_SENDS and now >= last.at + CODE_LIFETIME:
        return _check("reach", name, State.OPEN, f"Twilio refused one on {at} as too many. That limit has passed.")
    fixes = (one_time_code(agent), *_change_number(agent))
    refused = f"Twilio refused the last {channels.in_words(last.channel)}, on {at}. {outcome.operator}"
    if outcome.made in BY_CALL and last.channel == Channel.SMS and Channel.CALL in open_channels.offered(now):
        sentence = f"{refused} A call can reach it: {agent} chooses “Call me instead”."
        return _check("reach", name, State.DOUBT, sentence, fixes)
    return _check("reach", name, State.CLOSED, refused, fixes)


def _check(key: str, name: str, state: State, sentence: str, fixes: tuple[Fix, ...] = ()) -> Check:
    return Check(key, name, state, sentence, fixes, only_with_code=True)


def _change_number(agent: Agent) -> tuple[Fix, ...]:
    address = reverse("admin:agents_agent_change", args=[agent.pk])
    return (Fix(f"Change the mobile number of {agent}", f"{address}#numbers-group", changes_agent=True),)


def one_time_code(agent: Agent) -> Fix:
    """Return a link to the page that gives a one-time code, which needs no text."""
    address = reverse("admin:one_time_code", args=[agent.pk])
    return Fix(f"Give {agent} a one-time code", address, rights.GIVE_CODES, changes_agent=True)


def _kind(number: str) -> int:
    try:
        return phonenumbers.number_type(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return int(PhoneNumberType.UNKNOWN)
