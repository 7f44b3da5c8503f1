"""Twilio Verify through Twilio's SDK: limits of time on every call, and every trouble turned into a value."""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import SystemRandom
from typing import Any, TypeVar

import requests
import structlog
from django.conf import settings as django_settings
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import HTTPError, NewConnectionError

from idp.otp.channels import Channel
from idp.otp.gateway import UNCOUNTED, CheckResult, Failure, NotSent, RateLimits, Sent
from idp.otp.outcomes import Call
from idp.otp.twilio_answers import LONGEST_PAUSE, Answer, Service, Trouble, failed_check, failed_start

TIMEOUT = (3.0, 8.0)
"""Seconds to connect, and seconds to wait for bytes of the answer."""

_VERIFICATION_SID = re.compile(r"VE[0-9a-fA-F]{32}")
_LONGEST_JITTER = 0.2
_WORDED_BY_TEMPLATE = frozenset({Channel.SMS, Channel.CALL})
_Read = TypeVar("_Read")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """Where Verify is, who we are there, and how our texts shall be worded.

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


class TwilioGateway:
    """The `VerifyGateway` that is Twilio Verify. Threads may share it: each gets an SDK client of its own.

    `timeout` is in seconds, to connect and to wait for bytes; `pause` waits before a repetition.
    """

    def __init__(
        self,
        settings: TwilioSettings,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._timeout = timeout
        self._pause = pause
        self._threads = threading.local()

    def start(self, to: str, channel: Channel, reference: str, limits: RateLimits = UNCOUNTED) -> Sent | NotSent:
        """Send a code, without the template if that is all Twilio minds; see `VerifyGateway`."""
        said = self._said(channel, reference, limits)
        result = self._start(to, channel, said)
        refused = isinstance(result, NotSent) and result.failure is Failure.TEMPLATE_REFUSED
        if isinstance(result, Sent) or not refused or "template_sid" not in said:
            return result
        del said["template_sid"]
        plain = self._start(to, channel, said)
        return replace(plain, code=result.code) if isinstance(plain, Sent) else plain

    def _start(self, to: str, channel: Channel, said: Mapping[str, str]) -> Sent | NotSent:
        answer = self._call(Call.START, lambda verify: verify.verifications.create(to, channel.value, **said))
        if isinstance(answer, Answer) and _is_begun(answer, to):
            return Sent(answer.sid)
        trouble = answer if isinstance(answer, Trouble) else self._line().trouble()
        failure = failed_start(trouble)
        _warn("start", failure, trouble)
        return NotSent(failure, trouble.code, trouble.request_id)

    def _said(self, channel: Channel, reference: str, limits: RateLimits) -> dict[str, str]:
        """Return what a start says besides number and channel; what is empty is left out."""
        worded = self._settings.template_sid if channel in _WORDED_BY_TEMPLATE else ""
        said = {
            "tags": json.dumps({"ref": reference}),
            "rate_limits": json.dumps(limits.by_key) if limits.by_key else "",
            "locale": self._settings.locale,
            "template_sid": worded,
        }
        return {name: value for name, value in said.items() if value}

    def check(self, *, sid: str, to: str, code: str) -> CheckResult:
        """Judge a code; see `VerifyGateway`. An answer that got lost is asked for once more."""
        answer = self._call(
            Call.CHECK, lambda verify: verify.verification_checks.create(code=code, verification_sid=sid)
        )
        result = self._result("check", answer, sid=sid, to=to)
        if isinstance(answer, Trouble) and answer.answer_lost:
            return self._look_up(sid, to)
        return result

    def probe(self) -> Failure | None:
        """Ask the service about itself; see `VerifyGateway`."""
        answer = self.service()
        if isinstance(answer, Service):
            return None
        failure = failed_start(answer)
        _warn("probe", failure, answer)
        return failure

    def service(self) -> Service | Trouble:
        """Ask Twilio what the service is. Nothing is sent to anybody."""
        service = self._read(
            lambda it: it.fetch(), lambda it: Service(str(it.sid), str(it.friendly_name), int(it.code_length))
        )
        if isinstance(service, Service) and service.sid != self._settings.service_sid:
            return self._line().trouble()
        return service

    def _look_up(self, sid: str, to: str) -> CheckResult:
        """Ask what became of a check whose answer got lost. Still pending means that nobody knows."""
        answer = self._call(Call.CHECK, lambda verify: verify.verifications(sid).fetch())
        result = self._result("fetch", answer, sid=sid, to=to)
        return CheckResult.UNKNOWN if result is CheckResult.WRONG_CODE else result

    def _result(self, call: str, answer: Answer | Trouble, *, sid: str, to: str) -> CheckResult:
        if isinstance(answer, Trouble):
            result = failed_check(answer)
            _warn(call, result, answer)
            return result
        result = answer.verdict(sid=sid, to=to)
        if result is CheckResult.UNKNOWN:
            _warn(call, result, self._line().trouble())
        return result

    def _call(self, call: Call, act: Callable[[Any], Any]) -> Answer | Trouble:
        """Call Verify, and once more when the first call certainly did nothing."""
        answer = self._call_once(act)
        if isinstance(answer, Trouble) and answer.may_be_repeated(call):
            self._pause(answer.pause + SystemRandom().uniform(0, _LONGEST_JITTER))
            answer = self._call_once(act)
        return answer

    def _call_once(self, act: Callable[[Any], Any]) -> Answer | Trouble:
        return self._read(act, lambda it: Answer(str(it.sid), str(it.to), str(it.status)))

    def _read(self, act: Callable[[Any], Any], read: Callable[[Any], _Read]) -> _Read | Trouble:
        line = self._line()
        line.forget()
        try:
            return read(act(line.client.verify.v2.services(self._settings.service_sid)))
        except (TwilioException, RequestException, HTTPError) as error:
            return line.trouble(error)
        except (ValueError, AttributeError, TypeError, RecursionError):
            # The SDK stumbles in one of these ways over a 2xx body that is no JSON object.
            return line.trouble()

    def _line(self) -> "_Line":
        if not hasattr(self._threads, "line"):
            self._threads.line = _Line(self._settings, self._timeout)
        line: _Line = self._threads.line
        return line


class _Line:
    """One thread's SDK client, and what the head of the latest answer said."""

    def __init__(self, settings: TwilioSettings, timeout: tuple[float, float]) -> None:
        self.client = _client(settings, timeout, self._note)
        self.forget()

    def forget(self) -> None:
        """Begin a call: what was heard so far is about another."""
        self._status = 0
        self._headers: Mapping[str, str] = {}

    def trouble(self, error: Exception | None = None) -> Trouble:
        """Describe what was wrong with the call just made."""
        code = getattr(error, "code", None)
        return Trouble(
            status=self._status,
            # Where the body names no code, the SDK puts the HTTP status in its place.
            code=code if isinstance(code, int) and code != self._status else None,
            request_id=self._headers.get("Twilio-Request-Id", ""),
            retry_after=_seconds(self._headers.get("Retry-After", "")),
            connected=error is None or not _never_connected(error),
        )

    def _note(self, response: requests.Response, *_args: object, **_kwargs: object) -> None:
        self._status, self._headers = response.status_code, response.headers


