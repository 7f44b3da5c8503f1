"""What an identity provider decides: attributes, names, contexts, where to answer, and signing out."""

from datetime import datetime, timedelta
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.agents.models import Agent
from idp.policies.conditions import PlatformIs
from idp.policies.user_agents import Platform
from idp.saml import names
from idp.saml.assertion import Answer, Authenticated, Envelope, Subject, build_assertion
from idp.saml.attributes import ANY, Release, Source, faults, release
from idp.saml.models import AssertionConsumer, ReleasedAttribute, ServiceProvider, SubjectName
from idp.saml.profiles import Person
from idp.sessions.models import SsoSession
from tests.conformance.metadata import logout
from tests.conformance.readers import decrypted_by_xmlsec, found, our_certificates, posted, signed_by, strictly_read
from tests.hostile.responses import response_on
from tests.hostile.typing_codes import wrong
from tests.peer import SLO, Peer, statuses, with_code
from tests.policies import publishing
from tests.saml.keys import a_pair
from tests.saml.logout_peer import a_signed_redirect
from tests.saml.messages import ACS, NOW, SP
from tests.saml.sp_documents import key

CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
A_WHILE = timedelta(hours=2)  # the session is over, the device is known
TRIMMED = TEXT.filter(lambda it: it and it == it.strip())


def root_of(page):
    return etree.fromstring(posted(page))


def is_asked(page):
    return page.form_with("identifier") is not None


# IDP01 and IDP02


@settings(max_examples=50)
@given(st.lists(st.tuples(TRIMMED, TRIMMED, TEXT), min_size=1, max_size=5, unique_by=lambda it: it[0]))
def test_idp01_an_attribute_may_have_any_name_and_any_name_format(lines):
    listed = [Release(name, Source.FIXED, (value,), name_format) for name, name_format, value in lines]
    assert faults(listed, ANY) == ()
    told = release(Person("ana", "", "Ana", ()), listed, frozenset(), ANY)
    said = Answer(Envelope("idp", SP, ACS), Subject("ana"), Authenticated(NOW, "urn:x", "s"), told)
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


def test_idp02_each_service_is_told_what_is_meant_for_it(phone, shifts, wiki):
    tell(shifts, ("mail", "email", names.BASIC))
    tell(wiki, ("who", "full_name", names.BASIC), ("what", "roles", names.BASIC))
    at_shifts, at_wiki = strictly_read(shifts.ask(phone), shifts), strictly_read(wiki.ask(phone), wiki)
    assert at_shifts.get_attributes() == {"mail": ["ana@acme.example"]}
    assert at_wiki.get_attributes() == {"who": ["Ana García"], "what": ["agent"]}


# IDP05


def name_id_policy(**attributes):
    return f"<samlp:NameIDPolicy{''.join(f' {name}={value!r}' for name, value in attributes.items())}/>"


def contexts(*classes, comparison="exact"):
    wanted = "".join(f"<saml:AuthnContextClassRef>{it}</saml:AuthnContextClassRef>" for it in classes)
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{wanted}</samlp:RequestedAuthnContext>'


TOLD = [
    ({"inner": name_id_policy(Format="urn:x")}, [names.REQUESTER, names.INVALID_NAME_ID_POLICY]),
    ({"inner": contexts(f"{CLASSES}Password")}, [names.RESPONDER, names.NO_AUTHN_CONTEXT]),
    ({"IsPassive": "1"}, [names.RESPONDER, names.NO_PASSIVE]),
]
NOT_TOLD = [
    {"AssertionConsumerServiceURL": "https://elsewhere.example.org/acs"},
    {"issuer": "<saml:Issuer>urn:nobody</saml:Issuer>"},
    {"Destination": "https://elsewhere.example.org/sso"},
]


def test_idp05_an_error_is_told_to_the_service_by_a_signed_response(phone, shifts):
    for asked, status in TOLD:
        root = signed_by(our_certificates()[0], posted(shifts.ask(phone, ID="_asked", **asked)))
        assert (statuses(root), root.get("InResponseTo"), root.get("Destination")) == (status, "_asked", shifts.acs)
        assert found(root, "//saml:Assertion | //saml:EncryptedAssertion") == []


