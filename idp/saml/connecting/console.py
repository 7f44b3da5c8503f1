"""What an operator enters at a service: in Twilio's Console its fields in its order, elsewhere the same values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from idp.saml import signing_keys
from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from idp.saml.profiles import flex

RUNTIME_DOMAIN = "https://flex.twilio.com/<runtime-domain>"


@dataclass(frozen=True, slots=True)
class ConsoleField:
    """A field of the Console, the value to copy into it (empty if Latchkey does not know it), and a note."""

    label: str
    value: str
    line: str

    @property
    def is_long(self) -> bool:
        """Whether the value takes several lines."""
        return "\n" in self.value


@dataclass(frozen=True, slots=True)
class Ours:
    """What the Console has to know about Latchkey. The certificate is PEM, without a trailing line break."""

    certificate: str
    issuer: str
    sso_url: str


def ours(sp: ServiceProvider | None, now: datetime) -> Ours:
    """Return what a service has to know about Latchkey. The certificate belongs to the key that signs for it now.

    Without a service, return what a new one would have to know. Creates a missing key.
    """
    key = signing_keys.key_for(sp, now) if sp else signing_keys.own_key(now)
    return Ours(key.certificate.strip(), published.entity_id(), published.sso_url())


def fields(
    profile: str, our: Ours, *, name: str, acs_url: str, default_redirect_url: str = ""
) -> Iterator[ConsoleField]:
    """Yield the fields in the Console's order; `profile` is the slug of a Flex preset."""
    yield ConsoleField("Friendly Name", name, "Only the Console shows it. Any name will do.")
    yield ConsoleField(
        "X.509 Certificate",
        our.certificate,
        "Copy all of it, including the lines BEGIN CERTIFICATE and END CERTIFICATE.",
    )
    yield ConsoleField("Identity Provider Issuer", our.issuer, "Each character counts: no space before or after.")
    yield ConsoleField("Single Sign-On URL", our.sso_url, "Also called SSO URL. Not the address of the metadata.")
    if profile == flex.LEGACY.slug:
        yield ConsoleField("Twilio SSO URL", acs_url, "Twilio's own address. The Console must show this very one.")
    yield ConsoleField(
        "Default Redirect URL",
        default_redirect_url,
        f"{RUNTIME_DOMAIN}, with the runtime domain of your account. For a Flex you host yourself, its address. "
        f"Needed for sign-ins that start here.",
    )
    yield ConsoleField(
        "Trusted URLs",
        "",
        "Only for a Flex that you host yourself or run locally: its origin, such as https://desk.example.com. The "
        "Default Redirect URL is trusted anyway.",
    )
    yield ConsoleField("Login using popup", "", "Leave it off, unless Flex is shown in a frame of another page.")


def fields_of(sp: ServiceProvider, now: datetime, default_redirect_url: str = "") -> list[ConsoleField]:
    """Return the fields for a registered connection."""
    our, acs_url = ours(sp, now), _acs_url(sp)
    return list(fields(sp.profile, our, name=sp.name, acs_url=acs_url, default_redirect_url=default_redirect_url))


def fields_of_a_new_one(now: datetime) -> list[ConsoleField]:
    """Return the fields for a connection that is not registered yet, for both kinds of SSO."""
    return list(fields(flex.ENHANCED.slug, ours(None, now), name="Latchkey", acs_url=""))


def values_for(sp: ServiceProvider, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the values to enter at a service of any type, with names as in the Console."""
    yield "X.509 Certificate", signing_keys.certificate_for(sp, now).strip()
    yield "Identity Provider Issuer (our entity ID)", published.entity_id()
    yield "Single Sign-On URL", published.sso_url()
    if sp.profile == flex.LEGACY.slug:
        yield "Twilio SSO URL", _acs_url(sp)
    if sp.profile not in flex.PROFILES_OF_FLEX:
        yield "Metadata, instead of all these", published.metadata_url()


def _acs_url(sp: ServiceProvider) -> str:
    return next((acs.url for acs in sp.consumers.all()), "")
