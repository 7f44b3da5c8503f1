"""What the trail keeps of an attempt: every fact, the guardrails and the pass, so that it can be judged again.

The header and the address have columns of their own, which the purge empties sooner. A fact that was not recorded, or
is gone by now, reads as *later*. If the outcome depends on it, the attempt can no longer be judged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from idp.policies.access.decisions import Attempt, Guardrails
from idp.policies.access.facts import LATER, Facts, Later, known
from idp.policies.user_agents import Client, Form, Platform

APART: Final = ("text", "network")
BESIDE: Final = ("guardrails", "let_in")
_FACTS: Final = tuple(each.name for each in fields(Facts))
_values = attrgetter(*_FACTS)
_RAILS: Final = tuple(each.name for each in fields(Guardrails))
NAMES: Final = frozenset(_FACTS)
_LATER = "later"
_READERS: Final[Mapping[str, Any]] = {
    "platform": Platform,
    "form": Form,
    "client": Client,
    "moment": datetime.fromisoformat,
    **dict.fromkeys(("browser_version", "app_version", "os_version", "device_age", "code_age"), int),
}


def to_json(attempt: Attempt) -> dict[str, Any]:
    """Turn an attempt into what the trail stores, without what says nothing."""
    stored = facts_to_json(attempt.facts)
    rails = ((name, getattr(attempt.guardrails, name)) for name in _RAILS)
    stored["guardrails"] = {name: _flag(it) for name, it in rails if it is not False}
    return {**stored, "let_in": _flag(attempt.let_in)}


def from_json(stored: Mapping[str, Any], *, service: str, text: str = "", address: str | None = None) -> Attempt:
    """Read a recorded attempt, with header and address from the event's own columns. Raises ValueError."""
    rails = {name: _flag_of(it) for name, it in (stored.get("guardrails") or {}).items()}
    facts = {name: it for name, it in stored.items() if name not in BESIDE}
    return Attempt(
        service,
        facts_from_json(facts, text=text, address=address),
        Guardrails(**rails),
        _flag_of(stored.get("let_in")),
    )


def facts_to_json(facts: Facts) -> dict[str, Any]:
    """Turn facts into lists, without those of which nothing is known yet."""
    stored: dict[str, Any] = {}
    for name, fact in zip(_FACTS, _values(facts), strict=True):
        open_still = isinstance(fact, Later)
        if open_still and not fact.among:
            continue
        if name in APART:
            stored[name] = "apart" if fact else []
        else:
            stored[name] = {_LATER: _listed(name, fact.among)} if open_still else _listed(name, fact)
    return stored


def facts_from_json(stored: Mapping[str, Any], *, text: str, address: str | None) -> Facts:
    """Read recorded facts. Raises ValueError."""
    read = {name: _read(name, value) for name, value in stored.items() if name not in APART}
    for name, beside in (("text", text), ("network", address)):
        if name in stored:
            read[name] = frozenset() if stored[name] == [] else known(beside or None) or LATER
    if unknown := read.keys() - NAMES:
        raise ValueError(f"no fact is called {', '.join(sorted(unknown))}")
    return Facts(**read)


def _flag(value: bool | Later) -> bool | str:
    return _LATER if isinstance(value, Later) else value


def _flag_of(value: object) -> Any:  # noqa: ANN401 - a flag, or later
    return LATER if value == _LATER else bool(value)


def _listed(name: str, members: Iterable[Any]) -> list[Any]:
    return sorted([it.isoformat() for it in members] if name == "moment" else members)


def _read(name: str, value: object) -> frozenset[Any] | Later:
    return Later(_members(name, value.get(_LATER))) if isinstance(value, Mapping) else _members(name, value)


def _members(name: str, value: object) -> frozenset[Any]:
    if isinstance(value, list):
        return frozenset(_READERS.get(name, str)(it) for it in value)
    raise ValueError(f"{name} is not a list: {value!r}")
