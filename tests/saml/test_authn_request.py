"""AuthnRequests: what is read, what is believed, and what is answered with a status."""

import re
from contextlib import nullcontext as does_not_raise
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.saml import names
from idp.saml.authn_request import check, parse
from idp.saml.bindings import receive_redirect
from idp.saml.errors import (
    AnswerWithStatus,
    MisshapenSignature,
    ReturnAddress,
    SamlStatus,
    StaleRequest,
    UnknownServiceProvider,
    UnofferedBinding,
    UnreadableRequest,
    UnregisteredAcs,
    WrongDestination,
    quoted,
)
from idp.saml.profiles import PROFILES
from idp.saml.profiles.profile import answered_format, configured, may_be_named
from idp.saml.requested_context import Comparison, RequestedContext, acceptable
from idp.saml.trust import RequestedContextRule
from tests.saml.messages import (
    ACS,
    FLEX_ACS,
    FLEX_SP,
    LEGACY_FLEX,
    NOW,
    SP,
    SSO_URL,
    a_query,
    a_request,
    checked,
    posted,
    trust,
)

EXTENSIONS = '<samlp:Extensions><x:a xmlns:x="urn:x" b="c">d<x:e/></x:a></samlp:Extensions>'
SUBJECT = "<saml:Subject>{}</saml:Subject>"


def flex_trust():
    legacy = PROFILES["flex-legacy"]
    return trust(
        entity_id=FLEX_SP,
        acs=((FLEX_ACS, 0, True),),
        requested_context=legacy.requested_context,
        name_id_formats=legacy.accepted_name_id_formats,
    )


def test_the_recorded_request_of_legacy_flex_is_trusted():
    received = receive_redirect(a_query(LEGACY_FLEX, RelayState="r" * 144))
    trusted = check(received, parse(received.xml), flex_trust(), sso_url=SSO_URL, now=NOW)
    assert (trusted.acs_url, trusted.relay_state) == (FLEX_ACS, "r" * 144)
    assert trusted.accepted_contexts is None
    assert (trusted.id[:9], trusted.signed) == ("ONELOGIN_", False)


def test_everything_a_request_says_is_read():
    request = parse(LEGACY_FLEX)
    assert request.issuer == FLEX_SP
    assert request.issue_instant == NOW
    assert request.provider_name == "Twilio"
    assert request.protocol_binding == names.HTTP_POST
    assert (request.name_id_format, request.allow_create) == (names.EMAIL_ADDRESS, True)
    assert request.requested_context == RequestedContext(
        Comparison.EXACT, ("urn:oasis:names:tc:SAML:2.0:ac:classes:Password",)
    )


def test_the_least_request_gets_the_default_acs():
    trusted = checked(a_request())
    assert (trusted.id, trusted.issuer, trusted.acs_url, trusted.relay_state) == ("_one", SP, ACS, None)
    assert not trusted.force_authn
    assert not trusted.is_passive


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_a_boolean_is_read_in_all_its_spellings(written, meant):
    trusted = checked(a_request(ForceAuthn=written, IsPassive=written))
    assert (trusted.force_authn, trusted.is_passive) == (meant, meant)


SURVIVING = {
    "extensions": EXTENSIONS,
    "scoping": '<samlp:Scoping ProxyCount="1"><samlp:RequesterID>urn:x</samlp:RequesterID></samlp:Scoping>',
    "conditions": '<saml:Conditions NotBefore="2026-11-21T08:00:00Z"/>',
    "an empty policy": "<samlp:NameIDPolicy/>",
}


@pytest.mark.parametrize("inner", SURVIVING.values(), ids=SURVIVING)
def test_optional_content_is_passed_over(inner):
    assert checked(a_request(inner)).acs_url == ACS


@pytest.mark.parametrize("id_", ["_" + "x" * 255, "a.b-c", "é", "日本語"])
def test_any_ncname_of_256_characters_is_an_id(id_):
    assert checked(a_request(ID=id_)).id == id_


