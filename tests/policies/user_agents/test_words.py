"""What a device is called, and which of them are of one family."""

from itertools import product

import pytest

from idp.policies.user_agents import Family, family, is_mobile, parse
from idp.policies.user_agents.words import ENDINGS, WHOLE, describe
from tests.policies.samples import BLINK, FLEX_MOBILE_IOS, IPAD, IPHONE_SAFARI, LINUX, MAC_SAFARI, PIXEL, android


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (PIXEL, "Android phone, Chrome"),
        (IPHONE_SAFARI, "iPhone, Safari"),
        (MAC_SAFARI, "Mac or iPad, Safari"),
        (FLEX_MOBILE_IOS, "iPhone, inside an app"),
        (PIXEL.replace(" Mobile", ""), "Android phone or tablet, Chrome"),
        (f"Mozilla/5.0 (Windows NT 10.0) {BLINK} Chrome/1.0 Safari/1 Edg/140.0", "Windows computer, Edge"),
        (f"Mozilla/5.0 (Web0S; Linux/SmartTV) {BLINK} Chrome/79.0 Safari/537.36", "TV, Chrome"),
        ("", "unknown phone or computer"),
        ("flex-mobile-react-native", "unknown phone or computer"),
        ("Flex/12 CFNetwork/1494.0.7", "iOS or macOS phone or computer, CFNetwork"),
        ("AcmeBot/1.0", "bot"),
        ("Mozilla/5.0 (PlayStation 5) AppleWebKit/605", "console"),
    ],
)
def test_a_device_is_described_in_words(header, words):
    assert describe(parse(header)) == words


SYSTEMS = (
    *("iPhone", "Macintosh; Intel Mac OS X 10_15_7", "Windows NT 10.0", "X11; Linux x86_64", "Linux; Android 14"),
    *("Windows NT 10.0; Xbox", "PlayStation 5", "Linux; Android 12; Quest 3", "Tizen 5", "compatible"),
)
HINTS = ("", "Mobile", "Tablet", "iPhone", "iPad", "OPT/3", "vr", "crawler", "CriOS/147.0")


def test_each_translated_description_is_of_some_device():
    headers = (f"Mozilla/5.0 ({system}) AppleWebKit/605 {hint} Safari/604" for system, hint in product(SYSTEMS, HINTS))
    said = {describe(parse(it)).split(", ")[0] for it in headers} | {describe(parse(""))}
    endings = [it.removeprefix("%(platform)s") for it in ENDINGS]
    ended_by = {next((end for end in endings if it.endswith(end)), "") for it in said - set(WHOLE)}
    assert (set(WHOLE) - said, set(endings) - ended_by) == (set(), set())


@pytest.mark.parametrize("header", [PIXEL, IPHONE_SAFARI, PIXEL.replace(" Mobile", ""), IPAD])
def test_phones_and_tablets_are_mobile(header):
    assert is_mobile(parse(header))


@pytest.mark.parametrize("header", ["", "x", MAC_SAFARI, LINUX, android("BRAVIA 4K", "Mobile")])
def test_computers_tvs_and_the_unknown_are_not_mobile(header):
    assert not is_mobile(parse(header))


def test_asking_for_the_desktop_site_stays_in_the_family():
    assert {family(parse(it)) for it in (IPHONE_SAFARI, IPAD, MAC_SAFARI)} == {Family.APPLE}
    assert {family(parse(it)) for it in (PIXEL, LINUX)} == {Family.ANDROID}


@pytest.mark.parametrize("header", ["", "x", "Mozilla/5.0 (Windows NT 10.0)"])
def test_an_unknown_header_belongs_to_the_family_other(header):
    assert family(parse(header)) is Family.OTHER
