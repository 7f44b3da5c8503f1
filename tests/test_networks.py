"""Whoever has many addresses is counted as one."""

import pytest

from idp.networks import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.77/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.77", "192.0.2.77/32"),
        (None, ""),
        ("", ""),
    ],
)
def test_an_address_stands_for_its_subscriber(address, network):
    assert network_of(address) == network


def test_a_wider_network_can_be_counted():
    assert network_of("192.0.2.77", {4: 24}) == network_of("192.0.2.1", {4: 24}) == "192.0.2.0/24"
