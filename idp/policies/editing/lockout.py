"""Guards a publication that would keep many agents out: what the operator has to type first."""

from dataclasses import dataclass

ME, EVERYONE = "me", "everyone"


@dataclass(frozen=True, slots=True)
class Lockout:
    """Whom a publication would newly refuse.

    `refused` counts those of the `agents` who got in during the days that were judged. `yourself` says where the
    operator would be among them. If more than `share` percent are refused, one click is not enough.
    """

    refused: int
    agents: int
    share: int
    yourself: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """Whether everybody would be refused."""
        return 0 < self.agents <= self.refused

    @property
    def too_many(self) -> bool:
        """Whether more than `share` percent would be refused."""
        return self.everyone or self.refused * 100 > self.share * self.agents

    @property
    def wanted(self) -> str:
        """What has to be typed: the number, with a word if it is everyone, or *me*. Empty: nothing."""
        if self.too_many:
            return f"{self.refused} {EVERYONE}" if self.everyone else str(self.refused)
        return ME if self.yourself else ""

    def confirmed(self, typed: str) -> bool:
        """Tell whether this is what has to be typed. Spaces and letter case do not matter."""
        return typed.casefold().split() == self.wanted.split()
