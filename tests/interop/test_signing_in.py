"""Signing in at other products' service providers."""

import pytest

from idp.saml import names
from idp.saml.models import ServiceProvider
from tests.interop.conftest import chosen, publish
from tests.pretend_service import BASE_URL

SUPERVISOR, MARKUP, ARABIC = "+12015550103", "+12015550108", "+12015550104"
EVERYBODY = ("mellon", "shibboleth", "simplesamlphp")
ENCRYPTIONS = [
    *((slug, algorithm, "mgf1p") for slug in EVERYBODY for algorithm in (names.AES256_GCM, names.AES128_GCM)),
    ("shibboleth", names.AES256_GCM, "mgf1p-sha256"),  # the other two know no SHA-256 inside OAEP
    ("shibboleth", names.AES256_GCM, "oaep-sha256"),
]
NAME_IDS = [names.PERSISTENT, names.TRANSIENT, names.EMAIL_ADDRESS, names.UNSPECIFIED]


def test_a_service_registered_by_its_metadata_signs_the_agent_in(service, browser):
    browser.begin(service)
    session = service.session(browser)
    assert session.authn_context == names.MOBILE_ONE_FACTOR_CONTRACT
    assert session.attributes["email"] == ["ana@acme.example"]


def test_requests_must_be_signed_if_the_metadata_says_so(service):
    assert ServiceProvider.objects.get(slug=service.slug).request_signature == "require"


def test_the_second_sign_in_is_silent(service, browser):
    browser.begin(service)
    page = browser.start(service)
    assert page.form_with("identifier") is None
    assert page.url == service.home


@pytest.mark.parametrize("slug", ["mellon-by-post", "shibboleth", "simplesamlphp"])
def test_a_request_by_post_is_answered(slug, lab, place, browser):
    service = lab[slug]
    if slug == "simplesamlphp":
        place.write("idp.xml", (place.folder / "idp-post.xml").read_text())
    page = browser.open(service.sign_in_address(by_post=True))
    assert page.form_with("SAMLRequest") is not None
    browser.answer(browser.follow(page))
    assert service.session(browser) is not None


def test_an_unsigned_request_is_answered_if_none_need_be_signed(lab, place, browser):
    service = lab["simplesamlphp"]
    with service.changed(signs=False):
        assert browser.start(service).status == 400
        chosen(service, request_signature="verify")
        assert browser.begin(service).url == service.home


@pytest.mark.parametrize("signed", ["both", "response", "assertion"])
def test_each_combination_of_signatures_is_accepted(signed, service, browser):
    chosen(service, sign=signed)
    browser.begin(service)
    assert service.session(browser) is not None


@pytest.mark.parametrize("algorithm", [names.RSA_SHA384, names.RSA_SHA512])
def test_longer_digests_are_accepted(algorithm, service, browser):
    chosen(service, signature_algorithm=algorithm)
    browser.begin(service)
    assert service.session(browser) is not None


@pytest.mark.parametrize(("slug", "algorithm", "transport"), ENCRYPTIONS)
def test_an_encrypted_assertion_is_read(slug, algorithm, transport, lab, browser):
    service = lab[slug]
    chosen(service, encrypt=True, encryption_algorithm=algorithm, key_transport=transport)
    browser.begin(service)
    assert b"ana@acme.example" not in browser.seen[-1]
    assert service.session(browser).attributes["email"] == ["ana@acme.example"]


@pytest.mark.parametrize("name_id", NAME_IDS, ids=lambda it: it.rpartition(":")[2])
def test_a_name_id_of_each_format_is_read(name_id, service, browser):
    chosen(service, name_id_format=name_id)
    browser.begin(service)
    assert service.session(browser).name_id.encode() in browser.seen[-1]


@pytest.mark.parametrize(("number", "name"), [(MARKUP, "R&D <Team>"), (ARABIC, "دينا الحسن")])
def test_names_in_any_script_are_read_unchanged(number, name, service, browser):
    browser.begin(service, number)
    assert service.session(browser).attributes["full_name"] == [name]


def test_several_roles_are_read_as_several_values(service, browser):
    browser.begin(service, SUPERVISOR)
    roles = ["agent", "supervisor", "wfo.quality_process_manager"]
    assert sorted(service.session(browser).attributes["roles"]) == roles


def test_the_agent_arrives_at_the_requested_page(service, browser):
    target = f"{service.home}?page=2&word=a+b%26c"
    assert browser.begin(service, target=target).url == target


def test_an_unsolicited_response_is_accepted(service, browser):
    chosen(service, unsolicited=True)
    page = browser.answer(
        browser.follow(browser.open(f"{BASE_URL}/saml/start/{service.slug}", RelayState=service.home))
    )
    assert page.url == service.home
    assert service.session(browser).attributes["email"] == ["ana@acme.example"]


@pytest.mark.parametrize("slug", ["shibboleth", "simplesamlphp"])
def test_a_service_that_requests_force_authn_gets_a_fresh_proof(slug, lab, browser):
    browser.begin(lab["mellon"])
    assert browser.start(lab[slug], force_authn=True).form_with("identifier") is not None


def test_a_passive_request_of_a_signed_out_agent_gets_no_passive(service, browser):
    page = browser.start(service, is_passive=True)
    assert page.form_with("identifier") is None
    assert b"status:NoPassive" in browser.seen[-1]
    assert page.url.startswith(service.place.url)


def test_a_passive_request_of_a_signed_in_agent_succeeds(service, lab, browser):
    browser.begin(lab["mellon-by-post"])
    assert browser.start(service, is_passive=True).url == service.home


@pytest.mark.parametrize("slug", ["shibboleth", "simplesamlphp"])
def test_a_requested_authn_context_is_stated(slug, lab, browser):
    browser.begin(lab[slug], context=names.MOBILE_ONE_FACTOR_CONTRACT)
    assert lab[slug].session(browser) is not None


@pytest.mark.parametrize("slug", ["shibboleth", "simplesamlphp"])
def test_an_authn_context_that_is_not_available_gets_no_authn_context(slug, lab, browser):
    browser.start(lab[slug], context="urn:oasis:names:tc:SAML:2.0:ac:classes:Smartcard")
    assert b"status:NoAuthnContext" in browser.seen[-1]
    assert lab[slug].session(browser) is None


def test_shibboleth_accepts_an_ecdsa_key(lab, place, browser):
    service = lab["shibboleth"]
    chosen(service, signature_algorithm=names.ECDSA_SHA256)
    publish(place)
    browser.begin(service)
    assert b"ecdsa-sha256" in browser.seen[-1]
    assert service.session(browser) is not None


def test_an_additional_ecdsa_key_disturbs_no_service(service, lab, place, browser, restart):
    chosen(lab["mellon-by-post"], signature_algorithm=names.ECDSA_SHA256)
    publish(place)
    restart()
    browser.begin(service)
    assert b"rsa-sha256" in browser.seen[-1]
    assert service.session(browser) is not None
