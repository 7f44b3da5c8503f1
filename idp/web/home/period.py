"""The dashboard's periods, and their division into bars. No queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from idp.audit.statistics.hours import begin_of, hour_of

DAY: Final = 24


@dataclass(frozen=True, slots=True)
class Period:
    """A period to choose. A bar covers `step` hours, and `columns` bars share a label on the axis."""

    name: str
    words: str
    phrase: str
    bars: int
    step: int
    columns: int
    from_midnight: bool = True

    @property
    def labels(self) -> int:
        """The number of labels on the axis."""
        return self.bars // self.columns

    def hours(self, now: datetime) -> range:
        """Return the hours to read, up to and including the current one."""
        last = hour_of(now)
        return range(self._first(last) * self.step, last + 1)

    def numbers(self, now: datetime) -> range:
        """Return the numbers of the bars, in steps. The last ones of a day may be in the future."""
        first = self._first(hour_of(now))
        return range(first, first + self.bars)

    def bar(self, number: int) -> str:
        """Return when a bar begins and ends, in UTC."""
        begin, end = begin_of(number * self.step), begin_of((number + 1) * self.step)
        if self.step == DAY:
            return f"{begin:%a %d %b}"
        day = f"{begin:%a} " if self.from_midnight else ""
        return f"{day}{begin:%H:%M} to {end:%H:%M}"

    def label(self, number: int) -> str:
        """Return when a bar begins, for the axis."""
        begin = begin_of(number * self.step)
        if self.step == DAY:
            return f"{begin:%d %b}"
        return f"{begin:%a}" if self.from_midnight else f"{begin:%H:%M}"

    def _first(self, hour: int) -> int:
        day = DAY // self.step
        last = hour // DAY * day + day - 1 if self.from_midnight else hour // self.step
        return last - self.bars + 1


PERIODS: Final = (
    Period("day", "24 hours", "the last 24 hours", bars=24, step=1, columns=6, from_midnight=False),
    Period("week", "7 days", "the last 7 days", bars=28, step=6, columns=4),
    Period("month", "30 days", "the last 30 days", bars=30, step=DAY, columns=6),
)


def chosen(name: str) -> Period:
    """Return the period with a name, or the first one."""
    return next((it for it in PERIODS if it.name == name), PERIODS[0])
