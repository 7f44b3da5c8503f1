import pytest

from idp.audit.models import Kind, LoginEvent
from tests.conftest import NOW

pytestmark = pytest.mark.each_database


@pytest.mark.parametrize(
    ("address", "network", "lies"),
    [
        ("192.0.2.7", "192.0.2.0/24", True),
        ("192.0.2.7", "192.0.2.7/32", True),
        ("192.0.3.7", "192.0.2.0/24", False),
        ("192.0.3.7", "192.0.2.0/23", True),
        ("10.1.31.9", "10.1.16.0/20", True),
        ("10.1.32.0", "10.1.16.0/20", False),
        ("2001:db8::7", "2001:db8::/32", True),
        ("2001:db9::7", "2001:db8::/32", False),
        ("2001:db8:0:1::7", "2001:db8::/48", True),
        ("2001:db8:a:b:1:2:3:4", "2001:db8:a:b:1:2:3:4/128", True),
        ("2001:db8::7", "2001:d00::/24", True),
        ("::1", "::/16", True),
        ("192.0.2.7", "::/0", False),
        (None, "0.0.0.0/0", False),
    ],
)
def test_both_databases_tell_whether_an_address_is_in_a_network(db, address, network, lies):
    LoginEvent.objects.create(at=NOW, kind=Kind.CODE_WRONG, address=address, reference="x")
    assert LoginEvent.objects.filter(address__within=network).exists() == lies
