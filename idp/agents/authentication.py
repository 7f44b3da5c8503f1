"""How agents prove who they are, and the result: who, on which device, by which method, proved when."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from idp.values import value


class Method(StrEnum):
    """How an agent proved who they are.

    `CODE` is a code that Twilio sent. An app's code, a recovery code, a one-time code and a passkey have names of their
    own.
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
        """Whether the agent gave a proof just now, rather than the browser a session or token."""
        return self in FRESH


FRESH = frozenset({Method.CODE, Method.APP, Method.RECOVERY, Method.ONE_TIME, Method.PASSKEY})
"""The proofs that enrol a device. The age of a code counts from the last of any of them."""

OPENING = FRESH | {Method.TOKEN}
"""What can open a session."""


@value
class FreshProof:
    """Which method proved the agent just now, or `at` an instant. `remark` goes to the trail."""

    method: Method
    remark: str = ""
    at: datetime | None = None


@value
class Authentication:
    """An agent's proved identity.

    `authenticated_at` is always the instant of the last fresh proof, however old. `opened_by` tells what opened
    the session that answers (a fresh proof or a token); for the other methods it is the method itself.
    """

    agent: UUID
    device: UUID | None
    method: Method
    opened_by: Method
    authenticated_at: datetime
