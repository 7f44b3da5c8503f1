"""The results of the growth benchmark as text, and as the tables of docs/explanation/performance.md."""

from datetime import UTC, datetime

from tests.docs.pages import table
from tests.speed import page as speed
from tests.speed.comparisons import Outcome

BEGIN, END = "<!-- Written by make growth-docs: -->", "<!-- Up to here, by make growth-docs. -->"
HEADS = ("What", "CPU time", "Middle half", "Elapsed time", "Middle half", "Milliseconds", "Reached")


def read(found):
    """Return for each operation its outcome in CPU time and its outcome in elapsed time."""
    return [(Outcome(**it["cpu"]), Outcome(**it["clock"])) for it in found]


def as_text(pairs):
    """Format the outcomes for a terminal."""
    heads = f"{'CPU time':>10}  {'middle half':15}{'elapsed':>7}  {'middle half':15}{'ms':>8}  reached"
    lines = [f"{'ratio of large to small':64}{heads}"]
    for cpu, clock in pairs:
        lines.append(
            f"{cpu.name:64}{cpu.ratio:10.2f}  {_half(cpu):15}{clock.ratio:7.2f}  {_half(clock):15}"
            f"{clock.subject_us / 1000:8.1f}  {cpu.reached}"
        )
    return "\n".join(lines)


def write(small, measured):
    """Replace the tables between the markers of the page. `measured`: sizes and outcomes by the database's name."""
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
        shown = (f"**{cpu.ratio:.2f}**", _half(cpu), f"{clock.ratio:.2f}", _half(clock))
        yield (cpu.name, *shown, f"{clock.subject_us / 1000:.1f}", cpu.reached)


def _half(outcome):
    return f"{outcome.low:.2f} to {outcome.high:.2f}"
