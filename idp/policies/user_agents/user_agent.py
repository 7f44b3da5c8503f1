"""What Latchkey understands of a browser or app from its User-Agent header, as a frozen value.

The header is a claim, never proof. Each part is the set of what it may be, and is empty when nothing is known.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Platform(StrEnum):
    """The operating system a header claims."""

    IOS = "ios"
    IPADOS = "ipados"
    ANDROID = "android"
    WINDOWS = "windows"
    MACOS = "macos"
    LINUX = "linux"
    CHROMEOS = "chromeos"
    HARMONYOS = "harmonyos"
    KAIOS = "kaios"
    WINDOWS_PHONE = "windows-phone"
    OTHER = "other"


class Form(StrEnum):
    """The shape of the device."""

    PHONE = "phone"
    TABLET = "tablet"
    DESKTOP = "desktop"
    TV = "tv"
    XR = "xr"
    BOT = "bot"
    OTHER = "other"


class Client(StrEnum):
    """What sends the request: a browser, a web page inside an app, or an app itself."""

    BROWSER = "browser"
    WEB_VIEW = "web view"
    APP = "app"


class Family(StrEnum):
    """Platforms that one device may claim. With the desktop site, an iPhone claims to be a Mac, and Android Linux."""

    APPLE = "apple"
    ANDROID = "android"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class UserAgent:
    """What a header was understood to say. `text` is the header with spaces collapsed, cut at 512 characters.

    `browser` names the browser, or the app that shows the page. `app` is the name that an app gives itself.
    `os_version` is None if the header cannot be trusted about it: see `os_versions`.
    """

    text: str = ""
    platform: frozenset[Platform] = frozenset()
    form: frozenset[Form] = frozenset()
    client: frozenset[Client] = frozenset()
    browser: str = ""
    browser_version: int | None = None
    app: str = ""
    app_version: int | None = None
    os_version: int | None = None


MAC_OR_IPAD = frozenset({Platform.MACOS, Platform.IPADOS})
IPHONE_OR_IPAD = frozenset({Platform.IOS, Platform.IPADOS})
_FAMILIES = {
    **dict.fromkeys((Platform.IOS, Platform.IPADOS, Platform.MACOS), Family.APPLE),
    **dict.fromkeys((Platform.ANDROID, Platform.LINUX, Platform.CHROMEOS, Platform.HARMONYOS), Family.ANDROID),
}


def with_touch_points(user_agent: UserAgent, touch_points: int | None) -> UserAgent:
    """Settle "Mac or iPad": more than 1 touch point is an iPad, 0 is a Mac. Without script (None) it stays open."""
    if user_agent.platform != MAC_OR_IPAD or touch_points is None:
        return user_agent
    if touch_points > 1:
        return replace(user_agent, platform=frozenset({Platform.IPADOS}), form=frozenset({Form.TABLET}))
    if touch_points == 0:
        return replace(user_agent, platform=frozenset({Platform.MACOS}), form=frozenset({Form.DESKTOP}))
    return user_agent


def is_mobile(user_agent: UserAgent) -> bool:
    """Tell whether it is certainly a phone or tablet. False if it is unknown, or may be a computer."""
    return bool(user_agent.form) and user_agent.form <= {Form.PHONE, Form.TABLET}


def family(user_agent: UserAgent) -> Family:
    """Return the family that a device stays in even with the desktop site. Unknown or mixed is OTHER."""
    families = {_FAMILIES.get(platform, Family.OTHER) for platform in user_agent.platform}
    return families.pop() if len(families) == 1 else Family.OTHER
