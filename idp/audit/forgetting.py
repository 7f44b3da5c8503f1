"""The one way in which the trail forgets: headers, addresses, and in the end whole lines, once their time is over.

Nobody but `web.retention` may import this (`.importlinter`). Everybody else meets `TrailIsAppendOnly`.
"""

from collections.abc import Collection

from django.db.models import QuerySet

from idp.audit.models import LoginEvent


def forget_user_agents(lines: Collection[int]) -> int:
    """Empty the User-Agent headers of some lines. Returns how many lines there were."""
    return QuerySet.update(_these(lines), user_agent="")


def forget_addresses(lines: Collection[int]) -> int:
    """Take the IP addresses from some lines. Returns how many lines there were."""
    return QuerySet.update(_these(lines), address=None)


def drop(lines: Collection[int]) -> int:
    """Remove some lines. Returns how many there were."""
    return QuerySet.delete(_these(lines))[1].get(LoginEvent._meta.label, 0)


def _these(lines: Collection[int]) -> "QuerySet[LoginEvent]":
    return LoginEvent.objects.filter(pk__in=lines)
