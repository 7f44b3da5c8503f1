"""A replica that lagged is promoted: what was revoked in its last moments is not, until everyone is signed out."""

import pytest
from django.core.management import call_command
from django.db import connection

from idp.agents import devices
from idp.agents.models import Device, Reason
from tests.another_database import connected_to
from tests.cluster.postgresql import NAME
from tests.cluster.test_failover import pair
from tests.conftest import NOW
from tests.races.known_phone import browser, is_signed_in

__all__ = ["browser", "pair"]
pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.postgresql_only]


def node_of(pair, nth):
    """Latchkey on one of the two servers."""
    return connected_to(NAME="postgres", USER=NAME, PASSWORD=pair.password, HOST="127.0.0.1", PORT=pair.ports[nth])


def test_after_the_promotion_of_a_lagging_replica_everyone_out_keeps_revoked_phones_out(browser, pair):
    pair.copy(connection.settings_dict)
    pair.lag()
    with node_of(pair, 0):
        devices.revoke(Device.objects.get(), Reason.OPERATOR, NOW)
        assert not is_signed_in(browser.get(browser.request_address("_of_the_revoked")))
    pair.fail_over(unnoticed=0)
    with node_of(pair, 1):
        assert is_signed_in(browser.get(browser.request_address("_of_the_forgotten")))
        call_command("everyone_out", why="a replica that lagged was promoted")
        asked = browser.get(browser.request_address("_after_all_were_out"), follow=True)
        assert not is_signed_in(asked)
        assert "everyone was signed out" in asked.text
