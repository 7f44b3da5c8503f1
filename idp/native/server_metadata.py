"""The metadata that Latchkey publishes for OAuth clients (RFC 8414)."""

from typing import Any

from idp.native.pkce import METHOD

PATHS = {
    "authorization_endpoint": "/oauth/authorize",
    "token_endpoint": "/api/v1/token",
    "revocation_endpoint": "/oauth/revoke",
    "jwks_uri": "/.well-known/jwks.json",
}


def describe(base_url: str) -> dict[str, Any]:
    """Return the metadata. Its addresses come from settings, never from the Host header."""
    return {
        "issuer": base_url,
        **{name: f"{base_url}{path}" for name, path in PATHS.items()},
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": [METHOD],
        "authorization_response_iss_parameter_supported": True,
    }