def from_settings() -> TwilioGateway:
    """Return the gateway that the settings describe, the same one as long as they do not change."""
    twilio = django_settings.LATCHKEY.twilio
    return _gateway(
        TwilioSettings(
            account_sid=twilio.account_sid,
            username=twilio.username,
            password=twilio.password,
            service_sid=twilio.service_sid,
            base_url=twilio.base_url,
            locale=twilio.locale,
            template_sid=twilio.template_sid,
        )
    )


@lru_cache(maxsize=1)
def _gateway(settings: TwilioSettings) -> TwilioGateway:
    return TwilioGateway(settings)


def _client(settings: TwilioSettings, timeout: tuple[float, float], note: Callable[..., None]) -> Client:
    """Build an SDK client that takes nothing from the environment but a proxy, and that only for Twilio."""
    logger = logging.getLogger("twilio.http_client")
    logger.setLevel(logging.WARNING)
    http = TwilioHttpClient(logger=logger, request_hooks={"response": [note]})
    # The constructor takes a single number only; requests takes the pair.
    http.timeout = timeout
    client = Client(settings.username, settings.password, settings.account_sid, http_client=http)
    client.edge = client.region = None
    if settings.base_url is not None:
        client.verify.base_url = settings.base_url
        http.session.trust_env = False
    return client


def _is_begun(answer: Answer, to: str) -> bool:
    named = _VERIFICATION_SID.fullmatch(answer.sid) is not None
    return named and answer.to == to and answer.status == "pending"


def _never_connected(error: Exception) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(getattr(cause, "reason", None), NewConnectionError)


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else LONGEST_PAUSE


def _warn(call: str, failure: Failure | CheckResult, trouble: Trouble) -> None:
    log.warning(
        "verify_call_failed",
        call=call,
        failure=failure.value,
        status=trouble.status,
        code=trouble.code,
        request_id=trouble.request_id,
    )
