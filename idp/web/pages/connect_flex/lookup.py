"""Asks Twilio which connection an account has, when an operator clicks. No credentials are needed or sent."""

import json

import requests
import structlog

from idp.saml.profiles import flex

log = structlog.get_logger(__name__)

ADDRESS = "https://services.twilio.com/v1/Flex/Authentication/Config"
TIMEOUT = (2, 3)  # seconds to connect and to answer
MOST_BYTES = 64 * 1024
HTTP_OK = 200


class LookupFailed(Exception):
    """Twilio could not be reached, or its answer could not be used. The text is for the log."""


def connections(account_sid: str) -> list[str]:
    """Return the connections (JQ…) of an account, active ones first; empty if it has no enhanced SSO.

    Raises LookupFailed, and ValueError if `account_sid` is no Account SID.
    """
    flex.legacy_address(account_sid)
    try:
        return _read(_fetch(account_sid))
    except (LookupFailed, requests.RequestException) as error:
        log.warning("flex_not_looked_up", error=type(error).__name__, detail=str(error)[:200])
        raise LookupFailed(str(error)) from error


def _fetch(account_sid: str) -> bytes:
    query = {"AccountSid": account_sid}
    with requests.get(ADDRESS, query, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
        if answer.status_code != HTTP_OK:
            raise LookupFailed(f"wanted status 200, saw {answer.status_code}")
        return next(answer.iter_content(MOST_BYTES), b"")


def _read(octets: bytes) -> list[str]:
    """Return the connections in `config_list`; entries without one are skipped. Raises LookupFailed."""
    try:
        listed = json.loads(octets)["config_list"]
        names = [(not it.get("active"), it["connection_name"]) for it in listed if flex.derive(it["connection_name"])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LookupFailed(f"wanted config_list with connection_name, but {type(error).__name__}") from error
    return list(dict.fromkeys(name for _, name in sorted(names) if name.startswith("JQ")))
