"""Recognises a repeated press of a button, by reloading the page that it led to.

A page that shows a secret once answers the POST itself. If it is reloaded, the browser sends the POST again, and would
replace the secret that was just copied.
"""

from django.contrib import messages
from django.http import HttpRequest

from idp.bearer_secrets import keyed_hash
from idp.web.typed import typed

KEPT, MOST = "presses", 20
BEFORE = "That is already done. The result is shown only once. If you lost it, press the button again."


def is_again(request: HttpRequest) -> bool:
    """Whether this very press came before; if so, the next page says so. Each rendered page has its own CSRF token."""
    token = typed(request.POST, "csrfmiddlewaretoken")
    press, before = keyed_hash("press", f"{request.path} {token}"), request.session.get(KEPT, [])
    if not token or press not in before:
        request.session[KEPT] = [*before, press][-MOST:]
        return False
    messages.warning(request, BEFORE)
    return True
