"""Wrong codes are counted by the address they come from."""

from datetime import timedelta
from uuid import uuid4

import pytest

from idp.audit.models import Kind, LoginEvent
from idp.login.codes import guess_limit
from idp.otp.allowances import PER_ADDRESS
from idp.otp.limits.asker import Asker
from tests.conftest import NOW


def wrong_codes(addresses, at=NOW):
    for address in addresses:
        LoginEvent.objects.create(at=at, kind=Kind.CODE_WRONG, address=address, reference="7KQ2M-9TX4D")


def is_stopped(address, agent=None):
    return guess_limit.blocked_until(Asker(agent, address), NOW) is not None


def test_an_address_is_limited_to_so_many_wrong_codes_an_hour(db):
    wrong_codes(["192.0.2.7"] * PER_ADDRESS.base)
    assert is_stopped("192.0.2.7")
    assert not is_stopped("192.0.2.8")
    assert not is_stopped("192.0.2.7", agent=uuid4())


@pytest.mark.parametrize(("address", "stopped"), [("2001:db8:1:2:ffff::9", True), ("2001:db8:1:3::9", False)])
def test_an_ipv6_network_is_one_address_however_many_it_has(db, address, stopped):
    wrong_codes(f"2001:db8:1:2::{n:x}" for n in range(PER_ADDRESS.base))
    assert is_stopped(address) is stopped


def test_a_request_without_an_address_is_not_counted(db):
    wrong_codes([None] * PER_ADDRESS.base)
    assert not is_stopped(None)


def test_wrong_codes_dated_by_a_clock_that_was_hours_ahead_stop_nobody(db):
    wrong_codes(["192.0.2.7"] * PER_ADDRESS.base, at=NOW + timedelta(hours=3))
    assert not is_stopped("192.0.2.7")
