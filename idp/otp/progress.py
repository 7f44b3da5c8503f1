"""What an agent can still do with a code: tries left, and when it can be sent again, and how."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.otp import allowances, open_channels, verifications
from idp.otp.channels import Channel
from idp.otp.limits.asker import Asker
from idp.otp.models import Verification, VerificationSend


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a verification for one browser.

    `channel` is that of the last send, None before the first; `channels` are those that can be chosen now.
    `next_send_at` is None if no sends are left.
    """

    tries_left: int
    sends: int
    channel: Channel | None
    channels: tuple[Channel, ...]
    next_send_at: datetime | None
    expires_at: datetime


def progress_of(verification: Verification, asker: Asker, now: datetime) -> Progress:
    """Return the state of a verification for this browser, as its row is now."""
    sent = VerificationSend.objects.filter(verification=verification.pk).select_related("verification__authenticator")
    last: Any = sent.annotate(refused=open_channels.some_refused(now)).order_by("nth").last()
    if last is None:
        verification.refresh_from_db()
    else:
        verification = last.verification
    own = asker.owns(verification.authenticator)
    nth = last.nth if last else 0
    is_over = not verifications.is_under_way(verification, now)
    return Progress(
        tries_left=allowances.tries_left(verification.tries, verification.strangers_tries, own=own),
        sends=nth,
        channel=Channel(last.channel) if last else None,
        channels=open_channels.offered(now, refused=last is None or last.refused),
        next_send_at=now if is_over or last is None else allowances.next_send_at(nth, last.at, own=own),
        expires_at=verification.started_at + allowances.CODE_LIFETIME,
    )
