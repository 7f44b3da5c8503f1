"""Profiles: what Flex and other service providers are told, and the addresses of Flex."""

from dataclasses import replace

import pytest

from idp.saml import names
from idp.saml.profiles import PROFILES
from idp.saml.profiles.flex import (
    FlexAddress,
    Pasted,
    Review,
    account_id,
    derive,
    enhanced_address,
    flex_identity,
    legacy_address,
    read,
    review,
    suggest,
)
from idp.saml.profiles.profile import configured

HEX = "0123456789abcdefABCDEF0123456789"
JQ, AC = f"JQ{HEX}", f"AC{HEX}"
ENHANCED_ACS = f"https://login.flex.us1.twilio.com/login/callback?connection={JQ}"
LEGACY_ACS = f"https://iam.twilio.com/v1/Accounts/{AC}/saml2"
ENHANCED = FlexAddress("flex-enhanced", f"urn:flex:{JQ}", ENHANCED_ACS)
LEGACY = FlexAddress("flex-legacy", f"{LEGACY_ACS}/metadata", LEGACY_ACS)
PREVIEW = f"https://preview.twilio.com/iam/Accounts/{AC}/saml2"


@pytest.mark.parametrize(("slug", "policy"), [("flex-enhanced", "enhanced"), ("flex-legacy", "legacy")])
def test_flex_gets_its_stored_name_and_its_own_limits(slug, policy):
    profile = PROFILES[slug]
    assert (profile.name_id_format, profile.timeout_policy) == (names.UNSPECIFIED, policy)
    assert profile.requested_context == "ignore"
    assert names.TRANSIENT not in profile.accepted_name_id_formats


def test_others_get_a_persistent_name_and_the_context_they_ask_for():
    generic = PROFILES["generic"]
    assert (generic.name_id_format, generic.requested_context) == (names.PERSISTENT, "honour")


def test_the_format_that_an_operator_chose_is_given_and_may_be_asked_for():
    generic, flex = PROFILES["generic"], PROFILES["flex-enhanced"]
    accepted = (*generic.accepted_name_id_formats, names.EMAIL_ADDRESS)
    assert configured(generic, names.EMAIL_ADDRESS) == replace(
        generic, name_id_format=names.EMAIL_ADDRESS, accepted_name_id_formats=accepted
    )
    assert configured(flex, names.PERSISTENT) == replace(flex, name_id_format=names.PERSISTENT)


def test_each_profile_is_found_by_its_slug():
    assert all(profile.slug == slug for slug, profile in PROFILES.items())


DERIVED = {
    "a connection": (JQ, ENHANCED),
    "an enhanced entity ID": (f"urn:flex:{JQ}", ENHANCED),
    "an enhanced ACS": (ENHANCED_ACS, ENHANCED),
    "an account": (AC, LEGACY),
    "a legacy entity ID": (f"{LEGACY_ACS}/metadata", LEGACY),
    "a legacy ACS": (f" {LEGACY_ACS}\n", LEGACY),
    "a preview ACS": (PREVIEW, FlexAddress("flex-legacy", PREVIEW, PREVIEW)),
}


@pytest.mark.parametrize(("pasted", "address"), DERIVED.values(), ids=DERIVED)
def test_any_part_of_an_address_tells_the_rest(pasted, address):
    assert derive(pasted) == address


NOT_FLEX = ["", "JQ", AC[:-1], f"{AC}0", f"AC{'g' * 32}", f"{LEGACY_ACS}/", f"urn:flex:{AC}", "https://x.example"]


@pytest.mark.parametrize("pasted", NOT_FLEX)
def test_text_that_is_no_part_of_an_address_identifies_no_account(pasted):
    assert derive(pasted) is None