def test_idp05_without_an_acceptable_place_the_error_stays_a_page(phone, shifts):
    for asked in NOT_TOLD:
        page = shifts.ask(phone, **asked)
        assert (page.status in {400, 403}, page.form_with("SAMLResponse")) == (True, None)


def test_idp05_a_refusal_is_a_page_first_and_then_told_to_the_service(phone, shifts):
    publishing.in_force(PlatformIs(frozenset({Platform.IOS})), name="No iPhones")
    page = phone.open(shifts.request_url())
    assert page.status == 403
    root = signed_by(our_certificates()[0], posted(phone.press_on(page)))
    assert statuses(root) == [names.RESPONDER, names.REQUEST_DENIED]


# IDP06


def authn_instant(page):
    (instant,) = found(root_of(page), "//saml:AuthnStatement/@AuthnInstant")
    return datetime.fromisoformat(instant)


def test_idp06_force_authn_asks_for_a_code_despite_session_and_token(clock, phone, shifts):
    first = shifts.ask(phone)
    assert not is_asked(phone.open(shifts.request_url(ID="_silent")))
    clock.shift(timedelta(minutes=3))
    page = phone.open(shifts.request_url(ID="_forced", ForceAuthn="true"))
    assert is_asked(page)
    again = with_code(phone, page)
    assert authn_instant(again) - authn_instant(first) >= timedelta(minutes=3)
    assert found(root_of(again), "//saml:AuthnContextClassRef")[0].text == names.MOBILE_ONE_FACTOR_CONTRACT


def test_idp06_force_authn_is_not_met_by_the_token_alone(clock, phone, shifts):
    shifts.ask(phone)
    clock.shift(A_WHILE)
    assert shifts.read(phone.open(shifts.request_url(ID="_silent"))).authn_context == names.PREVIOUS_SESSION
    clock.shift(A_WHILE)
    assert is_asked(phone.open(shifts.request_url(ID="_forced", ForceAuthn="1")))


def test_idp06_who_cannot_give_the_code_gets_no_answer(phone, shifts):
    shifts.ask(phone)
    page = phone.ask_code(phone.open(shifts.request_url(ID="_forced", ForceAuthn="true")))
    page = phone.submit(page, "code", code=wrong(phone))
    assert page.form_with("code") is not None
    assert phone.open(page.url.replace("/login/", "/saml/respond/")).form_with("SAMLResponse") is None


# IDP07


def test_idp07_nobody_known_gets_no_page_but_no_passive(phone, shifts):
    page = phone.open(shifts.request_url(IsPassive="true"))
    assert statuses(root_of(page)) == [names.RESPONDER, names.NO_PASSIVE]


def test_idp07_whoever_needs_no_page_is_signed_in(phone, shifts):
    name = shifts.sign_in(phone).name_id
    assert shifts.read(phone.open(shifts.request_url(ID="_p", IsPassive="true"))).name_id == name


def test_idp07_known_and_unknown_get_the_same_no_passive(phone, shifts):
    shifts.sign_in(phone)
    asked = {"IsPassive": "true", "ForceAuthn": "true"}
    known = phone.open(shifts.request_url(ID="_known", **asked))
    unknown = phone.like().open(shifts.request_url(ID="_unknown", **asked))
    assert response_on(known).status == [names.RESPONDER, names.NO_PASSIVE]
    assert response_on(known).facts() == response_on(unknown).facts()
    assert dict(known.response.headers).keys() == dict(unknown.response.headers).keys()


def test_idp07_a_context_that_would_need_a_code_gets_no_passive_too(clock, phone, shifts):
    shifts.sign_in(phone)
    clock.shift(A_WHILE)
    asked = contexts(names.MOBILE_ONE_FACTOR_CONTRACT)
    assert statuses(root_of(phone.open(shifts.request_url(asked, ID="_p", IsPassive="true"))))[-1] == names.NO_PASSIVE


# IDP08


