"""LogoutResponses of a service provider, signed and sent, and what becomes of them here."""

from idp.saml import names
from idp.saml.errors import SamlStatus
from idp.saml.logout.response import build
from tests.saml.logout.peer import IDP, SP_SLO
from tests.saml.messages import NOW

SUCCESS = SamlStatus(names.SUCCESS)


def ours(status=SUCCESS, **changes):
    facts = {"issuer": IDP, "destination": SP_SLO, "in_response_to": "_theirs", "now": NOW, **changes}
    return build(status, **facts)
