"""A service provider of no special type, set up from its metadata."""

from idp.saml.names import PERSISTENT, TRANSIENT
from idp.saml.profiles.profile import Profile
from idp.saml.trust import RequestedContextRule

GENERIC = Profile(
    slug="generic",
    label="Another SAML 2.0 app",
    timeout_policy="legacy",
    requested_context=RequestedContextRule.HONOUR,
    accepted_name_id_formats=(PERSISTENT, TRANSIENT),
    name_id_format=PERSISTENT,
    format_as_asked=True,
)
