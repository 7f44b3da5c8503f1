"""Attributes, and NameIDs in the requested formats."""

from itertools import product

import pytest
from django.db import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.agents.models import Agent
from idp.saml import names
from idp.saml.attributes.faults import faults
from idp.saml.attributes.release_list import ANY, Release, Source, release
from idp.saml.models import ReleasedAttribute, SubjectName
from idp.saml.profiles import Person
from idp.saml.responses.assertion import Authenticated, Envelope, ResponseContent, Subject, build_assertion
from tests.conformance.answers import root_of
from tests.conformance.readers import found, strictly_read
from tests.pretend_service import PretendService, statuses
from tests.saml.asking import name_id_policy
from tests.saml.messages import ACS, NOW, SP

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
TRIMMED = TEXT.filter(lambda it: it and it == it.strip())


@settings(max_examples=50)
@given(st.lists(st.tuples(TRIMMED, TRIMMED, TEXT), min_size=1, max_size=5, unique_by=lambda it: it[0]))
def test_idp01_an_attribute_may_have_any_name_and_any_name_format(lines):
    listed = [Release(name, Source.FIXED, (value,), name_format) for name, name_format, value in lines]
    assert faults(listed, ANY) == ()
    told = release(Person("ana", "", "Ana", ()), listed, frozenset(), ANY)
    said = ResponseContent(Envelope("idp", SP, ACS), Subject("ana"), Authenticated(NOW, "urn:x", "s"), told)
    root = etree.fromstring(build_assertion(said, now=NOW).octets())
    assert [(it.get("Name"), it.get("NameFormat"), it[0].text or "") for it in found(root, "//saml:Attribute")] == lines


def tell(peer, *lines):
    for position, (name, source, name_format) in enumerate(lines):
        fixed = "" if source != "fixed" else "yes\nno"
        fields = {"name": name, "source": source, "fixed": fixed, "name_format": name_format, "position": position}
        ReleasedAttribute.objects.create(service_provider=peer.row, **fields)


LINES = [
    ("urn:oid:0.9.2342.19200300.100.1.3", "email", names.URI),
    ("full_name", "full_name", names.BASIC),
    ("Größe & <Rang>", "fixed", names.UNSPECIFIED_NAME_FORMAT),
]


def test_idp01_the_name_formats_of_the_standard_reach_the_service(phone, shifts):
    tell(shifts, *LINES)
    page = shifts.ask(phone)
    told = [(it.get("Name"), it.get("NameFormat")) for it in found(root_of(page), "//saml:Attribute")]
    assert told == [(name, name_format) for name, _, name_format in LINES]
    assert strictly_read(page, shifts).get_attributes()["Größe & <Rang>"] == ["yes", "no"]


def test_idp02_each_service_gets_its_own_attributes(phone, shifts, wiki):
    tell(shifts, ("mail", "email", names.BASIC))
    tell(wiki, ("who", "full_name", names.BASIC), ("what", "roles", names.BASIC))
    at_shifts, at_wiki = strictly_read(shifts.ask(phone), shifts), strictly_read(wiki.ask(phone), wiki)
    assert at_shifts.get_attributes() == {"mail": ["ana@acme.example"]}
    assert at_wiki.get_attributes() == {"who": ["Ana García"], "what": ["agent"]}


OWN = "https://shifts.example.org/metadata"
GIVEN = {
    "nothing": ({}, names.PERSISTENT),
    "unspecified": ({"Format": names.UNSPECIFIED}, names.PERSISTENT),
    "persistent": ({"Format": names.PERSISTENT, "AllowCreate": "true"}, names.PERSISTENT),
    "transient": ({"Format": names.TRANSIENT}, names.TRANSIENT),
    "transient, nothing to be made": ({"Format": names.TRANSIENT, "AllowCreate": "false"}, names.TRANSIENT),
    "its own qualifier": ({"SPNameQualifier": OWN}, names.PERSISTENT),
}


NOT_GIVEN = {
    "a format that is not offered": {"Format": "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"},
    "an email address that is not meant for it": {"Format": names.EMAIL_ADDRESS},
    "the qualifier of another": {"SPNameQualifier": "https://wiki.example.org/metadata"},
    "no name to be made, and none is there": {"Format": names.PERSISTENT, "AllowCreate": "false"},
}


def test_idp10_a_name_id_policy_that_can_be_met_is_met(phone, shifts):
    told = {it: shifts.sign_in(phone, inner=name_id_policy(**policy)) for it, (policy, _) in GIVEN.items()}
    wanted = {it: answered for it, (_, answered) in GIVEN.items()}
    assert {it: one.name_id_format for it, one in told.items()} == wanted


def test_idp10_a_name_id_policy_that_cannot_be_met_gets_an_error(phone, shifts):
    told = {it: statuses(root_of(shifts.ask(phone, inner=name_id_policy(**wish)))) for it, wish in NOT_GIVEN.items()}
    assert list(told.values()) == [[names.REQUESTER, names.INVALID_NAME_ID_POLICY]] * len(NOT_GIVEN)
    assert not SubjectName.objects.filter(service_provider=shifts.row).exists()


def test_idp10_an_existing_name_id_is_used_although_allow_create_is_false(phone, shifts):
    name = shifts.sign_in(phone).name_id
    policy = name_id_policy(Format=names.PERSISTENT, AllowCreate="false")
    assert shifts.sign_in(phone.like(), inner=policy).name_id == name


def test_idp10_an_email_address_is_the_name_id_if_an_operator_chose_it(phone, registered):
    mailing = registered("shifts", name_id_format=names.EMAIL_ADDRESS)
    told = mailing.sign_in(phone, inner=name_id_policy(Format=names.EMAIL_ADDRESS))
    assert (told.name_id, told.name_id_format) == ("ana@acme.example", names.EMAIL_ADDRESS)


@pytest.fixture
def rows(db):
    return [PretendService(it).row for it in ("shifts", "wiki")]


def test_idp21_persistent_name_ids_are_lower_case_base32(rows):
    agents = Agent.objects.bulk_create([Agent(email=f"{n}@acme.example", full_name="x") for n in range(100)])
    given = [SubjectName.of(agent, sp) for agent, sp in product(agents, rows)]
    assert all(set(it) <= set("abcdefghijklmnopqrstuvwxyz234567") and len(it) >= 26 for it in given)
    assert len({it.casefold() for it in given}) == len(given) == 200


def test_idp21_name_ids_that_differ_only_by_case_are_impossible(rows):
    ana, ben = (Agent.objects.create(email=f"{it}@acme.example", full_name=it) for it in ("ana", "ben"))
    name = SubjectName.of(ana, rows[0])
    with pytest.raises(IntegrityError):
        SubjectName.objects.create(agent=ben, service_provider=rows[0], value=name.upper())
