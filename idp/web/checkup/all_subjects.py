"""Runs the checks of all subjects. If the database is down, checks that need it count as not made, not as failed."""

from datetime import datetime

from idp.conf import Conf
from idp.web.checkup import (
    address,
    clocks,
    database,
    installation,
    policy,
    redis,
    retention,
    signing_keys,
    trail,
    verify,
    verify_rate_limits,
)
from idp.web.checkup.finding import Finding, in_order, not_checked

AFTER_THE_DATABASE = "Fix the database first."
OFFLINE = "Outside services were not contacted."
STORED = (clocks.SUBJECT, signing_keys.SUBJECT, policy.SUBJECT, retention.SUBJECT, trail.SUBJECT)
OUTSIDE = (address.SUBJECT, address.HTTPS, verify.SUBJECT)


def check_everything(conf: Conf, now: datetime, *, online: bool) -> list[Finding]:
    """Judge every subject. With `online`, also ask Twilio and the installation's own public address."""
    found = [
        *database.check(),
        *installation.check(conf),
        *redis.check(conf),
        *address.check_locally(conf),
        *verify.shape(conf),
    ]
    usable = in_order(it for it in found if it.subject == database.SUBJECT)
    found += _stored(conf, now) if usable else [not_checked(it, AFTER_THE_DATABASE) for it in STORED]
    if not online:
        return [*found, *(clocks.check_locally() if usable else ()), *(not_checked(it, OFFLINE) for it in OUTSIDE)]
    if not usable:
        return [*found, *_twilio(conf), not_checked(address.SUBJECT, AFTER_THE_DATABASE)]
    return [*found, *clocks.check_online(conf), *address.check_online(conf, now), *_twilio(conf)]


def _twilio(conf: Conf) -> list[Finding]:
    """Judge the service, and its rate limits if Twilio knows the service."""
    found = verify.check_online()
    return [*found, verify_rate_limits.check_online(conf)] if in_order(found) else found


def _stored(conf: Conf, now: datetime) -> list[Finding]:
    kept = [*retention.check(conf, now), *trail.check(now)]
    return [*database.account(), *signing_keys.check(now), *policy.check(), *kept, *verify.check_locally()]
