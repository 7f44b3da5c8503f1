"""Builds our logout messages, signed, for the address and binding of their service provider."""

from dataclasses import dataclass
from datetime import datetime

from idp.agents.models import Reason
from idp.saml import names, signing_keys
from idp.saml.bindings import encoding
from idp.saml.documents.elements import Element
from idp.saml.errors import SamlStatus
from idp.saml.logout import request as logout_request
from idp.saml.logout import response as logout_response
from idp.saml.metadata import published
from idp.saml.models import LogoutEndpoint, LogoutNotice, ServiceProvider
from idp.saml.responses.assertion import Subject

BY_USER = {it.value for it in (Reason.AGENT, Reason.REPLACED, Reason.HANDED_OVER, Reason.REPORTED)}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for the browser to carry: a complete address to go to, or (with `value`) a form to post there.

    `id` is that of the message.
    """

    id: str
    address: str
    parameter: str
    value: str | None = None
    relay_state: str | None = None


def endpoint(sp: ServiceProvider, *bindings: str) -> LogoutEndpoint | None:
    """Return the service provider's logout address for the first of these bindings that it has."""
    found = {it.binding: it for it in sp.logout_endpoints.all()}
    return next((found[it] for it in bindings if it in found), None)


def request_to(notice: LogoutNotice, address: LogoutEndpoint, now: datetime) -> Element:
    """Build the unsigned LogoutRequest for a service provider, with the same names that it was given.

    A session that it was told of at several sign-ins is named once.
    """
    indexes = notice.issued.order_by("session_index").values_list("session_index", flat=True).distinct()
    return logout_request.build(
        Subject(notice.name_id, notice.name_id_format),
        list(indexes),
        issuer=published.entity_id(),
        destination=address.location,
        now=now,
        reason=names.LOGOUT_BY_USER if notice.reason in BY_USER else names.LOGOUT_BY_ADMIN,
    )


def by_browser(notice: LogoutNotice, now: datetime) -> Outgoing | None:
    """Make a LogoutRequest for the browser to carry, or None if there is no address for that."""
    address = endpoint(notice.service_provider, names.HTTP_REDIRECT, names.HTTP_POST)
    if address is None:
        return None
    return _outgoing(request_to(notice, address, now), address, notice.service_provider, None, now)


def response_to(
    sp: ServiceProvider, status: SamlStatus, request_id: str, relay_state: str | None, now: datetime
) -> Outgoing | None:
    """Make a LogoutResponse for the browser to carry, or None if the service provider has no address for it."""
    address = endpoint(sp, names.HTTP_REDIRECT, names.HTTP_POST)
    if address is None:
        return None
    message = logout_response.build(
        status,
        issuer=published.entity_id(),
        destination=address.response_location or address.location,
        in_response_to=request_id,
        now=now,
    )
    return _outgoing(message, address, sp, relay_state, now)


def _outgoing(
    message: Element, address: LogoutEndpoint, sp: ServiceProvider, relay_state: str | None, now: datetime
) -> Outgoing:
    key = signing_keys.key_for(sp, now)
    parameter, sent_id = str(encoding.parameter_of(message)), message.get("ID")
    if address.binding == names.HTTP_REDIRECT:
        return Outgoing(sent_id, encoding.redirect_url(message, key, relay_state), parameter)
    destination = message.get("Destination")
    return Outgoing(sent_id, destination, parameter, encoding.form_value(message, key), relay_state)
