"""What a protocol asks of a login. Pure."""

from dataclasses import dataclass

from idp.agents.authentication import OPENING, Method


@dataclass(frozen=True, slots=True)
class LoginRequirements:
    """What a protocol asks of the login, complete when the flow begins.

    `force_authn` wants a fresh proof; `accepted` are the proofs that a sign-in may have been opened by, however
    long ago; `is_passive` wants no page (SAML Core 3.4.1). Where the browser is only a go-between it is not made
    a device (`enrols_browser`): the login ends in the proof, and whoever asked enrols the app that comes for it.
    `leads_to` is the origin or scheme to which the answer redirects, if it does.
    """

    service: str
    service_name: str
    force_authn: bool = False
    is_passive: bool = False
    accepted: frozenset[Method] = OPENING
    enrols_browser: bool = True
    leads_to: str = ""
