"""Which paths belong to the admin, and which of them need an operator who is signed in."""

from django.http import HttpRequest

PREFIX = "/admin/"
WITHOUT_SIGN_IN = tuple(f"{PREFIX}{page}/" for page in ("login", "logout", "enter"))


def is_admin(request: HttpRequest) -> bool:
    """Whether a request's path is under the admin's prefix."""
    return request.path_info.startswith(PREFIX)


def needs_operator(request: HttpRequest) -> bool:
    """Whether only operators who are signed in may open a request's path."""
    return is_admin(request) and not request.path_info.startswith(WITHOUT_SIGN_IN)
