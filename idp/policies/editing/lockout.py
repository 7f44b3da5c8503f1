"""The guard before a publication that would keep many out: what an operator has to type first."""

from dataclasses import dataclass

ME, EVERYONE = "me", "everyone"


@dataclass(frozen=True, slots=True)
class Lockout:
    """Whom a publication would newly refuse.

    `refused` of the `agents` who got in during the days that were judged; `yourself` says where the operator would
    be among them. More than `share` percent are too many to go by one click.
    """

    refused: int
    agents: int
    share: int
    yourself: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """Whether nobody is left out."""
        return 0 < self.agents <= self.refused

    @property
    def too_many(self) -> bool:
        """Whether it is more than the share that goes without asking."""
        return self.everyone or self.refused * 100 > self.share * self.agents

    @property
    def wanted(self) -> str:
        """What has to be typed: the number, with the word if it is everyone, or *me*; empty if nothing."""
        if self.too_many:
            return f"{self.refused} {EVERYONE}" if self.everyone else str(self.refused)
        return ME if self.yourself else ""

    def confirmed(self, typed: str) -> bool:
        """Tell whether that was typed; spaces and letter case do not matter."""
        return typed.casefold().split() == self.wanted.split()
