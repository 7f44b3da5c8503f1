"""What the User-Agent header and Client Hints of a browser or app say about it."""

from idp.policies.user_agents.parsing import LONGEST, parse
from idp.policies.user_agents.user_agent import (
    IPHONE_OR_IPAD,
    MAC_OR_IPAD,
    Client,
    Family,
    Form,
    Platform,
    UserAgent,
    family,
    is_mobile,
    with_touch_points,
)

__all__ = [
    "IPHONE_OR_IPAD",
    "LONGEST",
    "MAC_OR_IPAD",
    "Client",
    "Family",
    "Form",
    "Platform",
    "UserAgent",
    "family",
    "is_mobile",
    "parse",
    "with_touch_points",
]
