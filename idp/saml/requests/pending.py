"""What is stored of a trusted AuthnRequest until the login has finished and it is answered."""

from dataclasses import asdict
from typing import Any, Self

from idp.saml.errors import ReturnAddress
from idp.saml.requests.authn_request import TrustedAuthnRequest
from idp.values import value


@value
class PendingRequest:
    """Where the Response goes, and what it must satisfy. Stored as JSON in the login's flow.

    Without `request_id` the sign-in is unsolicited: there was no AuthnRequest (Profiles 4.1.5).
    """

    request_id: str | None
    acs_url: str
    relay_state: str | None
    accepted_contexts: list[str] | None = None
    subject_name_id: str | None = None
    name_id_format: str | None = None
    allow_create: bool = True

    @classmethod
    def of(cls, request: TrustedAuthnRequest) -> Self:
        """Return what the Response will need of a request."""
        contexts = request.accepted_contexts
        return cls(
            request_id=request.id,
            acs_url=request.acs_url,
            relay_state=request.relay_state,
            accepted_contexts=None if contexts is None else list(contexts),
            subject_name_id=request.subject_name_id,
            name_id_format=request.name_id_format,
            allow_create=request.allow_create,
        )

    @property
    def address(self) -> ReturnAddress:
        """Where the Response goes, whether it has an Assertion or only a status."""
        return ReturnAddress(self.acs_url, self.request_id, self.relay_state)

    @classmethod
    def at(cls, address: ReturnAddress) -> Self:
        """Return a value with no more than where the Response goes."""
        return cls(address.in_response_to, address.acs_url, address.relay_state)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(**stored)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the database."""
        return asdict(self)
