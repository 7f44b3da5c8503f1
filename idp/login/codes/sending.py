"""Texts and calls are made beside the request that asked for them.

So the answer never waits for what Twilio says about this number, and a known number looks like an unknown
one (rule D23 of docs/explanation/security.md).
"""

import contextvars
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from django.db import connections

from idp import clock
from idp.audit import events
from idp.audit.models import Kind
from idp.otp import breaker, verifications
from idp.otp.gateway import Sent, VerifyGateway
from idp.otp.models import Verification, VerificationSend
from idp.otp.twilio import verify

log = structlog.get_logger(__name__)
WORKERS = 8
LONGEST_WAIT = 1.0
"""Seconds for which a code waits for the receipt of its text; a text is hardly ever that much faster."""

_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="verify")
_under_way: dict[UUID, "Future[None]"] = {}


def gateway() -> VerifyGateway:
    """Return the gateway that the settings name: Twilio's Verify, or the emulator in its place."""
    return verify.from_settings()


def dispatch(send: VerificationSend, origin: events.Origin, service: str) -> None:
    """Have a reserved send carried out. The reservation must be committed."""
    context = contextvars.copy_context()
    future = _pool.submit(context.run, _carry_out, send, origin, service)
    _under_way[send.verification_id] = future
    future.add_done_callback(partial(_ended, send.verification_id))


def probe_if_due(now: datetime) -> None:
    """While texts are down, have Verify asked about itself beside this request, every so often."""
    if breaker.take_probe(now):
        _pool.submit(contextvars.copy_context().run, _probe)


def wait(verification: UUID | None) -> None:
    """Let a send that is under way come to its end, a moment at most: a text may be faster than its receipt."""
    future = _under_way.get(verification) if verification else None
    if future is not None:
        futures.wait([future], timeout=LONGEST_WAIT)


def wait_at_most(verification: Verification | None, now: datetime) -> float:
    """Return the seconds that `wait` could take now, the same where nobody has the number and there is no wait."""
    last = verification.sends.order_by("nth").last() if verification else None
    return min(max(0.0, LONGEST_WAIT - (now - last.at).total_seconds()), LONGEST_WAIT) if last else 0.0


def settle() -> None:
    """Wait until every send under way has come to its end, as when the process is about to stop."""
    futures.wait(list(_under_way.values()))


def _ended(verification: UUID, future: "Future[None]") -> None:
    """Forget a send that is over, unless a later one took its place; a fault in it must not pass unseen."""
    if _under_way.get(verification) is future:
        _under_way.pop(verification, None)
    if (fault := future.exception()) is not None:
        log.error("send_failed", exc_info=fault)


def _probe() -> None:
    try:
        failure = gateway().probe()
        if failure is None:
            breaker.note_success()
        log.info("verify_probed", failure=failure.value if failure else "")
    finally:
        connections.close_all()


def _carry_out(send: VerificationSend, origin: events.Origin, service: str) -> None:
    try:
        result = verifications.carry_out(send, gateway(), origin.reference, clock.now(), address=origin.address)
        authenticator = send.verification.authenticator
        events.record(
            Kind.CODE_SENT if isinstance(result, Sent) else Kind.CODE_NOT_SENT,
            origin,
            clock.now(),
            agent=authenticator.user if authenticator else None,
            service=service,
            detail=f"{send.channel}: {send.answer}",
        )
    finally:
        connections.close_all()
