"""Who may ask at an address of the API: an app's device, or a back end, by access token (RFC 6750)."""

from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from idp import clock
from idp.agents.models import Device
from idp.native import bearer
from idp.native.bearer import Bearer
from idp.native.errors import InsufficientScope, InvalidToken, MissingToken

OUTSIDERS = (MissingToken, InvalidToken, InsufficientScope)
"""What whoever may not ask is told."""


class OfAnApp(HttpBearer):
    """An access token that an app got for its own device."""

    def __call__(self, request: HttpRequest) -> Bearer:
        """Return whose token it is. Raises MissingToken, InvalidToken, InsufficientScope."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise MissingToken("no bearer token")
        return self.authenticate(request, token.strip())

    def authenticate(self, _: HttpRequest, token: str) -> Bearer:
        """Return whose token it is, if it is of this kind."""
        found = bearer.of(token, clock.now())
        if found is None:
            raise InvalidToken("no token of ours, run out, or its owner is out")
        if not self.is_for(found):
            raise InsufficientScope("the other kind of client")
        return found

    def is_for(self, found: Bearer) -> bool:
        """Whether this kind of client may ask here."""
        return found.device is not None


class OfABackEnd(OfAnApp):
    """An access token that a back end got for itself."""

    def is_for(self, found: Bearer) -> bool:
        """Whether it speaks for no device."""
        return found.device is None


def bearer_of(request: HttpRequest) -> Bearer:
    """Return who asks, once an address has let them."""
    return cast(Bearer, request.auth)  # type: ignore[attr-defined]  # django-ninja puts it there


def device_of(request: HttpRequest) -> Device:
    """Return the device that an app asks for. Raises InvalidToken."""
    device = bearer_of(request).device
    if device is None:
        raise InvalidToken("no device")
    return device
