"""The sizes of the installations that are compared."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of agents, services and trail entries."""

    agents: int
    services: int
    events: int

    @property
    def words(self):
        services = "1 service" if self.services == 1 else f"{self.services:,} services"
        return f"{self.agents:,} agents, {services}, {self.events:,} trail entries"


SMALL = Sizes(agents=1_000, services=1, events=10_000)
"""Ten entries for each agent, as in the large ones, so that pages show as much in either."""
MODEST = Sizes(agents=100_000, services=100, events=1_000_000)
FULL = Sizes(agents=1_000_000, services=1_000, events=10_000_000)
