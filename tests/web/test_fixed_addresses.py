"""The view of an address is looked up once if nothing in the address varies, and every time if something does."""

import pytest
from django.urls import Resolver404, URLResolver
from django.urls.resolvers import RegexPattern

from idp.web import fixed_addresses


@pytest.fixture
def resolver():
    fresh = URLResolver(RegexPattern(r"^/"), "idp.urls")
    fixed_addresses.remember(fresh)
    return fresh


def test_the_view_of_a_fixed_address_is_found_once(resolver):
    assert resolver.resolve("/saml/sso") is resolver.resolve("/saml/sso")


def test_an_address_with_variable_parts_is_resolved_each_time(resolver):
    first, second = resolver.resolve("/saml/start/desk"), resolver.resolve("/saml/start/flex")
    assert (first.kwargs, second.kwargs) == ({"slug": "desk"}, {"slug": "flex"})
    assert resolver.resolve("/saml/start/desk") is not first


def test_an_address_that_nobody_answers_stays_unknown(resolver):
    for _ in range(2):
        with pytest.raises(Resolver404):
            resolver.resolve("/saml/nowhere")
