"""The ways to prove oneself without a text: a code from an app or from paper, typed after the number or email."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.agents.authentication import FreshProof, Method
from idp.agents.models import Agent
from idp.otp.other_codes import app_codes, one_time_codes, recovery_codes


class Way(StrEnum):
    """What somebody types instead of a texted code."""

    APP = "app"
    BACKUP = "backup"

    @property
    def methods(self) -> frozenset[Method]:
        """The proofs that it may be."""
        return frozenset({Method.APP} if self is Way.APP else {Method.RECOVERY, Method.ONE_TIME})


LENGTHS = {recovery_codes.LENGTH: Method.RECOVERY, one_time_codes.LENGTH: Method.ONE_TIME}
"""Recovery codes and one-time codes are distinguished by their length."""


@dataclass(frozen=True, slots=True)
class Given:
    """A code in normal form, and the page on which it was typed."""

    way: Way
    code: str


def spend(agent: Agent, given: Given, now: datetime) -> FreshProof | None:
    """Use a code up, if it is one of this agent's. Runs inside the transaction that signs the agent in."""
    if given.way is Way.APP:
        return FreshProof(Method.APP) if app_codes.spend(agent, given.code, now) else None
    if LENGTHS.get(len(given.code)) is Method.RECOVERY:
        if not recovery_codes.spend(agent, given.code, now):
            return None
        return FreshProof(Method.RECOVERY, f"recovery codes left: {recovery_codes.left(agent)}")
    found = one_time_codes.spend(agent, given.code, now)
    if found is None:
        return None
    return FreshProof(Method.ONE_TIME, f"one-time code from {found.given_by}: {found.reason}")
