"""What a service provider's row says about its requests: the facts they are checked against."""

from dataclasses import dataclass
from enum import StrEnum

from idp.saml.names import (
    MOBILE_ONE_FACTOR_CONTRACT,
    MOBILE_TWO_FACTOR_UNREGISTERED,
    PREVIOUS_SESSION,
    TIME_SYNC_TOKEN,
)

Acs = tuple[str, int | None, bool]  # URL, index, whether it is the default


class RequestSignature(StrEnum):
    """What is done about a request's signature; its shape is checked in any case."""

    VERIFY = "verify"  # one that is there must hold, none is fine
    REQUIRE = "require"
    IGNORE = "ignore"  # counts as unsigned


class RequestedContextRule(StrEnum):
    """Whether a RequestedAuthnContext binds."""

    HONOUR = "honour"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class SpTrust:
    """A registered service provider as `authn_request.check` sees it.

    `signing_certificates` are PEM, mere carriers of keys. `contexts` are the classes that can be stated to
    it, weakest first. `request_signature` and `requested_context` hold values of the enumerations above.
    """

    entity_id: str
    acs: tuple[Acs, ...]
    signing_certificates: tuple[str, ...] = ()
    request_signature: str = RequestSignature.VERIFY
    requested_context: str = RequestedContextRule.HONOUR
    name_id_formats: tuple[str, ...] = ()
    contexts: tuple[str, ...] = (
        PREVIOUS_SESSION,
        MOBILE_ONE_FACTOR_CONTRACT,
        TIME_SYNC_TOKEN,
        MOBILE_TWO_FACTOR_UNREGISTERED,
    )
