"""The three grants of `/api/v1/token`: authorization code, refresh token, and client credentials."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from idp.agents.models import Reason
from idp.login import app_sign_in
from idp.login.app_sign_in import SignedIn, Unknown
from idp.login.flow.transactions import in_transaction
from idp.login.ladder.steps import AskCode, AskPhone, Refuse
from idp.login.request_facts import RequestFacts
from idp.native import bearer, codes
from idp.native.codes import Redemption, Reused
from idp.native.errors import InvalidGrant, InvalidRequest, UnauthorizedClient
from idp.native.models import Client, ClientKind

ENDED_BY: Mapping[str, str] = {Reason.REPLACED: "replaced", Reason.COPIED: "copied"}
SIGNED_OUT = frozenset(Reason.values) - frozenset(ENDED_BY)


@dataclass(frozen=True, slots=True)
class Granted:
    """The result of a grant. Without a refresh token the client keeps the one it has (RFC 6749 section 6)."""

    access_token: str
    refresh_token: str | None = None


def by_code(client: Client, redemption: Redemption, facts: RequestFacts, now: datetime) -> Granted:
    """Sign an app in with the code that it got through the browser. Raises InvalidGrant, Busy."""
    _only(ClientKind.APP, client)
    outcome = codes.redeem(client, redemption, facts, now)
    if isinstance(outcome, SignedIn):
        return Granted(bearer.issue(client, outcome.device, now), outcome.token)
    if isinstance(outcome, Reused):
        raise _refused("copied")
    raise _refused(_reason(outcome) if outcome else "unknown")


def by_token(client: Client, facts: RequestFacts, now: datetime) -> Granted:
    """Renew an app's sign-in with its long-lived token, and return the next token. Raises InvalidGrant, Busy."""
    _only(ClientKind.APP, client)
    outcome = in_transaction(lambda: app_sign_in.renew(client.begin_flow(now), facts, now))
    if isinstance(outcome, SignedIn):
        return Granted(bearer.issue(client, outcome.device, now), outcome.token)
    raise _refused("unknown" if isinstance(outcome, Unknown) else _reason(outcome))


def by_secret(client: Client, now: datetime) -> Granted:
    """Return an access token for a back end that has proved its secret."""
    _only(ClientKind.BACK_END, client)
    return Granted(bearer.issue(client, None, now))


def reason_of(why: str | None) -> str:
    """Return the API's reason why a device cannot continue: a limit, or how it ended."""
    if why in SIGNED_OUT:
        return "signed_out"
    return ENDED_BY.get(why or "", "code_needed")


def needed(**parameters: str | None) -> dict[str, str]:
    """Return the parameters that a grant requires. Raises InvalidRequest if one is missing."""
    if missing := [name for name, value in parameters.items() if not value]:
        raise InvalidRequest(f"{missing[0]} is missing", sentence=f"{missing[0]} is missing.")
    return {name: value for name, value in parameters.items() if value}


def _only(kind: ClientKind, client: Client) -> None:
    if client.kind != kind:
        raise UnauthorizedClient(f"{client.client_id} may not use this grant")


def _reason(step: AskPhone | AskCode | Refuse) -> str:
    if isinstance(step, Refuse):
        return "refused"
    return reason_of(step.reason) if isinstance(step, AskPhone) else "code_needed"


def _refused(reason: str) -> InvalidGrant:
    return InvalidGrant(reason, reason=reason)
