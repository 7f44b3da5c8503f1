"""What metadata would change at a service is told first, and what it is silent about stays."""

import pytest

from idp.saml import names
from idp.saml.connecting import registration
from idp.saml.connecting.registration import Draft
from idp.saml.metadata.errors import UntakenMetadata
from idp.saml.metadata.sp_description import Endpoint, read
from idp.saml.metadata_updates import changes as metadata_changes
from idp.saml.models import LogoutEndpoint, ServiceProvider
from tests.saml.keys import a_pair
from tests.saml.metadata.documents import ACS, CBC, SLO, acs, an_entity, bare, key, methods, of_product, takes

SP, NEXT = a_pair("sp").certificate, a_pair("next").certificate
LOGOUT = f'<md:SingleLogoutService Binding="{names.HTTP_REDIRECT}" Location="{SLO}"/>'


def formats(*wanted):
    return "".join(f"<md:NameIDFormat>{it}</md:NameIDFormat>" for it in wanted)


def registered(xml, **fields):
    sp = registration.register(Draft.of_metadata(read(xml)), slug="app", name="App")
    ServiceProvider.objects.filter(pk=sp.pk).update(**fields)
    return ServiceProvider.objects.get(pk=sp.pk)


def told(sp, xml):
    """The changes as lines that go and lines that come."""
    return {it.what: (it.gone, it.new) for it in metadata_changes.between(sp, read(xml))}


def taken(sp, xml):
    metadata_changes.take(sp, read(xml))
    return ServiceProvider.objects.get(pk=sp.pk)


@pytest.mark.parametrize("product", ["mellon", "Shibboleth", "SimpleSAMLphp", "ADFS", "node-saml"])
def test_the_same_document_changes_nothing(db, product):
    assert told(registered(of_product(product)), of_product(product)) == {}


def test_a_new_address_and_default_are_listed_and_applied(db):
    sp = registered(an_entity(acs()))
    xml = an_entity(acs(index=0) + acs(f"{ACS}/two", 1, ' isDefault="true"'))
    gone, new = told(sp, xml)["Addresses that take Responses"]
    assert gone == (f"{ACS} (no. 0, default)",)
    assert new == (f"{ACS} (no. 0)", f"{ACS}/two (no. 1, default)")
    assert taken(sp, xml).trust.acs == ((f"{ACS}/two", 1, True), (ACS, 0, False))
    assert told(sp, xml) == {}


def test_an_address_without_a_number_is_registered_with_one_that_is_free(db):
    xml = an_entity(acs(f"{ACS}/a", 1) + acs(f"{ACS}/b", ""))
    sp = registered(xml)
    assert {(url, index) for url, index, _ in sp.trust.acs} == {(f"{ACS}/a", 1), (f"{ACS}/b", 0)}
    assert told(sp, xml) == {}


def test_addresses_may_exchange_their_numbers(db):
    sp = registered(an_entity(acs(f"{ACS}/a", 0) + acs(f"{ACS}/b", 1)))
    now = taken(sp, an_entity(acs(f"{ACS}/a", 1) + acs(f"{ACS}/b", 0)))
    assert {(url, index) for url, index, _ in now.trust.acs} == {(f"{ACS}/a", 1), (f"{ACS}/b", 0)}


def test_an_address_that_stays_keeps_its_row(db):
    sp = registered(an_entity(acs() + acs(f"{ACS}/two", 1)))
    kept = sp.consumers.get(url=ACS).pk
    assert taken(sp, an_entity(acs())).consumers.get().pk == kept


def test_a_changed_key_is_named_by_its_fingerprint(db):
    sp = registered(an_entity(key("sp", "signing")))
    gone, new = told(sp, an_entity(key("next", "signing")))["Certificates it signs requests with"]
    assert [it.count(":") for it in (*gone, *new)] == [31, 31]
    assert taken(sp, an_entity(key("sp", "signing") + key("next", "signing"))).certificates == SP + NEXT


def test_fields_that_the_document_omits_stay_unchanged(db):
    sp = registered(an_entity(key("sp")), name_id_format=names.TRANSIENT, signature_algorithm=names.RSA_SHA512)
    registration.add_logout_endpoint(sp, Endpoint(names.HTTP_POST, SLO))
    assert told(sp, an_entity()) == {}
    now = taken(sp, an_entity())
    assert (now.certificates, now.encryption_certificates, now.name_id_format) == (SP, SP, names.TRANSIENT)
    assert now.logout_endpoints.count() == 1