def test_idp08_the_context_that_is_asked_for_exactly_is_stated(phone, shifts):
    asked = contexts(f"{CLASSES}Kerberos", names.MOBILE_ONE_FACTOR_CONTRACT)
    assert shifts.sign_in(phone, inner=asked).authn_context == names.MOBILE_ONE_FACTOR_CONTRACT


def test_idp08_a_stronger_context_than_the_token_gives_takes_a_code(clock, phone, shifts):
    shifts.sign_in(phone)
    clock.shift(A_WHILE)
    page = phone.open(shifts.request_url(contexts(names.MOBILE_ONE_FACTOR_CONTRACT), ID="_exact"))
    assert is_asked(page)
    assert shifts.read(with_code(phone, page)).authn_context == names.MOBILE_ONE_FACTOR_CONTRACT


def test_idp08_a_context_that_nobody_proves_here_is_no_context(phone, shifts):
    for context in ("Password", "PasswordProtectedTransport", "MobileTwoFactorContract", "X509"):
        page = phone.open(shifts.request_url(contexts(f"{CLASSES}{context}")))
        assert statuses(root_of(page)) == [names.RESPONDER, names.NO_AUTHN_CONTEXT]


def test_idp08_a_service_that_minds_none_of_it_gets_the_honest_class_all_the_same(phone, registered):
    lenient = registered("shifts", requested_context="ignore")
    told = lenient.sign_in(phone, inner=contexts(f"{CLASSES}Password"))
    assert told.authn_context == names.MOBILE_ONE_FACTOR_CONTRACT


# IDP09


def test_idp09_a_strict_service_that_wants_it_encrypted_reads_the_assertion(phone, registered):
    shifts = registered("shifts", encrypt=True, encryption_certificates=a_pair("shifts").certificate)
    page = shifts.ask(phone)
    assert strictly_read(page, shifts, wantAssertionsEncrypted=True).get_nameid().encode() not in posted(page)
    inside = etree.tostring(decrypted_by_xmlsec(posted(page), shifts.pair))
    assert signed_by(our_certificates()[0], inside) is not None


def test_idp09_it_is_off_for_flex_which_cannot_read_it(flex):
    row = ServiceProvider.objects.get(slug="flex")
    row.encrypt, row.encryption_certificates = True, a_pair("flex").certificate
    with pytest.raises(ValidationError, match="Flex cannot read encrypted Assertions"):
        row.full_clean()


# IDP10

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
    "an e-mail address that is not meant for it": {"Format": names.EMAIL_ADDRESS},
    "the qualifier of another": {"SPNameQualifier": "https://wiki.example.org/metadata"},
    "no name to be made, and none is there": {"Format": names.PERSISTENT, "AllowCreate": "false"},
}


def test_idp10_a_policy_that_can_be_met_is_met(phone, shifts):
    told = {it: shifts.sign_in(phone, inner=name_id_policy(**policy)) for it, (policy, _) in GIVEN.items()}
    wanted = {it: answered for it, (_, answered) in GIVEN.items()}
    assert {it: one.name_id_format for it, one in told.items()} == wanted


def test_idp10_a_policy_that_cannot_be_met_is_told_so(phone, shifts):
    told = {it: statuses(root_of(shifts.ask(phone, inner=name_id_policy(**wish)))) for it, wish in NOT_GIVEN.items()}
    assert list(told.values()) == [[names.REQUESTER, names.INVALID_NAME_ID_POLICY]] * len(NOT_GIVEN)
    assert not SubjectName.objects.filter(service_provider=shifts.row).exists()


def test_idp10_a_name_that_is_there_needs_no_making(phone, shifts):
    name = shifts.sign_in(phone).name_id
    policy = name_id_policy(Format=names.PERSISTENT, AllowCreate="false")
    assert shifts.sign_in(phone.like(), inner=policy).name_id == name


def test_idp10_an_address_is_given_where_an_operator_chose_it(phone, registered):
    mailing = registered("shifts", name_id_format=names.EMAIL_ADDRESS)
    told = mailing.sign_in(phone, inner=name_id_policy(Format=names.EMAIL_ADDRESS))
    assert (told.name_id, told.name_id_format) == ("ana@acme.example", names.EMAIL_ADDRESS)


