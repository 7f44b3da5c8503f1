"""Rota, the demo's app that is not Flex: registered from its metadata, with a new key at each start."""

import pytest
import requests
from django.conf import settings

from idp.demo import seeds
from idp.demo.sp import DemoSp, signing_in
from idp.demo.sp.flavours import ROTA
from idp.saml import names
from idp.saml.metadata import sp_description
from idp.saml.models import ServiceProvider
from tests.phone import Phone
from tests.saml.keys import a_pair
from tests.user_agents import IPHONE


def rota():
    return ServiceProvider.objects.get(slug="rota")


def test_rota_is_registered_from_its_metadata_alone(flex):
    described = sp_description.read(requests.get(f"{flex.url}/app/metadata", timeout=30).content)
    sp = rota()
    assert (described.entity_id, described.authn_requests_signed) == (ROTA.entity_id, True)
    assert [acs.url for acs in sp.consumers.all()] == [f"{flex.url}/app/acs"]
    assert [(it.binding, it.location) for it in sp.logout_endpoints.all()] == [
        (names.HTTP_REDIRECT, f"{flex.url}/app/slo")
    ]
    assert (sp.request_signature, sp.name_id_format, sp.expects.slug) == ("require", names.PERSISTENT, "generic")
    assert sp.trust.signing_certificates == sp.to_encrypt_for == described.signing_certificates


@pytest.fixture
def another_key():
    """The key that the next start of the demo makes."""
    before = signing_in.own_key
    pair = a_pair("rota of tomorrow")
    key = signing_in.KeyPair(pair.private_pem, pair.certificate)
    signing_in.own_key = lambda: key
    yield key
    signing_in.own_key = before


def test_a_restarted_demo_is_trusted_with_its_new_key(flex, verify, another_key):
    with DemoSp(settings.LATCHKEY.base_url) as again:
        assert not Phone(again.url, verify, IPHONE).ask_flex("/app/").form_with("identifier")
        seeds.plant(again.url)
        assert rota().trust.signing_certificates == (another_key.certificate,)
        assert Phone(again.url, verify, IPHONE).sign_in(home="/app/")["encrypted"]


def test_an_operators_changes_survive_the_next_start(flex):
    ServiceProvider.objects.filter(slug="rota").update(name="Roster", encrypt=False, unsolicited=False)
    seeds.plant(flex.url)
    assert (rota().name, rota().encrypt, rota().unsolicited) == ("Roster", False, False)


def test_legacy_flex_rejects_an_unsolicited_response(phone):
    ServiceProvider.objects.filter(slug="flex-legacy").update(unsolicited=True)
    phone.sign_in(home="/legacy/")
    page = phone.submit(phone.open(f"{settings.LATCHKEY.base_url}/saml/start/flex-legacy"), "SAMLResponse")
    assert (page.status, page.heading) == (403, "Sign-in not accepted")


def test_signing_out_of_rota_signs_out_of_latchkey(phone):
    phone.sign_in(home="/app/")
    page = phone.open(f"{phone.sp_url}/app/")
    form = page.html.forms[0]
    answer = phone.http.post(f"{phone.sp_url}{form.action}", timeout=30)
    assert "You are signed out here and at the identity provider" in answer.text
    assert not phone.at_flex("/app/")["signed_in"]
    assert phone.ask_flex("/app/").form_with("identifier") is not None


@pytest.mark.parametrize("sent", [{}, {"SAMLResponse": "x", "Signature": "y"}, {"SAMLRequest": "x"}], ids=str)
def test_rota_rejects_a_logout_message_that_it_cannot_read(phone, sent):
    page = phone.open(f"{phone.sp_url}/app/slo", **sent)
    assert (page.status, page.heading) == (400, "Sign-out not accepted")
