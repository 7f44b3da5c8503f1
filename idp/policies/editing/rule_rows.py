"""Rows of rules: made of a rule's value, copied, and written as text. They need not be stored."""

from typing import Any, Final
from uuid import UUID, uuid4

from idp.policies.access.conditions import to_json as condition_to_json
from idp.policies.access.rules import Effect, Mode, Rule
from idp.policies.models import AccessRule

CONTENT: Final = ("key", "name", "mode", "effect", "scope", "conditions", "message")
"""The fields that make up a rule. The others say in which revision it stands, and where."""


def of(rule: Rule, **fields: Any) -> AccessRule:
    """Return the row of a rule, with more fields. A rule without a key is new, and gets one."""
    return AccessRule(
        key=UUID(rule.key) if rule.key else uuid4(),
        name=rule.name,
        mode=rule.mode,
        effect=rule.effect,
        scope=list(rule.scope),
        conditions=[condition_to_json(it) for it in rule.conditions],
        message=rule.message,
        **fields,
    )


def copy(row: AccessRule, **fields: Any) -> AccessRule:
    """Return another row of the same rule, with more fields or changed ones."""
    return AccessRule(**{name: getattr(row, name) for name in CONTENT} | fields)


def to_json(row: AccessRule) -> dict[str, Any]:
    """Return the rule of a row as plain values. Equal rules give equal values."""
    return {name: _plain(getattr(row, name)) for name in CONTENT}


def from_json(stored: dict[str, Any]) -> AccessRule:
    """Return a row of what `to_json` gave. Raises KeyError, TypeError, AttributeError or ValueError for others."""
    read = {"key": UUID(stored["key"]), "mode": Mode(stored["mode"]), "effect": Effect(stored["effect"])}
    return AccessRule(**{name: stored[name] for name in CONTENT} | read)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, UUID | Mode | Effect) else value
