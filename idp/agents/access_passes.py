"""Which agents an access pass lets in at an instant. Operators create few passes, so those of a day are cached."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from idp.agents.models import AccessPass
from idp.versions.cached import Cached


def admits(agent: UUID, now: datetime) -> bool:
    """Whether a pass lets this agent in now."""
    until = _until(now.astimezone(UTC).date()).get(agent)
    return until is not None and until > now


def any_valid(now: datetime) -> bool:
    """Whether any pass is valid now."""
    return any(until > now for until in _until(now.astimezone(UTC).date()).values())


def _of(day: date) -> dict[UUID, datetime]:
    """Return the end of the passes that are valid on a day or later, by agent."""
    running = AccessPass.objects.running(datetime.combine(day, time(), UTC))
    # An agent may have several. The last one in order, which is the longest, wins in the dict.
    return dict(running.order_by("until").values_list("agent_id", "until"))


_until = Cached(_of, most=2)
