"""Text messages that are not codes, by Twilio's SDK, with timeouts. Every failure becomes a value."""

import logging
from functools import lru_cache

import structlog
from django.conf import settings as django_settings
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import HTTPError

from idp.otp.delivery import Delivery
from idp.otp.twilio.client import TIMEOUT, TwilioSettings, settings_in_force

log = structlog.get_logger(__name__)


class TwilioMessages:
    """The `Notices` by Twilio's Messaging. Each text has its own client, since threads must not share one."""

    def __init__(self, settings: TwilioSettings, sender: str) -> None:
        self._settings = settings
        self._sender = {"from_": sender} if sender.startswith("+") else {"messaging_service_sid": sender}

    def send(self, number: str, text: str) -> Delivery:
        """Send a text; see `Notices`."""
        try:
            _client(self._settings).messages.create(to=number, body=text, **self._sender)
        except (TwilioException, RequestException, HTTPError) as error:
            code = getattr(error, "code", None)
            log.warning("message_failed", error=type(error).__name__, code=code)
            return Delivery(accepted=False, code=code if isinstance(code, int) else None)
        except (ValueError, AttributeError, TypeError, RecursionError) as error:
            # The SDK raises one of these for a 2xx body that is not a JSON object.
            log.warning("message_failed", error=type(error).__name__)
            return Delivery(accepted=False)
        return Delivery(accepted=True)


def from_settings() -> TwilioMessages:
    """Return the sender that the settings describe."""
    return _messages(settings_in_force(), django_settings.LATCHKEY.messaging_from)


@lru_cache(maxsize=1)
def _messages(settings: TwilioSettings, sender: str) -> TwilioMessages:
    return TwilioMessages(settings, sender)


def _client(settings: TwilioSettings) -> Client:
    """Build an SDK client that takes nothing from the environment but a proxy, and that only for Twilio."""
    logger = logging.getLogger("twilio.http_client")
    logger.setLevel(logging.WARNING)
    http = TwilioHttpClient(logger=logger)
    http.timeout = TIMEOUT
    client = Client(settings.username, settings.password, settings.account_sid, http_client=http)
    client.edge = client.region = None
    if settings.base_url is not None:
        client.api.base_url = settings.base_url
        http.session.trust_env = False
    return client
