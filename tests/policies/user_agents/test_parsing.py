import pytest

from idp.policies.user_agents import (
    LONGEST,
    Client,
    Form,
    Platform,
    UserAgent,
    is_mobile,
    parse,
    with_touch_points,
)
from tests.policies.samples import (
    BLINK,
    FLEX_MOBILE_ANDROID,
    FLEX_MOBILE_IOS,
    IOS,
    IPAD,
    IPHONE_SAFARI,
    LINUX,
    MAC,
    MAC_SAFARI,
    PIXEL,
    SAMPLES,
    android,
)

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[it["browser"] for it in SAMPLES])


def members(values: frozenset) -> str:
    return "|".join(sorted(values)) or "unknown"


@each_sample
def test_the_platform_is_among_those_of_the_sample(sample):
    judged = parse(sample["user_agent"]).platform

    assert set(members(judged).split("|")) <= set(sample["platform"].split("|"))


@each_sample
def test_a_string_that_fits_several_platforms_keeps_them_all(sample):
    assert members(parse(sample["user_agent"]).platform) == "|".join(sorted(sample["platform"].split("|")))


@each_sample
def test_a_web_view_is_distinguished_from_a_browser(sample):
    expected = {"yes": [{Client.WEB_VIEW}], "no": [{Client.BROWSER}, {Client.APP}], "unknown": [set()]}

    assert parse(sample["user_agent"]).client in expected[sample["webview"]]


@pytest.mark.parametrize("sample", [it for it in SAMPLES if it["form_factor"] not in {"unknown", "desktop"}])
def test_the_form_may_be_that_of_the_sample(sample):
    assert sample["form_factor"] in parse(sample["user_agent"]).form


def test_the_strings_of_twilios_page_are_an_iphone_and_an_android_phone():
    assert parse(FLEX_MOBILE_IOS).platform == {Platform.IOS}
    assert parse(FLEX_MOBILE_ANDROID).platform == {Platform.ANDROID}
    assert is_mobile(parse(FLEX_MOBILE_IOS))
    assert is_mobile(parse(FLEX_MOBILE_ANDROID))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            f"{IOS} Version/17.0 EdgiOS/129.0.2792.84 Mobile/15E148 Safari/605.1.15",
            "ios phone browser Edge 129",
        ),
        (f"{IOS} Version/17.0 Mobile/15E148 Safari/604.1 Brave/1.60", "ios phone browser Brave 1"),
        (f"{IOS} GSA/307.0.613445279 Mobile/15E148 Safari/604.1", "ios phone web view Google app 307"),
        (
            f"{IOS} Mobile/15E148 MicroMessenger/8.0.42(0x18002a2c) NetType/WIFI",
            "ios phone web view WeChat 8",
        ),
        (f"{IOS} Mobile/15E148 DuckDuckGo/7", "ios phone browser DuckDuckGo 7"),
        (
            f"{IOS} Version/17.5 Mobile/15E148 Snapchat/12.92.0 (like Safari/8618.2, panda)",
            "ios phone web view Snapchat 12",
        ),
        (
            f"{IPAD} Mobile/15E148 [FBAN/FBIOS;FBAV/441.0.0;FBDV/iPad13,4;FBSN/iPadOS]",
            "ipados tablet web view Facebook 441",
        ),
        (f"{IPAD} FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "ipados tablet browser Firefox 127"),
        (f"{MAC} FxiOS/127 Version/11.1 Safari/605.1.15", "ios|ipados phone|tablet browser Firefox 127"),
        (MAC_SAFARI + " Ddg/17.4", "ipados|macos desktop|tablet browser DuckDuckGo 17"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:126.0) Gecko/20100101 Firefox/126.0",
            "macos desktop browser Firefox 126",
        ),
        (android("SM-X906C", "Chrome/116.0.0.0 Safari/537.36"), "android tablet browser Chrome 116"),
        (
            android("SAMSUNG SM-T510", "SamsungBrowser/23.0 Chrome/115.0.0.0 Safari/537.36"),
            "android tablet browser Samsung Internet 23",
        ),
        (
            android("2201117TY", "Version/4.0 Chrome/100.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.4.0-g"),
            "android phone browser Mi Browser 14",
        ),
        (
            android("Pixel 7; wv", "Version/4.0 Chrome/120.0 Mobile Safari/537.36 DuckDuckGo/5"),
            "android phone browser|web view DuckDuckGo 5",
        ),
        (
            android("Pixel 7; wv", "Version/4.0 Chrome/108.0 Mobile Safari/537.36 trill_2 BytedanceWebview/d8"),
            "android phone web view TikTok None",
        ),
        (
            android("Pixel 7", "Version/4.0 Focus/8.0.15 Chrome/114.0 Mobile Safari/537.36"),
            "android phone browser Firefox Focus 8",
        ),
        (
            android("Pixel 7", "Chrome/120.0 Mobile Safari/537.36 Vivaldi/6.5"),
            "android phone browser Vivaldi 6",
        ),
        (android("HiPadPro", "Chrome/104.0 Mobile Safari/537.36"), "android phone browser Chrome 104"),
        (android("NAOMIPHONE Ambar", "Chrome/81.0 Mobile Safari/537.36"), "android phone browser Chrome 81"),
        (
            "UCWEB/2.0 (Windows; U; wds 10.0; en-IN; Microsoft; RM-1065_1008) U2/1.0.0 UCBrowser/4.2.1.541 Mobile",
            "windows-phone phone browser UC Browser 4",
        ),
        (android("BRAVIA 4K UR2", "Chrome/120.0 Safari/537.36"), "android tv browser Chrome 120"),
        (android("CUBOT CHEETAH 2", "Chrome/74.0 Mobile Safari/537.36"), "android phone browser Chrome 74"),
        (
            "Mozilla/5.0 (Linux; U; en-us; KFAPWI Build/JDQ39) AppleWebKit/535.19 Silk/3.13 Safari/535.19",
            "android tablet browser Silk 3",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; HarmonyOS; ELS-AN00) {BLINK} Chrome/99.0 HuaweiBrowser/14.0"
            " Mobile Safari/537.36",
            "android|harmonyos phone browser Huawei Browser 14",
        ),
        (
            f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {BLINK} Chrome/114.0 Safari/537.36 ArkWeb/4.1 Mobile"
            " HuaweiBrowser/5.0",
            "harmonyos phone browser Huawei Browser 5",
        ),
        (
            f"Mozilla/5.0 (X11; CrOS aarch64 15662.0.0) {BLINK} Chrome/120.0.0.0 Safari/537.36",
            "chromeos desktop browser Chrome 120",
        ),
        (
            f"Mozilla/5.0 (Web0S; Linux/SmartTV) {BLINK} Chrome/79.0 Safari/537.36",
            "other tv browser Chrome 79",
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
            "linux desktop browser Firefox 126",
        ),
        (f"{LINUX} Chrome/120.0.0.0 Safari/537.36 Whale/3.24.223.18", "linux desktop browser Whale 3"),
        (f"{LINUX} HeadlessChrome/120.0 Safari/537.36", "linux bot browser HeadlessChrome None"),
        (
            "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
            "windows desktop browser Internet Explorer 11",
        ),
        ("Flex/12 CFNetwork/1494.0.7 Darwin/23.4.0", "ios|macos unknown app CFNetwork 1494"),
        ("Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A)", "android phone|tablet app None"),
    ],
)
def test_other_strings_are_parsed_as_they_claim(header, expected):
    it = parse(header)
    words = [members(it.platform), members(it.form), members(it.client), it.browser, str(it.browser_version)]

    assert " ".join(filter(None, words)) == expected


