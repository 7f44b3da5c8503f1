"""Examples of the API's answers for its OpenAPI document, with invented data."""

from collections.abc import Mapping
from typing import Any

DEVICE: Mapping[str, Any] = {
    "id": "5b0c3f0e-6d0b-4c53-9a43-0d6b2f7f6c11",
    "kind": "mobile",
    "platform": "apple",
    "label": "Acme Phone, iPhone",
    "client_id": "acme-phone",
    "app_version": "2.1 (400)",
    "push": {"provider": "apns", "address": "a1b2c3"},
    "signed_in_since": "2026-01-12T08:00:00Z",
    "last_code_at": "2026-01-12T08:00:00Z",
    "last_seen_at": "2026-01-14T07:58:21Z",
}
IN_THE_FEED = {**DEVICE, "name_id": "a7f3", "signed_out_at": None, "reason": None}
EXAMPLES: Mapping[str, Any] = {
    "TokenAnswer": {
        "access_token": "eyJ…",
        "token_type": "Bearer",
        "expires_in": 900,
        "refresh_token": "eyJ…",
    },
    "OwnDevice": {**DEVICE, "code_needed_at": "2026-01-21T08:00:00Z"},
    "DeviceSaid": {"label": "Front desk", "app_version": "2.1 (400)", "push": DEVICE["push"]},
    "LinkWanted": {"sp": "flex"},
    "Link": {"url": "https://login.example.com/oauth/open/…", "expires_in": 60},
    "AgentTold": {
        "name_id": "a7f3",
        "may_sign_in": True,
        "phone_number": "+12015550101",
        "phone_number_verified_at": "2026-01-12T08:00:00Z",
        "devices": [DEVICE],
    },
    "Devices": {"devices": [IN_THE_FEED], "next": "MjAyNi0wMS0xNA", "more": False},
}
"""Examples by the name of their schema."""
