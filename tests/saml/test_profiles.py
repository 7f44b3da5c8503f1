"""Profiles: what Flex and other service providers are told, and the addresses of Flex."""

from dataclasses import replace

import pytest

from idp.saml import names
from idp.saml.profiles import PROFILES, Person
from idp.saml.profiles.flex import (
    FlexAddress,
    derive,
    enhanced_address,
    flex_identity,
    legacy_address,
    review,
)

HEX = "0123456789abcdefABCDEF0123456789"
JQ, AC = f"JQ{HEX}", f"AC{HEX}"
ENHANCED_ACS = f"https://login.flex.us1.twilio.com/login/callback?connection={JQ}"
LEGACY_ACS = f"https://iam.twilio.com/v1/Accounts/{AC}/saml2"
ENHANCED = FlexAddress("flex-enhanced", f"urn:flex:{JQ}", ENHANCED_ACS)
LEGACY = FlexAddress("flex-legacy", f"{LEGACY_ACS}/metadata", LEGACY_ACS)
PREVIEW = f"https://preview.twilio.com/iam/Accounts/{AC}/saml2"
ANN = Person("ann7", "ann@example.org", "Ann Smith", ("agent", "wfo.team_leader"))


@pytest.mark.parametrize(("slug", "policy"), [("flex-enhanced", "enhanced"), ("flex-legacy", "legacy")])
def test_flex_gets_its_stored_name_and_its_own_limits(slug, policy):
    profile = PROFILES[slug]
    assert (profile.name_id_format, profile.timeout_policy) == (names.UNSPECIFIED, policy)
    assert profile.requested_context == "ignore"
    assert names.TRANSIENT not in profile.accepted_name_id_formats


def test_others_get_a_persistent_name_and_the_context_they_ask_for():
    generic = PROFILES["generic"]
    assert (generic.name_id_format, generic.requested_context) == (names.PERSISTENT, "honour")


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
def test_what_is_no_part_of_an_address_tells_nothing(pasted):
    assert derive(pasted) is None


@pytest.mark.parametrize("make", [enhanced_address, legacy_address])
def test_an_address_is_made_of_a_well_formed_name_only(make):
    with pytest.raises(ValueError, match="32 hex digits"):
        make("JQ/../x")


def test_a_pasted_acs_is_kept_with_its_region_and_parameters():
    pasted = ENHANCED_ACS.replace("us1", "ie1") + "&x=y"
    address = derive(pasted)
    assert address is not None
    assert address.acs_url == pasted
    assert (review(address).fault, len(review(address).warnings)) == ("", 2)


@pytest.mark.parametrize("address", [ENHANCED, LEGACY], ids=["enhanced", "legacy"])
def test_a_sound_address_passes_without_a_word(address):
    assert (review(address).fault, review(address).warnings) == ("", ())


def test_the_deprecated_address_passes_with_a_warning():
    assert len(review(FlexAddress("flex-legacy", PREVIEW, PREVIEW)).warnings) == 1


OTHER = "0" * 32
FAULTY = {
    "another connection": replace(ENHANCED, entity_id=f"urn:flex:JQ{OTHER}"),
    "another letter case": replace(ENHANCED, entity_id=ENHANCED.entity_id.replace("a", "A")),
    "no connection": replace(ENHANCED, entity_id="urn:flex:"),
    "another host": replace(ENHANCED, acs_url=ENHANCED_ACS.replace("twilio.com", "twilio.com.evil.example")),
    "a fragment": replace(ENHANCED, acs_url=f"{ENHANCED_ACS}&x#y"),
    "another account": replace(LEGACY, entity_id=LEGACY.entity_id.replace(AC, f"AC{OTHER}")),
    "a foreign entity": replace(LEGACY, entity_id="https://x.example"),
    "a foreign ACS": replace(LEGACY, acs_url="https://x.example"),
}


@pytest.mark.parametrize("address", FAULTY.values(), ids=FAULTY)
def test_parts_that_do_not_belong_together_are_told(address):
    assert review(address).fault


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
    with pytest.raises(ValueError, match="ASCII"):
        flex_identity("søn")