@pytest.mark.parametrize("address", [ENHANCED_ACS, LEGACY_ACS, f"{LEGACY_ACS}/metadata", PREVIEW])
def test_a_host_with_another_letter_in_place_of_a_dot_is_not_flex(address):
    dots = [at for at, letter in enumerate(address) if letter == "."]
    assert [derive(f"{address[:at]}x{address[at + 1 :]}") for at in dots] == [None] * len(dots)


@pytest.mark.parametrize(
    ("make", "name"),
    [(enhanced_address, "a connection of the form JQ"), (legacy_address, "an Account SID of the form AC")],
)
def test_an_address_is_made_of_a_well_formed_name_only(make, name):
    with pytest.raises(ValueError, match=rf"^not {name} and 32 hex digits: 'JQ/\.\./x'$"):
        make("JQ/../x")


def test_a_pasted_acs_is_kept_with_its_region_and_parameters():
    pasted = ENHANCED_ACS.replace("us1", "ie1") + "&x=y"
    address = derive(pasted)
    assert address is not None
    assert address.acs_url == pasted
    assert review(address) == Review(
        warnings=(
            "The region is ie1; so far only us1 is known.",
            "The ACS URL has further parameters; they are kept as pasted.",
        )
    )


@pytest.mark.parametrize("address", [ENHANCED, LEGACY], ids=["enhanced", "legacy"])
def test_a_sound_address_passes_without_a_word(address):
    assert review(address) == Review()


def test_the_deprecated_address_passes_with_a_warning():
    warning = "preview.twilio.com is deprecated; use the iam.twilio.com address."
    assert review(FlexAddress("flex-legacy", PREVIEW, PREVIEW)) == Review(warnings=(warning,))


OTHER = "0" * 32
UNKNOWN_ENTITY = "The entity ID is not urn:flex: followed by JQ and 32 hex digits."
UNKNOWN_ACS = "The ACS URL is not the login callback of Flex with connection=JQ and 32 hex digits."
TWO_CONNECTIONS = "Entity ID and ACS URL name different connections."
LEGACY_HOST = "is not the iam.twilio.com address of an account ending in"
FAULTY = {
    "another connection": (replace(ENHANCED, entity_id=f"urn:flex:JQ{OTHER}"), TWO_CONNECTIONS),
    "another letter case": (replace(ENHANCED, entity_id=ENHANCED.entity_id.replace("a", "A")), TWO_CONNECTIONS),
    "no connection": (replace(ENHANCED, entity_id="urn:flex:"), UNKNOWN_ENTITY),
    "another host": (
        replace(ENHANCED, acs_url=ENHANCED_ACS.replace("twilio.com", "twilio.com.evil.example")),
        UNKNOWN_ACS,
    ),
    "a fragment": (replace(ENHANCED, acs_url=f"{ENHANCED_ACS}&x#y"), UNKNOWN_ACS),
    "another account": (
        replace(LEGACY, entity_id=LEGACY.entity_id.replace(AC, f"AC{OTHER}")),
        "Entity ID and ACS URL name different accounts.",
    ),
    "a foreign entity": (
        replace(LEGACY, entity_id="https://x.example"),
        f"The entity ID {LEGACY_HOST} /saml2/metadata.",
    ),
    "a foreign ACS": (replace(LEGACY, acs_url="https://x.example"), f"The ACS URL {LEGACY_HOST} /saml2."),
    "the old address for the ACS alone": (
        replace(LEGACY, acs_url=PREVIEW),
        f"The ACS URL {LEGACY_HOST} /saml2.",
    ),
}


@pytest.mark.parametrize(("address", "fault"), FAULTY.values(), ids=FAULTY)
def test_pasted_parts_that_do_not_belong_together_are_reported(address, fault):
    assert review(address) == Review(fault)


IDENTITIES = [
    ("ann@x.org", "ann_40x_2Eorg"),
    ("abc234", "abc234"),
    ("A_b-c", "A_5Fb_2Dc"),
    ("user-+15550100", "user_2D_2B15550100"),
]


