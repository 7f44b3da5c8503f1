"""What each rung of the ladder yields: who, on which device, by which method, proved when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Method(StrEnum):
    """How this pass was proved.

    A code is one that Twilio sent; an app's own code, a recovery code, a one-time code and a passkey are named
    apart.
    """

    CODE = "code"
    APP = "app"
    RECOVERY = "recovery"
    ONE_TIME = "one-time"
    PASSKEY = "passkey"
    SESSION = "session"
    TOKEN = "token"

    @property
    def is_fresh(self) -> bool:
        """Whether somebody proved just now who they are, instead of a browser showing what it was given."""
        return self in FRESH


FRESH = frozenset({Method.CODE, Method.APP, Method.RECOVERY, Method.ONE_TIME, Method.PASSKEY})
"""The proofs that enrol a device. An age of a code counts from any of them alike."""

OPENING = FRESH | {Method.TOKEN}
"""What can open a session."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """An agent's identity, proved.

    `authenticated_at` is always the instant of the last fresh proof, however old. `opened_by` tells what opened
    the session that answers (a fresh proof or a token); for the other methods it is the method itself.
    """

    agent: UUID
    device: UUID | None
    method: Method
    opened_by: Method
    authenticated_at: datetime
