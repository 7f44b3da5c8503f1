"""Sends requests to Twilio's safe list: up to a limit a minute, each with an event in the trail."""

import contextvars
from collections.abc import Collection, Iterator
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import structlog
from django.db import close_old_connections, transaction

from idp import clock
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.otp.models import SafeListing
from idp.otp.safe_list import listings
from idp.otp.safe_list.provider import PER_MINUTE, Reply, Verdict
from idp.otp.twilio import safe_list

log = structlog.get_logger(__name__)
ENOUGH_TROUBLE = 3
"""Consecutive answers without an outcome, after which a run ends."""
SETTLED = (Verdict.DONE, Verdict.REFUSED)

_pool = ThreadPoolExecutor(1, thread_name_prefix="safe-list")
_under_way: set["Future[int]"] = set()


def batch(origin: Origin) -> Iterator[tuple[SafeListing, Reply]]:
    """Send the requests that are due, until the minute's limit is reached or a failure concerns all of them."""
    listings.let_go(clock.now())
    at_twilio, trouble = safe_list.from_settings(), 0
    for _ in range(PER_MINUTE):
        row = listings.take_due(clock.now()) if trouble < ENOUGH_TROUBLE else None
        if row is None:
            return
        reply = at_twilio.put_on(row.number) if row.wanted else at_twilio.take_off(row.number)
        _keep(row, reply, origin)
        yield row, reply
        if reply.verdict in listings.CONCERNS_ALL:
            return
        trouble = 0 if reply.verdict in SETTLED else trouble + 1


def dispatch(origin: Origin) -> None:
    """Start a batch in the background. The requests must be committed; a timer does the rest."""
    future = _pool.submit(contextvars.copy_context().run, _run, replace(origin, user_agent=""))
    _under_way.add(future)
    future.add_done_callback(_ended)


def after_change(origin: Origin, changed: Collection[UUID] | None = None) -> None:
    """Have numbers removed whose agents were disabled or have another number. Call it after agents change."""
    if listings.let_go(clock.now(), changed):
        transaction.on_commit(lambda: dispatch(origin))


def settle() -> None:
    """Wait until all batches have ended."""
    futures.wait(list(_under_way))


def _keep(row: SafeListing, reply: Reply, origin: Origin) -> None:
    with transaction.atomic():
        listings.note(row, reply, clock.now())
        if reply.verdict in SETTLED:
            act = "put on" if row.wanted else "taken off"
            number = f", Twilio error {reply.code}" if reply.code else ""
            detail = act if reply.verdict is Verdict.DONE else f"not {act}: refused{number}"
            events.record(Kind.SAFE_LIST, origin, clock.now(), agent=row.agent, detail=detail)


def _run(origin: Origin) -> int:
    try:
        return sum(1 for _ in batch(origin))
    finally:
        close_old_connections()


def _ended(future: "Future[int]") -> None:
    """Forget a batch that has ended, and log its exception."""
    _under_way.discard(future)
    if (fault := future.exception()) is not None:
        log.error("safe_list_batch_failed", exc_info=fault)
