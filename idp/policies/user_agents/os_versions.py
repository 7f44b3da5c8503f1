"""The operating system version in a User-Agent header, if the header can be true.

On iOS, Safari and all web views stopped counting at 18.6: later systems report 18.6 or 18.7. Chrome on Android always
reports "10; K". A number that may be one of these frozen ones is ignored.
"""

from idp.policies.user_agents.browsers import number_after

_LAST_TRUE_IOS = (18, 5)
_FROZEN_ANDROID = "android 10; k)"


def android_version(low: str) -> int | None:
    """Return Android's major version from a header in lower case, or None if it is not reported."""
    return None if _FROZEN_ANDROID in low else number_after(low, "android ")


def ios_version(low: str) -> int | None:
    """Return the major version of iOS or iPadOS from a header in lower case, or None if it may be a frozen one."""
    before, marker, version = low.partition(" os ")
    major = number_after(low, " os ") if marker and "mac" not in before.rpartition("(")[2] else None
    if major is None:
        return None
    minor = number_after(version, f"{major}_") or 0
    return major if (major, minor) <= _LAST_TRUE_IOS else None
