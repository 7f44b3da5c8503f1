"""A service provider of no special type, set up from its metadata."""

from idp.saml.assertion import Attribute
from idp.saml.names import PERSISTENT, TRANSIENT
from idp.saml.profiles.profile import Person, Profile
from idp.saml.trust import RequestedContextRule


def attributes(person: Person) -> tuple[Attribute, ...]:
    """Release e-mail, full name and roles, one value for each role."""
    return (
        Attribute("email", (person.email,)),
        Attribute("full_name", (person.full_name,)),
        Attribute("roles", person.roles),
    )


GENERIC = Profile(
    slug="generic",
    label="Another SAML 2.0 app",
    timeout_policy="legacy",
    requested_context=RequestedContextRule.HONOUR,
    accepted_name_id_formats=(PERSISTENT, TRANSIENT),
    name_id_format=PERSISTENT,
    attributes=attributes,
    format_as_asked=True,
)
