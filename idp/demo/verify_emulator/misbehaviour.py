"""Numbers that misbehave, each in one way, and faults that a test orders for the next calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Self

from idp.demo.verify_emulator.refusals import (
    BAD_CREDENTIALS,
    BY_CODE,
    CHECKS_USED,
    FRAUD_GUARD,
    INVALID_REQUEST,
    LANDLINE,
    NOT_FOUND,
    SENDS_USED,
    UNAVAILABLE,
    UNKNOWN_TO_ALL,
    Refusal,
)

LONGEST_WAIT = 30.0
"""The most seconds by which a fault may delay a call."""


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """What goes wrong for one number: by text, by call, at each check, and in the delivery of its texts."""

    text: Refusal | None = None
    call: Refusal | None = None
    check: Refusal | None = None
    delay: timedelta = timedelta(0)

    def at_start(self, channel: str) -> Refusal | None:
        """Return the refusal of a start by this channel, if any."""
        return self.call if channel == "call" else self.text


WELL_BEHAVED = Misbehaviour()
NUMBERS: Mapping[str, Misbehaviour] = {
    "+12015550190": Misbehaviour(text=LANDLINE),
    "+12015550191": Misbehaviour(text=SENDS_USED, call=SENDS_USED),
    "+12015550192": Misbehaviour(text=FRAUD_GUARD),
    "+12015550193": Misbehaviour(delay=timedelta(seconds=20)),
    "+12015550194": Misbehaviour(check=NOT_FOUND),
    "+12015550195": Misbehaviour(text=UNAVAILABLE, call=UNAVAILABLE, check=UNAVAILABLE),
    "+12015550196": Misbehaviour(text=INVALID_REQUEST),
    "+12015550197": Misbehaviour(check=CHECKS_USED),
    "+12015550198": Misbehaviour(text=BAD_CREDENTIALS, call=BAD_CREDENTIALS, check=BAD_CREDENTIALS),
    "+12015550199": Misbehaviour(text=UNKNOWN_TO_ALL, call=UNKNOWN_TO_ALL),
}


class FaultKind(StrEnum):
    """How a call goes wrong, for any number."""

    UNAVAILABLE = "503"
    HTML = "html"
    """A proxy's HTML page instead of JSON. `status` is 502 by default."""
    ERROR = "error"
    """The refusal with this `code` and `status` (by default the code's own). `seconds` is its Retry-After."""
    FIELDS = "fields"
    """The call is carried out, and `fields` replace parts of its answer."""
    TRUNCATED = "truncated"
    """The call is carried out, and half of its answer is lost."""
    SLOW = "slow"
    """The call is carried out, and answered after `seconds`."""
    HANG = "hang"
    """The call is carried out. Nothing comes back for `seconds`, then the connection ends."""
    DROP = "drop"
    """The call is carried out, and the connection ends without an answer."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault for the next `calls` calls. If `processed` is false, calls that get no answer are not carried out."""

    kind: FaultKind
    calls: int = 1
    seconds: float = 0.0
    status: int = HTTPStatus.BAD_GATEWAY
    code: int = 0
    processed: bool = True
    fields: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def parse(cls, order: Mapping[str, object]) -> Self:
        """Read a fault from JSON. Raises ValueError or TypeError for a malformed one."""
        if unknown := set(order) - {known.name for known in fields(cls)}:
            raise ValueError(f"unknown in a fault: {sorted(unknown)}")
        replaced = order.get("fields", {})
        if not isinstance(replaced, dict):
            raise TypeError("the fields of a fault must be an object")
        code = int(_number(order.get("code", 0)))
        usual = BY_CODE[code].status if code in BY_CODE else HTTPStatus.BAD_GATEWAY
        return cls(
            kind=FaultKind(str(order.get("kind"))),
            calls=int(_number(order.get("calls", 1))),
            seconds=min(_number(order.get("seconds", 0.0)), LONGEST_WAIT),
            status=HTTPStatus(int(_number(order.get("status", usual)))),
            code=code,
            processed=bool(order.get("processed", True)),
            fields=replaced,
        )

    @property
    def does_nothing(self) -> bool:
        """Whether the call is not carried out."""
        refused = self.kind in {FaultKind.UNAVAILABLE, FaultKind.HTML, FaultKind.ERROR}
        return refused or not self.processed


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"not a number: {value!r}")
    return value


class Faults:
    """The faults for coming calls, in the order in which they were requested."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def order(self, faults: list[Fault]) -> None:
        """Add faults after the waiting ones."""
        self._queue += [fault for fault in faults if fault.calls > 0]

    def take(self) -> Fault | None:
        """Remove and return the fault of this call, or None."""
        if not self._queue:
            return None
        first = self._queue[0]
        if first.calls > 1:
            self._queue[0] = replace(first, calls=first.calls - 1)
        else:
            del self._queue[0]
        return first
