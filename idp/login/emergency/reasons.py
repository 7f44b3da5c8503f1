"""The reason that an operator gives for a stop, a pass or *everyone out*."""

from typing import Final

LONGEST: Final = 200
"""Characters, as the columns."""


def checked(why: str) -> str:
    """Return a reason, trimmed. Raises ValueError, with a sentence for the operator, if it is missing or too long."""
    why = why.strip()
    if not 0 < len(why) <= LONGEST:
        raise ValueError(f"Enter a reason of up to {LONGEST} characters.")
    return why
