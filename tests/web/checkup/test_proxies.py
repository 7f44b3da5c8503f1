"""Whether what the proxies add fits the settings."""

import pytest

from idp.web.checkup import proxies
from idp.web.checkup.proxies import ProxyHeaders
from tests.web.checkup.conftest import FAULT, HTTPS, NOT_CHECKED, OK, WARNING, states


def arrived(*chain, proto="", host="login.acme.example"):
    return ProxyHeaders("10.0.0.1", chain, proto, "", host)


@pytest.mark.parametrize(
    ("said", "came", "expected"),
    [
        (0, arrived(proto="https"), "Set LATCHKEY_TRUSTED_PROXIES=1 "),
        (0, arrived("192.0.2.7", "10.0.0.2", proto="https"), "Set LATCHKEY_TRUSTED_PROXIES=2 "),
        (0, arrived("192.0.2.7"), "set LATCHKEY_TRUSTED_PROXIES=1 "),
        (1, arrived("192.0.2.7", "10.0.0.2", proto="https"), "set LATCHKEY_TRUSTED_PROXIES=2 "),
        (2, arrived("192.0.2.7", proto="https"), "set LATCHKEY_TRUSTED_PROXIES=1 "),
        (1, arrived(proto="https"), "append to X-Forwarded-For"),
        (1, arrived("192.0.2.7"), "set X-Forwarded-Proto to https"),
        (1, arrived("192.0.2.7", proto="http"), "set X-Forwarded-Proto to https"),
        (1, arrived("192.0.2.7", proto="https", host="10.0.0.5:8000"), "forward Host unchanged"),
    ],
)
def test_headers_of_the_proxies_must_match_the_settings(conf, said, came, expected):
    found = proxies.judge(came, conf(base_url=HTTPS, trusted_proxies=said))
    (ill,) = found
    assert expected in ill.fix
    assert ill.state in (WARNING, FAULT)


@pytest.mark.parametrize(("said", "chain"), [(1, ["192.0.2.7"]), (2, ["192.0.2.7", "10.0.0.2"])])
def test_proxies_that_fit_are_in_order(conf, said, chain):
    assert states(proxies.judge(arrived(*chain, proto="https"), conf(base_url=HTTPS, trusted_proxies=said))) == [OK]


@pytest.mark.parametrize(
    ("base_url", "said", "expected"), [(HTTPS, 0, WARNING), (HTTPS, 1, NOT_CHECKED), ("http://localhost", 0, OK)]
)
def test_without_a_request_the_setting_alone_is_judged(conf, base_url, said, expected):
    assert states(proxies.check_locally(conf(base_url=base_url, trusted_proxies=said))) == [expected]
