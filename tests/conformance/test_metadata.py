"""Metadata: how it is fetched, trusted and used, and what Latchkey's contains."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from lxml import etree

from idp.saml import names
from idp.saml.documents.schemas import Schema, validate
from idp.saml.errors import UnreadableMetadata
from idp.saml.metadata import fetch as metadata_fetch
from idp.saml.metadata import sp_description
from idp.saml.metadata import trust as metadata_trust
from idp.saml.metadata.errors import UnfetchedMetadata, UntrustedMetadata
from idp.saml.metadata.trust import CHECK, IGNORE, REQUIRE, Demands
from idp.saml.metadata_updates import sources as metadata_sources
from idp.saml.metadata_updates.sources import Outcome
from idp.saml.models import MetadataSource, ServiceProvider
from tests.conformance.metadata import logout, odd_key, of, register
from tests.conformance.readers import (
    decrypted_by_the_book,
    decrypted_by_xmlsec,
    found,
    our_certificates,
    our_metadata,
    posted,
    signed_by,
    strictly_read,
)
from tests.phone import Page
from tests.pretend_service import SSO, statuses, with_code
from tests.saml.keys import a_pair
from tests.saml.messages import FORM, NOW, a_body, a_signed_query
from tests.saml.messages import signed as signed_request
from tests.saml.metadata.documents import (
    ACS,
    CBC,
    ENTITY,
    PRODUCTS,
    RSA_15,
    acs,
    an_entity,
    key,
    methods,
    of_product,
    signed,
    takes,
)
from tests.saml.metadata.sites import document, leads_to, serving

pytestmark = pytest.mark.any_database

MD = f"{{{names.METADATA}}}"
ALG = f"{{{names.METADATA_ALGORITHMS}}}"
PUBLISHER = a_pair("publisher")
NEW_ACS = "https://shifts.example.org/new"


def signed_url(peer, pair, inner="", **bent):
    return f"{SSO}?{a_signed_query(peer.request(inner, **bent), pair)}"


def is_believed(page):
    return page.form_with("identifier") is not None or page.form_with("SAMLResponse") is not None


# MD02


@pytest.fixture
def published(shifts):
    """A site that publishes the metadata of a service, behind a redirect, and the service registered from it."""
    answers = {"/metadata": leads_to("/moved"), "/moved": document(of(shifts))}
    shifts.row.delete()
    with serving(answers) as site:
        source = MetadataSource(url=f"http://127.0.0.1:{site.port}/metadata")
        xml = metadata_sources.fetch(source.url)
        shifts.row = metadata_sources.register(sp_description.read(xml), source, NOW, slug="shifts", name="Shifts")
        yield answers
        assert [path for path, _ in site.seen][:2] == ["/metadata", "/moved"]


def test_md02_a_service_is_registered_and_refreshed_from_an_address(phone, shifts, published):
    assert shifts.sign_in(phone).name_id
    published["/moved"] = document(of(shifts, acs(NEW_ACS)))
    call_command("refresh_metadata", sp="shifts")
    source = MetadataSource.objects.get()
    waiting = metadata_sources.mark(metadata_sources.pending(source, NOW))
    metadata_sources.take_pending(source, waiting, NOW)
    assert shifts.ask(phone).form_with("SAMLResponse").action == NEW_ACS


def test_md02_a_redirect_to_a_forbidden_address_is_not_followed():
    answers = {f"/{n}": leads_to(f"/{n + 1}") for n in range(9)}
    answers |= {"/in": leads_to("http://10.0.0.1/metadata"), "/file": leads_to("file:///etc/hostname")}
    with serving(answers) as site:
        for path in ("in", "file", "0"):
            with pytest.raises(UnfetchedMetadata):
                metadata_sources.fetch(f"http://127.0.0.1:{site.port}/{path}")
        with pytest.raises(UnfetchedMetadata, match="not public"):
            metadata_fetch.fetch(f"http://127.0.0.1:{site.port}/0", networks=())


# MD03

BOUND = Demands(signing_certificate=PUBLISHER.certificate)
GENUINE = signed(an_entity(), PUBLISHER)


def hidden_in_a_forged_root():
    """Wrap what was signed in an entity of the same kind, its signature on top."""
    forged, genuine = (etree.fromstring(it) for it in (an_entity(acs("https://evil.example/acs")), GENUINE))
    forged.set("ID", "_forged")
    forged.insert(0, genuine[0])
    holder = etree.SubElement(forged, f"{MD}Extensions")
    holder.append(genuine)
    return etree.tostring(forged)


NOT_BELIEVED = {
    "unsigned": an_entity(),
    "changed": GENUINE.replace(b"saml/acs", b"saml/evil"),
    "by another key, whose certificate comes along": signed(an_entity(), a_pair("stranger")),
    "only a part is signed": an_entity(entity=f"<md:Extensions>{GENUINE.decode()}</md:Extensions>", entity_id="urn:x"),
    "wrapped": hidden_in_a_forged_root(),
}


def test_md03_metadata_signed_with_the_key_obtained_out_of_band_is_accepted():
    assert metadata_trust.read(GENUINE, BOUND, NOW).entity_id == ENTITY


@pytest.mark.parametrize("xml", NOT_BELIEVED.values(), ids=NOT_BELIEVED)
def test_md03_metadata_not_signed_with_this_key_is_rejected(xml):
    with pytest.raises((UntrustedMetadata, UnreadableMetadata)):
        metadata_trust.read(xml, BOUND, NOW)


def test_md03_only_the_key_of_the_certificate_matters():
    over = a_pair("over", expired=True)
    assert metadata_trust.read(signed(an_entity(), over), Demands(over.certificate), NOW).entity_id == ENTITY


@pytest.fixture
def bound(db):
    """Two services, each bound to a key of its own, whose changes are taken unseen."""
    sources = []
    for slug in ("first", "second"):
        sources.append(MetadataSource(url=f"https://{slug}.example.org/", take_over="signed"))
        sources[-1].signing_certificate = a_pair(slug).certificate
        described = sp_description.read(an_entity(entity_id=f"urn:{slug}"))
        metadata_sources.register(described, sources[-1], NOW, slug=slug, name=slug)
    return sources


def refreshed(source, xml):
    outcome = metadata_sources.refresh(source, NOW, get=lambda _: xml).outcome
    return outcome, [url for url, _, _ in ServiceProvider.objects.get(pk=source.service_provider_id).trust.acs]


def test_md03_a_key_is_trusted_for_its_own_source_only(bound):
    first, second = bound
    changed = [an_entity(acs(NEW_ACS), entity_id=it.service_provider.entity_id) for it in bound]
    assert refreshed(second, signed(changed[1], a_pair("first"))) == (Outcome.FAILED, [ACS])
    assert refreshed(first, signed(changed[0], a_pair("first"))) == (Outcome.TAKEN, [NEW_ACS])


# MD04


def until(**away):
    return an_entity(root=f'validUntil="{NOW + timedelta(**away):%Y-%m-%dT%H:%M:%SZ}"')


ENDS = {"without an end": an_entity(), "over": until(days=-1), "too far away": until(days=31)}
STRICT = Demands(valid_until_rule=REQUIRE, longest_days=30)


@pytest.mark.parametrize("xml", ENDS.values(), ids=ENDS)
def test_md04_metadata_that_expires_never_or_too_late_is_rejected_if_a_limit_is_set(xml):
    with pytest.raises(UntrustedMetadata):
        metadata_trust.read(xml, STRICT, NOW)


def test_md04_metadata_that_expires_soon_is_accepted():
    assert metadata_trust.read(until(days=29), STRICT, NOW).entity_id == ENTITY


def test_md04_expired_metadata_or_an_expired_role_is_rejected_by_default():
    role = an_entity(role='validUntil="2026-11-20T09:00:00Z"', root='validUntil="2026-12-01T00:00:00Z"')
    for xml in (ENDS["over"], role):
        with pytest.raises(UntrustedMetadata, match="only"):
            metadata_trust.read(xml, Demands(), NOW)


def test_md04_an_operator_can_allow_expired_metadata_of_one_source(db):
    assert MetadataSource().valid_until_rule == CHECK
    lenient = MetadataSource(url="https://x.example.org/", valid_until_rule=IGNORE)
    assert metadata_trust.read(ENDS["over"], metadata_sources.demands_of(lenient), NOW).entity_id == ENTITY


# MD05


@pytest.mark.parametrize("product", PRODUCTS)
def test_md05_a_service_is_registered_from_what_its_product_publishes(db, product):
    row = register(of_product(product), slug="app")
    wanted = f"{ACS}/POST" if product == "Shibboleth" else ACS
    assert [url for url, _, is_default in row.trust.acs if is_default] == [wanted]
    assert row == ServiceProvider.objects.get_with_trust(ENTITY)[0]


def test_md05_other_prefixes_another_order_and_foreign_elements_are_read():
    ui = f'<x:UIInfo xmlns:x="{names.METADATA_UI}"><x:DisplayName xml:lang="en">App</x:DisplayName></x:UIInfo>'
    about = (
        f'<e:EntityAttributes xmlns:e="urn:oasis:names:tc:SAML:metadata:attribute"><s:Attribute Name="urn:x" '
        f'xmlns:s="{names.ASSERTION}"/></e:EntityAttributes>'
    )
    algorithms = takes(signing=(names.RSA_SHA384,)).removeprefix("<md:Extensions>").removesuffix("</md:Extensions>")
    inner = acs() + key("sp") + f"<md:Extensions>{ui}{algorithms}</md:Extensions>"
    xml = an_entity(inner, entity=f"<md:Extensions>{about}</md:Extensions>").replace(b"md:", b"n_0.-:")
    read = sp_description.read(xml.replace(b"xmlns:md=", b"xmlns:n_0.-="))
    assert (read.entity_id, read.display_name) == (ENTITY, "App")
    assert read.signature_algorithms == (names.RSA_SHA384,)
    assert read.signing_certificates == (a_pair("sp").certificate,)


# MD06


def test_md06_a_service_signs_in_and_out_with_its_metadata_alone(phone, described):
    shifts = described(key("shifts"), logout("https://shifts.example.org/slo"), AuthnRequestsSigned="true")
    page = with_code(phone, phone.open(signed_url(shifts, shifts.pair)))
    assert strictly_read(page, shifts, wantAttributeStatement=True).get_attributes()["email"] == ["ana@acme.example"]
    answer = phone.http.get(shifts.logout_url(shifts.read(page)), allow_redirects=False, timeout=30)
    assert statuses(shifts.read_address(answer.headers["Location"])[0]) == [names.SUCCESS]


def test_md06_encryption_for_a_service_needs_only_one_setting(phone, described):
    shifts = described(key("shifts", "encryption", methods(names.AES128_GCM)))
    ServiceProvider.objects.filter(slug="shifts").update(encrypt=True)
    page = shifts.ask(phone)
    assert strictly_read(page, shifts, wantAssertionsEncrypted=True).get_nameid()


# MD07 and MD08


def test_md07_a_request_signed_by_any_of_three_keys_is_accepted(phone, described):
    shifts = described(*(key(it, "signing") for it in ("sp", "next", "shifts")))
    for number, it in enumerate(("sp", "next", "shifts")):
        assert is_believed(phone.open(signed_url(shifts, a_pair(it), ID=f"_{number}")))
    assert phone.open(signed_url(shifts, a_pair("stranger"))).status == 400


def test_md07_a_message_signed_inside_by_the_second_of_three_keys_is_accepted(phone, described):
    shifts = described(*(key(it, "signing") for it in ("sp", "next", "shifts")))
    bodies = [a_body(signed_request(shifts.request(), a_pair(it))) for it in ("next", "stranger")]
    pages = [Page(phone.http.post(SSO, it, headers={"Content-Type": FORM}, timeout=30)) for it in bodies]
    assert (is_believed(pages[0]), pages[1].status) == (True, 400)


def test_md08_of_several_keys_one_that_supports_encryption_is_used(phone, described):
    cannot = key("idp", "encryption", methods(CBC, RSA_15)), odd_key("curve", "encryption", curve=True)
    shifts = described(*cannot, key("sp", "encryption"), key("shifts", "encryption"))
    ServiceProvider.objects.filter(slug="shifts").update(encrypt=True)
    octets = posted(shifts.ask(phone))
    assert found(decrypted_by_xmlsec(octets, a_pair("sp")), "saml:Subject/saml:NameID")
    assert a_pair("shifts").certificate in shifts.row.encryption_certificates


# MD09 and MD10


def published_algorithms(kind):
    (role,) = etree.fromstring(our_metadata()).iter(f"{MD}IDPSSODescriptor")
    return [it.get("Algorithm") for it in role.findall(f"{MD}Extensions/{ALG}{kind}")]


def test_md09_the_metadata_names_the_algorithms_for_signing_and_verifying(flex):
    validate(etree.fromstring(our_metadata()), Schema.METADATA)
    assert set(published_algorithms("SigningMethod")) == names.SIGNATURE_ALGORITHMS
    assert set(published_algorithms("DigestMethod")) == names.DIGEST_ALGORITHMS


def test_md09_the_named_algorithms_are_accepted(phone, shifts):
    for number, algorithm in enumerate(it for it in published_algorithms("SigningMethod") if "rsa" in it):
        how = {"signature_algorithm": algorithm.rpartition("#")[2], "digest_algorithm": algorithm[-6:]}
        body = a_body(signed_request(shifts.request(ID=f"_{number}"), shifts.pair, **how))
        assert is_believed(Page(phone.http.post(SSO, body, headers={"Content-Type": FORM}, timeout=30)))


def test_md10_a_service_that_accepts_only_sha512_gets_sha512(phone, described):
    only = takes(signing=(names.RSA_SHA512,), digests=(names.SHA512,))
    octets = posted(described(only).ask(phone))
    root = etree.fromstring(octets)
    assert set(found(root, "//ds:SignatureMethod/@Algorithm")) == {names.RSA_SHA512}
    assert set(found(root, "//ds:DigestMethod/@Algorithm")) == {names.SHA512}
    assert signed_by(our_certificates()[0], octets) is not None


def test_md10_a_service_that_names_encryption_algorithms_gets_one_of_them(phone, described):
    shifts = described(key("shifts", "encryption", methods(CBC, names.AES128_GCM, RSA_15, names.RSA_OAEP)))
    ServiceProvider.objects.filter(slug="shifts").update(encrypt=True)
    octets = posted(shifts.ask(phone))
    told = found(etree.fromstring(octets), "//xenc:EncryptionMethod/@Algorithm")
    assert told == [names.AES128_GCM, names.RSA_OAEP]
    assert found(decrypted_by_the_book(octets, shifts.pair), "saml:Subject/saml:NameID")


def test_md10_a_service_that_accepts_only_denied_algorithms_is_not_registered():
    with pytest.raises(UnreadableMetadata, match="signatures that are not made here"):
        sp_description.read(an_entity(takes(signing=("http://www.w3.org/2000/09/xmldsig#rsa-sha1",))))


# MD11 and MD12


def signs_and_decrypts(phone, shifts, pair):
    """Whether requests signed with this key are believed, and answers encrypted for it."""
    ServiceProvider.objects.filter(slug="shifts").update(encrypt=True, request_signature="require")
    octets = posted(with_code(phone, phone.open(signed_url(shifts, pair))))
    return bool(found(decrypted_by_xmlsec(octets, pair), "saml:Subject/saml:NameID"))


def test_md11_a_key_without_a_use_serves_for_verification_and_encryption(phone, described):
    assert signs_and_decrypts(phone, described(key("sp")), a_pair("sp"))


def test_md11_a_key_with_a_use_serves_only_for_that(described):
    row = described(key("sp", "signing"), key("next", "encryption")).row
    assert (row.certificates, row.encryption_certificates) == (a_pair("sp").certificate, a_pair("next").certificate)


def test_md12_the_key_of_an_expired_certificate_is_used(phone, described):
    over = {"expired": True}
    assert signs_and_decrypts(phone, described(odd_key("over", **over)), a_pair("over", **over))


def test_md12_a_message_signed_inside_by_that_key_is_accepted(phone, described):
    shifts, over = described(odd_key("over", "signing", expired=True)), a_pair("over", expired=True)
    for pair, believed in ((over, True), (a_pair("stranger"), False)):
        body = a_body(signed_request(shifts.request(ID=f"_{believed}"), pair))
        page = Page(phone.http.post(SSO, body, headers={"Content-Type": FORM}, timeout=30))
        assert is_believed(page) == believed
