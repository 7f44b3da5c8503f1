"""Texts to the old and the new number about a change, sent in the background.

The old number gets one so that its owner notices a theft.
"""

import contextvars
from collections.abc import Iterable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.db import close_old_connections
from django.utils import translation
from django.utils.translation import gettext as _

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.otp import notices

log = structlog.get_logger(__name__)
WORKERS = 2
"""How many texts one process sends at a time."""

_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="number-notices")
_under_way: set["Future[None]"] = set()


@dataclass(frozen=True, slots=True)
class Notice:
    """A text to a number. `which` says *the old number* or *the new number* in the trail, which keeps no number."""

    number: str
    text: str
    which: str


def of_change(before: Iterable[str], after: Iterable[str], language: str) -> list[Notice]:
    """Return the texts for the numbers that were added or removed. An empty language is the installation's."""
    with translation.override(language or settings.LATCHKEY.language):
        return _of_change(before, after)


def _of_change(before: Iterable[str], after: Iterable[str]) -> list[Notice]:
    known, kept = set(before), set(after)
    org, support = settings.LATCHKEY.organisation, _(settings.LATCHKEY.support)
    gone = _("Your number for signing in at %(org)s was changed. Not you? Tell %(support)s.")
    come = _("You can now sign in at %(org)s with this number.")
    return [
        *(Notice(it, gone % {"org": org, "support": support}, "the old number") for it in sorted(known - kept)),
        *(Notice(it, come % {"org": org}, "the new number") for it in sorted(kept - known)),
    ]


def dispatch(agent: UUID, texts: list[Notice], origin: Origin) -> None:
    """Send the texts in the background. The change must be committed."""
    future = _pool.submit(contextvars.copy_context().run, _send, agent, texts, origin)
    _under_way.add(future)
    future.add_done_callback(_ended)


def settle() -> None:
    """Wait for all texts in progress."""
    futures.wait(list(_under_way))


def _send(agent: UUID, texts: list[Notice], origin: Origin) -> None:
    try:
        sender, who = notices.from_settings(), Agent.objects.get(pk=agent)
        for notice in texts:
            delivery = sender.send(notice.number, notice.text)
            kind = Kind.NUMBER_TOLD if delivery.accepted else Kind.NUMBER_UNTOLD
            why = f", Twilio error {delivery.code}" if delivery.code else ""
            events.record(kind, origin, clock.now(), agent=who, detail=f"{notice.which}{why}")
    finally:
        close_old_connections()


def _ended(future: "Future[None]") -> None:
    """Forget a run that is done. Logs an unexpected exception."""
    _under_way.discard(future)
    if (fault := future.exception()) is not None:
        log.error("number_notice_failed", exc_info=fault)
