"""Durations as operators read and write them: "7 days", "1 hour 30 minutes"."""

import re
from datetime import timedelta

UNITS = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
LONGEST = timedelta(days=3650)
HOW = "Write it as 7 days, 1 hour or 30 minutes."
_PART = re.compile(r"(\d{1,6})\s*([a-z]+)", re.ASCII)
_SHORT = {"d": "day", "h": "hour", "m": "minute", "min": "minute"}


def in_words(duration: timedelta) -> str:
    """Write a duration exactly, in days, hours and minutes, and any rest in seconds."""
    parts, left = [], duration
    for name, unit in UNITS.items():
        count, left = divmod(left, unit)
        if count:
            parts.append(f"{count} {name}{'s' if count != 1 else ''}")
    if left or not parts:
        parts.append(f"{left.total_seconds():g} seconds")
    return " ".join(parts)


def parse(text: str) -> timedelta:
    """Read a duration in words. Raises ValueError with a sentence for the operator."""
    low = text.strip().lower().replace(",", " ").replace(" and ", " ")
    parts = _PART.findall(low)
    if not parts or _PART.sub("", low).strip():
        raise ValueError(HOW)
    total = sum((int(count) * _unit(name) for count, name in parts), timedelta())
    if total > LONGEST:
        raise ValueError("That is longer than ten years.")
    return total


def _unit(name: str) -> timedelta:
    unit = UNITS.get(_SHORT.get(name, name.removesuffix("s")))
    if unit is None:
        raise ValueError(HOW)
    return unit
