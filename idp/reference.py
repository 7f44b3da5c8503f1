"""The reference of the request under way: ten unmistakable characters that lead from a page to the log."""

import secrets
from contextvars import ContextVar

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, HALF = 10, 5
_POSSIBLE = len(ALPHABET) ** LENGTH
_current: ContextVar[str] = ContextVar("reference", default="")


def new() -> str:
    """Return a fresh reference such as `7KQ2M-9TX4D`."""
    drawn = secrets.randbelow(_POSSIBLE)
    letters = ""
    for _ in range(LENGTH):
        drawn, which = divmod(drawn, len(ALPHABET))
        letters += ALPHABET[which]
    return f"{letters[:HALF]}-{letters[HALF:]}"


def begin() -> str:
    """Give the present request (or command) its reference and return it."""
    reference = new()
    _current.set(reference)
    return reference


def present() -> str:
    """Return the reference of the present request; empty outside of any."""
    return _current.get()


def current() -> str:
    """Return the reference of the present request; a new one outside of any."""
    return _current.get() or begin()


def read(typed: str) -> str:
    """Bring a reference that somebody wrote down into its one form; empty if it is none."""
    letters = [letter for letter in typed.upper() if letter not in " -"]
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        return ""
    return f"{''.join(letters[:HALF])}-{''.join(letters[HALF:])}"