NOT_A_REQUEST = {
    "a Response": a_request(root="Response"),
    "a LogoutRequest": a_request("<saml:NameID>x</saml:NameID>", root="LogoutRequest"),
    "an unknown root": b"<AuthnRequest/>",
    "no namespace": a_request().replace(b"urn:oasis:names:tc:SAML:2.0:protocol", b"urn:x"),
    "SAML 1.1": a_request(Version="1.1"),
    "no version": a_request(Version=None),
    "in a SOAP envelope": b'<s:Envelope xmlns:s="urn:s">' + a_request() + b"</s:Envelope>",
    "an unknown element": a_request("<samlp:Other/>"),
    "an unknown attribute": a_request(Other="x"),
    "the wrong order": a_request("<samlp:NameIDPolicy/><saml:Subject><saml:NameID>x</saml:NameID></saml:Subject>"),
    "a bad boolean": a_request(ForceAuthn="yes"),
    "a capital boolean": a_request(ForceAuthn="True"),
    "a bad index": a_request(AssertionConsumerServiceIndex="65536"),
    "a negative index": a_request(AssertionConsumerServiceIndex="-1"),
    "no ID": a_request(ID=None),
    "an empty ID": a_request(ID=""),
    "an ID that is no NCName": a_request(ID="1:2"),
    "a padded ID": a_request(ID=" _one"),
    "an ID of 257": a_request(ID="_" + "x" * 256),
    "no instant": a_request(IssueInstant=None),
    "no Issuer": a_request(issuer=""),
    "an empty Issuer": a_request(issuer="<saml:Issuer/>"),
    "two Issuers": a_request(issuer=f"<saml:Issuer>{SP}</saml:Issuer>" * 2),
    "an Issuer with a child": a_request(issuer=f"<saml:Issuer>{SP}<saml:Issuer/></saml:Issuer>"),
    "an Issuer by e-mail": a_request(issuer=f'<saml:Issuer Format="{names.EMAIL_ADDRESS}">{SP}</saml:Issuer>'),
}


@pytest.mark.parametrize("xml", NOT_A_REQUEST.values(), ids=NOT_A_REQUEST)
def test_what_is_no_valid_authn_request_is_unreadable(xml):
    with pytest.raises(UnreadableRequest):
        parse(xml)


LOOK_ALIKES = {
    "another case": SP.upper(),
    "padded": f" {SP}\n",
    "longer": f"{SP}/",
    "shorter": SP[:-1],
    "another letter": SP.replace("a", "\u0430"),
    "split by a comment": f"{SP}<!-- -->.evil.example",
    "split by an instruction": f"{SP}<?x y?>.evil.example",
}