def test_logout_addresses_are_taken_whole(db):
    sp = registered(an_entity(LOGOUT))
    assert [it.binding for it in sp.logout_endpoints.all()] == [names.HTTP_REDIRECT]
    xml = an_entity(LOGOUT.replace("HTTP-Redirect", "HTTP-POST").replace("/>", ' ResponseLocation="https://a.b/c"/>'))
    _, new = told(sp, xml)["Addresses that take logout messages"]
    assert new == (f"{SLO} (HTTP-POST, answers to https://a.b/c)",)
    taken(sp, xml)
    assert LogoutEndpoint.objects.get().response_location == "https://a.b/c"


def test_an_algorithm_that_is_still_declared_stays_and_another_gives_way(db):
    sp = registered(an_entity(), signature_algorithm=names.RSA_SHA512)
    assert told(sp, an_entity(takes(signing=(names.RSA_SHA256, names.RSA_SHA512)))) == {}
    declared = an_entity(takes(signing=(names.RSA_SHA384, names.RSA_SHA256)))
    assert told(sp, declared) == {"What we sign by": (("RSA-SHA512",), ("RSA-SHA256",))}
    assert taken(sp, declared).signature_algorithm == names.RSA_SHA256


def test_encryption_follows_what_the_key_declares(db):
    sp = registered(an_entity(key("sp")), encrypt=True)
    now = taken(sp, an_entity(key(inner=methods(names.AES128_GCM, names.RSA_OAEP))))
    assert (now.encryption_algorithm, now.key_transport, now.encrypt) == (names.AES128_GCM, "oaep", True)


def test_registration_takes_what_is_declared_at_once(db):
    sp = registered(an_entity(takes(digests=(names.SHA512,)) + key(inner=methods(names.AES128_GCM, names.RSA_OAEP))))
    assert sp.signature_algorithm == names.RSA_SHA512
    assert (sp.encryption_algorithm, sp.key_transport, sp.encrypt) == (names.AES128_GCM, "oaep", False)


def test_alg08_who_is_encrypted_for_cannot_fall_back_to_what_we_deny(db):
    sp = registered(an_entity(key("sp")), encrypt=True)
    with pytest.raises(UntakenMetadata, match="aes256-cbc"):
        taken(sp, an_entity(key("sp", inner=methods(CBC))))
    assert ServiceProvider.objects.get().encryption_certificates == SP


def test_a_document_can_ask_for_signed_requests_but_not_for_unsigned_ones(db):
    sp = registered(an_entity(key()))
    asks = an_entity(key(), role='AuthnRequestsSigned="1"')
    assert told(sp, asks) == {"Requests": (("verify if there is one",), ("must be signed",))}
    assert taken(sp, asks).request_signature == "require"
    assert told(taken(sp, asks), an_entity(key(), role='AuthnRequestsSigned="false"')) == {}


def test_never_looking_at_signatures_is_an_operators_choice_and_stays(db):
    sp = registered(an_entity(key()), request_signature="ignore")
    assert told(sp, an_entity(key(), role='AuthnRequestsSigned="true"')) == {}


def test_a_service_that_wants_signed_assertions_gets_them_signed(db):
    sp = registered(an_entity(), sign="response")
    assert taken(sp, an_entity(role='WantAssertionsSigned="1"')).sign == "both"


def test_the_name_id_changes_only_if_the_present_one_is_no_longer_named(db):
    sp = registered(an_entity(formats(names.PERSISTENT)))
    assert told(sp, an_entity(formats(names.TRANSIENT, names.PERSISTENT))) == {}
    assert taken(sp, an_entity(formats("urn:x", names.TRANSIENT))).name_id_format == names.TRANSIENT


def test_the_name_id_of_flex_never_changes(db):
    flex = "urn:flex:JQ" + "1" * 32
    sp = registered(an_entity(formats(names.TRANSIENT), entity_id=flex))
    assert (sp.profile, sp.name_id_format) == ("flex-enhanced", "")
    assert told(sp, an_entity(formats(names.TRANSIENT), entity_id=flex)) == {}


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (an_entity(entity_id="urn:other"), "is of urn:other, not of https://app.example.org/saml"),
        (an_entity(acs(index=1) + acs(f"{ACS}/two", index=1)), "already exists"),
    ],
    ids=["another entity", "a number twice"],
)
def test_an_unsuitable_document_is_refused_and_changes_nothing(db, xml, words):
    sp = registered(an_entity(acs() + key()))
    with pytest.raises(UntakenMetadata, match=words):
        taken(sp, xml)
    assert ServiceProvider.objects.get().trust == sp.trust


def test_a_key_too_weak_is_refused(db):
    sp = registered(an_entity(key()))
    weak = a_pair("small", bits=1024)
    xml = an_entity(key()).decode().replace(bare("sp"), "".join(weak.certificate.splitlines()[1:-1]))
    with pytest.raises(UntakenMetadata, match="1024 bits is too weak"):
        taken(sp, xml.encode())
