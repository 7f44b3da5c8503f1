"""The growth figures as text, and as the tables of docs/explanation/performance.md."""

from datetime import UTC, datetime

from tests.docs.pages import table
from tests.speed import page as speed
from tests.speed.rounds import Outcome

BEGIN, END = "<!-- Written by make growth-docs: -->", "<!-- Up to here, by make growth-docs. -->"
HEADS = ("What", "CPU time", "Middle half", "Elapsed time", "Middle half", "Milliseconds", "Reached")


def read(found):
    """Return the outcomes as they were written: of each thing one in processor time and one by the clock."""
    return [(Outcome(**it["cpu"]), Outcome(**it["clock"])) for it in found]


def as_text(pairs):
    """Put them into lines for a terminal."""
    lines = [f"{'large / small':64}{'CPU time':>10}  {'middle half':15}{'elapsed':>7}  {'middle half':15}{'ms':>8}"]
    for cpu, clock in pairs:
        lines.append(
            f"{cpu.name:64}{cpu.quotient:10.2f}  {_half(cpu):15}{clock.quotient:7.2f}  {_half(clock):15}"
            f"{clock.took / 1000:8.1f}  {speed.REACHED[cpu.verdict]}"
        )
    return "\n".join(lines)


def write(small, measured):
    """Replace the tables between the marks of the page. `measured`: sizes and outcomes by the database's name."""
    parts = [f"Measured on {datetime.now(UTC):%-d %B %Y}."]
    for database, (large, pairs) in measured.items():
        parts += [
            f"### {database}: growth",
            f"{large.words}, compared with {small.words}.",
            table(*HEADS, rows=_rows(pairs)),
        ]
    speed.put_between(BEGIN, END, "\n\n".join(parts))


def _rows(pairs):
    for cpu, clock in pairs:
        shown = (f"**{cpu.quotient:.2f}**", _half(cpu), f"{clock.quotient:.2f}", _half(clock))
        yield (cpu.name, *shown, f"{clock.took / 1000:.1f}", speed.REACHED[cpu.verdict])


def _half(outcome):
    return f"{outcome.low:.2f} to {outcome.high:.2f}"
