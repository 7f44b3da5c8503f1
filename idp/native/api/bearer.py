"""Authenticates API requests by access token (RFC 6750): from an app for its device, or from a back end."""

from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from idp import clock
from idp.agents.models import Device
from idp.native import bearer
from idp.native.bearer import Bearer
from idp.native.errors import InsufficientScope, InvalidToken, MissingToken

ACCESS_ERRORS = (MissingToken, InvalidToken, InsufficientScope)
"""The errors for a caller without permission."""


class AppToken(HttpBearer):
    """Accepts an access token that an app obtained for its own device."""

    def __call__(self, request: HttpRequest) -> Bearer:
        """Return who sent the request. Raises MissingToken, InvalidToken, InsufficientScope."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise MissingToken("no bearer token")
        return self.authenticate(request, token.strip())

    def authenticate(self, _: HttpRequest, token: str) -> Bearer:
        """Return the client of the token, if it is of this kind. Raises InvalidToken, InsufficientScope."""
        found = bearer.of(token, clock.now())
        if found is None:
            raise InvalidToken("not valid, expired, or signed out")
        if not self.is_for(found):
            raise InsufficientScope("the other kind of client")
        return found

    def is_for(self, found: Bearer) -> bool:
        """Whether this kind of client may call the operation."""
        return found.device is not None


class BackEndToken(AppToken):
    """Accepts an access token that a back end obtained for itself."""

    def is_for(self, found: Bearer) -> bool:
        """Whether the token belongs to no device."""
        return found.device is None


def bearer_of(request: HttpRequest) -> Bearer:
    """Return the caller of an operation that requires authentication."""
    return cast(Bearer, request.auth)  # type: ignore[attr-defined]  # django-ninja puts it there


def device_of(request: HttpRequest) -> Device:
    """Return the device of the app that calls. Raises InvalidToken."""
    device = bearer_of(request).device
    if device is None:
        raise InvalidToken("no device")
    return device
