"""Sums and shares of the hourly figures, and how long a code takes. No queries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from idp.agents.authentication import FRESH
from idp.audit.models import Figure
from idp.audit.statistics.codes import SECONDS
from idp.audit.statistics.counting import SEVERAL
from idp.audit.statistics.hourly import Sums
from idp.otp.costs import APPROVED
from idp.policies.user_agents.words import PLATFORM_NAMES

FEW: Final = 5
FORGETFUL: Final = 0.25
"""The share of right codes given on a device that replaced one just like it.

From this share on, it is no coincidence.
"""
SHOWN: Final = 8
NAMES: Final = {platform.value: words for platform, words in PLATFORM_NAMES.items()}
UNKNOWN: Final = "Not known"
OTHERS: Final = "Others"


@dataclass(frozen=True, slots=True)
class Split:
    """Counts of sign-ins: without a code, with a fresh proof, and refused."""

    silent: int = 0
    proved: int = 0
    refused: int = 0

    @property
    def signed_in(self) -> int:
        """Sign-ins that succeeded."""
        return self.silent + self.proved

    @property
    def came(self) -> int:
        """All sign-ins, refused ones included."""
        return self.signed_in + self.refused


@dataclass(frozen=True, slots=True)
class Share:
    """A row of a table: a name, a count, and its share in percent."""

    words: str
    count: int
    percent: int
    link: str = ""


def percent(part: int, whole: int) -> int | None:
    """Return a share in whole percent, or None if `whole` is 0. It is 0 or 100 only if exactly so."""
    if not whole:
        return None
    rounded = round(100 * part / whole)
    return min(max(rounded, 1 if part else 0), 99 if part < whole else 100)


def split(sums: Sums, numbers: Iterable[int]) -> list[Split]:
    """Return one split for each bar, in the order of `numbers`."""
    found: dict[int, Counter[str]] = {it: Counter() for it in numbers}
    for (bar, figure, of), times in sums.items():
        if bar in found:
            found[bar][_kind(figure, of)] += times
    return [Split(it["silent"], it["proved"], it["refused"]) for it in found.values()]


def _kind(figure: str, of: str) -> str:
    if figure == Figure.SIGNED_IN:
        return "proved" if of in FRESH else "silent"
    return "refused" if figure == Figure.REFUSED else ""


def together(splits: Iterable[Split]) -> Split:
    """Return the sum of splits."""
    every = list(splits)
    return Split(sum(it.silent for it in every), sum(it.proved for it in every), sum(it.refused for it in every))


def by(sums: Sums, figure: Figure) -> Counter[str]:
    """Sum a figure over the whole period, by its `of`."""
    found: Counter[str] = Counter()
    for it, times in sums.items():
        if it.figure == figure:
            found[it.of] += times
    return found


def shares(counted: Mapping[str, int]) -> list[Share]:
    """Return the `SHOWN` most frequent, and the others in one row."""
    most, whole = Counter(counted).most_common(), sum(counted.values())
    rest = sum(times for _, times in most[SHOWN:])
    lines = most[:SHOWN] + ([(OTHERS, rest)] if rest else [])
    return [Share(words or UNKNOWN, times, percent(times, whole) or 0) for words, times in lines]


def platforms(counted: Mapping[str, int]) -> Counter[str]:
    """Name the platforms. A device that may be one of several is counted under all their names."""
    found: Counter[str] = Counter()
    for of, times in counted.items():
        found[" or ".join(_platform(it) for it in sorted(of.split(SEVERAL))) if of else ""] += times
    return found


def _platform(of: str) -> str:
    return NAMES.get(of, of)


@dataclass(frozen=True, slots=True)
class Codes:
    """Counts of codes requested, sent and right, and the seconds from the text to the right code."""

    requested: int
    sent: int
    right: int
    median: int | None
    slowest: int | None

    @property
    def percent_sent(self) -> int | None:
        """The percentage sent, of those requested."""
        return percent(min(self.sent, self.requested), self.requested)

    @property
    def percent_right(self) -> int | None:
        """The percentage right, of those requested."""
        return percent(min(self.right, self.requested), self.requested)


def codes(sums: Sums) -> Codes:
    """Sum up the codes. `slowest` is the 90th percentile."""
    waited = {int(end): times for end, times in by(sums, Figure.WAITED).items()}
    requested, sent, right = (by(sums, it).total() for it in (Figure.ASKED, Figure.SENT, Figure.RIGHT))
    return Codes(requested, sent, right, quantile(waited, 0.5), quantile(waited, 0.9))


def quantile(counted: Mapping[int, int], part: float) -> int | None:
    """Return a quantile in seconds, or None without data.

    `counted` is a histogram by the upper end of each bucket; values within a bucket are interpolated.
    """
    wanted, before = part * sum(counted.values()), 0
    for end, times in sorted(counted.items()):
        if before + times >= wanted > 0:
            begin = max((it for it in SECONDS if it < end), default=0)
            return round(begin + (end - begin) * (wanted - before) / times)
        before += times
    return None


def cost(sums: Sums, prices: Mapping[str, Decimal]) -> Decimal:
    """Estimate Twilio's price, in its own currency: each text or call by its channel, and each right code."""
    texts = by(sums, Figure.TEXTED)
    sent = sum((times * prices.get(channel, Decimal(0)) for channel, times in texts.items()), Decimal(0))
    return sent + by(sums, Figure.RIGHT).total() * prices.get(APPROVED, Decimal(0))


def forgetful(sums: Sums) -> int:
    """Return how many devices replaced one just like them, if they are too many for coincidence; otherwise 0."""
    forgot, right = by(sums, Figure.FORGOTTEN).total(), by(sums, Figure.RIGHT).total()
    return forgot if forgot >= FEW and forgot >= FORGETFUL * right else 0
