"""What a browser or app calls itself in a User-Agent header. It is a claim, for people to read.

ua-parser names the rare ones. Only its patterns that take linear time are used, on a short text.
"""

from collections.abc import Iterable
from functools import cache

from ua_parser import load_lazy_builtins
from ua_parser.core import Matcher
from ua_parser.core import UserAgent as NamedBrowser

_APPS = {
    "Instagram": ("instagram",),
    "Messenger": ("messengerforios", "orca-android", "fb_iab/messenger"),
    "Facebook": ("fbav/", "fb_iab/", "fban/"),
    "WeChat": ("micromessenger/", "wxwork/"),
    "TikTok": ("musical_ly", "bytedancewebview", "tiktok"),
    "LinkedIn": ("linkedinapp",),
    "Snapchat": ("snapchat",),
    "Pinterest": ("[pinterest/",),
    "X": ("twitter",),
    "WhatsApp": ("whatsapp/",),
    "Telegram": ("telegram",),
    "KakaoTalk": ("kakaotalk",),
    "LINE": (" line/",),
    "Viber": ("viber/",),
    "DingTalk": ("dingtalk/",),
    "Alipay": ("alipayclient/",),
    "Google app": ("gsa/",),
    "Slack": ("slack",),
    "Microsoft Teams": ("teams/",),
    "a desktop app": ("electron/",),
}
_BROWSERS = {
    "Edge": ("edgios/", "edga/", "edg/", "edge/"),
    "Opera": ("opr/", "opios/", "opt/", "opx/", "opera mini/", "opera"),
    "Samsung Internet": ("samsungbrowser/",),
    "Huawei Browser": ("huaweibrowser/",),
    "Mi Browser": ("miuibrowser/",),
    "HeyTap Browser": ("heytapbrowser/",),
    "vivo Browser": ("vivobrowser/",),
    "UC Browser": ("ucbrowser/",),
    "QQ Browser": ("mqqbrowser/",),
    "Quark": ("quark/",),
    "Yandex Browser": ("yabrowser/",),
    "DuckDuckGo": ("duckduckgo/", "ddg/"),
    "Brave": ("brave",),
    "Vivaldi": ("vivaldi/",),
    "Aloha": ("alohabrowser/",),
    "Silk": ("silk/",),
    "Meta Quest Browser": ("oculusbrowser/",),
    "Firefox Focus": ("focus/", "klar/"),
    "Firefox": ("fxios/", "firefox/"),
    "Chrome": ("crios/",),
}
APP_MARKERS = tuple(marker for markers in _APPS.values() for marker in markers)
BROWSER_MARKERS = tuple(marker for markers in _BROWSERS.values() for marker in markers)
_NAMED = _APPS | _BROWSERS
# Asked last: what other browsers claim too.
_GENERIC = (
    ("Chromium", "chromium/", "chromium/"),
    ("Chrome", "chrome/", "chrome/"),
    ("Safari", " safari/", "version/"),
    ("Internet Explorer", "msie ", "msie "),
    ("Internet Explorer", "trident/", "rv:"),
)
_EVERYWHERE = frozenset({"mozilla", "applewebkit", "version", "chrome", "mobile", "safari", "gecko", "arkweb"})


def any_of(markers: Iterable[str], text: str) -> bool:
    """Tell whether a text contains one of the markers."""
    return any(marker in text for marker in markers)


def name_browser(text: str, low: str, *, in_an_app: bool) -> tuple[str, int | None]:
    """Return the name of the browser or app, and its major version. A web view of an unknown app has no name."""
    for label, markers in _NAMED.items():
        for marker in markers:
            if marker in low:
                return label, number_after(low, marker)
    if named := _named_by_ua_parser(_unusual(text)):
        return named
    generic = () if in_an_app else _GENERIC
    found = ((label, number_after(low, before)) for label, marker, before in generic if marker in low)
    return next(found, ("", None))


def _unusual(text: str) -> str:
    """Return the product names that are not common to all browsers, at most 100 characters."""
    products = (word for word in text.rpartition(")")[2].split() if "/" in word)
    return " ".join(word for word in products if word.partition("/")[0].lower() not in _EVERYWHERE)[:100]


def _named_by_ua_parser(products: str) -> tuple[str, int | None] | None:
    if not products:
        return None
    found = next(filter(None, (matcher(products) for matcher in _plain_matchers())), None)
    return (found.family, _number(found.major or "")) if found else None


@cache
def _plain_matchers() -> tuple[Matcher[NamedBrowser], ...]:
    """Return ua-parser's patterns without an ambiguous repetition, which could take more than linear time."""
    divisible = (".{", ".*", ".+", "]*", "]+", "]{", r"\S", r"\s*", r"\s+", r"\d*", r"\d{")
    return tuple(it for it in load_lazy_builtins()[0] if not any_of(divisible, it.regex))


def own_name(text: str) -> tuple[str, int | None]:
    """Return an app's own name, the first product of its header (RFC 9110 section 10.1.5), and its version."""
    product, slash, version = text.partition(" ")[0].partition("/")
    return (product, _number(version.lstrip("vV"))) if slash else ("", None)


def number_after(text: str, marker: str) -> int | None:
    """Return the number after the first `marker`, or None. A number of more than four digits is no version."""
    return _number(text.partition(marker)[2].lstrip("/ ]"))


def _number(text: str) -> int | None:
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    return int(digits) if 0 < len(digits) <= 4 else None  # noqa: PLR2004
