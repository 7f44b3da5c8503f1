"""What each rung of the ladder yields: who, on which device, by which method, proved when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Method(StrEnum):
    """How this pass was proved."""

    CODE = "code"
    SESSION = "session"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Authentication:
    """An agent's identity, proved.

    `authenticated_at` is always the instant of the code, however old. `opened_by` tells what opened the
    session that answers (a code or a token); for the other methods it is the method itself.
    """

    agent: UUID
    device: UUID | None
    method: Method
    opened_by: Method
    authenticated_at: datetime
