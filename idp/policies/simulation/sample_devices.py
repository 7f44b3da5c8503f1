"""Typical devices of agents, with the headers that they send, to try rules on. The choice is ours."""

from dataclasses import dataclass
from typing import Final

from idp.policies import user_agents
from idp.policies.access.conditions import Answer, Condition, FormIs, TextContains
from idp.policies.access.facts import of_user_agent
from idp.policies.user_agents import Form

IPAD_TOUCH_POINTS: Final = 5


@dataclass(frozen=True, slots=True)
class SampleDevice:
    """A device, its header, and the touch points that script reports on it."""

    slug: str
    label: str
    user_agent: str
    touch_points: int = IPAD_TOUCH_POINTS


def _iphone(rest: str, device: str = "iPhone; CPU iPhone") -> str:
    return f"Mozilla/5.0 ({device} OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {rest}"


def _blink(system: str, rest: str) -> str:
    return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {rest}"


_MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.0 Safari/605.1.15"
)
_SAFARI = "Version/26.0 Mobile/15E148 Safari/604.1"
_ANDROID = "Linux; Android 10; K"
_CHROME, _ON_PHONES = "Chrome/147.0.0.0 Safari/537.36", "Chrome/147.0.0.0 Mobile Safari/537.36"
_HUAWEI = "Chrome/114.0.5735.196 HuaweiBrowser/16.0.6.300 Safari/537.36"
_GOOGLE = "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

SAMPLE_DEVICES: Final = (
    SampleDevice("iphone-safari", "iPhone, Safari", _iphone(_SAFARI)),
    SampleDevice("iphone-chrome", "iPhone, Chrome", _iphone("CriOS/147.0.0.0 Mobile/15E148 Safari/604.1")),
    SampleDevice("iphone-app", "iPhone, inside an app (Flex Mobile by legacy SSO)", _iphone("Mobile/15E148")),
    SampleDevice("ipad-safari", "iPad, Safari (looks like a Mac)", _MAC),
    SampleDevice("ipad-mobile", "iPad that asks for mobile pages", _iphone(_SAFARI, "iPad; CPU")),
    SampleDevice("pixel-chrome", "Android phone, Chrome", _blink(_ANDROID, _ON_PHONES)),
    SampleDevice(
        "galaxy-samsung",
        "Android phone, Samsung Internet",
        _blink("Linux; Android 14; SM-S721B", "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"),
    ),
    SampleDevice(
        "android-firefox",
        "Android phone, Firefox",
        "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
    ),
    SampleDevice(
        "android-app",
        "Android phone, inside an app (Flex Mobile by legacy SSO)",
        _blink(f"{_ANDROID}; wv", f"Version/4.0 {_ON_PHONES}"),
    ),
    SampleDevice("galaxy-tab", "Android tablet, Chrome", _blink("Linux; Android 14; SM-X710", _CHROME)),
    SampleDevice("android-unsure", "Android that does not say whether it is a phone", _blink(_ANDROID, _CHROME)),
    SampleDevice(
        "huawei", "Huawei phone that does not say Mobile", _blink("Linux; Android 12; GRL-LX9; HMSCore 6.15.4", _HUAWEI)
    ),
    SampleDevice(
        "android-tv",
        "Android TV, inside an app (says Mobile)",
        _blink("Linux; Android 11; 4K Google TV Stick; wv", f"Version/4.0 {_ON_PHONES}"),
        0,
    ),
    SampleDevice("mac-safari", "Mac, Safari", _MAC, 0),
    SampleDevice("windows-chrome", "Windows, Chrome", _blink("Windows NT 10.0; Win64; x64", _CHROME), 0),
    SampleDevice(
        "linux-firefox",
        "Linux, Firefox",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        0,
    ),
    SampleDevice(
        "bot",
        "A search engine that passes for an Android phone",
        _blink("Linux; Android 6.0.1; Nexus 5X Build/MMB29P", f"{_ON_PHONES} {_GOOGLE}"),
        0,
    ),
    SampleDevice("nothing", "A browser that sends no User-Agent", ""),
)
MOBILE: Final = FormIs(frozenset({Form.PHONE, Form.TABLET}))


def named(slug: str) -> SampleDevice | None:
    """Return the device of that short name, or None."""
    return next((it for it in SAMPLE_DEVICES if it.slug == slug), None)


def missed_and_hit(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which phones and tablets of the list lack this text in their header, and which other devices have it."""
    contains = TextContains(text)
    missed = [it.label for it in SAMPLE_DEVICES if _is(MOBILE, it) and not _is(contains, it)]
    hit = [it.label for it in SAMPLE_DEVICES if not _is(MOBILE, it) and _is(contains, it)]
    return tuple(missed), tuple(hit)


def _is(condition: Condition, device: SampleDevice) -> bool:
    seen = of_user_agent(user_agents.parse(device.user_agent), device.touch_points)
    return condition.ask(seen) is Answer.YES
