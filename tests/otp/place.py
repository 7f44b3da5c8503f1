"""Where the cases of the gateway are played: the emulator or, by `make test-twilio`, Twilio itself."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from idp.otp.channels import Channel
from idp.otp.gateway import Sent
from idp.otp.twilio.client import TwilioSettings
from idp.otp.twilio.verify import TwilioGateway


@dataclass(frozen=True)
class Place:
    """A Verify service, a number that it may text, and somebody who reads the code."""

    settings: TwilioSettings
    number: str
    read_code: Callable[[], str]

    @property
    def gateway(self):
        return TwilioGateway(self.settings)

    def with_settings(self, **changes):
        return TwilioGateway(replace(self.settings, **changes))

    def ask(self, channel=Channel.SMS):
        sent = self.gateway.start(self.number, channel, "reference")
        assert isinstance(sent, Sent), sent
        return sent.sid


class TwilioItself:
    """A pytest plugin whose presence says that the place is Twilio."""

    def __init__(self, settings, number):
        self.place = Place(settings, number, self._ask_somebody)

    def _ask_somebody(self):
        sys.stdout.write(f"\nThe code that arrived at the number ending {self.place.number[-2:]}: ")
        sys.stdout.flush()
        return sys.stdin.readline().strip()


def twilio_itself(config):
    return next((it.place for it in config.pluginmanager.get_plugins() if isinstance(it, TwilioItself)), None)
