"""A replica that lagged is promoted: what was revoked in its last moments is not, until everyone is signed out.

Or a name leads to it although it is not promoted.
"""

import pytest
from django.core.management import call_command
from django.db import connection

from idp.agents import devices
from idp.agents.models import Agent, Device, Reason
from idp.web.backup import files
from tests.another_database import connected_to
from tests.cluster.postgresql import NAME
from tests.cluster.test_failover import pair
from tests.conftest import NOW, an_agent
from tests.races.known_phone import browser, is_busy, is_signed_in, next_request
from tests.relays import HOST, Relay
from tests.waiting import until

__all__ = ["browser", "pair"]
pytestmark = [pytest.mark.slow, pytest.mark.postgresql_only]


def node_of(pair, nth):
    """Latchkey on one of the two servers."""
    return node_at(pair, pair.ports[nth])


def node_at(pair, port):
    return connected_to(NAME="postgres", USER=NAME, PASSWORD=pair.password, HOST=HOST, PORT=port)


def test_a_name_that_led_to_a_replica_for_a_moment_is_followed_to_the_primary(browser, pair):
    """As of a managed database during a failover: what was connected to the replica would stay there for an hour."""
    pair.copy(connection.settings_dict)
    with Relay(pair.ports[1]) as name, node_at(pair, name.port):
        assert is_busy(browser.get(browser.address))
        name.to = pair.ports[0]
        until(lambda: is_signed_in(next_request(browser, "_at_the_primary")))


def test_a_backup_is_restored_at_the_primary_although_a_replica_is_named_first(transactional_db, pair, tmp_path):
    an_agent()
    files.dump(tmp_path / "monday")
    both = {"HOST": f"{HOST},{HOST}", "PORT": "{1},{0}".format(*pair.ports)}
    own = {"NAME": "postgres", "USER": NAME, "PASSWORD": pair.password}
    with connected_to(**own, **both, OPTIONS={"target_session_attrs": "read-write"}):
        files.load(tmp_path / "monday")
        files.finish()
    with node_of(pair, 0):
        assert Agent.objects.count() == 1


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