# IDP12


@pytest.fixture
def many_doors(shifts):
    """A service that takes Responses at three addresses."""
    for index, path in enumerate(["two?a=b&c=%2F", "drei"], start=1):
        url = f"https://shifts.example.org/{path}"
        AssertionConsumer.objects.create(service_provider=shifts.row, url=url, index=index)
    return shifts


DOORS = {
    "none": ({}, "acs"),
    "a URL": ({"AssertionConsumerServiceURL": "drei"}, "drei"),
    "a URL with a query": ({"AssertionConsumerServiceURL": "two?a=b&c=%2F"}, "two?a=b&c=%2F"),
    "a URL and HTTP-POST": (
        {"AssertionConsumerServiceURL": "drei", "ProtocolBinding": names.HTTP_POST},
        "drei",
    ),
    "an index": ({"AssertionConsumerServiceIndex": "1"}, "two?a=b&c=%2F"),
    "the index 0": ({"AssertionConsumerServiceIndex": "0"}, "acs"),
    "HTTP-POST": ({"ProtocolBinding": names.HTTP_POST}, "acs"),
}


def located(asked):
    """Give a path of a table its host, and XML its escapes."""
    url = asked.get("AssertionConsumerServiceURL")
    whole = {} if url is None else {"AssertionConsumerServiceURL": f"https://shifts.example.org/{url}"}
    return {name: value.replace("&", "&amp;") for name, value in {**asked, **whole}.items()}


def test_idp12_the_answer_goes_to_the_door_that_was_asked_for(phone, many_doors):
    pages = {it: many_doors.ask(phone, **located(asked)) for it, (asked, _) in DOORS.items()}
    wanted = {it: f"https://shifts.example.org/{path}" for it, (_, path) in DOORS.items()}
    assert {it: page.form_with("SAMLResponse").action for it, page in pages.items()} == wanted
    told = "/samlp:Response/@Destination | //saml:SubjectConfirmationData/@Recipient"
    assert {it: set(found(root_of(page), told)) for it, page in pages.items()} == {it: {wanted[it]} for it in wanted}


NO_DOORS = {
    "another path": {"AssertionConsumerServiceURL": "fünf"},
    "in capitals": {"AssertionConsumerServiceURL": "DREI"},
    "with a slash": {"AssertionConsumerServiceURL": "drei/"},
    "with a query": {"AssertionConsumerServiceURL": "drei?"},
    "without its query": {"AssertionConsumerServiceURL": "two"},
    "its query in another order": {"AssertionConsumerServiceURL": "two?c=%2F&a=b"},
    "other escapes": {"AssertionConsumerServiceURL": "two?a=b&c=%2f"},
    "a step back": {"AssertionConsumerServiceURL": "x/../drei"},
    "with a fragment": {"AssertionConsumerServiceURL": "drei#x"},
    "an index that nobody has": {"AssertionConsumerServiceIndex": "7"},
    "both ways at once": {"AssertionConsumerServiceIndex": "0", "AssertionConsumerServiceURL": "acs"},
    **{f"by {it}": {"ProtocolBinding": f"{BINDINGS}{it}"} for it in ("HTTP-Artifact", "HTTP-Redirect", "PAOS")},
}


def test_idp12_a_door_that_is_not_registered_to_the_character_gets_nothing(phone, many_doors):
    pages = {name: phone.open(many_doors.request_url(**located(asked))) for name, asked in NO_DOORS.items()}
    assert {name: page.status for name, page in pages.items()} == dict.fromkeys(NO_DOORS, 400)
    assert [name for name, page in pages.items() if page.form_with("SAMLResponse") is not None] == []


# IDP17 to IDP20


def go(phone, address):
    return phone.http.get(address, allow_redirects=False, timeout=30)


def is_over(told):
    return SsoSession.objects.get(index=told.session_index).ended_at is not None


