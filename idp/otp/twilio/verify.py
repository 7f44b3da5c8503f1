"""Twilio Verify, by Twilio's SDK: sends and checks codes. Every failure becomes a value."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from random import SystemRandom
from time import monotonic, sleep
from typing import Any

import structlog

from idp.otp.channels import Channel
from idp.otp.gateway import UNCOUNTED, CheckResult, Failure, NotSent, RateLimits, Sent
from idp.otp.outcomes import Call
from idp.otp.twilio.answers import Answer, Service, Trouble, failed_check, failed_start
from idp.otp.twilio.client import TIMEOUT, Clients, Read, ThreadClient, TwilioSettings, settings_in_force

_LONGEST_JITTER = 0.2
_SOON = 3.5
"""Seconds: a little longer than one attempt to connect (`TIMEOUT`). What took longer to fail, such as a lookup of
Twilio's name, would take as long again, and somebody waits."""
_WORDED_BY_TEMPLATE = frozenset({Channel.SMS, Channel.CALL})

log = structlog.get_logger(__name__)


class TwilioGateway:
    """The `VerifyGateway` by Twilio Verify. Threads may share it: each gets its own SDK client.

    `timeout` is in seconds, to connect and to wait for bytes; `pause` waits before a repetition.
    """

    def __init__(
        self,
        settings: TwilioSettings,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._settings = settings
        self._pause = pause
        self._clients = Clients(settings, timeout)

    def start(self, to: str, channel: Channel, reference: str, limits: RateLimits = UNCOUNTED) -> Sent | NotSent:
        """Send a code, without the template if Twilio refuses only that; see `VerifyGateway`."""
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
        trouble = answer if isinstance(answer, Trouble) else self._client.trouble()
        failure = failed_start(trouble)
        _warn("start", failure, trouble)
        return NotSent(failure, trouble.code, trouble.request_id)

    def _said(self, channel: Channel, reference: str, limits: RateLimits) -> dict[str, str]:
        """Return the parameters of a start other than number and channel, without empty ones."""
        worded = self._settings.template_sid if channel in _WORDED_BY_TEMPLATE else ""
        said = {
            "tags": json.dumps({"ref": reference}),
            "rate_limits": json.dumps(limits.by_key) if limits.by_key else "",
            "locale": self._settings.locale,
            "template_sid": worded,
        }
        return {name: value for name, value in said.items() if value}

    def check(self, *, sid: str, to: str, code: str, tests: Collection[str] = ()) -> CheckResult:
        """Judge a code; see `VerifyGateway`. If the answer got lost, ask for the result once.

        By number alone, there is no result to ask for. The service is asked instead, so that it takes as long.
        """
        asked = {"verification_sid": sid} if sid else {"to": to}
        answer = self._call(Call.CHECK, lambda verify: verify.verification_checks.create(code=code, **asked))
        result = self._result("check", answer, sid=sid, to=to, tests=tests)
        if not (isinstance(answer, Trouble) and answer.answer_lost):
            return result
        if sid:
            return self._look_up(sid, to)
        self.service()
        return CheckResult.UNKNOWN

    def cancel(self, sid: str) -> bool:
        """End a verification; see `VerifyGateway`. One that Twilio no longer knows has ended too."""
        answer = self._call(Call.CHECK, lambda verify: verify.verifications(sid).update(status="canceled"))
        if isinstance(answer, Answer):
            return answer.sid == sid and answer.status != "pending"
        return failed_check(answer) is CheckResult.GONE

    def probe(self) -> Failure | None:
        """Ask the service about itself; see `VerifyGateway`. An answer that got lost is none, as for a check."""
        answer = self._twice_at_most(Call.CHECK, self.service)
        if isinstance(answer, Trouble) and answer.answer_lost:
            self.service()
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
            return self._client.trouble()
        return service

    def _look_up(self, sid: str, to: str) -> CheckResult:
        """Ask for the result of a check whose answer got lost. Unless it is known, so is nothing about the code.

        Pending says that Verify judged it wrong, or never saw it; gone, that it was right, or that its time was over.
        """
        answer = self._call(Call.CHECK, lambda verify: verify.verifications(sid).fetch())
        result = self._result("fetch", answer, sid=sid, to=to)
        return CheckResult.UNKNOWN if result in {CheckResult.WRONG_CODE, CheckResult.GONE} else result

    def _result(
        self, call: str, answer: Answer | Trouble, *, sid: str, to: str, tests: Collection[str] = ()
    ) -> CheckResult:
        if isinstance(answer, Trouble):
            result = failed_check(answer)
            _warn(call, result, answer)
            return result
        result = answer.verdict(sid=sid, to=to, tests=tests)
        if result is CheckResult.UNKNOWN:
            _warn(call, result, self._client.trouble())
        return result

    def _call(self, call: Call, act: Callable[[Any], Any]) -> Answer | Trouble:
        return self._twice_at_most(
            call, lambda: self._read(act, lambda it: Answer(str(it.sid), str(it.to), str(it.status)))
        )

    def _twice_at_most(self, call: Call, once: Callable[[], Read | Trouble]) -> Read | Trouble:
        """Make a call, and repeat it once if the first certainly did nothing and failed quickly."""
        begun = monotonic()
        answer = once()
        if isinstance(answer, Trouble) and answer.may_be_repeated(call) and monotonic() - begun < _SOON:
            self._pause(answer.pause + SystemRandom().uniform(0, _LONGEST_JITTER))
            answer = once()
        return answer

    def _read(self, act: Callable[[Any], Any], read: Callable[[Any], Read]) -> Read | Trouble:
        return self._client.read(lambda verify: act(verify.services(self._settings.service_sid)), read)

    @property
    def _client(self) -> ThreadClient:
        return self._clients.of_this_thread


def from_settings() -> TwilioGateway:
    """Return the gateway that the settings describe, the same one as long as they do not change."""
    return _gateway(settings_in_force())


@lru_cache(maxsize=1)
def _gateway(settings: TwilioSettings) -> TwilioGateway:
    return TwilioGateway(settings)


def _is_begun(answer: Answer, to: str) -> bool:
    return answer.is_named and answer.to == to and answer.status == "pending"


def _warn(call: str, failure: Failure | CheckResult, trouble: Trouble) -> None:
    log.warning(
        "verify_call_failed",
        call=call,
        failure=failure.value,
        status=trouble.status,
        code=trouble.code,
        request_id=trouble.request_id,
    )
