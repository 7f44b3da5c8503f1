"""Asks Twilio which connection an account has, when an operator clicks. No credentials are needed or sent."""

import json
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from django.conf import settings

from idp.outgoing import exchange
from idp.outgoing.exchange import Request, Unreached
from idp.saml.profiles import flex

log = structlog.get_logger(__name__)

ADDRESS = "https://services.twilio.com/v1/Flex/Authentication/Config"
MOST_BYTES = 64 * 1024


class LookupFailed(Exception):
    """Twilio could not be reached, or its answer could not be used. The text is for the log."""


def connections(account_sid: str) -> list[str]:
    """Return the connections (JQ…) of an account, active ones first; empty if it has no enhanced SSO.

    Raises LookupFailed, and ValueError if `account_sid` is no Account SID.
    """
    flex.legacy_address(account_sid)
    try:
        return _read(_fetch(account_sid))
    except (LookupFailed, Unreached) as error:
        log.warning("flex_not_looked_up", error=type(error).__name__, detail=str(error)[:200])
        raise LookupFailed(str(error)) from error


def _fetch(account_sid: str) -> bytes:
    """Return the answer, which must arrive within 5 seconds. Raises LookupFailed, and Unreached."""
    request = Request(f"{ADDRESS}?{urlencode({'AccountSid': account_sid})}", {"Accept": "application/json"})
    answer = exchange.send(request, longest=MOST_BYTES, networks=settings.LATCHKEY.networks)
    if answer.status != HTTPStatus.OK:
        raise LookupFailed(f"wanted status 200, saw {answer.status}")
    return answer.body


def _read(octets: bytes) -> list[str]:
    """Return the connections in `config_list`; entries without one are skipped. Raises LookupFailed."""
    try:
        listed = json.loads(octets)["config_list"]
        names = [(not it.get("active"), it["connection_name"]) for it in listed if flex.derive(it["connection_name"])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LookupFailed(f"wanted config_list with connection_name, but {type(error).__name__}") from error
    return list(dict.fromkeys(name for _, name in sorted(names) if name.startswith("JQ")))
