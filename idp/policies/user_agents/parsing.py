"""Reads a User-Agent header: which platform, form, client and browser it may come from.

Only plain text searches read the header, so the time grows with its length and never faster.
"""

from functools import lru_cache

from idp.policies.user_agents.browsers import APP_MARKERS, BROWSER_MARKERS, any_of, name_browser, number_after, own_name
from idp.policies.user_agents.os_versions import android_version, ios_version
from idp.policies.user_agents.user_agent import IPHONE_OR_IPAD, MAC_OR_IPAD, Client, Form, Platform, UserAgent

LONGEST = 512  # characters of a header that are read
_LONGEST_UNFOLDED = 8 * LONGEST  # characters whose spaces are collapsed first
_APPLE_APP = frozenset({Platform.IOS, Platform.MACOS})

# Tested in this order, wherever they are in the header.
_PLATFORM_OF_PRODUCT = (
    (("windows phone", "iemobile", "wpdesktop", "; wds "), Platform.WINDOWS_PHONE),
    (("kaios/",), Platform.KAIOS),
    (("openharmony",), Platform.HARMONYOS),
    (("silk/", "oculusbrowser/"), Platform.ANDROID),
)
# Tested in this order in the first comment, and if that says nothing in the whole header.
_PLATFORM_OF_SYSTEM = (
    (("tizen", "web0s", "webos", "playstation", "nintendo", "roku"), Platform.OTHER),
    (("; android ", " adr "), Platform.ANDROID),  # some models are called "HiPad" or "Naomiphone"
    (("ipad",), Platform.IPADOS),
    (("iphone", "ipod"), Platform.IOS),
    (("; cros ",), Platform.CHROMEOS),
    (("android",), Platform.ANDROID),
    (("windows",), Platform.WINDOWS),
    (("macintosh", "mac os", "macos"), Platform.MACOS),
    (("bsd", "sunos", "blackberry", "bb10", "symbian", "series60", "series40", "midp"), Platform.OTHER),
    (("sailfish", "maemo", "meego", "bada/"), Platform.OTHER),
    (("linux", "x11"), Platform.LINUX),
)
_DESKTOPS = frozenset({Platform.WINDOWS, Platform.MACOS, Platform.LINUX, Platform.CHROMEOS})
_FORM_OF_PLATFORM = {
    **dict.fromkeys(_DESKTOPS, Form.DESKTOP),
    **dict.fromkeys((Platform.IOS, Platform.KAIOS, Platform.WINDOWS_PHONE), Form.PHONE),
    Platform.IPADOS: Form.TABLET,
}
_BOTS = ("crawler", "spider", "+http", "headlesschrome/", "facebookexternalhit", "slurp", "lighthouse")
_TVS = ("; aft", "web0s", "netcast", "bravia", "crkey", "mibox", "chromecast", "viera", "roku")
_TV_WORDS = frozenset({"tv", "hbbtv", "smart-tv", "smarttv", "googletv", "appletv", "androidtv", "mitv"})
_HEADSETS = ("oculusbrowser/", "quest ", "pico neo", "pico 4", "wolvic/")
_TABLETS = ("tablet", "nexus 7", "nexus 9", "nexus 10", "pixel c", "mediapad", "matepad", "mipad")
_TABLET_MODELS = ("sm-t", "sm-x", "sm-p", "gt-p", "tb-", "tb1", "tb3")
_CONSOLES = ("playstation", "nintendo", "xbox")

_WV = "; wv)"
_APART = str.maketrans(dict.fromkeys("()[];,/\"'", " "))


def parse(header: str | None) -> UserAgent:
    """Read a header. Any string gives a UserAgent; it is empty if the header says nothing."""
    return _parse(" ".join((header or "")[:_LONGEST_UNFOLDED].split())[:LONGEST].rstrip())


@lru_cache(maxsize=2048)
def _parse(text: str) -> UserAgent:
    low = text.lower()
    if not low or ",mozilla/" in low or ", mozilla/" in low:
        return UserAgent()  # a header sent twice arrives joined by a comma: it claims two things, so none
    words = frozenset(low.translate(_APART).split())
    platform = _platform(low, words)
    form = _form(platform, low, words)
    client = _client(platform, low)
    browser, version = name_browser(text, low, in_an_app=Client.BROWSER not in client)
    app, app_version = own_name(text) if client == {Client.APP} else ("", None)
    return UserAgent(text, platform, form, client, browser, version, app, app_version, _os_version(platform, low))


def _os_version(platform: frozenset[Platform], low: str) -> int | None:
    if platform == {Platform.ANDROID}:
        return android_version(low)
    return ios_version(low) if platform and platform <= IPHONE_OR_IPAD else None


