"""Every address of the URL resolver, with a value in each variable part."""

import re
import uuid

from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern

SAMPLES = {"uuid": str(uuid.UUID(int=4)), "int": "1", "str": "x", "slug": "x", "path": "x/y"}
_PLACE = re.compile(r"<(?:(\w+):)?\w+>")
_GROUP = re.compile(r"\(\?P<\w+>(?:\(.*?\)|[^()])*\)")


def addresses():
    """Return each address with the view that answers there: the first, where several are listed."""
    listed = list(_below(get_resolver().url_patterns, "/"))
    return dict(reversed(listed))


def _below(patterns, before):
    for it in patterns:
        at = before + _written(it.pattern)
        if isinstance(it, URLPattern):
            yield at, it.callback
        else:
            yield from _below(it.url_patterns, at)


def _written(pattern):
    text = str(pattern)
    if isinstance(pattern, RoutePattern):
        return _PLACE.sub(lambda place: SAMPLES[place[1] or "str"], text)
    # What Django's admin writes as patterns: one of the apps, or anything.
    first = re.search(r"\(\?P<app_label>(\w+)", text)
    return _GROUP.sub(first[1] if first else "nothing", text).strip("^$")
