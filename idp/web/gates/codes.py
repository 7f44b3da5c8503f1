"""Gates of a code: pauses, caps, tries left, the day's budget, and Twilio Verify itself."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from idp.agents.models import Agent
from idp.otp import abuse, breaker, outcomes, verifications
from idp.otp.abuse import Asker, Cap
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits import FREE_FAILURES, MOST_FAILURES
from idp.otp.models import PhoneAuthenticator
from idp.otp.todays_sends import sent_today
from idp.web.gates.account import one_time_code
from idp.web.gates.gate import Fix, Gate, State

COUNTED = {
    Cap.NUMBER: "More codes were asked for this number today than phones that are new here may ask for.",
    Cap.ADDRESS: "More codes were asked for from the address it came from than one address may ask for.",
    Cap.PREFIX: "More codes were asked for numbers that begin like this one than all of them may ask for.",
}
LATER = "It is looked at again at each try, and passes by itself."


def pause(agent: Agent, phone: PhoneAuthenticator | None, asker: Asker, now: datetime) -> Gate:
    """Whether wrong codes in a row have paused the number, for the agent's own devices or for others."""
    if phone is None:
        return _open("pause", "Wrong codes", "There is no number that could be paused.")
    counted_as, own = verifications.counted_as_of(PhoneNumber(phone.number), phone), asker.owns(phone)
    until = abuse.paused_until(counted_as, own=own, now=now)
    wrong = abuse.failures(counted_as, own=own, now=now)
    if until is None or verifications.under_way(counted_as, now) is not None:
        then = f"; a pause begins with the next code after {FREE_FAILURES}" if wrong.recent else ""
        return _open("pause", "Wrong codes", f"{wrong.recent} wrong codes since the last right one{then}.")
    whose = "on their own phone" if own else "on phones that are new here"
    for_good = wrong.in_a_row >= MOST_FAILURES
    end = "until somebody lifts the pause" if for_good else f"until {until:%d %b, %H:%M} UTC"
    sentence = f"{wrong.recent} wrong codes in a row {whose}: no code can be asked for {end}."
    says = "The next code can be asked for at once, by whoever asks. Make sure that the wrong codes were the agent's."
    return _closed("pause", "Wrong codes", sentence, _lift(agent, says))


def tries(agent: Agent, phone: PhoneAuthenticator | None, asker: Asker, now: datetime) -> Gate:
    """Whether the pending code has tries left."""
    counted_as = verifications.counted_as_of(PhoneNumber(phone.number), phone) if phone else ""
    out = verifications.under_way(counted_as, now) if phone else None
    if out is None:
        return _open("tries", "Code under way", "No code is out just now.")
    left = verifications.standing(out, asker, now)
    if left.tries_left > 0:
        tries_left = "1 try" if left.tries_left == 1 else f"{left.tries_left} tries"
        sentence = f"A code is out until {left.expires_at:%H:%M} UTC, with {tries_left} left."
        return _open("tries", "Code under way", sentence)
    sentence = f"All tries of the code that is out are used: the next can be asked for at {left.expires_at:%H:%M} UTC."
    says = "The code that is out ends, and another can be asked for at once, by whoever asks."
    return _closed("tries", "Code under way", sentence, _lift(agent, says))


def caps(agent: Agent, phone: PhoneAuthenticator | None, asker: Asker, now: datetime) -> Gate:
    """Whether too many codes were requested for this number, or from the device's address, to send another."""
    if phone is None or asker.owns(phone):
        whose = "The agent's own phone is not counted" if phone else "There is no number to count by"
        return _open("caps", "Codes asked for", f"{whose}.")
    typed = PhoneNumber(phone.number)
    counted_as = verifications.counted_as_of(typed, phone)
    cap = abuse.cap_reached(counted_as, asker=asker, prefix=abuse.prefix_of(typed), now=now)
    if cap is None or verifications.under_way(counted_as, now) is not None:
        return _open("caps", "Codes asked for", "Within what is allowed for the number and where it was seen last.")
    return _closed("caps", "Codes asked for", f"{COUNTED[cap]} {LATER}", one_time_code(agent))


def budget(agent: Agent, phone: PhoneAuthenticator | None, asker: Asker, now: datetime) -> Gate:
    """Whether the day's budget of texts is used up."""
    own = phone is not None and asker.owns(phone)
    if not abuse.budget_is_spent(now, own=own):
        sentence = f"{sent_today(now)} of {settings.LATCHKEY.texts_a_day} texts are used."
        return _open("budget", "Texts of the day", sentence)
    sentence = f"The {settings.LATCHKEY.texts_a_day} texts of the day are used up, until midnight UTC."
    return _closed("budget", "Texts of the day", sentence, one_time_code(agent))


def verify(agent: Agent) -> Gate:
    """Whether Twilio Verify works, as far as the latest sends tell."""
    reason = breaker.reason()
    if not reason:
        return _open("verify", "Twilio Verify", "It answers.")
    outcome = outcomes.of_send(reason, None)
    sentence = f"Nobody can be sent a code just now: {reason}. {outcome.operator if outcome else ''}".rstrip()
    look = Fix("Is everything in order?", reverse("admin:checkup"))
    return _closed("verify", "Twilio Verify", sentence, one_time_code(agent), look)


def _lift(agent: Agent, says: str) -> Fix:
    address = reverse("admin:lift_pause", args=[agent.pk])
    return Fix(f"Lift the pause of {agent}", address, fields=(("lift", "1"),), says=says, changes_agent=True)


def _open(key: str, name: str, sentence: str) -> Gate:
    return Gate(key, name, State.OPEN, sentence, asked_for_a_code=True)


def _closed(key: str, name: str, sentence: str, *fixes: Fix) -> Gate:
    return Gate(key, name, State.CLOSED, sentence, fixes, asked_for_a_code=True)
