"""Transactions lock the rows that they share in one order, so that no two wait for each other.

Each act is held up at the first of two rows; by then it must not hold the second one.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from idp.agents import locks
from idp.agents.models import Agent, Device
from idp.audit.events import Origin
from idp.login.endings import number_change
from idp.passkeys.models import Passkey
from tests.conftest import NOW
from tests.journeys import passkey_sign_in
from tests.journeys.visits import get_without_redirect
from tests.other_codes import agent_of, an_app, at_the_code, give
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.kept import a_passkey, keep
from tests.pretend_service import BASE_URL, PretendService
from tests.races.second_connection import second_connection, somebody_waits
from tests.waiting import until

pytestmark = pytest.mark.postgresql_only


def types_the_code(phone, _):
    page = phone.ask_code(phone.ask_flex())
    return lambda: phone.submit(page, "code", code=phone.code()).form_with("SAMLResponse") is not None


def uses_a_passkey(phone, _):
    passkey, page = a_passkey(agent_of()), phone.ask_flex()
    return lambda: passkey_sign_in.use(phone, page, passkey).form_with("SAMLResponse") is not None


def disowns_the_other_phone(phone, android):
    phone.sign_in()
    android.sign_in()
    page = phone.ask_flex()
    return lambda: phone.submit(page, "not_me", not_me="yes").heading == "We signed the other phone out"


def types_a_code_of_the_app(phone, _):
    app, page = an_app(agent_of()), at_the_code(phone, "app")
    return lambda: give(phone, page, app.code(1)).form_with("SAMLResponse") is not None


def removes_a_passkey(phone, _):
    phone.sign_in()
    a_passkey(agent_of())
    named, page = Passkey.objects.get().pk, phone.open(f"{BASE_URL}/me/passkeys")
    return lambda: phone.submit(page, "passkey", remove=str(named)).heading == "Your phone"


def signs_out_at_a_service(phone, _):
    service = PretendService("shifts")
    address = service.logout_url(service.sign_in(phone))
    return lambda: get_without_redirect(phone, address).headers["Location"].startswith(service.slo)


ACTS = {
    types_the_code: ("agents_agent", "otp_verification"),
    uses_a_passkey: ("agents_agent", "passkeys_passkey"),
    disowns_the_other_phone: ("agents_agent", "agents_device"),
    types_a_code_of_the_app: ("agents_agent", "otp_authenticatorapp"),
    removes_a_passkey: ("agents_agent", "agents_device"),
    signs_out_at_a_service: ("agents_device", "saml_issuedassertion"),
}


@pytest.mark.parametrize(("prepared", "first", "second"), [(act, *rows) for act, rows in ACTS.items()])
def test_an_act_that_waits_for_one_row_does_not_hold_the_next(phone, android, prepared, first, second):
    act = prepared(phone, android)
    with second_connection() as theirs, ThreadPoolExecutor(1) as pool:
        theirs.execute("SET lock_timeout = 20000")
        theirs.execute("BEGIN")
        theirs.execute(f"SELECT FROM {first} FOR NO KEY UPDATE")
        under_way = pool.submit(act)
        until(lambda: somebody_waits(theirs))
        theirs.execute(f"SELECT FROM {second} FOR NO KEY UPDATE NOWAIT")
        theirs.execute("COMMIT")
        assert under_way.result()


def test_a_passkey_that_is_just_being_set_up_does_not_outlive_the_number(phone):
    phone.sign_in()
    agent, device, is_set_up = Agent.objects.get(devices__isnull=False), Device.objects.get(), Event()

    def sets_up():
        try:
            with transaction.atomic(), connection.cursor() as own:
                locks.hold_devices([device.pk])
                keep(Authenticator(), agent, device)
                is_set_up.set()
                until(lambda: somebody_waits(own))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        setting_up = pool.submit(sets_up)
        assert is_set_up.wait(10)
        number_change.end_sign_ins([agent], "an operator", Origin(None, "", "7KQ2M-9TX4D"), NOW)
        setting_up.result()
    assert Passkey.objects.exists()
    assert not Passkey.objects.kept().exists()
