"""RequestedAuthnContext: which contexts meet it, and what is answered where none does."""

import pytest

from idp.saml import names
from idp.saml.errors import AnswerWithStatus, SamlStatus
from idp.saml.requests.authn_request import parse
from idp.saml.requests.requested_context import Comparison, RequestedContext, acceptable
from idp.saml.trust import RequestedContextRule
from tests.saml.asking import contexts
from tests.saml.messages import a_request, checked


@pytest.mark.parametrize("comparison", list(Comparison))
def test_the_comparison_of_requested_contexts_is_read(comparison):
    asked = parse(a_request(contexts("urn:a", comparison=comparison))).requested_context
    assert asked == RequestedContext(comparison, ("urn:a",))


def test_contexts_are_compared_exactly_where_nothing_else_is_said():
    xml = a_request(contexts("urn:a")).replace(b' Comparison="exact"', b"")
    assert parse(xml).requested_context == RequestedContext(Comparison.EXACT, ("urn:a",))


def test_a_context_that_can_be_stated_is_handed_on():
    xml = a_request(contexts(f"\n {names.MOBILE_ONE_FACTOR_CONTRACT} ", "urn:other"))
    assert checked(xml).accepted_contexts == (names.MOBILE_ONE_FACTOR_CONTRACT,)


def test_without_a_requested_context_any_will_do():
    assert checked(a_request()).accepted_contexts is None


@pytest.mark.parametrize("tag", ["AuthnContextClassRef", "AuthnContextDeclRef"])
def test_a_context_that_cannot_be_met_is_answered(tag):
    with pytest.raises(AnswerWithStatus) as caught:
        checked(a_request(contexts("urn:other", tag=tag)))
    assert caught.value.saml_status == SamlStatus(names.RESPONDER, names.NO_AUTHN_CONTEXT)


def test_a_context_is_ignored_where_the_connection_says_so():
    xml = a_request(contexts("urn:other"))
    assert checked(xml, requested_context=RequestedContextRule.IGNORE).accepted_contexts is None


COMPARED = [
    ("exact", "b", "b"),
    ("exact", "ax", "a"),
    ("exact", "x", ""),
    ("minimum", "a", "abc"),
    ("minimum", "cb", "bc"),
    ("minimum", "x", ""),
    ("maximum", "b", "ab"),
    ("maximum", "a", "a"),
    ("better", "a", "bc"),
    ("better", "ab", "c"),
    ("better", "c", ""),
    ("better", "ax", ""),
    ("minimum", "", ""),
]


@pytest.mark.parametrize(("comparison", "asked", "accepted"), COMPARED)
def test_contexts_are_compared_by_our_order(comparison, asked, accepted):
    requested = RequestedContext(Comparison(comparison), tuple(asked))
    assert "".join(acceptable(requested, "abc")) == accepted
