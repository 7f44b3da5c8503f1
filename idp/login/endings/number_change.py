"""What follows when an agent's number changes: sign-ins and passkeys end, and both numbers get a text.

A number changes with a SIM card, and often with the phone. What the old phone holds must not outlive its number. The
agent can set up a new passkey after the first code to the new number.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from idp.agents.models import Agent, Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login import passkey_setup
from idp.login.endings import number_notices, signing_out
from idp.login.endings.number_notices import Notice
from idp.otp import notices
from idp.passkeys.models import Passkey


@transaction.atomic
def end_sign_ins(agents: Collection[Agent], by: str, origin: Origin, now: datetime) -> list[Device]:
    """Sign agents out everywhere and remove their passkeys. Returns the devices that were signed in.

    The devices come first: one that is just setting a passkey up is waited for, and the passkey is removed with it.
    """
    ended = signing_out.sign_out(Device.objects.filter(agent__in=agents), Reason.NUMBER_CHANGED, by, origin, now)
    passkey_setup.remove(Passkey.objects.filter(agent__in=agents), f"number changed, by {by}", origin, now)
    return ended


def announce(
    agent: Agent, before: Iterable[str], after: Iterable[str], *, by: str, origin: Origin, now: datetime
) -> list[Notice]:
    """Record a change, and text both numbers after the commit. The trail stores no number.

    Returns the texts, even if no sender of texts is configured and none goes out. Runs inside the caller's transaction.
    """
    texts = number_notices.of_change(before, after, agent.language)
    if not texts:
        return []
    on = notices.are_on()
    detail = f"{' and '.join(it.which for it in texts)}, by {by}{'' if on else ', nobody is told'}"
    events.record(Kind.NUMBER_CHANGED, origin, now, agent=agent, detail=detail)
    if on:
        transaction.on_commit(partial(number_notices.dispatch, agent, texts, origin))
    return texts
