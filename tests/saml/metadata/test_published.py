"""Our metadata as it is served: signed on request, whatever the Host header says."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from idp.keys import keyring
from idp.keys.models import Use
from idp.saml import names
from idp.saml.documents.elements import element
from idp.saml.documents.schemas import Schema, validate
from idp.saml.metadata import published
from idp.saml.metadata.idp_description import Contact, build, build_signed
from idp.saml.metadata.trust import REQUIRE, Demands, valid_until_fault
from idp.saml.signatures.signing import SamlKey, sign_in_front
from idp.versions import version
from tests.conftest import NOW
from tests.saml.keys import a_pair
from tests.saml.metadata.ours import FULL, an_idp

MD = f"{{{names.METADATA}}}"


@pytest.fixture
def idp_key():
    pair = a_pair("idp")
    return SamlKey.load(pair.private_pem, pair.certificate)


@pytest.mark.parametrize("changes", [{}, FULL], ids=["least", "full"])
def test_signed_metadata_is_valid_by_the_schema(idp_key, changes):
    validate(etree.fromstring(build_signed(an_idp(**changes), idp_key, NOW)), Schema.METADATA)


def test_metadata_is_signed_once(idp_key):
    root = element("md:EntityDescriptor", {"ID": "_a"})
    with pytest.raises(ValueError, match="signed once"):
        sign_in_front(sign_in_front(root, idp_key), idp_key)
    with pytest.raises(ValueError, match="with an ID"):
        sign_in_front(element("md:EntityDescriptor"), idp_key)


def test_people_read_it_in_lines_and_a_signed_one_as_it_was_digested(idp_key):
    assert b'\n    <md:KeyDescriptor use="signing">\n' in build(an_idp())
    signed = build_signed(an_idp(), idp_key, NOW)
    assert signed == etree.tostring(etree.fromstring(signed), method="c14n", exclusive=True)


def test_metadata_is_signed_on_request_and_valid_for_two_weeks(client, db, keys, clock):
    response = client.get("/saml/metadata?foo=1&signed")
    root = etree.fromstring(response.content)
    assert response["Cache-Control"] == "public, max-age=300"
    assert root.find(f"{{{names.SIGNATURE}}}Signature") is not None
    until = NOW + timedelta(days=14)
    assert root.get("validUntil")[:16] == f"{until:%Y-%m-%dT%H:%M}"
    assert not valid_until_fault(until, Demands(valid_until_rule=REQUIRE, longest_days=14), NOW)
    certificate = "".join(keyring.active("saml", NOW).certificate.splitlines()[1:-1])
    assert root[0].findtext(".//{*}X509Certificate").replace("\n", "") == certificate


def test_otherwise_it_is_not_signed_and_the_query_is_passed_over(client, db, keys):
    assert client.get("/saml/metadata?sign=1&entityID=x").content == client.get("/saml/metadata").content
    assert b"Signature" not in client.get("/saml/metadata").content


def test_no_host_header_gets_into_it(client, db, keys):
    content = client.get("/saml/metadata?signed", headers={"host": "127.0.0.1:1"}).content
    assert etree.fromstring(content).get("entityID") == settings.LATCHKEY.saml_entity_id
    assert b"127.0.0.1:1" not in content


def test_logout_contact_and_logo_are_published(db, keys, settings):
    settings.LATCHKEY = settings.LATCHKEY.model_copy(
        update={"contact": "ops@acme.example", "logo": "https://acme.example/logo.png"}
    )
    root = etree.fromstring(published.metadata_document(NOW))
    validate(root, Schema.METADATA)
    assert root.findtext(f"{MD}ContactPerson/{MD}EmailAddress") == "mailto:ops@acme.example"
    assert root.findtext(".//{*}Logo") == "https://acme.example/logo.png"
    services = root.findall(f"{MD}IDPSSODescriptor/{MD}SingleLogoutService")
    assert {it.get("Location") for it in services} == {published.slo_url()}


def test_metadata_is_built_once_for_each_change_of_the_keys(db, keys):
    before = published.metadata_document(NOW)
    with CaptureQueriesContext(connection) as asked, version.pinned():
        assert published.metadata_document(NOW) is before
    assert len(asked) == 1
    keyring.draw(Use.SAML, NOW).save(force_insert=True)
    changed = etree.fromstring(published.metadata_document(NOW))
    assert len(changed.findall(f".//{MD}KeyDescriptor")) == 2


def test_a_contact_is_written_as_an_address_to_write_to():
    root = etree.fromstring(build(an_idp(technical_contact=Contact("R&D <Team>", "a@b.example"))))
    assert root.findtext(f"{MD}ContactPerson/{MD}GivenName") == "R&D <Team>"
