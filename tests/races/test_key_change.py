"""Operators who change keys at the same moment, and phones that sign in meanwhile."""

import base64
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Event

import pytest
import requests
from django.conf import settings
from django.db import connections
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp import clock
from idp.keys import keyring
from idp.keys.change import OutOfOrder, Step
from idp.keys.models import SigningKey, State, Use
from idp.saml import key_change
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.races.concurrent import at_once
from tests.web.seeded import a_service

pytestmark = pytest.mark.each_database

PREFIXES = {"ds": "http://www.w3.org/2000/09/xmldsig#"}
NUMBERS = ("+12015550101", "+12015550102", "+12015550103")


@pytest.fixture
def service(transactional_db, keys):
    return a_service()


def tried(*steps):
    """An operator's click on a step: what it came to."""
    done = []
    for step, slugs in steps:
        try:
            done.append(key_change.take(step, Use.SAML, NOW, slugs))
        except OutOfOrder:
            done.append(None)
    connections.close_all()
    return done


def prepare():
    keyring.draw(Use.SAML, NOW).save()


def test_two_operators_who_activate_at_once_activate_once(service):
    prepare()
    key_change.switch(Use.SAML, ["flex"])
    new = SigningKey.objects.get(use=Use.SAML, state=State.NEXT)
    (first,), (second,) = at_once([lambda: tried((Step.ACTIVATE, ()))] * 2)
    assert (first is None) != (second is None)
    assert SigningKey.objects.get(use=Use.SAML, state=State.ACTIVE) == new
    assert SigningKey.objects.filter(use=Use.SAML, state=State.RETIRED).count() == 1


def test_of_two_operators_who_prepare_at_once_one_reads_that_it_is_done(service):
    done = at_once([lambda: tried((Step.PREPARE, ()))] * 2)
    assert done.count([None]) == 1
    assert SigningKey.objects.filter(use=Use.SAML, state=State.NEXT).count() == 1


@pytest.mark.parametrize("_", range(5))
def test_a_switch_back_during_the_activation_loses_no_sign_in(service, _):
    prepare()
    key_change.switch(Use.SAML, ["flex"])
    (activated,), (back,) = at_once(
        [lambda: tried((Step.ACTIVATE, ())), lambda: tried((Step.BACK, ["flex"]))],
    )
    assert (activated is None) != (back is None)
    assert ServiceProvider.objects.get().key_id is None
    assert SigningKey.objects.filter(use=Use.SAML, state=State.NEXT).exists() == (activated is None)


# While phones sign in


class Restless:
    """A phone that signs in over and over, and a reader that is not our code and looks at each Response."""

    def __init__(self, phone, number, heard):
        self.phone, self.heard = phone, heard
        self.taken, self.used, self.over = 0, [], False
        phone.sign_in(number)

    def run(self, stop):
        try:
            while not stop.is_set():
                self.sign_in()
        finally:
            self.tell(over=True)

    def sign_in(self):
        known = published()
        page = self.phone.ask_flex()
        assert page.form_with("SAMLResponse") is not None, f"no Response on: {page.status} {page.text}"
        self.used.append(read(base64.b64decode(page.form_with("SAMLResponse").fields["SAMLResponse"]), known))
        assert self.phone.arrive(page)["signed_in"]
        self.tell(taken=1)

    def tell(self, taken=0, over=False):
        with self.heard:
            self.taken, self.over = self.taken + taken, over
            self.heard.notify_all()


def published():
    """The certificates in our metadata at this moment, without line ends."""
    document = requests.get(f"{settings.LATCHKEY.base_url}/saml/metadata", timeout=30).content
    return [it.text for it in etree.fromstring(document).iterfind(".//ds:X509Certificate", PREFIXES)]


def read(response, known):
    """Verify a Response against the certificates that a service knows, and return the one that KeyInfo names."""
    (named,) = {
        "".join(it.text.split()) for it in etree.fromstring(response).iterfind(".//ds:X509Certificate", PREFIXES)
    }
    assert named in known, "signed with a key that was not published"
    pem = f"-----BEGIN CERTIFICATE-----\n{named}\n-----END CERTIFICATE-----\n"
    XMLVerifier().verify(response, x509_cert=pem, expect_config=SignatureConfiguration(location="./"))
    return named


def after_a_while(phones, heard):
    """Wait until each phone has begun and ended a sign-in."""
    wanted = {it: it.taken + 2 for it in phones}
    with heard:
        assert heard.wait_for(lambda: all(it.over or it.taken >= wanted[it] for it in phones), 60)


def test_a_key_is_replaced_while_phones_sign_in_and_no_sign_in_is_lost(phone):
    stop, heard, (old,) = Event(), Condition(), published()
    phones = [Restless(phone.like(), number, heard) for number in NUMBERS]
    slugs = [it.slug for it in key_change.standing(Use.SAML).waiting]
    with ThreadPoolExecutor(len(phones)) as pool:
        ways = [pool.submit(it.run, stop) for it in phones]
        try:
            for step in (Step.PREPARE, Step.SWITCH, Step.BACK, Step.SWITCH, Step.ACTIVATE):
                after_a_while(phones, heard)
                key_change.take(step, Use.SAML, clock.now(), slugs)
            after_a_while(phones, heard)
        finally:
            stop.set()
    assert [way.result() for way in ways] == [None] * len(ways)
    new = "".join(keyring.active(Use.SAML, clock.now()).certificate.splitlines()[1:-1])
    assert {certificate for it in phones for certificate in it.used} == {old, new}
    assert all((it.used[0], it.used[-1]) == (old, new) for it in phones)


def test_a_response_sent_during_the_activation_of_a_key_is_accepted(phone):
    phone.sign_in()
    under_way = phone.ask_flex()
    slugs = [it.slug for it in key_change.standing(Use.SAML).waiting]
    for step in (Step.PREPARE, Step.SWITCH, Step.ACTIVATE):
        key_change.take(step, Use.SAML, clock.now(), slugs)
    assert phone.arrive(under_way)["signed_in"]
