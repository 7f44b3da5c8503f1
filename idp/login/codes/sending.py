"""Requests texts and calls from Verify in the background.

The agent's page does not wait for Twilio, so it does not reveal by its timing whether anybody has the number (rule D23
of docs/explanation/security.md).
"""

from datetime import datetime

import structlog

from idp import clock
from idp.audit import events
from idp.audit.models import Kind
from idp.background import Background
from idp.otp import breaker, sends
from idp.otp.gateway import Sent, VerifyGateway
from idp.otp.models import VerificationSend
from idp.otp.twilio import verify

log = structlog.get_logger(__name__)
WORKERS = 8
"""How many texts and calls one process requests at a time."""

_background = Background("sending", WORKERS)


def gateway() -> VerifyGateway:
    """Return the configured gateway: Twilio Verify or the emulator."""
    return verify.from_settings()


def dispatch(send: VerificationSend, origin: events.Origin, service: str) -> None:
    """Send a reserved text or call in the background. Its reservation must be committed."""
    _background.begin(lambda: _carry_out(send, origin, service))


def probe_if_due(now: datetime) -> None:
    """While texts are down, ask Verify in the background now and then whether it works again."""
    if breaker.take_probe(now):
        _background.begin(_probe)


def _probe() -> None:
    failure = gateway().probe()
    if failure is None:
        breaker.note_success()
    log.info("verify_probed", failure=failure.value if failure else "")


def _carry_out(send: VerificationSend, origin: events.Origin, service: str) -> None:
    result = sends.carry_out(send, gateway(), origin.reference, clock.now(), address=origin.address)
    authenticator = send.verification.authenticator
    events.record(
        Kind.CODE_SENT if isinstance(result, Sent) else Kind.CODE_NOT_SENT,
        origin,
        clock.now(),
        agent=authenticator.user if authenticator else None,
        service=service,
        detail=f"{send.channel}: {send.answer}",
    )
