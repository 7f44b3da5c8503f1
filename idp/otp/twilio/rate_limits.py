"""Verify's Service Rate Limits, by Twilio's SDK: lists them, and creates missing ones."""

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog

from idp.otp.limits.service_rate_limits import Bucket
from idp.otp.twilio.answers import Trouble
from idp.otp.twilio.client import Clients, TwilioSettings, settings_in_force

if TYPE_CHECKING:
    from twilio.rest.verify.v2 import V2
    from twilio.rest.verify.v2.service.rate_limit import RateLimitList
    from twilio.rest.verify.v2.service.rate_limit.bucket import BucketList

DESCRIPTION = "Made by Latchkey, as a second net under its own limits"

log = structlog.get_logger(__name__)


class TwilioRateLimits:
    """The rate limits of one Verify service. Nothing here sends anything to anybody."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._clients = Clients(settings)

    def read(self) -> dict[str, tuple[Bucket, ...]] | Trouble:
        """Return the buckets by the unique name of their rate limit; one without buckets limits nothing."""
        return self._clients.of_this_thread.read(self._list, lambda it: it)

    def make(self, wanted: Mapping[str, tuple[Bucket, ...]]) -> list[str] | Trouble:
        """Make missing rate limits, and the buckets of those that have none. Returns whose buckets were made.

        Existing ones do not change, since an operator may have chosen other limits. Doing it again does no harm.
        """
        return self._clients.of_this_thread.read(lambda verify: self._make(verify, wanted), lambda it: it)

    def _list(self, verify: "V2") -> dict[str, tuple[Bucket, ...]]:
        return {
            str(key.unique_name): tuple(
                Bucket(int(it.max), timedelta(seconds=int(it.interval)))
                for it in self._buckets(verify, str(key.sid)).list()
            )
            for key in self._keys(verify).list()
        }

    def _make(self, verify: "V2", wanted: Mapping[str, tuple[Bucket, ...]]) -> list[str]:
        known = {str(it.unique_name): str(it.sid) for it in self._keys(verify).list()}
        made = []
        for name, buckets in wanted.items():
            sid = known.get(name) or str(self._keys(verify).create(unique_name=name, description=DESCRIPTION).sid)
            at_twilio = self._buckets(verify, sid)
            if at_twilio.list(limit=1):
                continue
            for it in buckets:
                at_twilio.create(max=it.limit, interval=int(it.within.total_seconds()))
            log.info("rate_limit_made", key=name)
            made.append(name)
        return made

    def _keys(self, verify: "V2") -> "RateLimitList":
        return verify.services(self._settings.service_sid).rate_limits

    def _buckets(self, verify: "V2", key_sid: str) -> "BucketList":
        return self._keys(verify)(key_sid).buckets


def from_settings() -> TwilioRateLimits:
    """Return the rate limits of the service that the settings name."""
    return _rate_limits(settings_in_force())


@lru_cache(maxsize=1)
def _rate_limits(settings: TwilioSettings) -> TwilioRateLimits:
    return TwilioRateLimits(settings)
