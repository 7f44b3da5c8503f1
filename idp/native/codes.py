"""Authorization codes, which take a sign-in from the browser to the app that asked for it (RFC 6749 section 4.1.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from idp.agents.authentication import Authentication, Method
from idp.agents.models import Device, Reason
from idp.bearer_secrets import keyed_hash, new_secret
from idp.login import app_sign_in
from idp.login.app_sign_in import SignedIn
from idp.login.endings import signing_out
from idp.login.flow.sign_in import Proved
from idp.login.flow.transactions import LostRace, in_transaction
from idp.login.ladder.steps import AskPhone, Refuse
from idp.login.request_facts import RequestFacts
from idp.native import pkce
from idp.native.authorization import Asked
from idp.native.models import AuthorizationCode, Client

LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Shown:
    """A code, and the values with which the app proves that it asked for it."""

    code: str
    redirect_uri: str
    verifier: str


@dataclass(frozen=True, slots=True)
class ShownTwice:
    """The code had been used before. The device that it signed in then has been signed out."""


def make(client: Client, asked: Asked, proved: Proved, now: datetime) -> str:
    """Return a new code for a proof. Runs in the transaction that concludes the flow."""
    code = new_secret()
    AuthorizationCode.objects.create(
        secret_hash=_hash(code),
        client=client,
        agent=proved.agent,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        method=proved.authentication.method,
        proved_at=proved.authentication.authenticated_at,
        made_at=now,
        expires_at=now + LIFETIME,
    )
    return code


def redeem(
    client: Client, shown: Shown, facts: RequestFacts, now: datetime
) -> SignedIn | AskPhone | Refuse | ShownTwice | None:
    """Sign in the app as the agent's device. Returns None for a code that does not count.

    Only this step may sign another phone out, so a sign-in that was given up halfway signs nobody out.
    """
    return in_transaction(lambda: _redeem(client, shown, facts, now))


def _redeem(
    client: Client, shown: Shown, facts: RequestFacts, now: datetime
) -> SignedIn | AskPhone | Refuse | ShownTwice | None:
    code = _hold(shown.code)
    if code is None or code.client_id != client.pk or code.redirect_uri != shown.redirect_uri:
        return None
    if not pkce.proves(shown.verifier, code.challenge):
        return None
    if code.device is not None:
        # A replay counts only with the right verifier: then it comes from the app or a copy of it. A code alone, read
        # from a screen, must not sign anybody out.
        twice = "its authorization code was shown twice"
        signing_out.sign_out(Device.objects.filter(pk=code.device.pk), Reason.COPIED, twice, facts.origin, now)
        return ShownTwice()
    if now >= code.expires_at:
        return None
    outcome = app_sign_in.enrol(client.login(now), _proof(code), facts, now)
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
    return Proved(code.agent, Authentication(code.agent.pk, None, method, method, code.proved_at))


def _hash(code: str) -> str:
    return keyed_hash("authorization code", code)
