"""Texts to the old and the new number about a change, sent in the background.

The old number gets one so that its owner notices a theft.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.background import Background
from idp.otp import notices

WORKERS = 2
"""How many texts one process sends at a time."""

_background = Background("number_notices", WORKERS)


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


def dispatch(agent: Agent, texts: list[Notice], origin: Origin) -> None:
    """Send the texts in the background. The change must be committed."""
    _background.begin(lambda: _send(agent, texts, origin))


def _send(agent: Agent, texts: list[Notice], origin: Origin) -> None:
    """Send every text before anything is written, so that a busy database keeps nobody uninformed."""
    sender = notices.from_settings()
    for notice, delivery in [(it, sender.send(it.number, it.text)) for it in texts]:
        kind = Kind.NUMBER_TOLD if delivery.accepted else Kind.NUMBER_UNTOLD
        why = f", Twilio error {delivery.code}" if delivery.code else ""
        events.record(kind, origin, clock.now(), agent=agent, detail=f"{notice.which}{why}")
