"""Views that begin by the version of the configuration that this process heard last, without asking for it."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from idp.errors import IdpError
from idp.versions import version

View = Callable[[HttpRequest], HttpResponse]


def by_the_latest(view: View) -> View:
    """Begin a GET without a question, and begin anew if the database then names another version.

    A row that the view asks for brings the version (`version.heard_again`), or it asks (`version.confirm`): in either
    case before it writes. What it answers or refuses without that is confirmed here.
    """

    @wraps(view)
    def begun(request: HttpRequest) -> HttpResponse:
        if request.method != "GET":
            return view(request)
        version.presume()
        try:
            return _confirmed(view, request)
        except version.Changed:
            return view(request)

    return begun


def _confirmed(view: View, request: HttpRequest) -> HttpResponse:
    try:
        response = view(request)
    except IdpError:
        version.confirm()
        raise
    version.confirm()
    return response
