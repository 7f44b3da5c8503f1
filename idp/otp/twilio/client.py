"""The connection to Twilio: one SDK client per thread, with timeouts. Every failure becomes a value."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeGuard, TypeVar

import requests
from django.conf import settings as django_settings
from requests.exceptions import ConnectTimeout, RequestException, SSLError
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import HTTPError, NewConnectionError

from idp.otp.twilio import heads
from idp.otp.twilio.answers import LONGEST_PAUSE, Trouble

TIMEOUT = (3.0, 8.0)
"""Seconds to connect, and seconds to wait for bytes of the answer. A whole answer takes no longer than both."""
LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer. Twilio's have about a thousand bytes."""
PIECE = 8 * 1024
LARGEST_CODE = 999_999
"""Twilio's error codes have five digits. What is larger is none, and the database could not store it."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """Where Verify is, our account there, and the wording of our texts.

    `username` and `password` are an API key and its secret, or the account SID and its auth token.
    `base_url` replaces Twilio's own address, for the emulator; None is Twilio. Without a `locale` the number's
    country decides, without a `template_sid` the service's own template.
    """

    account_sid: str
    username: str
    password: str = field(repr=False)
    service_sid: str
    base_url: str | None
    locale: str = ""
    template_sid: str = ""


def settings_in_force() -> TwilioSettings:
    """Return the values from the settings of the installation."""
    twilio = django_settings.LATCHKEY.twilio
    return TwilioSettings(
        account_sid=twilio.account_sid,
        username=twilio.username,
        password=twilio.password,
        service_sid=twilio.service_sid,
        base_url=twilio.base_url,
        locale=twilio.locale,
        template_sid=twilio.template_sid,
    )


class Clients:
    """One client for each thread: a client that two threads shared mixed up their answers."""

    def __init__(self, settings: TwilioSettings, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._settings = settings
        self._timeout = timeout
        self._threads = threading.local()

    @property
    def of_this_thread(self) -> "ThreadClient":
        """The client of this thread."""
        if not hasattr(self._threads, "client"):
            self._threads.client = ThreadClient(self._settings, self._timeout)
        client: ThreadClient = self._threads.client
        return client


class ThreadClient:
    """One thread's SDK client, and what the headers of the latest answer said."""

    def __init__(self, settings: TwilioSettings, timeout: tuple[float, float]) -> None:
        self._sdk = _sdk_client(settings, timeout, self._note_headers)
        self._longest_wait = sum(timeout)
        self._begin_call()

    def read(self, act: Callable[[Any], Any], read: Callable[[Any], Read]) -> Read | Trouble:
        """Make a call of Verify v2 and read its answer. Every failure is returned as a value."""
        return self.call(lambda sdk: act(sdk.verify.v2), read)

    def call(self, act: Callable[[Client], Any], read: Callable[[Any], Read]) -> Read | Trouble:
        """Do the same with a call of any part of Twilio."""
        self._begin_call()
        try:
            return read(act(self._sdk))
        except (TwilioException, RequestException, HTTPError) as error:
            return self.trouble(error)
        except (ValueError, AttributeError, TypeError, RecursionError):
            # The SDK raises one of these for a 2xx body that is not a JSON object.
            return self.trouble()

    def _begin_call(self) -> None:
        """Forget the answer to the call before."""
        self._status = 0
        self._headers: Mapping[str, str] = {}
        self._until = monotonic() + self._longest_wait

    def trouble(self, error: Exception | None = None) -> Trouble:
        """Describe what was wrong with the call just made."""
        code = getattr(error, "code", None)
        return Trouble(
            status=self._status,
            # Where the body names no code, the SDK puts the HTTP status in its place.
            code=code if code != self._status and _is_error_code(code) else None,
            request_id=self._headers.get("Twilio-Request-Id", ""),
            retry_after=_seconds(self._headers.get("Retry-After", "")),
            connected=error is None or not _never_connected(error),
            trusted=not isinstance(error, SSLError),
        )

    def _note_headers(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        self._status, self._headers = response.status_code, response.headers
        _read_until(response, self._until)


def _read_until(response: requests.Response, until: float) -> None:
    """Read the body. Raises RequestException if it is too long, or not complete by then.

    The timeout of the socket starts again with each byte, so a body that trickles would keep a thread for ever. One
    that is compressed, although we ask for none, is left as it is: many bytes of it may stand for nothing.
    """
    body = bytearray()
    while piece := response.raw.read1(PIECE, decode_content=False):
        body += piece
        if len(body) > LONGEST_ANSWER or monotonic() > until:
            response.close()
            raise RequestException("the answer is endless")
    response._content = bytes(body)


def _sdk_client(settings: TwilioSettings, timeout: tuple[float, float], note: Callable[..., None]) -> Client:
    """Build an SDK client that takes nothing from the environment but a proxy, and that only for Twilio."""
    logger = logging.getLogger("twilio.http_client")
    logger.setLevel(logging.WARNING)
    http = TwilioHttpClient(logger=logger, request_hooks={"response": [note]})
    # The constructor takes a single number only; requests takes the pair.
    http.timeout = timeout
    heads.limit(http.session)
    http.session.headers["Accept-Encoding"] = "identity"
    client = Client(settings.username, settings.password, settings.account_sid, http_client=http)
    client.edge = client.region = None
    if settings.base_url is not None:
        client.verify.base_url = settings.base_url
        http.session.trust_env = False
    return client


def _is_error_code(code: object) -> TypeGuard[int]:
    return type(code) is int and 0 < code <= LARGEST_CODE


def _never_connected(error: Exception) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(getattr(cause, "reason", None), NewConnectionError)


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else LONGEST_PAUSE
