"""How large the places are that are held against each other. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many agents and services there are, and how many lines the trail has already."""

    agents: int
    services: int
    events: int

    @property
    def words(self):
        services = "1 service" if self.services == 1 else f"{self.services:,} services"
        return f"{self.agents:,} agents, {services}, {self.events:,} trail entries"


SMALL = Sizes(agents=1_000, services=1, events=10_000)
"""Ten lines for each agent, as at the large places: what is compared is how much there is, not how much is shown."""
MODEST = Sizes(agents=100_000, services=100, events=1_000_000)
FULL = Sizes(agents=1_000_000, services=1_000, events=10_000_000)
