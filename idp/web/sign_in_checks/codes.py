"""Checks of a code: pauses, caps, tries left, the day's budget, and Twilio Verify itself."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from idp.agents.models import Agent
from idp.otp import breaker, outcomes, verifications
from idp.otp.allowances import FREE_FAILURES, MOST_FAILURES
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import daily_budget, pauses
from idp.otp.limits.asker import Asker
from idp.otp.limits.caps import Cap, cap_reached, prefix_of
from idp.otp.limits.todays_sends import sent_today
from idp.otp.models import PhoneAuthenticator
from idp.otp.progress import progress_of
from idp.web.sign_in_checks.account import one_time_code
from idp.web.sign_in_checks.check import Check, Fix, State

COUNTED = {
    Cap.NUMBER: "This number has used up today's codes for new phones.",
    Cap.ADDRESS: "The address it came from has used up its codes.",
    Cap.PREFIX: "Numbers that begin like this one have used up their codes.",
}
LATER = "This limit passes by itself."


def pause(agent: Agent, phone: PhoneAuthenticator | None, asker: Asker, now: datetime) -> Check:
    """Whether wrong codes in a row have paused the number, for the agent's own devices or for others."""
    if phone is None:
        return _open("pause", "Wrong codes", "There is no number, so nothing can be paused.")
    counted_as, own = verifications.counted_as_of(PhoneNumber(phone.number), phone), asker.owns(phone)
    until = pauses.paused_until(counted_as, own=own, now=now)
    wrong = pauses.failures(counted_as, own=own, now=now)
    if until is None or verifications.under_way(counted_as, now) is not None:
        then = f"; a pause begins with the next code after {FREE_FAILURES}" if wrong.recent else ""
        return _open("pause", "Wrong codes", f"{wrong.recent} wrong codes since the last right one{then}.")
    whose = "on their own phone" if own else "on new phones"
    for_good = wrong.in_a_row >= MOST_FAILURES
    end = "until somebody lifts the pause" if for_good else f"until {until:%d %b, %H:%M} UTC"
    sentence = f"{wrong.recent} wrong codes in a row {whose}: no code can be asked for {end}."
    says = "Anybody can then ask for the next code at once. Make sure first that the wrong codes were the agent's."
    return _closed("pause", "Wrong codes", sentence, _lift(agent, says))


def tries(agent: Agent, phone: PhoneAuthenticator | None, asker: Asker, now: datetime) -> Check:
    """Whether the pending code has tries left."""
    counted_as = verifications.counted_as_of(PhoneNumber(phone.number), phone) if phone else ""
    out = verifications.under_way(counted_as, now) if phone else None
    if out is None:
        return _open("tries", "Current code", "No code is waiting to be typed.")
    left = progress_of(out, asker, now)
    if left.tries_left > 0:
        tries_left = "1 try" if left.tries_left == 1 else f"{left.tries_left} tries"
        sentence = f"A code is valid until {left.expires_at:%H:%M} UTC, with {tries_left} left."
        return _open("tries", "Current code", sentence)
    sentence = (
        f"All tries of the current code are used. The agent can ask for the next one at {left.expires_at:%H:%M} UTC."
    )
    says = "This ends the current code. Anybody can then ask for another at once."
    return _closed("tries", "Current code", sentence, _lift(agent, says))


def caps(agent: Agent, phone: PhoneAuthenticator | None, asker: Asker, now: datetime) -> Check:
    """Whether too many codes were requested for this number, or from the device's address, to send another."""
    if phone is None or asker.owns(phone):
        whose = "The agent's own phone is not limited" if phone else "There is no number, so nothing is counted"
        return _open("caps", "Codes requested", f"{whose}.")
    typed = PhoneNumber(phone.number)
    counted_as = verifications.counted_as_of(typed, phone)
    cap = cap_reached(counted_as, asker=asker, prefix=prefix_of(typed), now=now)
    if cap is None or verifications.under_way(counted_as, now) is not None:
        return _open(
            "caps", "Codes requested", "Within the limits of the number and of the address it was last seen at."
        )
    return _closed("caps", "Codes requested", f"{COUNTED[cap]} {LATER}", one_time_code(agent))


def budget(agent: Agent, phone: PhoneAuthenticator | None, asker: Asker, now: datetime) -> Check:
    """Whether the day's budget of texts is used up."""
    own = phone is not None and asker.owns(phone)
    if not daily_budget.is_spent(now, own=own):
        sentence = f"{sent_today(now)} of {settings.LATCHKEY.texts_a_day} texts of today are used."
        return _open("budget", "Texts today", sentence)
    sentence = f"The {settings.LATCHKEY.texts_a_day} texts of today are used up. New ones are sent from midnight UTC."
    return _closed("budget", "Texts today", sentence, one_time_code(agent))


def verify(agent: Agent) -> Check:
    """Whether Twilio Verify works, as far as the latest sends tell."""
    reason = breaker.reason()
    if not reason:
        return _open("verify", "Twilio Verify", "Twilio Verify answers.")
    outcome = outcomes.of_send(reason, None)
    sentence = f"Codes cannot be sent at the moment: {reason}. {outcome.operator if outcome else ''}".rstrip()
    look = Fix("Run the checkup", reverse("admin:checkup"))
    return _closed("verify", "Twilio Verify", sentence, one_time_code(agent), look)


def _lift(agent: Agent, says: str) -> Fix:
    address = reverse("admin:lift_pause", args=[agent.pk])
    return Fix(f"Lift the pause of {agent}", address, says=says, changes_agent=True)


def _open(key: str, name: str, sentence: str) -> Check:
    return Check(key, name, State.OPEN, sentence, only_with_code=True)


def _closed(key: str, name: str, sentence: str, *fixes: Fix) -> Check:
    return Check(key, name, State.CLOSED, sentence, fixes, only_with_code=True)
