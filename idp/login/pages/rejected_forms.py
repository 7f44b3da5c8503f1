"""Recognises a form with a wrong code that the browser posts again, because the agent reloaded the page it led to.

Safari does so once the agent agrees, and browsers inside apps without a question, whatever script says about the page's
history. The form then costs no second try. Each rendered page has its own CSRF token, so a wrong code that is typed
again is tried again.
"""

from datetime import timedelta

from django.core.cache import caches
from django.http import HttpRequest

from idp.bearer_secrets import keyed_hash
from idp.login.cookies import FLOW_LIFETIME


def remember(request: HttpRequest) -> None:
    """Remember that the code of this form was wrong, for as long as the login lasts."""
    caches["default"].set(_key(request), True, FLOW_LIFETIME // timedelta(seconds=1))


def came_before(request: HttpRequest) -> bool:
    """Whether this very form came before, with its wrong code. False if that was forgotten, as while Redis is away."""
    return {"code", "csrfmiddlewaretoken"} <= request.POST.keys() and caches["default"].get(_key(request)) is not None


def _key(request: HttpRequest) -> str:
    return "rejected-" + keyed_hash("rejected form", f"{request.path} {request.POST.urlencode()}")
