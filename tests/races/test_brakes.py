"""Whatever change an operator began and forgot, as by `BEGIN` in a console: the brakes act at once and are obeyed.

On SQLite one writes at a time, whatever it is, so a change that is left open stops every other one there, and every
sign-in too. What can be left open is a look.
"""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from idp.agents.models import Agent
from idp.audit.events import Origin
from idp.branding.models import Brand
from idp.login.emergency import everyone_out, passes, stops
from tests.conftest import NOW
from tests.races.installation import on_sqlite
from tests.races.known_phone import is_signed_in
from tests.races.second_connection import open_transaction

HERE = Origin(None, "", "7KQ2M-9TX4D")
LATER = NOW + timedelta(minutes=20)
CHANGED = {"saml_serviceprovider": "name", "policies_accessrule": "name", "keys_signingkey": "kid"}


@pytest.fixture
def forgotten(browser):
    """The phone has been here, and has to be judged by what is held; a console has changed this and that since."""
    assert is_signed_in(browser.get(browser.request_address("_before")))
    begun = "SELECT {1} FROM {0}" if on_sqlite() else "UPDATE {0} SET {1} = {1}"
    with open_transaction(*(begun.format(*it) for it in CHANGED.items())):
        yield


@pytest.mark.postgresql_only
def test_another_change_waits_for_the_forgotten_one_and_fails(forgotten):
    with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
        Brand.objects.create(name="Acme", colour="#0b4f8a")
    assert not Brand.objects.exists()


def test_everyone_out_takes_effect_at_once_without_waiting_for_locks(browser, forgotten):
    assert everyone_out.begin(None, "lost phones", HERE, LATER) == 1
    answer = browser.get(browser.address)
    assert not is_signed_in(answer)
    assert "everyone was signed out" in browser.get(answer.headers["Location"]).text


def test_a_stop_a_pass_and_the_end_of_the_stop_take_effect_at_once_without_waiting_for_locks(browser, forgotten):
    stops.stop(None, "stolen phones", HERE, LATER)
    assert "Sign-in is stopped" in browser.get(browser.request_address("_stopped"), follow=True).text
    given = passes.give(Agent.objects.get(), timedelta(hours=1), None, "a drill", origin=HERE, now=NOW)
    assert is_signed_in(browser.get(browser.request_address("_by_pass")))
    passes.take_back(given, None, HERE, NOW)
    assert not is_signed_in(browser.get(browser.request_address("_without")))
    stops.lift(None, HERE, LATER)
    assert is_signed_in(browser.get(browser.request_address("_again")))
