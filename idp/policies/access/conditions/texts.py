"""Conditions on the words of the User-Agent header itself. Letter case is ignored."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import re2

from idp.policies.access.conditions.kinds import Answer, kind, turned
from idp.policies.access.conditions.sets import over
from idp.policies.access.facts import Facts, Later

LONGEST_TEXT = 200  # characters of a text or pattern to look for
MOST_MEMORY = 1 << 18  # bytes for one pattern; what needs more is refused when it is saved


@kind("text")
@dataclass(frozen=True, slots=True)
class TextContains:
    """The header contains, or does not contain, this text."""

    label: ClassVar[str] = "User-Agent contains"
    reads: ClassVar[tuple[str, ...]] = ("text",)
    text: str
    negated: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= LONGEST_TEXT:
            raise ValueError(f"a text to look for has 1 to {LONGEST_TEXT} characters")

    def ask(self, facts: Facts) -> Answer:
        """Answer by the header; an absent or blank one is unknown."""
        if isinstance(facts.text, Later):
            return Answer.LATER
        wanted = self.text.casefold()
        return turned(self.negated, over(frozenset(wanted in it.casefold() for it in facts.text), {True}))

    def sentence(self) -> str:
        """Say it: 'the User-Agent contains "Mobile"'."""
        return f'the User-Agent {"does not contain" if self.negated else "contains"} "{self.text}"'


@kind("pattern")
@dataclass(frozen=True, slots=True)
class TextMatches:
    """Part of the header matches, or does not match, this RE2 pattern (https://github.com/google/re2/wiki/Syntax)."""

    label: ClassVar[str] = "User-Agent matches"
    reads: ClassVar[tuple[str, ...]] = ("text",)
    pattern: str
    negated: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.pattern) <= LONGEST_TEXT:
            raise ValueError(f"a pattern has 1 to {LONGEST_TEXT} characters")
        _compiled(self.pattern)

    def ask(self, facts: Facts) -> Answer:
        """Answer by the header, in time that grows with its length alone."""
        if isinstance(facts.text, Later):
            return Answer.LATER
        search = _compiled(self.pattern).search
        return turned(self.negated, over(frozenset(search(it) is not None for it in facts.text), {True}))

    def sentence(self) -> str:
        """Say it: 'the User-Agent matches /iPhone1[0-3],/'."""
        return f"the User-Agent {'does not match' if self.negated else 'matches'} /{self.pattern}/"


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - the library has no types
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MOST_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        message = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else error.args[0]
        raise ValueError(f"the pattern cannot be read: {message}") from error
