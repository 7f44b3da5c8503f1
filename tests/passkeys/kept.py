"""Passkeys that agents have, made without the pages."""

import json

from idp import clock
from idp.agents.models import Device
from idp.passkeys import ceremony_options, lifecycle
from idp.passkeys.models import Passkey
from tests.devices import a_phone
from tests.passkeys.authenticator import Authenticator


def keep(authenticator, agent, device=None):
    """Set a passkey up for an agent, on a phone of theirs. Returns its keeper."""
    now = clock.now()
    device = device or Device.objects.of(agent).active().first() or a_phone(agent, now)
    made = lifecycle.set_up(authenticator.make(json.loads(ceremony_options.for_setup(device, now))), device, now)
    assert isinstance(made, Passkey), made
    return authenticator


def a_passkey(agent, **fields):
    return keep(Authenticator(**fields), agent)
