"""Views that begin with the version of the configuration that this process saw last, without a query."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from idp.errors import IdpError
from idp.versions import version

View = Callable[[HttpRequest], HttpResponse]


def with_last_known_version(view: View) -> View:
    """Return a GET view that runs again if the database names another version than the one it began with.

    The version comes with a row that the view reads (`version.take_after_lock`) or from a query (`version.confirm`),
    in either case before the view writes. If the view ends without either, the version is confirmed here.
    """

    @wraps(view)
    def started(request: HttpRequest) -> HttpResponse:
        if request.method != "GET":
            return view(request)
        version.assume_last_known()
        try:
            return _confirmed(view, request)
        except version.Changed:
            return view(request)

    return started


def _confirmed(view: View, request: HttpRequest) -> HttpResponse:
    try:
        response = view(request)
    except IdpError:
        version.confirm()
        raise
    version.confirm()
    return response