@pytest.mark.parametrize("issuer", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_an_issuer_is_the_exact_whole_text(issuer):
    with pytest.raises(UnknownServiceProvider):
        checked(a_request(issuer=f"<saml:Issuer>{issuer}</saml:Issuer>"))


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_an_instant_within_five_minutes_passes(seconds):
    assert checked(a_request(), now=NOW + timedelta(seconds=seconds)).id == "_one"


@pytest.mark.parametrize("seconds", [-600, -301, 301, 600])
def test_an_instant_beyond_five_minutes_is_stale(seconds):
    with pytest.raises(StaleRequest):
        checked(a_request(), now=NOW + timedelta(seconds=seconds))


def test_an_operator_may_let_pass_less():
    received = posted(a_request())
    for seconds, refused in ((10, does_not_raise()), (11, pytest.raises(StaleRequest))):
        with refused:
            now = NOW + timedelta(seconds=seconds)
            check(received, parse(received.xml), trust(), sso_url=SSO_URL, now=now, skew=timedelta(seconds=10))


@pytest.mark.parametrize("fraction", [".0", ".123", ".1234567890"])
def test_fractions_of_a_second_pass(fraction):
    assert checked(a_request(IssueInstant=f"2026-11-21T09:00:00{fraction}Z")).id == "_one"


INSTANTS = {
    "no Z": "2026-11-21T09:00:00",
    "an offset": "2026-11-21T09:00:00+00:00",
    "a far year": "12026-11-21T09:00:00Z",
    "before our era": "-2026-11-21T09:00:00Z",
    "midnight as 24": "2026-11-20T24:00:00Z",
}


@pytest.mark.parametrize("written", INSTANTS.values(), ids=INSTANTS)
def test_an_instant_written_otherwise_is_stale(written):
    with pytest.raises(StaleRequest):
        parse(a_request(IssueInstant=written))


@pytest.mark.parametrize(
    "written", ["2026-11-21T09:00:0\u0660Z", "2026-02-30T09:00:00Z", " 2026-11-21T09:00:00Z", "now", ""]
)
def test_an_instant_outside_the_schema_is_unreadable(written):
    with pytest.raises(UnreadableRequest):
        parse(a_request(IssueInstant=written))


def test_the_exact_destination_passes():
    assert checked(a_request(Destination=SSO_URL)).id == "_one"


DESTINATIONS = ["", SSO_URL[:-1], SSO_URL + "/", SSO_URL + "?x", SSO_URL.upper(), "https://idp.example.org/"]


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_another_destination_is_wrong(destination):
    with pytest.raises(WrongDestination):
        checked(a_request(Destination=destination))


def test_an_acs_is_found_by_url():
    assert checked(a_request(AssertionConsumerServiceURL=f"{ACS}/two")).acs_url == f"{ACS}/two"


def test_an_acs_is_found_by_index():
    assert checked(a_request(AssertionConsumerServiceIndex="1")).acs_url == f"{ACS}/two"


def test_without_a_default_the_first_acs_is_taken():
    assert checked(a_request(), acs=(("https://a.example/1", 5, False), (ACS, 6, False))).acs_url[-1] == "1"


STRANGE_ACS = {
    "longer": f"{ACS}/x",
    "shorter": ACS[:-1],
    "with a query": f"{ACS}?x=1",
    "user name": "https://sp.example.org@evil.example/acs",
    "subdomain": "https://sp.example.org.evil.example/acs",
    "http": ACS.replace("https", "http"),
    "capitals": ACS.replace("sp", "SP"),
    "escaped": ACS.replace("acs", "%61cs"),
    "port": ACS.replace(".org", ".org:443"),
    "dots": ACS.replace("/acs", "/x/../acs"),
    "padded": f" {ACS}",
    "script": "javascript:alert(1)",
    "empty": "",
}


@pytest.mark.parametrize("url", STRANGE_ACS.values(), ids=STRANGE_ACS)
def test_an_acs_that_is_not_registered_is_refused(url):
    with pytest.raises(UnregisteredAcs, match=f"wanted one of .*{ACS}.*, saw {re.escape(quoted(url))}"):
        checked(a_request(AssertionConsumerServiceURL=url))


def test_an_index_that_is_not_registered_is_refused():
    with pytest.raises(UnregisteredAcs, match=f"wanted one of .*{ACS}.*, saw 7"):
        checked(a_request(AssertionConsumerServiceIndex="7"))


def test_an_index_beside_a_url_is_refused():
    with pytest.raises(UnregisteredAcs, match="wanted an ACS by URL or by index, saw both"):
        checked(a_request(AssertionConsumerServiceIndex="0", AssertionConsumerServiceURL=ACS))


@pytest.mark.parametrize("binding", [names.HTTP_REDIRECT, "urn:oasis:names:tc:SAML:2.0:bindings:PAOS", ""])
def test_answers_go_by_post_alone(binding):
    with pytest.raises(UnofferedBinding, match=f"wanted {names.HTTP_POST}, saw '{binding}'"):
        checked(a_request(ProtocolBinding=binding))


def policy(**attributes):
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return a_request(f"<samlp:NameIDPolicy{written}/>")


@pytest.mark.parametrize("format_", [names.UNSPECIFIED, names.PERSISTENT])
def test_a_name_id_format_that_can_be_given_passes(format_):
    assert checked(policy(Format=format_), name_id_formats=(names.PERSISTENT,)).id == "_one"


POLICIES = [
    {"Format": names.TRANSIENT},
    {"Format": "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted"},
    {"Format": ""},
    {"SPNameQualifier": "https://affiliation.example"},
]


@pytest.mark.parametrize("attributes", POLICIES)
def test_a_name_id_policy_that_cannot_be_met_is_answered(attributes):
    with pytest.raises(AnswerWithStatus) as caught:
        checked(policy(**attributes), name_id_formats=(names.PERSISTENT,))
    assert caught.value.saml_status == SamlStatus(names.REQUESTER, names.INVALID_NAME_ID_POLICY)
    assert caught.value.return_address == ReturnAddress(ACS, "_one", None)


@pytest.mark.parametrize("format_", [names.UNSPECIFIED, names.EMAIL_ADDRESS, names.PERSISTENT])
@pytest.mark.parametrize("slug", ["flex-enhanced", "flex-legacy"])
def test_flex_may_ask_for_any_lasting_name(slug, format_):
    formats = PROFILES[slug].accepted_name_id_formats
    assert checked(policy(Format=format_), name_id_formats=formats).id == "_one"


@pytest.mark.parametrize("format_", [names.PERSISTENT, names.TRANSIENT])
def test_another_app_may_ask_for_what_can_truly_be_given(format_):
    formats = PROFILES["generic"].accepted_name_id_formats
    assert checked(policy(Format=format_), name_id_formats=formats).name_id_format == format_


def test_an_e_mail_as_name_is_given_only_where_an_operator_chose_it():
    generic = PROFILES["generic"]
    with pytest.raises(AnswerWithStatus):
        checked(policy(Format=names.EMAIL_ADDRESS), name_id_formats=generic.accepted_name_id_formats)
    chosen = configured(generic, names.EMAIL_ADDRESS)
    trusted = checked(policy(Format=names.EMAIL_ADDRESS), name_id_formats=chosen.accepted_name_id_formats)
    assert answered_format(chosen, trusted.name_id_format) == names.EMAIL_ADDRESS


GENERIC = PROFILES["generic"]
ANSWERED = {
    "nothing asked": (GENERIC, None, names.PERSISTENT),
    "any": (GENERIC, names.UNSPECIFIED, names.PERSISTENT),
    "persistent": (GENERIC, names.PERSISTENT, names.PERSISTENT),
    "transient": (GENERIC, names.TRANSIENT, names.TRANSIENT),
    "nothing asked, transient chosen": (configured(GENERIC, names.TRANSIENT), None, names.TRANSIENT),
    "persistent, transient chosen": (configured(GENERIC, names.TRANSIENT), names.PERSISTENT, names.PERSISTENT),
    "any, e-mail chosen": (configured(GENERIC, names.EMAIL_ADDRESS), names.UNSPECIFIED, names.EMAIL_ADDRESS),
    "transient, e-mail chosen": (configured(GENERIC, names.EMAIL_ADDRESS), names.TRANSIENT, names.TRANSIENT),
    "any, unspecified chosen": (configured(GENERIC, names.UNSPECIFIED), names.UNSPECIFIED, names.UNSPECIFIED),
    "Flex, nothing asked": (PROFILES["flex-legacy"], None, names.UNSPECIFIED),
    "Flex, e-mail": (PROFILES["flex-legacy"], names.EMAIL_ADDRESS, names.UNSPECIFIED),
    "Flex, persistent": (PROFILES["flex-enhanced"], names.PERSISTENT, names.UNSPECIFIED),
    "Flex with persistent chosen, e-mail": (
        configured(PROFILES["flex-enhanced"], names.PERSISTENT),
        names.EMAIL_ADDRESS,
        names.PERSISTENT,
    ),
}


@pytest.mark.parametrize(("profile", "requested", "answered"), ANSWERED.values(), ids=ANSWERED)
def test_a_profile_says_which_format_answers(profile, requested, answered):
    assert answered_format(profile, requested) == answered


@pytest.mark.parametrize("requested", [names.EMAIL_ADDRESS, names.ENTITY, "", "urn:x"])
def test_a_format_that_is_not_accepted_has_no_answer(requested):
    with pytest.raises(ValueError, match="does not accept"):
        answered_format(GENERIC, requested)


@pytest.mark.parametrize("slug", ["flex-enhanced", "flex-legacy"])
@pytest.mark.parametrize("format_", [names.TRANSIENT, names.ENTITY, ""])
def test_flex_cannot_be_given_a_passing_name(slug, format_):
    with pytest.raises(ValueError, match="cannot be given"):
        configured(PROFILES[slug], format_)


def test_an_unknown_format_cannot_be_chosen():
    with pytest.raises(ValueError, match="cannot be given"):
        configured(GENERIC, names.ENTITY)


ALLOWED = {
    "no policy": (a_request(), True),
    "a policy that says nothing": (policy(Format=names.PERSISTENT), True),
    "true": (policy(AllowCreate="true"), True),
    "1": (policy(AllowCreate="1"), True),
    "false": (policy(AllowCreate="false"), False),
    "0": (policy(AllowCreate="0"), False),
}


@pytest.mark.parametrize(("xml", "allowed"), ALLOWED.values(), ids=ALLOWED)
def test_only_a_spoken_no_forbids_to_make_a_name(xml, allowed):
    assert checked(xml, name_id_formats=(names.PERSISTENT,)).allow_create is allowed


@pytest.mark.parametrize(
    ("profile", "format_", "issued", "allowed"),
    [
        (GENERIC, names.PERSISTENT, False, False),
        (GENERIC, names.PERSISTENT, True, True),
        (GENERIC, names.TRANSIENT, False, True),
        (GENERIC, names.EMAIL_ADDRESS, False, True),
        (PROFILES["flex-legacy"], names.UNSPECIFIED, False, True),
        (configured(PROFILES["flex-legacy"], names.PERSISTENT), names.PERSISTENT, False, True),
    ],
)
def test_a_forbidden_name_is_a_new_persistent_one(profile, format_, issued, allowed):
    assert may_be_named(profile, format_, allow_create=False, issued=issued) is allowed
    assert may_be_named(profile, format_, allow_create=True, issued=issued)


@pytest.mark.parametrize("qualifier", ["", SP])
def test_a_qualifier_of_the_service_provider_itself_passes(qualifier):
    assert checked(policy(SPNameQualifier=qualifier)).id == "_one"


def test_nothing_is_answered_before_the_acs_is_known():
    with pytest.raises(UnregisteredAcs):
        checked(a_request(f'<samlp:NameIDPolicy Format="{names.TRANSIENT}"/>', AssertionConsumerServiceIndex="9"))


def test_a_named_subject_is_handed_on():
    assert checked(a_request(SUBJECT.format("<saml:NameID>ann</saml:NameID>"))).subject_name_id == "ann"


CONFIRMATION = f'<saml:SubjectConfirmation Method="{names.BEARER}"/>'


@pytest.mark.parametrize("inner", [CONFIRMATION, f"<saml:NameID>ann</saml:NameID>{CONFIRMATION}"])
def test_another_kind_of_subject_is_answered_as_unsupported(inner):
    with pytest.raises(AnswerWithStatus) as caught:
        checked(a_request(SUBJECT.format(inner)))
    assert caught.value.saml_status == SamlStatus(names.REQUESTER, names.REQUEST_UNSUPPORTED)


def context(*classes, comparison="exact", tag="AuthnContextClassRef"):
    refs = "".join(f"<saml:{tag}>{it}</saml:{tag}>" for it in classes)
    return a_request(f'<samlp:RequestedAuthnContext Comparison="{comparison}">{refs}</samlp:RequestedAuthnContext>')


@pytest.mark.parametrize("comparison", list(Comparison))
def test_how_contexts_are_to_be_compared_is_read(comparison):
    assert parse(context("urn:a", comparison=comparison)).requested_context == RequestedContext(comparison, ("urn:a",))


def test_contexts_are_compared_exactly_where_nothing_else_is_said():
    xml = context("urn:a").replace(b' Comparison="exact"', b"")
    assert parse(xml).requested_context == RequestedContext(Comparison.EXACT, ("urn:a",))


def test_what_cannot_be_done_is_answered_where_it_was_asked_with_the_state_it_came_with():
    unmet = [
        (policy(Format=names.ENTITY), rf"wanted a NameID format of .*, saw '{names.ENTITY}' for None"),
        (policy(SPNameQualifier="urn:x"), "saw None for 'urn:x'"),
        (a_request(SUBJECT.format(CONFIRMATION)), "wanted a plain NameID in Subject"),
        (context("urn:other"), "wanted a context among .*, saw .*urn:other"),
    ]
    for xml, sentence in unmet:
        with pytest.raises(AnswerWithStatus, match=sentence) as caught:
            checked(posted(xml, "state"))
        assert caught.value.return_address == ReturnAddress(ACS, "_one", "state")


def test_a_context_that_can_be_stated_is_handed_on():
    xml = context(f"\n {names.MOBILE_ONE_FACTOR_CONTRACT} ", "urn:other")
    assert checked(xml).accepted_contexts == (names.MOBILE_ONE_FACTOR_CONTRACT,)


def test_without_a_requested_context_any_will_do():
    assert checked(a_request()).accepted_contexts is None


@pytest.mark.parametrize("tag", ["AuthnContextClassRef", "AuthnContextDeclRef"])
def test_a_context_that_cannot_be_met_is_answered(tag):
    with pytest.raises(AnswerWithStatus) as caught:
        checked(context("urn:other", tag=tag))
    assert caught.value.saml_status == SamlStatus(names.RESPONDER, names.NO_AUTHN_CONTEXT)


def test_a_context_is_ignored_where_the_connection_says_so():
    xml = context("urn:other")
    assert checked(xml, requested_context=RequestedContextRule.IGNORE).accepted_contexts is None


COMPARED = [
    ("exact", "b", "b"),
    ("exact", "ax", "a"),
    ("exact", "x", ""),
    ("minimum", "a", "abc"),
    ("minimum", "cb", "bc"),
    ("minimum", "x", ""),
    ("maximum", "b", "ab"),
    ("maximum", "a", "a"),
    ("better", "a", "bc"),
    ("better", "ab", "c"),
    ("better", "c", ""),
    ("better", "ax", ""),
    ("minimum", "", ""),
]


@pytest.mark.parametrize(("comparison", "asked", "accepted"), COMPARED)
def test_contexts_are_compared_by_our_order(comparison, asked, accepted):
    requested = RequestedContext(Comparison(comparison), tuple(asked))
    assert "".join(acceptable(requested, "abc")) == accepted


def test_a_request_that_is_not_the_one_received_is_refused():
    with pytest.raises(MisshapenSignature):
        check(posted(a_request(ID="_two")), parse(a_request()), trust(), sso_url=SSO_URL, now=NOW)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&\ufffe\uffff"), max_size=256))
def test_any_text_of_an_issuer_is_read_uncut(text):
    if text:
        assert parse(a_request(issuer=f"<saml:Issuer>{text}</saml:Issuer>")).issuer == text
