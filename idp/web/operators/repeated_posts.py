"""Recognises a POST that the browser repeats because the operator reloaded the page that it led to.

A page that shows a secret once answers the POST itself. If it is reloaded, the browser sends the POST again, and would
replace the secret that was just copied. So does a button that is pressed twice at once, where there is no script: the
secret that is shown could be the one that was replaced.
"""

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
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
    if not token or _is_first(request.session, keyed_hash("press", f"{request.path} {token}")):
        return False
    messages.warning(request, ALREADY_DONE)
    return True


@transaction.atomic
def _is_first(session: SessionBase, post: str) -> bool:
    """Tell whether this POST is new, and store it. Of two at once, the second waits for the first."""
    held = Session.objects.select_for_update().filter(session_key=session.session_key).first()
    earlier = held.get_decoded().get(SESSION_KEY, []) if held else []
    if post in earlier:
        return False
    session[SESSION_KEY] = [*earlier, post][-MOST_STORED:]
    if held:
        session.save()
    return True