@pytest.mark.parametrize(
    ("header", "platforms"),
    [
        ("AcmeAgent/3.2 (iOS 17.5)", "ios|ipados"),
        ("AcmeAgent/3.2 CFNetwork/1494.0.7", "ios|macos"),
        ("AcmeAgent/3.2 Darwin/23.4.0", "ios|macos"),
        *((f"{MAC} {it}/120.0 Safari/605.1.15", "ios|ipados") for it in ("CriOS", "FxiOS", "EdgiOS", "OPiOS", "GSA")),
        (f"{MAC} Mobile/15E148 Safari/605.1.15", "ios|ipados"),
        *((f"{MAC} {it}/120.0 Safari/537.36", "macos") for it in ("Chrome", "Chromium", "Firefox", "OPR")),
        (MAC_SAFARI.replace("10_15_7", "10.14.6"), "macos"),
        (MAC_SAFARI.replace("10_15_7", "10.15.7"), "ipados|macos"),
        (f"{LINUX} Chrome/120.0.0.0 Safari/537.36 OPT/4.5", "android|linux"),
        (f"{MAC} Chrome/120.0 Safari/537.36 iPad", "ipados|macos"),
        (f"{LINUX} Chrome/120.0 Safari/537.36 Android", "android|linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (like iPhone) Chrome/140.0", "ios|windows"),
        (f"{PIXEL} iPhone", "android"),
    ],
)
def test_a_header_is_parsed_into_its_possible_platforms(header, platforms):
    assert members(parse(header).platform) == platforms


