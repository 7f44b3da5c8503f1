"""NameIDPolicy: which names can be given as asked, and what is answered where none can."""

import pytest

from idp.saml import names
from idp.saml.errors import AnswerWithStatus, ReturnAddress, SamlStatus
from idp.saml.profiles import PROFILES
from idp.saml.profiles.profile import answered_format, configured, may_be_made
from tests.saml.asking import name_id_policy
from tests.saml.messages import ACS, SP, a_request, checked


@pytest.mark.parametrize("format_", [names.UNSPECIFIED, names.PERSISTENT])
def test_a_name_id_format_that_can_be_given_passes(format_):
    assert checked(a_request(name_id_policy(Format=format_)), name_id_formats=(names.PERSISTENT,)).id == "_one"


POLICIES = [
    {"Format": names.TRANSIENT},
    {"Format": "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted"},
    {"Format": ""},
    {"SPNameQualifier": "https://affiliation.example"},
]


@pytest.mark.parametrize("attributes", POLICIES)
def test_a_name_id_policy_that_cannot_be_met_is_answered(attributes):
    with pytest.raises(AnswerWithStatus) as caught:
        checked(a_request(name_id_policy(**attributes)), name_id_formats=(names.PERSISTENT,))
    assert caught.value.saml_status == SamlStatus(names.REQUESTER, names.INVALID_NAME_ID_POLICY)
    assert caught.value.return_address == ReturnAddress(ACS, "_one", None)


@pytest.mark.parametrize("format_", [names.UNSPECIFIED, names.EMAIL_ADDRESS, names.PERSISTENT])
@pytest.mark.parametrize("slug", ["flex-enhanced", "flex-legacy"])
def test_flex_may_ask_for_any_lasting_name(slug, format_):
    formats = PROFILES[slug].accepted_name_id_formats
    assert checked(a_request(name_id_policy(Format=format_)), name_id_formats=formats).id == "_one"


@pytest.mark.parametrize("format_", [names.PERSISTENT, names.TRANSIENT])
def test_another_app_may_ask_for_what_can_truly_be_given(format_):
    formats = PROFILES["generic"].accepted_name_id_formats
    assert checked(a_request(name_id_policy(Format=format_)), name_id_formats=formats).name_id_format == format_


def test_an_e_mail_as_name_is_given_only_where_an_operator_chose_it():
    generic, request = PROFILES["generic"], a_request(name_id_policy(Format=names.EMAIL_ADDRESS))
    with pytest.raises(AnswerWithStatus):
        checked(request, name_id_formats=generic.accepted_name_id_formats)
    chosen = configured(generic, names.EMAIL_ADDRESS)
    trusted = checked(request, name_id_formats=chosen.accepted_name_id_formats)
    assert answered_format(chosen, trusted.name_id_format) == names.EMAIL_ADDRESS


GENERIC = PROFILES["generic"]
ANSWERED = {
    "nothing asked": (GENERIC, None, names.PERSISTENT),
    "any": (GENERIC, names.UNSPECIFIED, names.PERSISTENT),
    "persistent": (GENERIC, names.PERSISTENT, names.PERSISTENT),
    "transient": (GENERIC, names.TRANSIENT, names.TRANSIENT),
    "nothing asked, transient chosen": (configured(GENERIC, names.TRANSIENT), None, names.TRANSIENT),
    "persistent, transient chosen": (configured(GENERIC, names.TRANSIENT), names.PERSISTENT, names.PERSISTENT),
    "any, email chosen": (configured(GENERIC, names.EMAIL_ADDRESS), names.UNSPECIFIED, names.EMAIL_ADDRESS),
    "transient, email chosen": (configured(GENERIC, names.EMAIL_ADDRESS), names.TRANSIENT, names.TRANSIENT),
    "any, unspecified chosen": (configured(GENERIC, names.UNSPECIFIED), names.UNSPECIFIED, names.UNSPECIFIED),
    "Flex, nothing asked": (PROFILES["flex-legacy"], None, names.UNSPECIFIED),
    "Flex, email": (PROFILES["flex-legacy"], names.EMAIL_ADDRESS, names.UNSPECIFIED),
    "Flex, persistent": (PROFILES["flex-enhanced"], names.PERSISTENT, names.UNSPECIFIED),
    "Flex with persistent chosen, email": (
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
    "a policy that says nothing": (a_request(name_id_policy(Format=names.PERSISTENT)), True),
    "true": (a_request(name_id_policy(AllowCreate="true")), True),
    "1": (a_request(name_id_policy(AllowCreate="1")), True),
    "false": (a_request(name_id_policy(AllowCreate="false")), False),
    "0": (a_request(name_id_policy(AllowCreate="0")), False),
}


@pytest.mark.parametrize(("xml", "allowed"), ALLOWED.values(), ids=ALLOWED)
def test_only_a_spoken_no_forbids_to_make_a_name(xml, allowed):
    assert checked(xml, name_id_formats=(names.PERSISTENT,)).allow_create is allowed


@pytest.mark.parametrize(
    ("profile", "format_", "allowed"),
    [
        (GENERIC, names.PERSISTENT, False),
        (GENERIC, names.TRANSIENT, True),
        (GENERIC, names.EMAIL_ADDRESS, True),
        (PROFILES["flex-legacy"], names.UNSPECIFIED, True),
        (configured(PROFILES["flex-legacy"], names.PERSISTENT), names.PERSISTENT, True),
    ],
)
def test_only_a_persistent_name_can_be_forbidden_to_be_made(profile, format_, allowed):
    assert may_be_made(profile, format_, allow_create=False) is allowed
    assert may_be_made(profile, format_, allow_create=True)


@pytest.mark.parametrize("qualifier", ["", SP])
def test_a_qualifier_of_the_service_provider_itself_passes(qualifier):
    assert checked(a_request(name_id_policy(SPNameQualifier=qualifier))).id == "_one"
