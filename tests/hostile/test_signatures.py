"""Requests that were changed after signing, or signed with an unknown key."""

import base64
import hashlib
import hmac
import os
import re
from urllib.parse import quote, quote_plus

import pytest
from lxml import etree

from idp.saml import names
from idp.saml.models import ServiceProvider
from tests.hostile.authn_requests import asked, by_post, by_redirect, is_kept, is_taken
from tests.saml.keys import a_pair
from tests.saml.messages import DS, a_body, a_query, a_signed_query, deflate, signed

pytestmark = pytest.mark.any_database

SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
HMAC = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
RSA_MD5 = "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
SIGNATURE = f"{{{DS}}}Signature"
MISSHAPEN, UNKNOWN_KEY = "saml_misshapen_signature", "saml_unknown_signing_key"
MISSING, DENIED, UNREADABLE = "saml_missing_signature", "saml_denied_algorithm", "saml_unreadable_request"

PAIR = a_pair("flex")
REQUEST = asked(ID="_genuine")
SIGNED = signed(REQUEST, PAIR)


@pytest.fixture(autouse=True)
def flex_signs(outcome):
    ServiceProvider.objects.filter(slug="flex").update(certificates=PAIR.certificate, request_signature="require")


def lower_case_escapes(text, safe=""):
    return re.sub("%..", lambda escape: escape[0].lower(), quote(text, safe=safe))


GENUINE = {
    "plain": a_signed_query(REQUEST, PAIR),
    "with RelayState": a_signed_query(REQUEST, PAIR, relay_state="a b+c/d"),
    "with 4 kB of RelayState": a_signed_query(REQUEST, PAIR, relay_state="%" * 4096),
    "in lower-case escapes": a_signed_query(REQUEST, PAIR, relay_state="a/b=c", escape=lower_case_escapes),
    "with plus for space": a_signed_query(REQUEST, PAIR, relay_state="a b", escape=quote_plus),
    "in another order": "&".join(sorted(a_signed_query(REQUEST, PAIR, relay_state="a").split("&"), reverse=True)),
}


@pytest.mark.parametrize("query", GENUINE.values(), ids=GENUINE)
def test_a_valid_signature_in_the_query_is_accepted(query):
    assert is_taken(by_redirect(query))


def test_a_valid_signature_in_the_message_is_accepted():
    assert is_kept(by_post(a_body(SIGNED)))


def without(query, *names_):
    return "&".join(it for it in query.split("&") if not it.startswith(names_))


def by_hmac():
    query = f"SAMLRequest={quote(base64.b64encode(deflate(REQUEST)), safe='')}&SigAlg={quote(HMAC, safe='')}"
    value = hmac.new(PAIR.certificate.encode(), query.encode(), hashlib.sha256).digest()
    return f"{query}&Signature={quote(base64.b64encode(value), safe='')}"


PLAIN, RELAYED = GENUINE["plain"], a_signed_query(REQUEST, PAIR, relay_state="a")
OTHER = a_signed_query(asked(ID="_other"), PAIR)
QUERIES = {
    "unsigned": (a_query(REQUEST), MISSING),
    "RelayState added": (f"{PLAIN}&RelayState=a", UNKNOWN_KEY),
    "RelayState changed": (RELAYED.replace("RelayState=a", "RelayState=b"), UNKNOWN_KEY),
    "RelayState spelt otherwise": (RELAYED.replace("RelayState=a", "RelayState=%61"), UNKNOWN_KEY),
    "RelayState dropped": (without(RELAYED, "RelayState"), UNKNOWN_KEY),
    "of another request": (f"{without(PLAIN, 'Signature')}&{OTHER[OTHER.index('Signature') :]}", UNKNOWN_KEY),
    "by a foreign key": (a_signed_query(REQUEST, a_pair("stranger")), UNKNOWN_KEY),
    "an empty value": (f"{without(PLAIN, 'Signature')}&Signature=", MISSHAPEN),
    "a value that is no base64": (f"{without(PLAIN, 'Signature')}&Signature=%21", UNREADABLE),
    "no algorithm": (without(PLAIN, "SigAlg"), MISSHAPEN),
    "SHA-1": (a_signed_query(REQUEST, PAIR, algorithm=SHA1), DENIED),
    "MD5": (a_signed_query(REQUEST, PAIR, algorithm=RSA_MD5), DENIED),
    "an unknown algorithm": (a_signed_query(REQUEST, PAIR, algorithm="urn:example:none"), DENIED),
    "labelled as another": (PLAIN.replace("rsa-sha256", "rsa-sha512"), UNKNOWN_KEY),
    "HMAC with the certificate": (by_hmac(), DENIED),
    "in the message instead": (a_query(SIGNED), MISSHAPEN),
}


