"""Which view answers at an address without parts that vary, found once: the resolver tries line after line each time.

Django asks twice for each request, the second time to see whether a slash is missing at the end.
"""

from django.urls import ResolverMatch, URLResolver


def remember(resolver: URLResolver) -> None:
    """Have a resolver remember what it found at addresses of which nothing is captured, so no more than there are."""
    found: dict[str, ResolverMatch] = {}
    resolve = resolver.resolve

    def remembered(path: str) -> ResolverMatch:
        known = found.get(path)
        if known is not None:
            return known
        match = resolve(path)
        if not match.args and not match.captured_kwargs:  # type: ignore[attr-defined]  # unknown to django-stubs
            found[path] = match
        return match

    resolver.resolve = remembered  # type: ignore[method-assign]
