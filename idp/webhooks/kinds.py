"""The types of message, and the lines of the trail that each comes from, in one table.

Whether a device is new, or has ended, is read from the device: its instant equals that of the line.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models

from idp.agents.models import Reason
from idp.audit.models import Kind as TrailKind
from idp.audit.models import LoginEvent


class Kind(models.TextChoices):
    """The types of message. `webhook.test` is sent only when an operator asks for it."""

    AGENT_SIGNED_IN = "agent.signed_in", "an agent signed in, with or without a code"
    DEVICE_ENROLLED = "device.enrolled", "an agent signed in on a phone or computer for the first time"
    DEVICE_REPLACED = "device.replaced", "a phone was signed out because another one signed in"
    DEVICE_REVOKED = "device.revoked", "a phone or computer was signed out for another reason"
    DEVICE_PUSH_CHANGED = "device.push_changed", "the push address of an app changed or was removed"
    TRAIL_SIGN_IN = "trail.sign_in", "every line of the trail about sign-ins, agents and their devices"
    TRAIL_ACT = "trail.act", "every line of the trail about an act of an operator, a command or a personnel system"
    TEST = "webhook.test", "an operator sent a test"


@dataclass(frozen=True, slots=True)
class Row:
    """A type, the lines of the trail that it may come from, and whether one of them counts."""

    kind: Kind
    lines: frozenset[TrailKind]
    comes_from: Callable[[LoginEvent], bool]


def _is_new(event: LoginEvent) -> bool:
    return event.device is not None and event.device.enrolled_at == event.at


def _is_ended(event: LoginEvent) -> bool:
    """Whether this line ended the device. The end of its session alone does not count."""
    device = event.device
    return device is not None and device.revoked_at == max(event.at, device.enrolled_at)


def _is_replaced(event: LoginEvent) -> bool:
    return event.device is not None and event.device.reason == Reason.REPLACED


TABLE = (
    Row(Kind.DEVICE_ENROLLED, frozenset({TrailKind.SIGNED_IN}), _is_new),
    Row(Kind.AGENT_SIGNED_IN, frozenset({TrailKind.SIGNED_IN}), lambda _: True),
    Row(Kind.DEVICE_REPLACED, frozenset({TrailKind.DEVICE_ENDED}), lambda it: _is_ended(it) and _is_replaced(it)),
    Row(
        Kind.DEVICE_REVOKED,
        frozenset({TrailKind.DEVICE_ENDED, TrailKind.TOKEN_COPIED}),
        lambda it: _is_ended(it) and not _is_replaced(it),
    ),
    Row(Kind.DEVICE_PUSH_CHANGED, frozenset({TrailKind.PUSH_CHANGED}), lambda _: True),
)
TRAIL = (Kind.TRAIL_SIGN_IN, Kind.TRAIL_ACT)
"""Types that forward the lines of the trail, in the order of its chain, with what is needed to verify them."""

CHOICES = [(it.value, f"{it.value}: {it.label}") for it in (*(row.kind for row in TABLE), *TRAIL)]


def lines_for(kinds: Iterable[str]) -> set[TrailKind]:
    """Return the kinds of lines to read for these types."""
    wanted = set(kinds)
    return {line for row in TABLE if row.kind in wanted for line in row.lines}


def forwarded_as(event: LoginEvent) -> Kind:
    """Return the type under which a line of the trail is forwarded."""
    return Kind.TRAIL_ACT if event.by else Kind.TRAIL_SIGN_IN


def of(event: LoginEvent) -> list[Kind]:
    """Return the types of message that a line of the trail causes. Most cause none."""
    return [row.kind for row in TABLE if event.kind in row.lines and row.comes_from(event)]