def _platform(low: str, words: frozenset[str]) -> frozenset[Platform]:
    """Return the platforms: by a product anywhere, or by the first comment, or by the whole header."""
    comment = low.partition("(")[2].partition(")")[0]
    if product := _first(_PLATFORM_OF_PRODUCT, low):
        return frozenset({product})
    system = _first(_PLATFORM_OF_SYSTEM, comment) or _first(_PLATFORM_OF_SYSTEM, low)
    if system is None:
        return _platform_of_app(low, words)
    if system is Platform.ANDROID and "harmonyos" in low:
        return frozenset({Platform.ANDROID, Platform.HARMONYOS})
    if system is Platform.LINUX and "opt/" in low:
        return frozenset({Platform.ANDROID, Platform.LINUX})
    may_be = _platform_of_mac(low) if system is Platform.MACOS else frozenset({system})
    return may_be | _contradictions(low) if may_be & _DESKTOPS else may_be


def _first(table: tuple[tuple[tuple[str, ...], Platform], ...], text: str) -> Platform | None:
    return next((platform for markers, platform in table if any_of(markers, text)), None)


def _platform_of_app(low: str, words: frozenset[str]) -> frozenset[Platform]:
    if "ios" in words:
        return IPHONE_OR_IPAD
    if "cfnetwork/" in low or "darwin/" in low:
        return _APPLE_APP
    return frozenset()


def _platform_of_mac(low: str) -> frozenset[Platform]:
    """Tell Macs from iPhones and iPads that ask for the desktop site, as far as possible."""
    if any_of(("crios/", "fxios/", "edgios/", "opios/", "gsa/", "mobile/"), low):
        return IPHONE_OR_IPAD
    is_safari = "applewebkit/" in low and not any_of(("chrome/", "chromium/", "firefox/", "opr/"), low)
    release = number_after(low.replace("10.", "10_"), "mac os x 10_")
    # The first iPad that passed for a Mac claimed 10.15, so an older system is a Mac.
    return MAC_OR_IPAD if is_safari and (release is None or release >= 15) else frozenset({Platform.MACOS})  # noqa: PLR2004


def _contradictions(low: str) -> frozenset[Platform]:
    """Return the mobile platforms that a desktop's header names too: it may be either."""
    claims = {"iphone": Platform.IOS, "ipad": Platform.IPADOS, "android": Platform.ANDROID}
    return frozenset(platform for marker, platform in claims.items() if marker in low)


def _form(platform: frozenset[Platform], low: str, words: frozenset[str]) -> frozenset[Form]:
    if any_of(_BOTS, low) or any(word.endswith("bot") and word != "cubot" for word in words):
        return frozenset({Form.BOT})
    if any_of(_TVS, low) or not words.isdisjoint(_TV_WORDS):
        return frozenset({Form.TV})
    if any_of(_HEADSETS, low) or "vr" in words:
        return frozenset({Form.XR})
    if any_of(_CONSOLES, low):
        return frozenset({Form.OTHER})
    if platform == _APPLE_APP:
        return frozenset()
    return frozenset().union(*(_form_of(each, low, words) for each in platform))


def _form_of(platform: Platform, low: str, words: frozenset[str]) -> frozenset[Form]:
    if platform in _FORM_OF_PLATFORM:
        return frozenset({_FORM_OF_PLATFORM[platform]})
    if platform is Platform.HARMONYOS and "pc" in words:
        return frozenset({Form.DESKTOP})
    if _is_tablet(low, words):
        return frozenset({Form.TABLET})
    if not words.isdisjoint({"mobile", "phone"}):
        return frozenset({Form.PHONE})
    # Some vendors' phones leave "Mobile" out, as tablets do.
    return frozenset() if platform is Platform.OTHER else frozenset({Form.TABLET, Form.PHONE})


def _is_tablet(low: str, words: frozenset[str]) -> bool:
    if any_of(_TABLETS, low) or not words.isdisjoint({"tab", "pad"}):
        return True
    return any(word.startswith(_TABLET_MODELS) or _is_fire_tablet(word) for word in words)


def _is_fire_tablet(word: str) -> bool:
    return word.startswith("kf") and word.isalpha() and 4 <= len(word) <= 7  # noqa: PLR2004


def _client(platform: frozenset[Platform], low: str) -> frozenset[Client]:
    if not low.startswith(("mozilla/", "opera/", "ucweb/")):
        return frozenset({Client.APP}) if "/" in low else frozenset()
    if any_of(APP_MARKERS, low):
        return frozenset({Client.WEB_VIEW})
    if not _looks_like_web_view(platform, low):
        return frozenset({Client.BROWSER})
    if not any_of(BROWSER_MARKERS, low):
        return frozenset({Client.WEB_VIEW})
    # UC, Mi and others look like a web view by their shape alone; "wv" says that it is one.
    return frozenset({Client.BROWSER, Client.WEB_VIEW} if _WV in low else {Client.BROWSER})


def _looks_like_web_view(platform: frozenset[Platform], low: str) -> bool:
    if Platform.ANDROID in platform:
        return _WV in low or "version/4.0 chrome/" in low
    if "arkweb/" in low or "msapphost/" in low:
        return True
    is_apple = bool(platform & {Platform.IOS, Platform.IPADOS, Platform.MACOS})
    return is_apple and "applewebkit/" in low and not any_of((" safari/", "chrome/"), low)
