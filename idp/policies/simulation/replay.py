"""Finds past sign-ins that would end otherwise under another policy than the one in force."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idp.policies.access.rules import Effect, Policy
from idp.policies.simulation.judging import Judge, PastSignIn, Verdict, deciding_part


class Group(StrEnum):
    """What another policy would change for a sign-in, the most serious first."""

    REFUSED = "newly refused"
    ASKED = "newly asked for a code"
    LET_IN = "newly let in"
    UNJUDGED = "cannot be judged"


@dataclass(slots=True)
class Line:
    """Sign-ins of one agent on one device that would change in the same way, `unknown` of them for lack of a fact."""

    group: Group
    agent: Hashable
    device: Hashable
    last: PastSignIn
    sign_ins: int = 0
    unknown: int = 0


@dataclass(slots=True)
class Replayed:
    """The result. `let_in` counts the successful sign-ins under the policy in force, by agent."""

    sign_ins: int = 0
    since: datetime | None = None
    let_in: dict[Hashable, int] = field(default_factory=dict)
    lines: dict[tuple[Group, Hashable, Hashable], Line] = field(default_factory=dict)

    def of(self, group: Group) -> list[Line]:
        """Return the lines of a group, the latest first."""
        return sorted((it for it in self.lines.values() if it.group is group), key=lambda it: it.last.at, reverse=True)

    def agents(self, group: Group) -> set[Hashable]:
        """Return the agents with at least one sign-in in this group."""
        return {it.agent for it in self.lines.values() if it.group is group and it.agent is not None}

    def count(self, group: Group) -> int:
        """Count the sign-ins of a group."""
        return sum(it.sign_ins for it in self.lines.values() if it.group is group)


def replay(before: Policy, after: Policy, past: Iterable[PastSignIn]) -> Replayed:
    """Judge sign-ins by both policies, and collect those that would change. Guardrails and passes do not count.

    `past` has the latest sign-in first, and is iterated once.
    """
    replayed, judge = Replayed(), Judge(before, after)
    alike = deciding_part(before) == deciding_part(after)
    for sign_in in past:
        was, now = judge.verdicts(sign_in)
        replayed.sign_ins += 1
        replayed.since = sign_in.at
        if sign_in.agent is not None and was.effect not in (Effect.DENY, None):
            replayed.let_in[sign_in.agent] = replayed.let_in.get(sign_in.agent, 0) + 1
        group = None if alike else _changed(was, now, fresh=sign_in.fresh)
        if group is not None:
            _gather(replayed, group, sign_in, unknown=now.unknown)
    return replayed


def _changed(was: Verdict, now: Verdict, *, fresh: bool) -> Group | None:
    """Return what a change of verdict means for the agent, or None if nothing."""
    if was.effect is None or now.effect is None:
        return Group.UNJUDGED
    if (was.effect is Effect.DENY) is not (now.effect is Effect.DENY):
        return Group.REFUSED if now.effect is Effect.DENY else Group.LET_IN
    needs_code = now.effect is Effect.ASK_CODE and was.effect is Effect.ALLOW
    return Group.ASKED if needs_code and not fresh else None


def _gather(replayed: Replayed, group: Group, sign_in: PastSignIn, *, unknown: bool) -> None:
    # without a proved agent there is no device, so such sign-ins are grouped by platform
    device = sign_in.device if sign_in.agent is not None else repr(sign_in.judged.get("platform"))
    key = (group, sign_in.agent, device)
    line = replayed.lines.get(key)
    if line is None:
        line = replayed.lines[key] = Line(group, sign_in.agent, sign_in.device, sign_in)
    line.sign_ins += 1
    line.unknown += unknown and group is Group.REFUSED
