"""What is stored of a request until the agent has signed in is all that the Response needs."""

import json
from dataclasses import replace

from idp.saml import names
from idp.saml.errors import ReturnAddress
from idp.saml.requests.authn_request import TrustedAuthnRequest
from idp.saml.requests.pending import PendingRequest
from tests.saml.messages import ACS

REQUEST = TrustedAuthnRequest(
    id="_one",
    acs_url=ACS,
    relay_state="r",
    force_authn=True,
    is_passive=False,
    accepted_contexts=(names.PREVIOUS_SESSION,),
    name_id_format=names.PERSISTENT,
    allow_create=False,
    subject_name_id="ann7",
    signed=True,
)


def test_a_request_waits_for_the_agent_with_all_that_it_asks_for():
    pending = PendingRequest("_one", ACS, "r", [names.PREVIOUS_SESSION], "ann7", names.PERSISTENT, allow_create=False)
    assert PendingRequest.of(REQUEST) == pending
    assert PendingRequest.from_json(json.loads(json.dumps(pending.to_json()))) == pending


def test_a_request_that_takes_any_context_still_does_when_the_agent_comes_back():
    assert PendingRequest.of(replace(REQUEST, accepted_contexts=None)).accepted_contexts is None


def test_a_response_finds_its_way_back_whatever_it_says():
    there = ReturnAddress(ACS, "_one", "r")
    assert PendingRequest.of(REQUEST).address == there
    assert PendingRequest.at(there) == PendingRequest("_one", ACS, "r")
