"""What is known about the device behind a request: its row, its session, its token, and the rung they reach.

This module only reads. It locks the device's row first, so that everything read afterwards is current.
"""

from datetime import datetime

from idp.agents import device_rows
from idp.agents.authentication import Authentication, Method
from idp.agents.models import Device
from idp.audit.models import Kind
from idp.login.flow import loans
from idp.login.ladder.rungs import DeviceFacts, Proof, SessionFacts, rung
from idp.login.ladder.steps import Cause
from idp.login.models import Loan
from idp.login.request_facts import RequestFacts
from idp.policies.timeouts import Limit, TimeoutPolicy
from idp.sessions import lifecycle as sessions
from idp.sessions.models import SsoSession
from idp.tokens import lifecycle as tokens
from idp.tokens.lifecycle import WITHDRAWN, Recognised, Unrecognised
from idp.tokens.rotation import LIFETIME, Verdict
from idp.values import value


@value
class DeviceState:
    """A device, what its browser or app presented, and the rung that this reaches.

    `rung` is the limit that has passed if no rung is reached because of one. `by_loan` is the loan if the device is
    that of the app which gave it.
    """

    device: Device | None
    session: SsoSession | None
    token: Recognised | Unrecognised | None
    rung: Authentication | Limit | None
    token_expired: bool = False
    by_loan: Loan | None = None

    @property
    def authentication(self) -> Authentication | None:
        """Who signs in, if the request proves it without a code."""
        return self.rung if isinstance(self.rung, Authentication) else None

    @property
    def copied(self) -> bool:
        """Whether the token has already been exchanged for a later one, so that two parties hold it."""
        return isinstance(self.token, Recognised) and self.token.verdict == Verdict.COPIED

    @property
    def remark(self) -> tuple[Kind, str] | None:
        """What to record about a token that lets nobody in and signs nobody out, or None."""
        match self.token:
            case Unrecognised(why):
                return Kind.TOKEN_UNKNOWN, why
            case Recognised(verdict=Verdict.UNANSWERED):
                return Kind.TOKEN_UNANSWERED, ""
            case Recognised(verdict=Verdict.OLD_COPY):
                return Kind.TOKEN_COPIED, "from before the last code; the phone keeps its sign-in"
        return None

    @property
    def reason(self) -> str | None:
        """Why a device that was signed in is so no longer, or None if it never was.

        The reason that ended the device comes first, then a limit, then what became of its token.
        """
        if self.device is None:
            return None
        if self.device.revoked_at is not None:
            return self.device.reason
        if isinstance(self.rung, Limit):
            return self.rung.value
        if self.token_expired:
            return Cause.EXPIRED
        return Cause.KEY if self.token == Unrecognised(WITHDRAWN) else None


def read(facts: RequestFacts, policy: TimeoutPolicy, now: datetime) -> DeviceState:
    """Return the state of the device that a request names. Runs inside the caller's transaction."""
    named = _find_device(facts, now)
    if named is None:
        token = tokens.recognise(facts.token, None, facts.family, now)
        return DeviceState(None, None, token, None)
    device, session = named
    token = tokens.recognise(facts.token, device, facts.family, now)
    usable = device.revoked_at is None and device.agent.is_active
    proof = _proof(device, session, token, facts) if usable else Proof.NOTHING
    reached = rung(device_facts(device), session_facts(session), proof, policy, now)
    return DeviceState(device, session, token, reached, token_expired(device, token, now))


def read_loan(facts: RequestFacts, service: str, policy: TimeoutPolicy, now: datetime) -> DeviceState | None:
    """Return the state of the device behind the browser's loan for a service.

    Returns None if there is no loan, or if that device would itself need a code; the browser then counts as its own
    device. Runs inside the caller's transaction.
    """
    found = loans.find(facts.loan_secret, service, now)
    if found is None:
        return None
    device, session = sessions.hold_with_device_of(found.device_id)
    if device.revoked_at is not None or not device.agent.is_active:
        return None
    reached = rung(device_facts(device), session_facts(session), Proof.LOAN, policy, now)
    return DeviceState(device, session, None, reached, by_loan=found) if isinstance(reached, Authentication) else None


def expected(device: Device, session: SsoSession | None, policy: TimeoutPolicy, now: datetime) -> DeviceState:
    """Return the state that a device would have if it presented everything it holds. Locks and changes nothing."""
    usable = device.revoked_at is None and device.agent.is_active
    shown = Proof.TOKEN if device.remembered else Proof.SESSION_COOKIE
    over = token_expired(device, None, now)
    proof = shown if usable and not over else Proof.NOTHING
    reached = rung(device_facts(device), session_facts(session), proof, policy, now)
    return DeviceState(device, session, None, reached, over)


def proved_device(facts: RequestFacts, now: datetime) -> Device | None:
    """Return the device that a request proves to come from, if it is signed in. Limits do not matter.

    Runs inside the caller's transaction.
    """
    device = device_rows.find_and_hold(facts.device_secret)
    if device is None or device.revoked_at is not None or not device.agent.is_active:
        return None
    token = tokens.recognise(facts.token, device, facts.family, now)
    return None if _proof(device, sessions.find(device), token, facts) == Proof.NOTHING else device


def _find_device(facts: RequestFacts, now: datetime) -> tuple[Device, SsoSession | None] | None:
    """Return the device that a browser names by cookie or an app by token, with its open session.

    Locks the device's row until the commit.
    """
    if not facts.client:
        return sessions.hold_with_device(facts.device_secret)
    owner = tokens.owner(facts.token, now) if facts.token else None
    if owner is None or owner.client != facts.client:
        return None
    return sessions.hold_with_device_of(owner.pk)


def _proof(
    device: Device, session: SsoSession | None, token: Recognised | Unrecognised | None, facts: RequestFacts
) -> Proof:
    if device.remembered:
        shown = isinstance(token, Recognised) and token.verdict.lets_in
        return Proof.TOKEN if shown else Proof.NOTHING
    proves = sessions.proves(session, facts.session_secret)
    return Proof.SESSION_COOKIE if proves else Proof.NOTHING


def token_expired(device: Device, token: Recognised | Unrecognised | None, now: datetime) -> bool:
    """Whether the long-lived token has expired. The browser drops its cookie at the same instant."""
    if isinstance(token, Recognised):
        return token.verdict == Verdict.EXPIRED
    return token is None and device.remembered and now >= device.last_seen_at + LIFETIME


def device_facts(device: Device) -> DeviceFacts:
    """Return what the rules of the ladder need to know about a device."""
    return DeviceFacts(device.pk, device.agent_id, device.authenticated_at)


def session_facts(session: SsoSession | None) -> SessionFacts | None:
    """Return what the rules of the ladder need to know about an open session, if there is one."""
    if session is None:
        return None
    return SessionFacts(Method(session.opened_by), session.opened_at, session.last_seen_at)
