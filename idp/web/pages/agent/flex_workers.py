"""The workers that a name ID makes in Flex, before and after it changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from idp.agents.models import Agent
from idp.saml import name_ids
from idp.saml.errors import UnreleasableAttribute
from idp.saml.models import ServiceProvider, SubjectName
from idp.saml.profiles.flex import PROFILES_OF_FLEX, flex_identity
from idp.saml.responses import released


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker of Flex, as a name ID makes it: friendly name, identity, and the attributes that Flex receives."""

    name_id: str
    identity: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class WorkerChange:
    """The effect of another name ID on one Flex: the present worker, and a second one next to it."""

    service: str
    now: Worker
    later: Worker


def worker_changes(agent: Agent, value: str) -> Iterator[WorkerChange]:
    """Yield for each Flex the worker that it has now, and the one that it would add."""
    current: SubjectName | None = name_ids.current(agent)
    if current is None or not current.told:
        return
    services = ServiceProvider.objects.filter(enabled=True, profile__in=PROFILES_OF_FLEX).prefetch_related("released")
    for sp in services:
        attributes = _attributes(sp, agent)
        yield WorkerChange(sp.name, _worker(current.value, attributes), _worker(value, attributes))


def _worker(name_id: str, attributes: tuple[tuple[str, str], ...]) -> Worker:
    return Worker(name_id, flex_identity(name_id) if name_id.isascii() else "", attributes)


def _attributes(sp: ServiceProvider, agent: Agent) -> tuple[tuple[str, str], ...]:
    """Return the attributes that this Flex receives; empty if no Response can be made."""
    try:
        content = released.for_agent(sp, agent, "")
    except UnreleasableAttribute:
        return ()
    return tuple((it.name, ", ".join(it.values)) for it in content.attributes)
