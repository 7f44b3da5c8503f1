"""Finds the client of a request and, if it has a secret, authenticates it (RFC 6749 section 2.3)."""

import base64
import re
from urllib.parse import unquote_plus

from idp.native import redirects
from idp.native.errors import InvalidClient, InvalidRequest, UnknownClient, UnregisteredRedirect
from idp.native.models import Client, ClientKind
from idp.versions.cached import Cached

SLUG = re.compile(r"[A-Za-z0-9_-]{1,40}")  # other values are not looked up in the database


def find(client_id: str) -> Client | None:
    """Return the client if it is switched on. It is cached and shared between threads: do not modify it."""
    if not SLUG.fullmatch(client_id):
        return None
    try:
        return _enabled(client_id)
    except Client.DoesNotExist:
        return None


def app_that_sent(client_id: str, redirect_uri: str) -> Client:
    """Return the app that a browser's request names, if this redirect URI is registered for it.

    Raises UnknownClient, UnregisteredRedirect.
    """
    client = find(client_id)
    if client is None or client.kind != ClientKind.APP:
        raise UnknownClient("no enabled app of this client ID")
    if not any(redirects.matches(it.uri, redirect_uri) for it in client.redirect_uris.all()):
        raise UnregisteredRedirect(f"not a redirect URI of {client.client_id}")
    return client


def app_of(service: str) -> Client:
    """Return the app that started a flow. Raises UnknownClient."""
    kind, _, client_id = service.partition(":")
    client = find(client_id) if kind == "app" else None
    if client is None:
        raise UnknownClient("the flow belongs to no app, or the app has been switched off")
    return client


def authenticate(authorization: str, client_id: str | None, secret: str | None) -> Client:
    """Return the client of a request. A back end proves itself with its secret, by HTTP Basic or in the body.

    An app has no secret. Raises InvalidClient, InvalidRequest.
    """
    if authorization:
        id_in_body, secret_in_body = client_id, secret
        client_id, secret = _basic(authorization)
        if secret_in_body or id_in_body not in (None, "", client_id):
            raise InvalidRequest(
                "two ways", sentence="Send the client ID and secret in one way: by HTTP Basic or in the body."
            )
    client = find(client_id or "")
    if client is None:
        raise InvalidClient("no enabled client of this client ID")
    is_proved = client.keeps(secret or "") if client.kind == ClientKind.BACK_END else not secret
    if not is_proved:
        raise InvalidClient(f"{client.client_id} sent no secret, or a wrong one")
    return client


@Cached
def _enabled(client_id: str) -> Client:
    rows = Client.objects.select_related("timeout_policy").prefetch_related("redirect_uris").filter(enabled=True)
    found = rows.get(client_id=client_id)
    if found.client_id != client_id:
        raise Client.DoesNotExist
    return found


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        named, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        named = secret = ""
    if scheme.lower() != "basic" or not named:
        raise InvalidClient("the Authorization header cannot be read")
    return unquote_plus(named), unquote_plus(secret)
