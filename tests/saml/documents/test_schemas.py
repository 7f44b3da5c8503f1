"""Messages that are validated at the same time."""

import pytest

from idp.saml.documents.parsing import parse
from idp.saml.documents.schemas import Schema, validate
from idp.saml.errors import UnreadableRequest
from tests.races.concurrent import MANY, at_once

REQUEST = """<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_{0}" Version="2.0"
 IssueInstant="2026-11-21T09:00:00Z" {1}/>"""


def verdicts(nth):
    """What is said of a valid request and of one with an unknown attribute, often."""
    valid, other = parse(REQUEST.format(nth, "").encode()), parse(REQUEST.format(nth, f'odd{nth}="1"').encode())
    for _ in range(50):
        validate(valid, Schema.PROTOCOL)
        with pytest.raises(UnreadableRequest, match=f"odd{nth}'"):
            validate(other, Schema.PROTOCOL)
    return True


def test_requests_that_come_at_once_each_get_their_own_verdict():
    assert all(at_once([lambda nth=nth: verdicts(nth) for nth in range(MANY)]))
