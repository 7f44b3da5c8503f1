"""Authorization codes, which take a sign-in from the browser to the app that requested it (RFC 6749 section 4.1.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from idp.agents.authentication import Authentication, Method
from idp.agents.models import Device, Reason
from idp.bearer_secrets import keyed_hash, new_secret
from idp.errors import LostRace
from idp.login import app_sign_in
from idp.login.app_sign_in import SignedIn
from idp.login.endings import signing_out
from idp.login.flow.sign_in import Proved
from idp.login.flow.transactions import in_transaction
from idp.login.ladder.steps import AskPhone, Refuse
from idp.login.request_facts import RequestFacts
from idp.native import pkce
from idp.native.authorization import AuthorizationRequest
from idp.native.models import AuthorizationCode, Client
from idp.policies.timeouts import has_passed

LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Redemption:
    """A code, and the values with which the app proves that it requested it."""

    code: str
    redirect_uri: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Reused:
    """The code had been used before. The device that it signed in then has been signed out."""


def make(client: Client, request: AuthorizationRequest, proved: Proved, now: datetime) -> str:
    """Return a new code for a proof. Runs in the transaction that concludes the flow."""
    code = new_secret()
    AuthorizationCode.objects.create(
        secret_hash=_hash(code),
        client=client,
        agent=proved.agent,
        redirect_uri=request.redirect_uri,
        challenge=request.challenge,
        method=proved.authentication.method,
        proved_at=proved.authentication.authenticated_at,
        after_line=proved.after_line,
        made_at=now,
        expires_at=now + LIFETIME,
    )
    return code


def redeem(
    client: Client, redemption: Redemption, facts: RequestFacts, now: datetime
) -> SignedIn | AskPhone | Refuse | Reused | None:
    """Sign in the app as the agent's device. Returns None for a code that is not valid.

    Only this step may sign another phone out, so a sign-in that is abandoned before it signs nobody out.
    """
    return in_transaction(lambda: _redeem(client, redemption, facts, now))


def _redeem(
    client: Client, redemption: Redemption, facts: RequestFacts, now: datetime
) -> SignedIn | AskPhone | Refuse | Reused | None:
    code = _hold(redemption.code)
    if code is None or code.client_id != client.pk or code.redirect_uri != redemption.redirect_uri:
        return None
    if not pkce.proves(redemption.verifier, code.challenge):
        return None
    if code.device is not None:
        # With the right verifier, it comes from the app or a copy of it. A code alone, read from a screen, must not
        # sign anybody out.
        detail = "its authorization code was used twice"
        signing_out.sign_out(Device.objects.filter(pk=code.device.pk), Reason.COPIED, detail, facts.origin, now)
        return Reused()
    if has_passed(LIFETIME, code.made_at, now):
        return None
    outcome = app_sign_in.enrol(client.begin_flow(now), _proof(code), facts, now)
    if isinstance(outcome, SignedIn):
        unused = AuthorizationCode.objects.filter(pk=code.pk, used_at__isnull=True)
        if unused.update(used_at=max(now, code.made_at), device=outcome.device) != 1:
            raise LostRace
    return outcome


def _hold(code: str) -> AuthorizationCode | None:
    """Return a code's row, locked until the commit, so its values are current."""
    rows = AuthorizationCode.objects.filter(secret_hash=_hash(code))
    rows.update(made_at=F("made_at"))
    return rows.select_related("agent", "device").first()


def _proof(code: AuthorizationCode) -> Proved:
    method = Method(code.method)
    return Proved(code.agent, Authentication(code.agent.pk, None, method, method, code.proved_at), code.after_line)


def _hash(code: str) -> str:
    return keyed_hash("authorization code", code)
