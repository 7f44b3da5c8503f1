"""What ends when an agent's number is changed: every sign-in that the old one proved, and every passkey.

A number changes with a SIM, and often with the phone: what the old phone keeps must not outlive its number. The
agent sets a passkey up anew after the first code to the new one.
"""

from datetime import datetime

from django.db import transaction

from idp.agents.models import Agent, Device, Reason
from idp.audit.events import Origin
from idp.login import passkey_setup, signing_out
from idp.passkeys.models import Passkey


@transaction.atomic
def end_what_it_proved(agent: Agent, by: str, origin: Origin, now: datetime) -> list[Device]:
    """Sign an agent out everywhere and remove their passkeys. Returns the devices that were signed in."""
    passkey_setup.remove(Passkey.objects.of(agent), f"number changed, by {by}", origin, now)
    return signing_out.sign_out(Device.objects.of(agent), Reason.NUMBER_CHANGED, by, origin, now)