@pytest.mark.parametrize(("query", "code"), QUERIES.values(), ids=QUERIES)
def test_an_invalid_signature_in_the_query_is_rejected(outcome, query, code):
    outcome.refused(by_redirect(query), 400, code)


def forged(inner="", **bent):
    return etree.fromstring(asked(inner, **{"ID": "_forged", **bent}))


def within_extensions(**bent):
    """Hide the genuine message, whole, in a forged one."""
    root = forged('<samlp:Extensions><x xmlns="urn:example"/></samlp:Extensions>', **bent)
    root[1][0].append(etree.fromstring(SIGNED))
    return etree.tostring(root)


def with_its_signature_on_top(**bent):
    """Hide the genuine message, but move its signature to where ours is looked for."""
    root = etree.fromstring(within_extensions(**bent))
    root.insert(1, root.find(f".//{SIGNATURE}"))
    return etree.tostring(root)


def within_its_signature():
    """Hide the genuine message in an Object of its own signature."""
    root, genuine = forged(), etree.fromstring(SIGNED)
    signature = genuine.find(SIGNATURE)
    genuine.remove(signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(genuine)
    root.insert(1, signature)
    return etree.tostring(root)


def beside_its_signature():
    """Put the signature of the genuine message into another of the same ID."""
    root = forged(ID="_genuine", ForceAuthn="true")
    root.insert(1, etree.fromstring(SIGNED).find(SIGNATURE))
    return etree.tostring(root)


def as_a_sibling():
    """Let the genuine message be the second child of a forged root."""
    root = forged()
    root.insert(1, etree.fromstring(SIGNED))
    return etree.tostring(root)


WRAPPED = {
    "in the extensions": (within_extensions(), MISSHAPEN),
    "in the extensions, by the same ID": (within_extensions(ID="_genuine"), UNREADABLE),
    "its signature on top": (with_its_signature_on_top(), MISSHAPEN),
    "its signature on top, by the same ID": (with_its_signature_on_top(ID="_genuine"), UNREADABLE),
    "in its own signature": (within_its_signature(), MISSHAPEN),
    "as a sibling": (as_a_sibling(), UNREADABLE),
    "only its signature": (beside_its_signature(), UNKNOWN_KEY),
}


@pytest.mark.parametrize(("xml", "code"), WRAPPED.values(), ids=WRAPPED)
def test_a_forged_message_wrapped_around_a_signed_one_is_rejected(outcome, xml, code):
    outcome.refused(by_post(a_body(xml)), 400, code)


def bent(change):
    root = etree.fromstring(SIGNED)
    signature = root.find(SIGNATURE)
    change(signature, signature.find(f".//{{{DS}}}Reference"))
    return etree.tostring(root)


def add(parent, name, text=None, **attributes):
    child = etree.SubElement(parent, f"{{{DS}}}{name}", attributes)
    child.text = text
    return child


def copied(element):
    element.getparent().append(etree.fromstring(etree.tostring(element)))


def transform(reference, algorithm, times=1):
    for _ in range(times):
        add(reference.find(f"{{{DS}}}Transforms"), "Transform", Algorithm=algorithm)


def moved_to_extensions(signature):
    extensions = etree.Element(f"{{{names.PROTOCOL}}}Extensions")
    signature.getparent().insert(1, extensions)
    extensions.append(signature)


SHAPES = {
    "two signatures": lambda signature, _: copied(signature),
    "two references": lambda _, reference: copied(reference),
    "an empty URI": lambda _, reference: reference.set("URI", ""),
    "no URI": lambda _, reference: reference.attrib.pop("URI"),
    "another's URI": lambda _, reference: reference.set("URI", "#_other"),
    "a URI elsewhere": lambda _, reference: reference.set("URI", "http://127.0.0.1:9/x"),
    "an XPointer": lambda _, reference: reference.set("URI", "#xpointer(/)"),
    "XPath": lambda _, reference: transform(reference, XPATH),
    "XSLT": lambda _, reference: transform(reference, XSLT),
    "a hundred transforms": lambda _, reference: transform(reference, names.EXCLUSIVE_C14N, 100),
    "an Object": lambda signature, _: add(signature, "Object", "x"),
    "a Manifest": lambda signature, _: add(add(signature, "Object"), "Manifest"),
}


@pytest.mark.parametrize("change", SHAPES.values(), ids=SHAPES)
def test_a_signature_of_another_structure_is_always_rejected(outcome, change):
    for rule in ("require", "verify", "ignore"):
        ServiceProvider.objects.filter(slug="flex").update(request_signature=rule)
        page = by_post(a_body(bent(change)))
        outcome.error_page(page, 400)
        outcome.nothing_written()
        (line,) = outcome.log.lines(page.reference, "refused")
        assert line["code"] in {MISSHAPEN, UNREADABLE}


def test_a_signature_that_references_a_file_opens_no_file(outcome, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    xml = bent(lambda _, reference: reference.set("URI", f"file://{fifo}"))
    outcome.refused(by_post(a_body(xml)), 400, MISSHAPEN)


def key_from(pair):
    """Sign by a foreign key, and bring its certificate along."""
    return signed(REQUEST, a_pair(pair))


def revalued(text):
    return bent(lambda signature, _: signature.find(f"{{{DS}}}SignatureValue").__setattr__("text", text))


def relabelled(old, new):
    return SIGNED.replace(old.encode(), new.encode())


MESSAGES = {
    "unsigned": (REQUEST, MISSING),
    "by a key that it brings along": (key_from("stranger"), UNKNOWN_KEY),
    "an empty value": (revalued(""), MISSHAPEN),
    "another value": (revalued(base64.b64encode(b"x" * 256).decode()), UNKNOWN_KEY),
    "a byte changed after signing": (SIGNED.replace(b"09:00:00Z", b"09:00:01Z"), UNKNOWN_KEY),
    "moved to the extensions": (bent(lambda signature, _: moved_to_extensions(signature)), MISSHAPEN),
    "labelled SHA-1": (relabelled(names.RSA_SHA256, SHA1), DENIED),
    "labelled MD5": (relabelled(names.RSA_SHA256, RSA_MD5), DENIED),
    "labelled HMAC": (relabelled(names.RSA_SHA256, HMAC), DENIED),
    "labelled SHA-512": (relabelled(names.RSA_SHA256, names.RSA_SHA512), UNKNOWN_KEY),
    "an unknown algorithm": (relabelled(names.RSA_SHA256, "urn:example:none"), DENIED),
}


@pytest.mark.parametrize(("xml", "code"), MESSAGES.values(), ids=MESSAGES)
def test_an_invalid_signature_in_the_message_is_rejected(outcome, xml, code):
    outcome.refused(by_post(a_body(xml)), 400, code)


def test_a_signature_of_another_service_provider_is_rejected(outcome):
    ServiceProvider.objects.filter(slug="flex-legacy").update(certificates=a_pair("legacy").certificate)
    outcome.refused(by_redirect(a_signed_query(REQUEST, a_pair("legacy"))), 400, UNKNOWN_KEY)


def test_a_signed_request_must_name_its_destination(outcome):
    query = a_signed_query(asked(Destination=None), PAIR)
    outcome.refused(by_redirect(query), 400, "saml_wrong_destination")


def test_an_invalid_signature_is_ignored_if_the_service_ignores_signatures():
    ServiceProvider.objects.filter(slug="flex").update(request_signature="ignore")
    assert is_taken(by_redirect(a_signed_query(REQUEST, a_pair("stranger"))))


def test_an_invalid_signature_is_rejected_even_if_none_is_required(outcome):
    ServiceProvider.objects.filter(slug="flex").update(request_signature="verify")
    assert is_taken(by_redirect(a_query(REQUEST)))
    outcome.start()
    outcome.refused(by_redirect(a_signed_query(REQUEST, a_pair("stranger"))), 400, UNKNOWN_KEY)
