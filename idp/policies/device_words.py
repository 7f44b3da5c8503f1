"""What a user agent is called in words for people: "iPhone, Safari"; "unknown phone or computer". Pure."""

from idp.policies.user_agents import IPHONE_OR_IPAD, MAC_OR_IPAD, Client, Form, Platform, UserAgent

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


def describe(user_agent: UserAgent) -> str:
    """Put device and browser into words for people: "iPhone, Safari"; "unknown phone or computer"."""
    device = _DEVICES.get(user_agent.platform) or _platform_and_form(user_agent)
    if user_agent.browser:
        return f"{device}, {user_agent.browser}"
    return f"{device}, inside an app" if user_agent.client == {Client.WEB_VIEW} else device


def _platform_and_form(user_agent: UserAgent) -> str:
    if not user_agent.platform and not user_agent.form:
        return "unknown phone or computer"
    known = user_agent.platform - {Platform.OTHER}
    platform = " or ".join(name for it, name in PLATFORM_NAMES.items() if it in known)
    form = " or ".join(name for it, name in FORM_NAMES.items() if it in user_agent.form)
    return f"{platform} {form or 'device'}".strip()