def test_idp17_a_sign_out_at_one_service_is_passed_on_to_the_others(phone, shifts, wiki):
    at_shifts, at_wiki = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(go(phone, shifts.logout_url(at_shifts, "x", ID="_bye")).headers["Location"])
    assert is_over(at_shifts)
    assert found(asked, "saml:NameID/text() | samlp:SessionIndex/text()") == [at_wiki.name_id, at_wiki.session_index]
    answer, relay_state = shifts.read_address(go(phone, wiki.answer_url(asked)).headers["Location"])
    assert (statuses(answer), answer.get("InResponseTo"), relay_state) == ([names.SUCCESS], "_bye", "x")


def test_idp17_what_is_answered_is_the_truth(phone, shifts, wiki):
    told, _ = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(go(phone, shifts.logout_url(told)).headers["Location"])
    refused = wiki.answer_url(asked, status=names.RESPONDER)
    answer, _ = shifts.read_address(go(phone, refused).headers["Location"])
    assert statuses(answer) == [names.SUCCESS, names.PARTIAL_LOGOUT]


def test_idp17_only_the_service_itself_can_sign_somebody_out(phone, shifts, wiki):
    told = shifts.sign_in(phone)
    unsigned = shifts.logout_url(told).partition("&SigAlg")[0]
    by_another = f"{SLO}?{a_signed_redirect(shifts.logout_request(told), wiki.pair)}"
    assert [phone.open(it).status for it in (unsigned, by_another)] == [400, 400]
    assert not is_over(told)


ASYNCHRONOUS = f'<samlp:Extensions><a:Asynchronous xmlns:a="{names.ASYNC_LOGOUT}"/></samlp:Extensions>'


def test_idp18_whoever_wants_no_answer_gets_none_and_is_obeyed(phone, shifts):
    told = shifts.sign_in(phone)
    page = phone.open(shifts.logout_url(told, extensions=ASYNCHRONOUS))
    assert (page.status, page.form_with("SAMLResponse")) == (200, None)
    assert page.url.startswith(SLO)
    assert is_over(told)


def test_idp18_the_others_are_told_all_the_same(phone, shifts, wiki):
    told, at_wiki = shifts.sign_in(phone), wiki.sign_in(phone)
    asked, _ = wiki.read_address(go(phone, shifts.logout_url(told, extensions=ASYNCHRONOUS)).headers["Location"])
    assert found(asked, "saml:NameID/text()") == [at_wiki.name_id]
    assert "Location" not in go(phone, wiki.answer_url(asked)).headers


def test_idp20_a_redirect_is_answered_where_metadata_says_and_believed_by_any_key_in_it(phone, described):
    elsewhere = "https://shifts.example.org/done"
    keys = key("sp", "signing"), key("next"), key("shifts", "signing")
    shifts = described(*keys, logout("https://shifts.example.org/slo", answers=elsewhere))
    told = shifts.sign_in(phone)
    address = go(phone, shifts.logout_url(told)).headers["Location"]
    shifts.slo = elsewhere
    answer, _ = shifts.read_address(address)
    assert (statuses(answer), answer.get("Destination"), is_over(told)) == ([names.SUCCESS], elsewhere, True)


# IDP21


@pytest.fixture
def rows(db):
    return [Peer(it).row for it in ("shifts", "wiki")]


def test_idp21_persistent_names_are_lower_case_base32(rows):
    agents = Agent.objects.bulk_create([Agent(email=f"{n}@acme.example", full_name="x") for n in range(100)])
    given = [SubjectName.of(agent, sp) for agent, sp in product(agents, rows)]
    assert all(set(it) <= set("abcdefghijklmnopqrstuvwxyz234567") and len(it) >= 26 for it in given)
    assert len({it.casefold() for it in given}) == len(given) == 200


def test_idp21_a_name_that_differs_by_case_alone_cannot_be_given(rows):
    ana, ben = (Agent.objects.create(email=f"{it}@acme.example", full_name=it) for it in ("ana", "ben"))
    name = SubjectName.of(ana, rows[0])
    with pytest.raises(IntegrityError):
        SubjectName.objects.create(agent=ben, service_provider=rows[0], value=name.upper())
