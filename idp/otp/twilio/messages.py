"""Text messages that are not codes, by Twilio's SDK. Every failure becomes a value."""

from functools import lru_cache
from typing import TYPE_CHECKING

import structlog
from django.conf import settings as django_settings
from twilio.rest import Client

from idp.otp.delivery import Delivery
from idp.otp.twilio.answers import Trouble
from idp.otp.twilio.client import TIMEOUT, Clients, TwilioSettings, settings_in_force

if TYPE_CHECKING:
    from twilio.rest.api.v2010.account.message import MessageInstance

log = structlog.get_logger(__name__)


class TwilioMessages:
    """The `Notices` by Twilio's Messaging. Threads may share it."""

    def __init__(self, settings: TwilioSettings, sender: str, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._settings = settings
        self._sender = {"from_": sender} if sender.startswith("+") else {"messaging_service_sid": sender}
        self._clients = Clients(settings, timeout)

    def send(self, number: str, text: str) -> Delivery:
        """Send a text; see `Notices`."""
        sent = self._clients.of_this_thread.call(lambda sdk: self._create(sdk, number, text), lambda it: it)
        if not isinstance(sent, Trouble):
            return Delivery(accepted=True)
        log.warning("message_failed", status=sent.status, code=sent.code, request_id=sent.request_id)
        return Delivery(accepted=False, code=sent.code)

    def _create(self, sdk: Client, number: str, text: str) -> "MessageInstance":
        if self._settings.base_url is not None:
            sdk.api.base_url = self._settings.base_url
        return sdk.messages.create(to=number, body=text, **self._sender)


def from_settings() -> TwilioMessages:
    """Return the sender that the settings describe."""
    return _messages(settings_in_force(), django_settings.LATCHKEY.messaging_from)


@lru_cache(maxsize=1)
def _messages(settings: TwilioSettings, sender: str) -> TwilioMessages:
    return TwilioMessages(settings, sender)
