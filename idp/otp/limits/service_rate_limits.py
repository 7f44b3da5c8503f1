"""What Twilio's Service Rate Limits count by: a second line of defence behind our own limits, without personal data."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import phonenumbers

from idp.bearer_secrets import keyed_hash
from idp.otp.gateway import AGENT_KEY, COUNTRY_KEY, IP_KEY, RateLimits
from idp.otp.models import PhoneAuthenticator

NETWORK_BITS = {4: 24, 6: 64}
ONE_ADDRESS = {4: 32, 6: 64}  # an IPv6 subscriber has a whole /64 network
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
        ip=network_of(address),
        agent=keyed_hash("rate limit", str(authenticator.user_id))[:HASH_LENGTH],
        country=region_of(authenticator.number),
    )


def network_of(address: str | None, bits: Mapping[int, int] = NETWORK_BITS) -> str:
    """Return the network around an address, by default /24 or /64; empty for none. `bits` go by the version of IP."""
    if not address:
        return ""
    read = ipaddress.ip_address(address)
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped:
        read = read.ipv4_mapped
    return str(ipaddress.ip_network(f"{read}/{bits[read.version]}", strict=False))


def region_of(e164: str) -> str:
    """Return the region of a number, such as ES; empty where there is none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""
    except phonenumbers.NumberParseException:  # a country code that this release of the library does not know
        return ""