@pytest.mark.parametrize(("name_id", "identity"), IDENTITIES)
def test_flex_escapes_a_name_id(name_id, identity):
    assert flex_identity(name_id) == identity


def test_a_name_outside_ascii_has_no_known_identity():
    with pytest.raises(ValueError, match=r"^only ASCII is known to work as a NameID at Flex$"):
        flex_identity("søn")


# What is pasted


def pasted(*values):
    return read("\n".join(values))


BOTH = Pasted(ENHANCED, LEGACY)
FAR_ACS = f"{ENHANCED_ACS.replace('us1', 'ie1')}&x=y"
UNDERSTOOD = {
    "nothing": ((), Pasted()),
    "a connection": ((JQ,), Pasted(ENHANCED)),
    "an account": ((AC,), Pasted(legacy=LEGACY)),
    "one of each": ((AC, JQ), BOTH),
    "the parts of one": ((AC, LEGACY_ACS, LEGACY.entity_id), Pasted(legacy=LEGACY)),
    "the same again": ((JQ, JQ), Pasted(ENHANCED)),
    "an ACS of its own before its connection": ((FAR_ACS, JQ), Pasted(replace(ENHANCED, acs_url=FAR_ACS))),
    "an ACS of its own after its entity ID": (
        (ENHANCED.entity_id, FAR_ACS),
        Pasted(replace(ENHANCED, acs_url=FAR_ACS)),
    ),
    "the old address and its account": ((AC, PREVIEW), Pasted(legacy=FlexAddress("flex-legacy", PREVIEW, PREVIEW))),
}


@pytest.mark.parametrize(("values", "understood"), UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_pasted_values_tell_more_together_than_each_alone(values, understood):
    assert pasted(*values) == understood


def test_more_than_three_values_are_not_looked_at():
    assert pasted(AC, JQ, "x", "y") == Pasted(faults=("Paste up to 3 values; there are 4.",))


def test_pasted_text_that_is_not_from_flex_is_named_next_to_the_rest():
    why = "is not an Account SID (AC…), a connection (JQ…), or an entity ID or ACS URL of Flex."
    assert pasted("a" * 60, JQ, "b" * 61) == Pasted(ENHANCED, faults=(f"“{'a' * 60}” {why}", f"“{'b' * 60}…” {why}"))


OTHERS = {
    "two connections": (JQ, f"JQ{'0' * 32}"),
    "two accounts": (LEGACY_ACS, f"AC{'0' * 32}"),
    "two regions": (FAR_ACS, FAR_ACS.replace("ie1", "au1")),
}


@pytest.mark.parametrize("values", OTHERS.values(), ids=OTHERS)
def test_values_of_one_way_that_do_not_belong_together_make_no_address(values):
    shown = [f"“{it if len(it) <= 60 else it[:60] + '…'}”" for it in values]
    assert pasted(*values) == Pasted(faults=(f"These values do not belong together: {', '.join(shown)}.",))


def test_an_account_is_recognised_in_each_value_that_names_it():
    assert [pasted(it).account_sid for it in (AC, PREVIEW, JQ, "")] == [AC, AC, "", ""]
    assert [account_id(it) for it in (ENHANCED, LEGACY, FlexAddress("generic", "x", AC))] == [JQ, AC, ""]


SUGGESTED = [
    ("flex-enhanced", (), ("flex", "Flex")),
    ("flex-enhanced", ("flex", "flex-3"), ("flex-2", "Flex 2")),
    ("flex-enhanced", ("flex", "flex-2"), ("flex-3", "Flex 3")),
    ("flex-legacy", ("flex",), ("flex-legacy", "Flex (legacy)")),
    ("flex-legacy", ("flex-legacy",), ("flex-legacy-2", "Flex (legacy) 2")),
]


@pytest.mark.parametrize(("profile", "taken", "suggested"), SUGGESTED)
def test_a_new_connection_is_suggested_a_name_that_is_not_taken(profile, taken, suggested):
    assert suggest(profile, taken) == suggested
