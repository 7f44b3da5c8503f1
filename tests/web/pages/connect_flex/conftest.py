"""A connection of Flex as operators paste it, and the pages that connect it."""

import pytest
from lxml import html

from idp.saml import errors
from idp.saml.models import HeardRequest
from tests.conftest import NOW

PAGE = "/admin/connect-flex/"
CONNECTION, ACCOUNT = "JQ" + "2" * 32, "AC" + "3" * 32
ENTITY_ID = f"urn:flex:{CONNECTION}"
ACS = f"https://login.flex.us1.twilio.com/login/callback?connection={CONNECTION}"
LEGACY_ACS = f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2"
UNKNOWN, OTHER_ACS = errors.UnknownServiceProvider.code, errors.UnregisteredAcs.code


@pytest.fixture(autouse=True)
def _keys_are_there(db, keys):
    """The Console's fields hold our certificate."""


def shown(response):
    """What a person reads on a page, in one line."""
    return " ".join(html.fromstring(response.content.decode()).text_content().split())


def paste(admin, *values):
    return admin.get(PAGE, {"pasted": "\n".join(values)})


def register(admin, *values, profile="flex-enhanced", slug="flex", name="Flex"):
    address = f"{PAGE}?pasted={'%0A'.join(values)}"
    return admin.post(address, {"profile": profile, "slug": slug, "name": name}, follow=True)


def a_request_heard(issuer=ENTITY_ID, acs_url=ACS, outcome=UNKNOWN, **fields):
    """A request as listening notes it, half a minute ago."""
    fields = {"at": NOW, "binding": "redirect", "signed": False, "reference": "7KQ2M-9TX4D", **fields}
    return HeardRequest.objects.create(issuer=issuer, acs_url=acs_url, outcome=outcome, **fields)
