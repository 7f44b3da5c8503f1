"""Who asks for a code, as the limits count it."""

from dataclasses import dataclass
from uuid import UUID

from idp.bearer_secrets import keyed_hash
from idp.networks import network_of
from idp.otp.models import PhoneAuthenticator


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a code: the agent whose device this browser is, if it is known, and its IP address."""

    agent: UUID | None
    address: str | None

    def owns(self, authenticator: PhoneAuthenticator | None) -> bool:
        """Whether the browser is a device of the agent whose number this is."""
        return authenticator is not None and self.agent == authenticator.user_id

    @property
    def asked_from(self) -> str:
        """A keyed hash of the address, of an IPv6 one's /64 network. The address cannot be computed from it."""
        return keyed_hash("asked from", network_of(self.address)) if self.address else ""
