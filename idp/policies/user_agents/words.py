"""Describes a device and its browser in words: "iPhone, Safari"; "unknown phone or computer"."""

from idp.policies.user_agents.user_agent import IPHONE_OR_IPAD, MAC_OR_IPAD, Client, Form, Platform, UserAgent
from idp.wording import for_agents

PLATFORM_NAMES = {
    Platform.IOS: "iOS",
    Platform.IPADOS: "iPadOS",
    Platform.ANDROID: "Android",
    Platform.WINDOWS: "Windows",
    Platform.MACOS: "macOS",
    Platform.LINUX: "Linux",
    Platform.CHROMEOS: "ChromeOS",
    Platform.HARMONYOS: "HarmonyOS",
    Platform.KAIOS: "KaiOS",
    Platform.WINDOWS_PHONE: "Windows Phone",
    Platform.OTHER: "another one",
}
FORM_NAMES = {
    Form.PHONE: "phone",
    Form.TABLET: "tablet",
    Form.DESKTOP: "computer",
    Form.TV: "TV",
    Form.XR: "headset",
    Form.BOT: "bot",
    Form.OTHER: "other device",
}
_DEVICES = {
    frozenset({Platform.IOS}): "iPhone",
    frozenset({Platform.IPADOS}): "iPad",
    frozenset({Platform.MACOS}): "Mac",
    IPHONE_OR_IPAD: "iPhone or iPad",
    MAC_OR_IPAD: "Mac or iPad",
}
INSIDE_AN_APP = for_agents("inside an app")
WHOLE = (
    for_agents("iPhone or iPad"),
    for_agents("Mac or iPad"),
    for_agents("unknown phone or computer"),
    for_agents("phone"),
    for_agents("tablet"),
    for_agents("phone or computer"),
    for_agents("headset"),
    for_agents("console"),
    for_agents("bot"),
)
"""Whole descriptions with a translation. "iPhone" and "TV" are the same in every language."""
ENDINGS = (
    for_agents("%(platform)s phone or tablet or computer"),
    for_agents("%(platform)s tablet or computer"),
    for_agents("%(platform)s phone or computer"),
    for_agents("%(platform)s phone or tablet"),
    for_agents("%(platform)s computer"),
    for_agents("%(platform)s tablet"),
    for_agents("%(platform)s phone"),
    for_agents("%(platform)s headset"),
    for_agents("%(platform)s console"),
    for_agents("%(platform)s bot"),
)
"""Endings after the names of platforms, with a translation. If two fit, the longer one comes first."""


def describe(user_agent: UserAgent) -> str:
    """Return device and browser in words, such as "iPhone, Safari"."""
    device = _DEVICES.get(user_agent.platform) or _platform_and_form(user_agent)
    if user_agent.browser:
        return f"{device}, {user_agent.browser}"
    return f"{device}, {INSIDE_AN_APP}" if user_agent.client == {Client.WEB_VIEW} else device


def _platform_and_form(user_agent: UserAgent) -> str:
    if not user_agent.platform and not user_agent.form:
        return "unknown phone or computer"
    known = user_agent.platform - {Platform.OTHER}
    platform = " or ".join(name for it, name in PLATFORM_NAMES.items() if it in known)
    form = " or ".join(name for it, name in (FORM_NAMES | {Form.OTHER: "console"}).items() if it in user_agent.form)
    return f"{platform} {form or 'phone or computer'}".strip()