@pytest.mark.parametrize(
    ("header", "form"),
    [
        (f"{LINUX} Chrome/120.0 Safari/537.36 AcmeBot", "bot"),
        (android("Quest 3", "Chrome/120.0 Safari/537.36"), "xr"),
        (android("Nexus 9", "Chrome/120.0 Mobile Safari/537.36"), "tablet"),
        (android("Some Headset", "Chrome/120.0 VR Safari/537.36"), "xr"),
        ("Mozilla/5.0 (Windows NT 10.0; Xbox; Xbox One) AppleWebKit/537.36 Edge/44.18363", "other"),
        (f"Mozilla/5.0 (PC; OpenHarmony 5.0) {BLINK} Chrome/114.0 Safari/537.36", "desktop"),
        (f"Mozilla/5.0 (Tablet; OpenHarmony 5.0) {BLINK} Chrome/114.0 Safari/537.36", "tablet"),
        (f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {BLINK} Chrome/114.0 Safari/537.36", "phone"),
        (android("Acme PC", "Chrome/120.0 Safari/537.36"), "phone|tablet"),
        (android("Acme Tab", "Chrome/120.0 Mobile Safari/537.36"), "tablet"),
        (android("Acme Pad", "Chrome/120.0 Mobile Safari/537.36"), "tablet"),
        *((android(it, "Chrome/120.0 Mobile Safari/537.36"), "tablet") for it in ("KFOT", "KFTRPWI")),
        *((android(it, "Chrome/120.0 Mobile Safari/537.36"), "phone") for it in ("KFC", "KFTRPWIX", "KF12")),
        ("Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10", "unknown"),
    ],
)
def test_a_header_is_parsed_into_its_possible_forms(header, form):
    assert members(parse(header).form) == form


@pytest.mark.parametrize(
    ("header", "client"),
    [
        ("Opera/9.80 (X11; Linux x86_64) Presto/2.12", "browser"),
        ("UCWEB/2.0 (Java; U; MIDP-2.0) U2/1.0.0", "browser"),
        ("AcmeAgent", "unknown"),
        (android("Pixel 7", "Version/4.0 Chrome/120.0 Mobile Safari/537.36"), "web view"),
        (android("Pixel 7; wv", "Chrome/120.0 Mobile Safari/537.36"), "web view"),
        (f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {BLINK} Chrome/114.0 Safari/537.36 ArkWeb/4.1 Mobile", "web view"),
        ("Mozilla/5.0 (Windows NT 10.0; MSAppHost/3.0) AppleWebKit/537.36 Chrome/64.0 Safari/537.36", "web view"),
        (f"{LINUX}", "browser"),
        (f"{MAC} Chrome/120.0", "browser"),
        (MAC, "web view"),
    ],
)
def test_a_header_is_parsed_into_its_possible_clients(header, client):
    assert members(parse(header).client) == client


@pytest.mark.parametrize("header", [None, "", "   ", "\t\n", f"{PIXEL},{PIXEL}", f"{IPHONE_SAFARI}, {PIXEL}"])
def test_an_absent_blank_or_doubled_header_says_nothing(header):
    assert parse(header) == UserAgent()


def test_letter_case_and_spaces_make_no_difference():
    plain, odd = parse(PIXEL), parse(f"  {PIXEL.upper().replace(' ', '   ')} ")

    assert (odd.platform, odd.form, odd.client, odd.browser) == (
        plain.platform,
        plain.form,
        plain.client,
        plain.browser,
    )


def test_the_text_has_its_spaces_collapsed_and_is_cut():
    assert parse("  Mozilla/5.0 \t (X)  ").text == "Mozilla/5.0 (X)"
    assert len(parse("ab " * 2000).text) <= LONGEST
    assert parse("a" * (LONGEST - 1) + " b").text == "a" * (LONGEST - 1)


def test_a_desktop_that_names_a_phone_later_on_may_be_either():
    header = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/140.0 Safari/537.36 iPhone"

    assert parse(header).platform == {Platform.WINDOWS, Platform.IOS}


@pytest.mark.parametrize(
    ("told", "platform", "form"),
    [
        (0, {Platform.MACOS}, {Form.DESKTOP}),
        (5, {Platform.IPADOS}, {Form.TABLET}),
        (2, {Platform.IPADOS}, {Form.TABLET}),
        (1, {Platform.MACOS, Platform.IPADOS}, {Form.DESKTOP, Form.TABLET}),
        (-1, {Platform.MACOS, Platform.IPADOS}, {Form.DESKTOP, Form.TABLET}),
        (None, {Platform.MACOS, Platform.IPADOS}, {Form.DESKTOP, Form.TABLET}),
    ],
)
def test_touch_points_tell_an_ipad_from_a_mac(told, platform, form):
    settled = with_touch_points(parse(MAC_SAFARI), told)

    assert (settled.platform, settled.form) == (platform, form)


@pytest.mark.parametrize("header", [IPHONE_SAFARI, PIXEL, f"{MAC} Chrome/120.0 Safari/537.36", "", "x"])
def test_touch_points_change_nothing_else(header):
    assert with_touch_points(parse(header), 5) == parse(header)


@pytest.mark.parametrize(
    ("header", "app"),
    [
        ("AcmeAgent/3.2 (iPhone; iOS 17.5; Scale/3.00)", ("AcmeAgent", 3)),
        ("acme-agent/v12 okhttp/4.12", ("acme-agent", 12)),
        ("AcmeAgent/beta (Android 14)", ("AcmeAgent", None)),
        (PIXEL, ("", None)),
        ("AcmeAgent", ("", None)),
        ("Acme Desk/3 (Windows)", ("", None)),
        ("Acme/V3/beta (Windows)", ("Acme", 3)),
        ("Acme/12345", ("Acme", None)),
    ],
)
def test_an_app_is_known_by_its_own_name(header, app):
    it = parse(header)

    assert (it.app, it.app_version) == app
