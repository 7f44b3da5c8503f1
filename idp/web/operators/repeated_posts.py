"""Recognises a POST that the browser repeats because the operator reloaded the page that it led to.

A page that shows a secret once answers the POST itself. If it is reloaded, the browser sends the POST again, and would
replace the secret that was just copied.
"""

from django.contrib import messages
from django.http import HttpRequest

from idp.bearer_secrets import keyed_hash
from idp.web.request_fields import text_field

SESSION_KEY, MOST_STORED = "presses", 20
ALREADY_DONE = "That is already done. The result is shown only once. If you lost it, press the button again."


def is_repeated(request: HttpRequest) -> bool:
    """Tell whether this POST came before. If it did, the next page says so.

    Each rendered page has its own CSRF token, so a second press of the button on a new page is not a repetition.
    """
    token = text_field(request.POST, "csrfmiddlewaretoken")
    post, earlier = keyed_hash("press", f"{request.path} {token}"), request.session.get(SESSION_KEY, [])
    if not token or post not in earlier:
        request.session[SESSION_KEY] = [*earlier, post][-MOST_STORED:]
        return False
    messages.warning(request, ALREADY_DONE)
    return True
