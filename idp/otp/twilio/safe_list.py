"""Verify's safe list, by Twilio's SDK. Every failure becomes a value."""

from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog

from idp.otp.safe_list.provider import Reply, Verdict
from idp.otp.twilio.answers import Trouble
from idp.otp.twilio.client import Clients, TwilioSettings, settings_in_force

if TYPE_CHECKING:
    from twilio.rest.verify.v2 import V2

log = structlog.get_logger(__name__)
LISTED_ALREADY = 60411
_FOR_EVERY_NUMBER: dict[int, Verdict] = {
    HTTPStatus.UNAUTHORIZED: Verdict.MISCONFIGURED,
    HTTPStatus.FORBIDDEN: Verdict.CLOSED,
    HTTPStatus.NOT_FOUND: Verdict.CLOSED,
    HTTPStatus.TOO_MANY_REQUESTS: Verdict.BUSY,
}


class TwilioSafeList:
    """The `SafeList` of the account at Twilio. Threads may share it."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._clients = Clients(settings)

    def put_on(self, number: str) -> Reply:
        """Put a number on the list; see `SafeList`."""
        return self._reply(
            lambda verify: verify.safelist.create(phone_number=number).phone_number == number, putting_on=True
        )

    def take_off(self, number: str) -> Reply:
        """Take a number off the list; see `SafeList`."""
        return self._reply(lambda verify: verify.safelist(number).delete(), putting_on=False)

    def _reply(self, act: "Callable[[V2], bool]", *, putting_on: bool) -> Reply:
        done = self._clients.of_this_thread.read(act, bool)
        if not isinstance(done, Trouble):
            return Reply(Verdict.DONE if done else Verdict.LATER)
        reply = judge(done, putting_on=putting_on)
        if reply.verdict is not Verdict.DONE:
            log.warning(
                "safe_list_failed",
                verdict=reply.verdict.value,
                status=done.status,
                code=done.code,
                request_id=done.request_id,
            )
        return reply


def from_settings() -> TwilioSafeList:
    """Return the safe list of the account that the settings name."""
    return _safe_list(settings_in_force())


@lru_cache(maxsize=1)
def _safe_list(settings: TwilioSettings) -> TwilioSafeList:
    return TwilioSafeList(settings)


def judge(trouble: Trouble, *, putting_on: bool) -> Reply:
    """Return what a failed call means for a request."""
    return Reply(_verdict(trouble, putting_on=putting_on), trouble.code)


def _verdict(trouble: Trouble, *, putting_on: bool) -> Verdict:
    is_so_already = trouble.code == LISTED_ALREADY if putting_on else trouble.status == HTTPStatus.NOT_FOUND
    if is_so_already:
        return Verdict.DONE
    refused = HTTPStatus.BAD_REQUEST <= trouble.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return _FOR_EVERY_NUMBER.get(trouble.status, Verdict.REFUSED if refused else Verdict.LATER)
