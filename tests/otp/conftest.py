"""A running emulator, and gateways that lead to it through Twilio's SDK."""

import pytest
import requests

from idp.demo.verify_emulator import make_server
from idp.otp.channels import Channel
from idp.otp.gateway import Sent
from idp.otp.twilio.client import TwilioSettings
from idp.otp.twilio.verify import TwilioGateway
from tests.otp.contract.recorder import recorder
from tests.otp.place import Place, twilio_itself

__all__ = ["recorder"]

ACCOUNT = "AC" + "a" * 32
SERVICE = "VA" + "b" * 32
USERNAME = "SK" + "c" * 32
PASSWORD = "a secret of the tests"
NUMBER = "+12015550101"


def an_emulator(port=0):
    return make_server(port, account_sid=ACCOUNT, username=USERNAME, password=PASSWORD, service_sid=SERVICE)


def a_gateway(base_url, *, password=PASSWORD, service_sid=SERVICE, locale="", template_sid="", **options):
    settings = TwilioSettings(ACCOUNT, USERNAME, password, service_sid, base_url, locale, template_sid)
    return TwilioGateway(settings, **options)


@pytest.fixture
def verify():
    with an_emulator() as emulator:
        yield emulator


@pytest.fixture
def gateway(verify):
    return a_gateway(verify.url)


@pytest.fixture
def impatient(verify):
    return a_gateway(verify.url, timeout=(3.0, 0.5))


@pytest.fixture
def make_gateway():
    return a_gateway


@pytest.fixture
def make_emulator():
    emulators = []

    def make(port):
        emulators.append(an_emulator(port))

    yield make
    for emulator in emulators:
        emulator.close()


@pytest.fixture
def control():
    """Gives an emulator its orders, as any client could."""

    def control(emulator, **orders):
        requests.post(f"{emulator.url}/control", json=orders, timeout=10).raise_for_status()

    return control


@pytest.fixture
def place(request):
    """Where the gateway's cases are played: the emulator, unless `make test-twilio` named Twilio itself."""
    real = twilio_itself(request.config)
    if real is not None:
        yield real
        return
    with an_emulator() as emulator:
        settings = TwilioSettings(ACCOUNT, USERNAME, PASSWORD, SERVICE, emulator.url)
        yield Place(settings, NUMBER, lambda: emulator.state.messages(NUMBER)[0].code)


class Phones:
    """The phones at the other end: ask for a code, and read the latest one that came."""

    def __init__(self, gateway, state):
        self.gateway = gateway
        self.state = state

    def ask(self, to):
        sent = self.gateway.start(to, Channel.SMS, "reference")
        assert isinstance(sent, Sent)
        return sent.sid

    def code(self, to):
        return self.state.messages(to)[0].code

    def wrong_code(self, to):
        return "111111" if self.code(to) != "111111" else "222222"


@pytest.fixture
def phones(gateway, verify):
    return Phones(gateway, verify.state)
