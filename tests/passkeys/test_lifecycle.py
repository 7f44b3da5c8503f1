"""Whose passkey counts, when, and how often: challenges, owners, removal, counts."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from idp.passkeys import ceremony_options, challenges, lifecycle
from idp.passkeys.challenges import LIFETIME
from idp.passkeys.lifecycle import MOST, NotProved
from idp.passkeys.models import Passkey, Purpose
from idp.passkeys.verification import Refused
from tests.conftest import NOW, an_agent
from tests.devices import a_phone
from tests.passkeys.authenticator import Authenticator, octets
from tests.passkeys.kept import a_passkey, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning(clock):
    """Everything happens on one morning."""


def asked(login, now=NOW):
    return json.loads(ceremony_options.for_sign_in(login, now))


def spend(passkey, login=None, now=NOW, **bent):
    login = login or uuid4()
    return lifecycle.spend(passkey.use(asked(login, now), **bent), login, now)


def why(outcome):
    assert isinstance(outcome, NotProved)
    return outcome.refused.why


def test_a_passkey_proves_its_agent_and_records_when(agent, passkey):
    assert spend(passkey, now=NOW + timedelta(hours=1)).agent == agent
    kept = Passkey.objects.get()
    assert (kept.sign_count, kept.last_used_at, kept.label) == (6, NOW + timedelta(hours=1), "iPhone, Safari")


def test_a_response_proves_an_agent_once(passkey):
    login = uuid4()
    shown = passkey.use(asked(login))
    assert isinstance(lifecycle.spend(shown, login, NOW), Passkey)
    assert why(lifecycle.spend(shown, login, NOW)) == lifecycle.NOT_ASKED.why


def test_a_response_is_not_valid_in_another_login(passkey):
    here, elsewhere = uuid4(), uuid4()
    shown = passkey.use(asked(here))
    asked(elsewhere)
    assert "challenge" in why(lifecycle.spend(shown, elsewhere, NOW))


def test_a_challenge_for_setting_up_signs_nobody_in(agent, passkey):
    device = a_phone(agent)
    shown = passkey.use(json.loads(ceremony_options.for_setup(device, NOW)))
    assert why(lifecycle.spend(shown, device.pk, NOW)) == lifecycle.NOT_ASKED.why


def test_a_challenge_expires_to_the_second_and_a_newer_one_replaces_it(passkey):
    login = uuid4()
    first = asked(login)
    assert why(lifecycle.spend(passkey.use(first), login, NOW + LIFETIME)) == lifecycle.NOT_ASKED.why
    assert isinstance(spend(passkey, now=NOW + LIFETIME), Passkey)
    asked(login)
    assert "challenge" in why(lifecycle.spend(passkey.use(first), login, NOW))


def test_a_rejected_response_uses_up_the_challenge(passkey):
    login = uuid4()
    options = asked(login)
    lifecycle.spend("{", login, NOW)
    assert why(lifecycle.spend(passkey.use(options), login, NOW)) == lifecycle.NOT_ASKED.why


def test_every_challenge_is_different():
    login = uuid4()
    seen = {challenges.ask(Purpose.SIGN_IN, login, NOW) for _ in range(3)}
    assert {len(it) for it in seen} == {challenges.LENGTH}
    assert len(seen) == 3


def test_a_suspected_copy_leaves_the_stored_passkey_unchanged(passkey):
    outcome = spend(passkey, count=5)
    assert outcome.refused.copied
    assert (Passkey.objects.get().sign_count, Passkey.objects.get().last_used_at) == (5, None)


def test_a_removed_passkey_a_switched_off_agent_or_another_user_handle_proves_nobody(agent, passkey):
    ben = an_agent("+12015550102", "ben@acme.example")
    assert why(spend(passkey, handle=ben.pk.bytes)) == "its user handle is not the agent's"
    assert why(spend(passkey, handle=b"")) == "its user handle is not the agent's"
    assert why(spend(Authenticator(), handle=agent.pk.bytes)) == "unknown"
    assert why(spend(a_passkey(ben), id=passkey.id)) == "its user handle is not the agent's"
    agent.is_active = False
    agent.save()
    assert why(spend(passkey)) == "the agent is switched off"
    lifecycle.remove(Passkey.objects.all(), NOW)
    assert why(spend(passkey)) == "it was removed"


def test_a_passkey_is_removed_once(agent, passkey):
    assert len(lifecycle.remove(Passkey.objects.filter(agent=agent), NOW)) == 1
    assert lifecycle.remove(Passkey.objects.filter(agent=agent), NOW) == []


def test_a_removed_passkey_cannot_be_registered_by_another_agent(agent, passkey):
    lifecycle.remove(Passkey.objects.all(), NOW)
    device = a_phone(an_agent("+12015550102", "ben@acme.example"))
    shown = passkey.make(json.loads(ceremony_options.for_setup(device, NOW)))
    assert lifecycle.set_up(shown, device, NOW) == Refused("it is known already")
    twice = Passkey.objects.get()
    twice.pk = uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        twice.save(force_insert=True)


def test_a_passkey_is_set_up_with_a_challenge_of_the_same_device(agent):
    here, there = a_phone(agent), a_phone(an_agent("+12015550102", "ben@acme.example"))
    shown = Authenticator().make(json.loads(ceremony_options.for_setup(here, NOW)))
    assert lifecycle.set_up(shown, there, NOW) == lifecycle.NOT_ASKED
    assert isinstance(lifecycle.set_up(shown, here, NOW), Passkey)
    assert lifecycle.set_up(shown, here, NOW) == lifecycle.NOT_ASKED


def test_an_agent_has_at_most_ten_passkeys(agent):
    device = a_phone(agent)
    for _ in range(MOST):
        keep(Authenticator(), agent, device)
    options = json.loads(ceremony_options.for_setup(device, NOW))
    assert len(options["excludeCredentials"]) == MOST
    assert lifecycle.set_up(Authenticator().make(options), device, NOW) == Refused("there are 10 already")


def test_a_passkey_manager_gets_a_user_id_that_identifies_nobody_to_others(agent):
    options = json.loads(ceremony_options.for_setup(a_phone(agent), NOW))
    assert octets(options["user"]["id"]) == agent.pk.bytes
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert asked(uuid4())["userVerification"] == "required"
    assert not asked(uuid4()).get("allowCredentials")


@pytest.mark.parametrize(
    ("base_url", "known_as"),
    [
        ("https://login.acme.example", ("login.acme.example", "https://login.acme.example")),
        ("https://Login.Acme.example:443", ("login.acme.example", "https://login.acme.example")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://192.168.1.20:8000", None),
        ("https://[2001:db8::1]", None),
    ],
)
def test_passkeys_are_bound_to_the_host_name_of_the_base_url_and_not_to_an_ip_address(settings, base_url, known_as):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"base_url": base_url})
    rp = lifecycle.relying_party.from_settings()
    assert (rp and (rp.id, rp.origin)) == known_as
    assert (ceremony_options.for_sign_in(uuid4(), NOW) is None) == (known_as is None)
