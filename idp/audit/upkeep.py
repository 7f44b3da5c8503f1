"""What the trail needs done now and then, in the background of requests that may trigger it."""

from typing import Final

from idp import clock
from idp.audit.chain.sealing import seal_some
from idp.audit.statistics.hourly import count_all
from idp.background import Upkeep

counting: Final = Upkeep("hourly_counts", lambda: count_all(clock.now()))
"""Counts lines of the trail that are not counted yet, when somebody looks at the figures."""

sealing: Final = Upkeep("sealing", lambda: seal_some(clock.now()))
"""Seals waiting lines of the trail, after a request of an operator or a monitor."""
