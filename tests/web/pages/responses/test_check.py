"""Whether a second reader takes what we would send."""

from html import unescape

import pytest

from idp.keys import certificates
from idp.keys.models import SigningKey, State, Use
from idp.saml import key_change, signing_keys
from idp.saml.models import ServiceProvider
from idp.saml.responses import responding
from tests.conftest import NOW
from tests.saml.keys import a_pair
from tests.web.pages.responses.conftest import (
    CHECK,
    WOULD,
    a_general_service,
    an_encrypting_service,
    ask,
    everything_stored,
)


@pytest.mark.parametrize("sign", ["both", "response"])
def test_the_second_reader_accepts_a_good_answer(admin, sp, ana, sign):
    ServiceProvider.objects.update(sign=sign)
    page = admin.post(CHECK.format("flex"), {"agent": "ANA@acme.example"})
    assert page.context["verdict"].accepted
    assert page.context["accepted"]
    assert "The second reader accepts this answer" in page.text


def test_a_check_without_an_agent_uses_a_fictitious_person_and_stores_nothing(admin, sp):
    before = everything_stored()
    page = admin.post(CHECK.format("flex"), {"agent": ""})
    assert page.context["accepted"]
    assert "a made-up person" in page.text
    assert everything_stored() == before


def test_nothing_is_checked_before_the_button_is_pressed(admin, sp):
    page = admin.get(CHECK.format("flex"))
    assert (page.status_code, page.context["verdict"]) == (200, None)


def test_the_page_of_a_flex_leads_back_to_connecting_it(admin, sp, db):
    back = "Back to connecting Flex"
    assert f'href="/admin/connect-flex/flex/">{back}</a>' in admin.get(CHECK.format("flex")).text
    assert back.removesuffix("Flex") not in admin.get(CHECK.format(a_general_service().slug)).text


def test_the_page_lists_the_values_to_compare_in_order(admin, sp):
    page = admin.post(CHECK.format("flex"), {"agent": ""})
    compared = [name for name, _ in page.context["our_values"]]
    assert compared[0] == "X.509 certificate, SHA-256 fingerprint"
    assert compared[-4:] == [
        "Issuer (our entity ID)",
        "ACS URL",
        "Audience (its entity ID)",
        "Single Sign-On URL",
    ]
    assert all(value in unescape(page.text) for _, value in page.context["our_values"])


def test_the_page_separates_the_signing_certificate_from_other_published_ones(admin, sp):
    key_change.prepare(Use.SAML, NOW)
    following = SigningKey.objects.get(state=State.NEXT)
    compared = dict(admin.post(CHECK.format("flex"), {"agent": ""}).context["our_values"])
    active = signing_keys.certificate_for(sp, NOW)
    assert compared["X.509 certificate, SHA-256 fingerprint"] == certificates.fingerprint(active)
    besides = "Not this one, which we publish but do not use for it"
    assert compared[besides] == certificates.fingerprint(following.certificate)


def test_the_answer_to_an_encrypting_service_is_read_before_encryption(admin, ana, keys):
    an_encrypting_service()
    page = admin.post(CHECK.format("wiki"), {"agent": ana.email})
    assert page.context["accepted"]
    assert "it read the same answer before encryption" in page.text


def test_the_page_says_when_an_answer_cannot_be_encrypted(admin, keys, db):
    a_general_service(encrypt=True, encryption_certificates=a_pair("ec", curve=True).certificate)
    page = admin.post(CHECK.format("wiki"), {"agent": ""})
    assert "No answer can be made" in page.text


def test_the_page_finds_an_answer_that_only_flex_would_refuse(admin, sp, ana):
    ana.roles.all().delete()
    page = admin.post(CHECK.format("flex"), {"agent": "ana@acme.example"})
    assert page.context["verdict"].accepted
    assert not page.context["accepted"]
    assert "error 45050" in page.text


def test_no_signed_answer_is_on_any_page(admin, sp, ana, monkeypatch):
    signed = []
    sign = responding.signed_response
    noted = lambda *args, **how: signed.append(sign(*args, **how)) or signed[-1]  # noqa: E731
    monkeypatch.setattr(responding, "signed_response", noted)
    pages = [ask(admin, sp, ana, show="yes").text, admin.post(CHECK.format("flex"), {"agent": ana.email}).text]
    values = [it.octets.decode().split("SignatureValue>")[1].split("<")[0] for it in signed]
    assert len(values) == 3
    for value in values:
        assert all(value[:20] not in page for page in pages)


def test_an_unknown_service_is_not_found(admin, keys):
    assert admin.get(CHECK.format("other")).status_code == 404
    assert admin.get("/admin/answers/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_other_http_methods_are_rejected(admin, sp):
    assert admin.put(WOULD).status_code == 405
    assert admin.delete(CHECK.format("flex")).status_code == 405
