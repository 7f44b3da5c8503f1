"""Applies Client Hints to what the User-Agent header claims. Hints add doubt, never trust.

Hints that agree with the header change nothing. Hints that contradict it are *added* to what the device may be. So
they can make a rule refuse, but never let anyone in (https://wicg.github.io/ua-client-hints/ section 3).
"""

from dataclasses import dataclass, replace

from idp.policies.user_agents.user_agent import Form, Platform, UserAgent

_PLATFORMS = {
    "android": Platform.ANDROID,
    "chrome os": Platform.CHROMEOS,
    "chromium os": Platform.CHROMEOS,
    "ios": Platform.IOS,
    "linux": Platform.LINUX,
    "macos": Platform.MACOS,
    "windows": Platform.WINDOWS,
}
_MOBILE = {"?1": True, "?0": False}


@dataclass(frozen=True, slots=True)
class ClientHints:
    """The headers `Sec-CH-UA-Platform` and `Sec-CH-UA-Mobile` as received. Empty: there was none."""

    platform: str = ""
    mobile: str = ""


def doubted(user_agent: UserAgent, hints: ClientHints) -> UserAgent:
    """Add to a header what the hints of the same request say against it. A header that says nothing is unchanged."""
    if not user_agent.platform or not (hints.platform or hints.mobile):
        return user_agent
    return replace(
        user_agent,
        platform=user_agent.platform | _platform_against(user_agent, hints),
        form=user_agent.form | _form_against(user_agent, hints),
    )


def _platform_against(user_agent: UserAgent, hints: ClientHints) -> frozenset[Platform]:
    platform = _PLATFORMS.get(hints.platform.strip().strip('"').lower())
    return frozenset() if platform is None or platform in user_agent.platform else frozenset({platform})


def _form_against(user_agent: UserAgent, hints: ClientHints) -> frozenset[Form]:
    mobile = _MOBILE.get(hints.mobile.strip())
    if mobile and user_agent.form and Form.PHONE not in user_agent.form:
        return frozenset({Form.PHONE})
    if mobile is False and user_agent.form == {Form.PHONE}:
        return frozenset({Form.TABLET, Form.DESKTOP})
    return frozenset()
