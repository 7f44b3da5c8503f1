"""What is held stays so until the commit, and what another connection wants of it meanwhile it does not get.

On PostgreSQL that is the row. On SQLite it is the whole file, and held since the transaction began.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from idp.agents import agent_rows, cutoffs, device_rows, devices, locks
from idp.agents.models import Agent, Device
from idp.audit.chain import sealing
from idp.audit.events import Origin
from idp.audit.models import ONLY, Chain
from idp.keys import keyring
from idp.keys.models import SigningKey, Use
from idp.login.flow import storage
from idp.login.models import LoginFlow
from idp.native import codes
from idp.native.models import AuthorizationCode, Client
from idp.otp import sends, verifications
from idp.otp.channels import Channel
from idp.otp.identifiers import PhoneNumber
from idp.otp.limits.asker import Asker
from idp.otp.models import DailySends, Verification
from idp.passkeys import ceremony_options, lifecycle
from idp.passkeys.models import Passkey
from idp.policies.models import PolicyRevision
from idp.saml.metadata.sp_description import read
from idp.saml.metadata_updates import changes as metadata_changes
from idp.saml.models import ServiceProvider
from idp.scim import users
from idp.scim.models import PersonnelSystem
from idp.scim.users import Provisioner
from idp.sessions import lifecycle as sessions
from idp.versions.models import Version
from idp.versions.version import Part
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE
from tests.native.own_app import a_client, a_code
from tests.passkeys.kept import a_passkey
from tests.races.installation import on_sqlite
from tests.races.known_phone import is_signed_in
from tests.races.second_connection import second_connection
from tests.saml.metadata.documents import acs, an_entity
from tests.web import aged

pytestmark = pytest.mark.each_database

NUMBER, NOBODY = PhoneNumber("+12015550101"), Asker(None, None)


@pytest.fixture
def place(transactional_db, keys, clock):
    """One of all that is held."""
    agent = an_agent()
    return {
        "agent": agent,
        "enrolled": devices.enrol(agent, IPHONE, None, NOW),
        "flow": aged.MAKE[LoginFlow](NOW),
        "text": sends.reserve(NUMBER, Channel.SMS, NOBODY, NOW).send,
        "code": a_code(a_client(), agent),
        "passkey": a_passkey(agent),
        "chain": sealing.hold(),
    }


def waits_for_its_code(place):
    assert storage.hold_as_it_is(place["flow"])


def uses_a_passkey_unasked(place):
    login = uuid4()
    lifecycle.spend(place["passkey"].use(json.loads(ceremony_options.for_sign_in(login, NOW))), uuid4(), NOW)


def shows_a_code_without_its_secret(place):
    assert codes.redeem(Client.objects.get(), codes.Redemption(place["code"], "elsewhere", ""), None, NOW) is None


def reserves_another_text(place):
    place["text"].pk, place["text"].nth = None, 2
    place["text"].save()


HOLDS = {
    "a browser's device, by its cookie": (Device, lambda place: device_rows.find_and_hold(place["enrolled"].secret)),
    "the same with its session": (Device, lambda place: sessions.hold_with_device(place["enrolled"].secret)),
    "an app's device, by its id": (Device, lambda place: device_rows.get_and_hold(place["enrolled"].device.pk)),
    "devices that end": (Device, lambda place: locks.hold_devices([place["enrolled"].device.pk])),
    "an agent who is let in": (Agent, lambda place: agent_rows.get_and_hold(place["agent"].pk)),
    "agents who are changed": (Agent, lambda place: locks.hold_agents([place["agent"].pk])),
    "a login": (LoginFlow, lambda place: storage.hold(place["flow"])),
    "a login that waits for its code": (LoginFlow, waits_for_its_code),
    "a verification that goes on": (Verification, lambda _: verifications.begin(NUMBER, NOBODY, NOW)),
    "the number of the day's texts": (DailySends, reserves_another_text),
    "a passkey that is used": (Passkey, uses_a_passkey_unasked),
    "a code that an app shows": (AuthorizationCode, shows_a_code_without_its_secret),
    "what publications queue up for": (PolicyRevision, lambda _: PolicyRevision.objects.all().hold()),
    "the keys of a use": (SigningKey, lambda _: keyring.hold(Use.SAML)),
    "the chain": (Chain, lambda _: sealing.hold()),
    "that nobody signs everyone out": (Version, lambda _: cutoffs.hold()),
}
ONE_OF = {
    PolicyRevision: {"number": 1},
    SigningKey: {"use": Use.SAML},
    Chain: {"pk": ONLY},
    Version: {"pk": Part.CUTOFF},
}


def is_got_by_another(row, *, at_once=False):
    """Whether another connection gets the write lock on this row, if need be after a while."""
    table, key = row._meta.db_table, row._meta.pk
    wanted = "UPDATE {0} SET {1} = {1} WHERE {1} = %s" if on_sqlite() else "SELECT FROM {0} WHERE {1} = %s FOR UPDATE"
    with second_connection() as theirs:
        if at_once:
            theirs.execute("PRAGMA busy_timeout = 0" if on_sqlite() else "SET lock_timeout = '1ms'")
        theirs.execute("BEGIN")
        try:
            theirs.execute(wanted.format(table, key.column), [key.get_db_prep_value(row.pk, theirs.db)])
        except OperationalError:
            return False
        return theirs.rowcount == 1


@pytest.mark.parametrize(("model", "hold"), HOLDS.values(), ids=HOLDS)
def test_a_row_held_by_one_connection_is_refused_to_another_until_the_commit(place, model, hold):
    row = model.objects.get(**ONE_OF.get(model, {}))
    with transaction.atomic():
        hold(place)
        assert not is_got_by_another(row, at_once=True)
    assert is_got_by_another(row)


def during_an_import(agent, act):
    with transaction.atomic():
        locks.hold_agents([agent.pk])
        act()


def during_a_change_by_a_personnel_system(agent, act):
    by = Provisioner(PersonnelSystem.objects.create(name="Workday"), Origin(None, "", "7KQ2M-9TX4D"), NOW)
    users.change(by, agent.pk, lambda user, _: (act(), user)[1])


def during_an_update_of_the_services_metadata(_, act):
    with patch.object(metadata_changes, "between", lambda *_: [act()]):
        metadata_changes.take(ServiceProvider.objects.get(), read(an_entity(acs())))


DURING = [during_an_import, during_a_change_by_a_personnel_system, during_an_update_of_the_services_metadata]


@pytest.mark.postgresql_only
@pytest.mark.parametrize("during", DURING)
def test_a_phone_signs_in_silently_while_its_agent_or_service_is_being_changed(browser, during):
    def asks():
        try:
            return browser.get(browser.address)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        asked = []
        during(Agent.objects.get(), lambda: asked.append(pool.submit(asks).result(30)))
    assert is_signed_in(*asked)
