"""Examples of the API's requests and answers for its OpenAPI document, with invented data."""

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
SIGNED_IN = {**DEVICE, "name_id": "a7f3", "signed_out_at": None, "reason": None}
REPLACED = {
    **SIGNED_IN,
    "id": "0f3f9a3e-2f0e-4b9e-8a56-6a4b1c8a5d02",
    "label": "iPhone, Safari",
    "client_id": None,
    "app_version": None,
    "push": None,
    "signed_out_at": "2026-01-12T08:00:00Z",
    "reason": "replaced",
}
EXAMPLES: Mapping[str, Any] = {
    "TokenResponse": {
        "access_token": "eyJ…",
        "token_type": "Bearer",
        "expires_in": 900,
        "refresh_token": "eyJ…",
    },
    "OwnDevice": {**DEVICE, "code_needed_at": "2026-01-21T08:00:00Z"},
    "DeviceUpdate": {"label": "Front desk", "app_version": "2.1 (400)", "push": DEVICE["push"]},
    "SignInLinkRequest": {"sp": "flex"},
    "SignInLink": {"url": "https://login.example.com/oauth/open/…", "expires_in": 60},
    "Agent": {
        "name_id": "a7f3",
        "may_sign_in": True,
        "phone_number": "+12015550101",
        "phone_number_verified_at": "2026-01-12T08:00:00Z",
        "devices": [DEVICE],
    },
    "DeviceChanges": {"devices": [REPLACED, SIGNED_IN], "next": "MjAyNi0wMS0xNA", "more": False},
}
"""Examples by the name of their schema."""
TOKEN_REQUESTS: Mapping[str, Any] = {
    "authorization_code": {
        "summary": "An app exchanges its code for a sign-in",
        "value": {
            "grant_type": "authorization_code",
            "client_id": "acme-phone",
            "code": "SplxlOBeZQQYbYS6WxSbIA",
            "redirect_uri": "com.acme.phone:/signed-in",
            "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        },
    },
    "refresh_token": {
        "summary": "An app stays signed in",
        "value": {"grant_type": "refresh_token", "client_id": "acme-phone", "refresh_token": "eyJ…"},
    },
    "client_credentials": {
        "summary": "A back end, with its client ID and secret by HTTP Basic",
        "value": {"grant_type": "client_credentials"},
    },
}
"""The body of a token request, by its grant type."""
