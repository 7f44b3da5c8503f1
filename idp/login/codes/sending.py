"""Requests texts and calls from Verify in the background.

The agent's page does not wait for Twilio, so it does not reveal by its timing whether anybody has the number (rule D23
of docs/explanation/security.md).
"""

import contextvars
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import structlog
from django.db import close_old_connections

from idp import clock
from idp.audit import events
from idp.audit.models import Kind
from idp.otp import breaker, sends
from idp.otp.gateway import Sent, VerifyGateway
from idp.otp.models import VerificationSend
from idp.otp.twilio import verify

log = structlog.get_logger(__name__)
WORKERS = 8
"""How many texts and calls one process requests at a time."""

_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="verify")
_under_way: set["Future[None]"] = set()


def gateway() -> VerifyGateway:
    """Return the configured gateway: Twilio Verify or the emulator."""
    return verify.from_settings()


def dispatch(send: VerificationSend, origin: events.Origin, service: str) -> None:
    """Send a reserved text or call in the background. Its reservation must be committed."""
    context = contextvars.copy_context()
    future = _pool.submit(context.run, _carry_out, send, origin, service)
    _under_way.add(future)
    future.add_done_callback(_ended)


def probe_if_due(now: datetime) -> None:
    """While texts are down, ask Verify in the background now and then whether it works again."""
    if breaker.take_probe(now):
        _pool.submit(contextvars.copy_context().run, _probe)


def settle() -> None:
    """Wait for all sends in progress, for example before the process stops."""
    futures.wait(list(_under_way))


def _ended(future: "Future[None]") -> None:
    """Forget a send that is done. Logs an unexpected exception."""
    _under_way.discard(future)
    if (fault := future.exception()) is not None:
        log.error("send_failed", exc_info=fault)


def _probe() -> None:
    try:
        failure = gateway().probe()
        if failure is None:
            breaker.note_success()
        log.info("verify_probed", failure=failure.value if failure else "")
    finally:
        close_old_connections()


def _carry_out(send: VerificationSend, origin: events.Origin, service: str) -> None:
    try:
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
    finally:
        close_old_connections()
