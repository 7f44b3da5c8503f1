"""What the counted figures say: sums, shares, and how long a code takes. No query here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from idp.agents.authentication import FRESH
from idp.audit.models import Figure
from idp.audit.statistics.counting import SECONDS, SEVERAL
from idp.audit.statistics.hourly import Sums
from idp.policies.user_agents.words import PLATFORM_NAMES

FEW: Final = 5
FORGETFUL: Final = 0.25
"""The share of right codes given on a phone that took the place of one just like it, from which that is no chance."""
SHOWN: Final = 8
NAMES: Final = {platform.value: words for platform, words in PLATFORM_NAMES.items()}
UNKNOWN: Final = "Not known"
OTHERS: Final = "Others"


@dataclass(frozen=True, slots=True)
class Split:
    """How sign-ins went: without a code, with a fresh proof, refused."""

    silent: int = 0
    proved: int = 0
    refused: int = 0

    @property
    def signed_in(self) -> int:
        """Everybody who got in."""
        return self.silent + self.proved

    @property
    def came(self) -> int:
        """All who came."""
        return self.signed_in + self.refused


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a table: what, how often, and which part of the whole, in percent."""

    words: str
    count: int
    percent: int
    link: str = ""


def percent(part: int, whole: int) -> int | None:
    """Return a share in whole percent, None where there is no whole. Never 0 or 100 for what is only nearly so."""
    if not whole:
        return None
    rounded = round(100 * part / whole)
    return min(max(rounded, 1 if part else 0), 99 if part < whole else 100)


def split(sums: Sums, numbers: Iterable[int]) -> list[Split]:
    """Return one split for each bar."""
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
    """Add splits up."""
    every = list(splits)
    return Split(sum(it.silent for it in every), sum(it.proved for it in every), sum(it.refused for it in every))


def by(sums: Sums, figure: Figure) -> Counter[str]:
    """Add up one figure over the whole period, by what it is of."""
    found: Counter[str] = Counter()
    for it, times in sums.items():
        if it.figure == figure:
            found[it.of] += times
    return found


def shares(counted: Mapping[str, int]) -> list[Share]:
    """Return the most frequent, and the others in one line."""
    most, whole = Counter(counted).most_common(), sum(counted.values())
    rest = sum(times for _, times in most[SHOWN:])
    lines = most[:SHOWN] + ([(OTHERS, rest)] if rest else [])
    return [Share(words or UNKNOWN, times, percent(times, whole) or 0) for words, times in lines]


def platforms(counted: Mapping[str, int]) -> Counter[str]:
    """Put platforms into words; what may be either says so."""
    found: Counter[str] = Counter()
    for of, times in counted.items():
        found[" or ".join(_platform(it) for it in sorted(of.split(SEVERAL))) if of else ""] += times
    return found


def _platform(of: str) -> str:
    return NAMES.get(of, of)


@dataclass(frozen=True, slots=True)
class Codes:
    """What became of codes: how many were asked for, sent and right, and the seconds from the text to the right one."""

    asked: int
    sent: int
    right: int
    median: int | None
    slowest: int | None

    @property
    def percent_sent(self) -> int | None:
        """Of those asked for."""
        return percent(min(self.sent, self.asked), self.asked)

    @property
    def percent_right(self) -> int | None:
        """Of those asked for."""
        return percent(min(self.right, self.asked), self.asked)


def codes(sums: Sums) -> Codes:
    """Sum up what became of codes. `slowest` is what nine of ten are faster than."""
    waited = {int(end): times for end, times in by(sums, Figure.WAITED).items()}
    asked, sent, right = (by(sums, it).total() for it in (Figure.ASKED, Figure.SENT, Figure.RIGHT))
    return Codes(asked, sent, right, quantile(waited, 0.5), quantile(waited, 0.9))


def quantile(counted: Mapping[int, int], part: float) -> int | None:
    """Return the seconds that a part of all stays within. `counted` is by upper ends of steps; within one it is even.

    None where nothing was counted.
    """
    wanted, before = part * sum(counted.values()), 0
    for end, times in sorted(counted.items()):
        if before + times >= wanted > 0:
            begin = max((it for it in SECONDS if it < end), default=0)
            return round(begin + (end - begin) * (wanted - before) / times)
        before += times
    return None


def cost(sums: Sums, prices: Mapping[str, Decimal]) -> Decimal:
    """Estimate what Twilio asks: each text or call by its channel's price, and each right code by theirs."""
    texts = by(sums, Figure.TEXTED)
    sent = sum((times * prices.get(channel, Decimal(0)) for channel, times in texts.items()), Decimal(0))
    return sent + by(sums, Figure.RIGHT).total() * prices.get("approved", Decimal(0))


def forgetful(sums: Sums) -> int:
    """Return how many phones took the place of one just like them, if there are too many for chance; else 0."""
    forgot, right = by(sums, Figure.FORGOTTEN).total(), by(sums, Figure.RIGHT).total()
    return forgot if forgot >= FEW and forgot >= FORGETFUL * right else 0
