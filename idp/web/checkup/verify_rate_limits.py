"""Verify's own rate limits: whether those that Latchkey names exist at Twilio. They back up Latchkey's limits."""

from collections.abc import Mapping

from idp.conf import Conf
from idp.otp.limits import service_rate_limits
from idp.otp.limits.service_rate_limits import Bucket
from idp.otp.twilio import rate_limits as at_twilio
from idp.otp.twilio.answers import Trouble
from idp.web.checkup.finding import Finding, not_checked, ok, warning

SUBJECT = "Verify"
MAKE = "Run: python manage.py doctor --make-rate-limits"
THERE = "The rate limits already exist; nothing was changed."
NET = "Our own limits apply; Twilio's would be a second safeguard."


class NotMade(Exception):
    """Twilio did not make the rate limits. The text says what to do."""


def check_online(conf: Conf) -> Finding:
    """Ask Twilio for the rate limits of the service."""
    return judge(at_twilio.from_settings().read(), service_rate_limits.wanted(conf.texts_a_day))


def judge(there: Mapping[str, tuple[Bucket, ...]] | Trouble, wanted: Mapping[str, tuple[Bucket, ...]]) -> Finding:
    """Judge the rate limits at Twilio. Buckets of any size will do, because operators may choose them."""
    if isinstance(there, Trouble):
        return not_checked(SUBJECT, f"Whether the service has rate limits could not be read ({describe(there)}).")
    lacking = [name for name in wanted if not there.get(name)]
    if lacking:
        return warning(SUBJECT, f"The service has no rate limits {', '.join(lacking)}. {NET}", MAKE)
    return ok(SUBJECT, f"Twilio limits starts by {', '.join(wanted)} too.")


def make(conf: Conf) -> str:
    """Make the missing rate limits at Twilio, and return a sentence about them. Raises NotMade if Twilio refuses."""
    made = at_twilio.from_settings().make(service_rate_limits.wanted(conf.texts_a_day))
    if not isinstance(made, Trouble):
        return f"Rate limits created at Twilio: {', '.join(made)}." if made else THERE
    raise NotMade(
        f"Twilio did not create all rate limits ({describe(made)}). Run this again: it creates only what is missing."
    )


def describe(trouble: Trouble) -> str:
    """Describe a failed request in a few words."""
    if not trouble.status:
        return "no answer"
    return f"status {trouble.status}, code {trouble.code}" if trouble.code else f"status {trouble.status}"
