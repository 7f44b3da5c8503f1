"""Responses as a service receives them."""

from lxml import etree

from tests.conformance.readers import posted

CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


def root_of(page):
    return etree.fromstring(posted(page))
