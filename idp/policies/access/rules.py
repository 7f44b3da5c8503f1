"""Rules, and the policy that they make up, as frozen values."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from idp.policies.access.conditions import Answer, Condition, Unreadable

DEFAULT = "default"


class Effect(StrEnum):
    """What a rule does. *Ask a code*: this time a session or token is not enough; a code in this flow is."""

    ALLOW = "allow"
    ASK_CODE = "ask_code"
    DENY = "deny"


class Mode(StrEnum):
    """An *off* rule is not read, a *watch only* rule is recorded as *would have*, an *on* rule counts."""

    OFF = "off"
    WATCH = "watch"
    ON = "on"


EFFECT_NAMES = {Effect.ALLOW: "allow", Effect.ASK_CODE: "ask for a code", Effect.DENY: "deny"}
MODE_NAMES = {Mode.OFF: "off", Mode.WATCH: "watch only", Mode.ON: "on"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the policy: if every condition holds, the effect applies. An empty scope means every service."""

    key: str
    name: str
    mode: Mode
    effect: Effect
    conditions: tuple[Condition, ...] = ()
    message: str = ""
    scope: tuple[str, ...] = ()

    def counts_for(self, service: str) -> bool:
        """Tell whether the rule is read for this service's slug."""
        return self.mode is not Mode.OFF and (not self.scope or service in self.scope)

    @property
    def readable(self) -> bool:
        """Whether all its stored conditions can be read."""
        return not any(isinstance(it, Unreadable) for it in self.conditions)

    @property
    def sentence(self) -> str:
        """The rule as an operator would say it."""
        if not self.readable:
            return "Cannot be read: everybody is refused until you delete this rule or switch it off"
        when = " and ".join(it.sentence() for it in self.conditions)
        said = f"{EFFECT_NAMES[self.effect].capitalize()} {f'if {when}' if when else 'always'}"
        return f"{said}, at {', '.join(self.scope)} only" if self.scope else said


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in order, and what happens if none matches. `number` is that of the revision.

    `rule_cache` keeps its entries in `caches`, by service and by the rules that count for it. They are not part of
    the value: an equal policy starts without any.
    """

    rules: tuple[Rule, ...] = ()
    default: Effect = Effect.ALLOW
    number: int = 0
    caches: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def readable(self) -> bool:
        """Whether every rule that is asked can be read. While one cannot, it refuses everyone who reaches it."""
        return all(it.readable for it in self.rules if it.mode is not Mode.OFF)


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """How one rule was answered (None: it was not asked), and the first condition that did not hold, in words."""

    key: str
    answer: Answer | None = None
    unmet: str = ""


@dataclass(frozen=True, slots=True)
class WouldHave:
    """What a *watch only* rule would have done if it had been on."""

    key: str
    effect: Effect
