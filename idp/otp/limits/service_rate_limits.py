"""What Twilio's Service Rate Limits count by: a second line of defence behind our own limits, without personal data."""

from dataclasses import dataclass
from datetime import timedelta

import phonenumbers

from idp.bearer_secrets import keyed_hash
from idp.networks import network_of
from idp.otp.gateway import AGENT_KEY, COUNTRY_KEY, IP_KEY, RateLimits
from idp.otp.models import PhoneAuthenticator

COARSE = {4: 24, 6: 64}
"""The bits of a network that tells Twilio of nobody in particular, by version of IP."""
HASH_LENGTH = 32
FEWEST_FROM_A_NETWORK = 300
TEN_MINUTES, HOUR, DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many starts with one value of a key are allowed within a time."""

    limit: int
    within: timedelta


def wanted(texts_a_day: int) -> dict[str, tuple[Bucket, ...]]:
    """Return the buckets that each key should have at Twilio.

    They are above our own limits, so that ours apply first: a whole floor signs in from one network
    within an hour, and all of them in one country. What Twilio refuses by them counts towards the breaker.
    """
    return {
        AGENT_KEY: (Bucket(10, TEN_MINUTES), Bucket(60, DAY)),
        IP_KEY: (Bucket(max(FEWEST_FROM_A_NETWORK, texts_a_day // 4), HOUR),),
        COUNTRY_KEY: (Bucket(2 * texts_a_day, DAY),),
    }


def count_by(authenticator: PhoneAuthenticator, address: str | None) -> RateLimits:
    """Return the network that asks, a hash of the agent, and the region of the number."""
    return RateLimits(
        ip=network_of(address, COARSE),
        agent=keyed_hash("rate limit", str(authenticator.user_id))[:HASH_LENGTH],
        country=region_of(authenticator.number),
    )


def region_of(e164: str) -> str:
    """Return the region of a number, such as ES; empty where there is none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""
    except phonenumbers.NumberParseException:  # a country code that this release of the library does not know
        return ""
