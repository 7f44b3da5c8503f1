"""Rules and the policy they make up, as frozen values."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from idp.policies.access.conditions import Answer, Condition, Unreadable

DEFAULT = "default"


class Effect(StrEnum):
    """What a rule does. *Ask a code*: session and token do not do this time, a code in this flow does."""

    ALLOW = "allow"
    ASK_CODE = "ask_code"
    DENY = "deny"


class Mode(StrEnum):
    """Off is not read, watch only is recorded as *would have*, on counts."""

    OFF = "off"
    WATCH = "watch"
    ON = "on"


EFFECT_NAMES = {Effect.ALLOW: "allow", Effect.ASK_CODE: "ask for a code", Effect.DENY: "deny"}
MODE_NAMES = {Mode.OFF: "off", Mode.WATCH: "watch only", Mode.ON: "on"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the policy: if every condition holds, the effect. An empty scope means every service."""

    key: str
    name: str
    mode: Mode
    effect: Effect
    conditions: tuple[Condition, ...] = ()
    message: str = ""
    scope: tuple[str, ...] = ()

    def counts_for(self, service: str) -> bool:
        """Tell whether the rule is read at all for this service's slug."""
        return self.mode is not Mode.OFF and (not self.scope or service in self.scope)

    @property
    def readable(self) -> bool:
        """Whether its stored conditions read."""
        return not any(isinstance(it, Unreadable) for it in self.conditions)

    @property
    def sentence(self) -> str:
        """The rule as an operator would say it."""
        if not self.readable:
            return "Unreadable: nobody is let in until this rule is deleted or off"
        when = " and ".join(it.sentence() for it in self.conditions)
        said = f"{EFFECT_NAMES[self.effect].capitalize()} {f'if {when}' if when else 'always'}"
        return f"{said}, at {', '.join(self.scope)} only" if self.scope else said


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules in order and what happens if none matches; `number` is that of the revision they belong to.

    `memories` is kept by `remembered`, by service and by the rules that count for it, and is no part of the value:
    another policy begins without any.
    """

    rules: tuple[Rule, ...] = ()
    default: Effect = Effect.ALLOW
    number: int = 0
    memories: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def readable(self) -> bool:
        """Whether every rule that is asked at all reads; while one does not, whoever meets it is refused."""
        return all(it.readable for it in self.rules if it.mode is not Mode.OFF)


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """How one rule was answered (None: not asked), and its first condition that did not hold, in words."""

    key: str
    answer: Answer | None = None
    unmet: str = ""


@dataclass(frozen=True, slots=True)
class WouldHave:
    """What a rule in watch only would have done, had it been on."""

    key: str
    effect: Effect
