"""By what Twilio may count a start: coarse or hashed, so that nobody is named."""

import pytest

from idp.otp.gateway import RateLimits
from idp.otp.limits import service_rate_limits
from idp.otp.models import PhoneAuthenticator


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, ""),
    ],
)
def test_an_address_is_counted_by_its_network(agent, address, network):
    assert service_rate_limits.count_by(PhoneAuthenticator.objects.get(), address).ip == network


@pytest.mark.parametrize(("number", "region"), [("+34600123456", "ES"), ("+12015550101", "US"), ("+999123456789", "")])
def test_a_number_is_counted_by_its_country(number, region):
    assert service_rate_limits.region_of(number) == region


def test_nothing_that_is_counted_names_a_person(agent):
    phone = PhoneAuthenticator.objects.get()
    counted = service_rate_limits.count_by(phone, "192.0.2.77")
    told = str(counted)
    assert not any(it in told for it in (str(agent.pk), agent.pk.hex, phone.number, "192.0.2.77", agent.email))
    assert len(counted.agent) == 32
    assert counted == service_rate_limits.count_by(phone, "192.0.2.1")


def test_an_unknown_value_is_not_sent():
    assert RateLimits(country="ES").by_key == {"latchkey_country": "ES"}
    assert RateLimits().by_key == {}
