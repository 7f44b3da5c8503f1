import pytest

from idp import clock as clocks
from idp.agents import devices
from idp.agents.models import Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.endings import signing_out
from tests.devices import IPHONE
from tests.webhooks.receiver import a_webhook, receiving, settled


@pytest.fixture
def receiver():
    with receiving() as served:
        yield served


@pytest.fixture
def webhook(db, clock, receiver):
    return a_webhook(receiver)


@pytest.fixture
def phone_of(agent, clock):
    """Somebody's iPhone, signed in long before the webhook was there."""
    return devices.enrol(agent, IPHONE, None, clocks.now()).device


@pytest.fixture
def happens(webhook, phone_of, clock):
    """Write sign-ins with these references into the trail, and let them settle."""

    def happens(*references):
        for it in references:
            events.record(
                Kind.SIGNED_IN,
                Origin("192.0.2.7", "", it),
                clocks.now(),
                agent=phone_of.agent,
                device=phone_of,
                method="token",
            )
        settled(clock)

    return happens


@pytest.fixture
def signs_out(phone_of, clock):
    """An operator signs the phone out."""

    def signs_out(reason=Reason.OPERATOR):
        chosen = Device.objects.filter(pk=phone_of.pk)
        signing_out.sign_out(chosen, reason, "Olivia", Origin(None, "", "REVOK-ED111"), clocks.now())
        settled(clock)

    return signs_out
