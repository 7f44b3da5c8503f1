"""Requests go to https URLs on public networks only, and to what an operator lists."""

import ipaddress

import pytest

from idp.outgoing.addresses import address_fault, is_allowed, request_fault

REFUSED = {
    "plain http": "http://sp.example.org/acs",
    "script": "javascript:alert(1)",
    "data": "data:text/html,x",
    "an app": "myapp://acs",
    "relative": "/acs",
    "no scheme": "//sp.example.org/acs",
    "no host": "https:///acs",
    "empty": "",
    "user name": "https://sp.example.org@evil.example/acs",
    "fragment": "https://sp.example.org/acs#x",
    "white space": "https://sp.example.org/a cs",
    "line break": "https://sp.example.org/a\ncs",
    "backslash": "https://sp.example.org\\@evil.example/acs",
    "a bad port": "https://sp.example.org:x/acs",
    "a bad address": "https://[::1/acs",
    "http to a look-alike": "http://localhost.evil.example/acs",
    "http to the local net": "http://192.168.0.1/acs",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_a_url_that_is_not_https_or_disguises_its_host_is_refused(url):
    assert address_fault(url)


@pytest.mark.parametrize("url", ["https://sp.exämple/metadata", "https://sp.example/metadätä"])
def test_no_request_is_sent_to_a_url_beyond_ascii(url):
    assert (address_fault(url), request_fault(url)) == ("", "it contains characters beyond ASCII")


NOT_PUBLIC = """
127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 192.0.2.1
::1 :: fe80::1 fe80::1%1 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe
2002:7f00:1:: 2001:0:1::1 64:ff9b:1::1 2001:db8::1 ::127.0.0.1 ::10.0.0.1 ::ffff:0:10.0.0.1 fec0::1 4000::1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_an_address_that_is_not_public_is_refused(address):
    assert not is_allowed(address, ())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"])
def test_a_public_address_is_allowed(address):
    assert is_allowed(address, ())


def test_a_listed_network_is_allowed_and_its_neighbours_are_not():
    listed = [ipaddress.ip_network("10.1.0.0/16")]
    assert is_allowed("10.1.2.3", listed)
    assert is_allowed("::ffff:10.1.2.3", listed)
    assert not is_allowed("10.2.0.1", listed)
    assert not is_allowed("::1", listed)
