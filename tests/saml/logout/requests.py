"""LogoutRequests of a service provider, signed and sent, and what becomes of them here."""

import pytest

from idp.saml import names
from idp.saml.logout.request import check, parse
from idp.saml.responses.assertion import Subject
from tests.saml.keys import a_pair
from tests.saml.logout.peer import SLO_URL, a_logout_request, a_signed_post, a_signed_redirect
from tests.saml.messages import FORM, NOW, SKEW, receive_post, receive_redirect, trust

XML = a_logout_request()
ANN = Subject("ann7", names.PERSISTENT)


def redirected(xml=XML, pair=None, **options):
    return receive_redirect(a_signed_redirect(xml, pair or a_pair("sp"), **options))


def posted(xml=XML, pair=None, **options):
    return receive_post(a_signed_post(xml, pair or a_pair("sp"), **options), FORM)


def checked(received, *, now=NOW, pair=None, skew=SKEW, **changes):
    facts = {"signing_certificates": ((pair or a_pair("sp")).certificate,), **changes}
    return check(received, parse(received.xml), trust(**facts), slo_url=SLO_URL, now=now, skew=skew)


WAYS = pytest.mark.parametrize("way", [redirected, posted])
EXTENSIONS = "<samlp:Extensions>{}</samlp:Extensions>"
ASYNCHRONOUS = f'<a:Asynchronous xmlns:a="{names.ASYNC_LOGOUT}"/>'
