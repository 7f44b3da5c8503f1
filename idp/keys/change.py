"""The steps of changing a signing key, and which step is allowed when. Pure.

A key is *next* (published, and used for the connections that were switched to it), then *active*, then *retired*.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from idp.errors import IdpError


class Step(StrEnum):
    """What an operator can do to the key of one use."""

    PREPARE = "prepare"
    SWITCH = "switch"
    BACK = "back"
    ACTIVATE = "activate"
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Connection:
    """A service that keys of this use sign for, and whether it has been switched to the next key."""

    slug: str
    name: str
    enabled: bool
    switched: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of the change. Disabled connections are ignored."""

    prepared: bool
    connections: tuple[Connection, ...] = ()

    @property
    def waiting(self) -> tuple[Connection, ...]:
        """The connections that still have to be switched before the next key can become the active one."""
        return tuple(it for it in self.connections if it.enabled and not it.switched)

    @property
    def switched(self) -> tuple[Connection, ...]:
        """The connections in use that are signed to with the next key already."""
        return tuple(it for it in self.connections if it.enabled and it.switched)

    @property
    def step(self) -> Step:
        """The step that comes now."""
        if not self.prepared:
            return Step.PREPARE
        return Step.SWITCH if self.waiting else Step.ACTIVATE


_ADVICE = {
    Step.PREPARE: "Prepare the next key first.",
    Step.SWITCH: "Switch the remaining services, one by one or all at once.",
    Step.BACK: "Switch them back first.",
    Step.ACTIVATE: "Activate the next key now, or switch a service back.",
    Step.DISCARD: "Discard it and prepare another.",
}


class OutOfOrder(IdpError):
    """A step that is not allowed now. `instead` is the one that is."""

    code = "key_step_out_of_order"
    status = 409

    def __init__(self, sentence: str, instead: Step) -> None:
        super().__init__(sentence=sentence, advice=_ADVICE[instead])
        self.instead = instead


def check(step: Step, standing: Standing, chosen: Collection[str] = ()) -> None:
    """Raise OutOfOrder unless this step may be taken now. `chosen` are slugs, to switch there or back."""
    if step == Step.PREPARE:
        if standing.prepared:
            raise OutOfOrder("The next key is prepared already.", standing.step)
    elif not standing.prepared:
        raise OutOfOrder("There is no next key.", Step.PREPARE)
    elif step in {Step.SWITCH, Step.BACK}:
        _check_chosen(standing, chosen, to_next=step == Step.SWITCH)
    elif step == Step.ACTIVATE and standing.waiting:
        raise OutOfOrder(
            f"Answers to these services are still signed with the active key: {_names(standing.waiting)}.", Step.SWITCH
        )
    elif step == Step.DISCARD and standing.switched:
        raise OutOfOrder(f"The next key is in use for {_names(standing.switched)}.", Step.BACK)


def _check_chosen(standing: Standing, chosen: Collection[str], *, to_next: bool) -> None:
    if strangers := set(chosen) - {it.slug for it in standing.connections}:
        raise OutOfOrder(f"Not signed to with this kind of key: {', '.join(sorted(strangers))}.", standing.step)
    there = [it for it in standing.connections if it.slug in chosen and it.switched == to_next]
    which = "next" if to_next else "active"
    if there:
        raise OutOfOrder(f"Signed to with the {which} key already: {_names(there)}.", standing.step)
    if not chosen:
        raise OutOfOrder(f"No connection is left to sign to with the {which} key.", standing.step)


def _names(connections: Iterable[Connection]) -> str:
    return ", ".join(it.name for it in connections)
