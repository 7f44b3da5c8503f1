"""Sends requests to Twilio's safe list: up to a limit a minute, each with an event in the trail."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from idp import clock
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.background import Background
from idp.otp.models import SafeListing
from idp.otp.safe_list import listings
from idp.otp.safe_list.provider import PER_MINUTE, Reply, Verdict
from idp.otp.twilio import safe_list

ENOUGH_TROUBLE = 3
"""Consecutive answers without an outcome, after which a run ends."""
SETTLED = (Verdict.DONE, Verdict.REFUSED)

_background = Background("safe_list", 1)


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
    from_here = replace(origin, user_agent="")
    _background.begin(lambda: list(batch(from_here)))


def after_change(origin: Origin, changed: Collection[UUID] | None = None) -> None:
    """Have numbers removed whose agents were disabled or have another number. Call it after agents change."""
    if listings.let_go(clock.now(), changed):
        transaction.on_commit(lambda: dispatch(origin))


def _keep(row: SafeListing, reply: Reply, origin: Origin) -> None:
    with transaction.atomic():
        listings.note(row, reply, clock.now())
        if reply.verdict in SETTLED:
            act = "put on" if row.wanted else "taken off"
            number = f", Twilio error {reply.code}" if reply.code else ""
            detail = act if reply.verdict is Verdict.DONE else f"not {act}: refused{number}"
            events.record(Kind.SAFE_LIST, origin, clock.now(), agent=row.agent, detail=detail)
