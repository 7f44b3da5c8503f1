"""What each type of service provider expects: attributes and NameID."""

from idp.saml.profiles.flex import ENHANCED, LEGACY
from idp.saml.profiles.generic import GENERIC
from idp.saml.profiles.profile import Person, Profile

__all__ = ["PROFILES", "Person", "Profile"]

PROFILES: dict[str, Profile] = {it.slug: it for it in (ENHANCED, LEGACY, GENERIC)}
