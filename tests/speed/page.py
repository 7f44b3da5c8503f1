"""The results as text, and as the tables and the plot of docs/explanation/performance.md."""

from datetime import UTC, datetime

from tests.docs.pages import DOCS, table
from tests.speed import plot

PAGE = DOCS / "explanation" / "performance.md"
PLOT = DOCS / "explanation" / "performance.svg"
BEGIN, END = "<!-- Written by make bench-docs: -->", "<!-- Up to here. -->"
HEADS = ("What", "Compared with", "Ratio", "Middle half", "Required", "Goal", "Reached")


def as_text(outcomes, figures):
    """Format the results for a terminal."""
    lines = [f"{'':52}{'compared with':34}{'ratio':>9}  {'middle half':15}{'required':>10}{'goal':>6}  reached"]
    lines += [f"{it.name:52}{it.compared_with:34}{it.ratio:9.2f}  {_half(it):15}{_bounds(it)}" for it in outcomes]
    lines += [f"{it.name:86}{f'{it.value:g} {it.unit}':>9}  {'':15}{_bounds(it)}" for it in figures]
    return "\n".join(lines)


def write(measured):
    """Replace the tables between the markers of the page, and the plot. `measured`: results by the database's name."""
    tables = [_tables(*it) for it in measured.items()]
    put_between(BEGIN, END, "\n\n".join([f"Measured on {datetime.now(UTC):%-d %B %Y}.", *tables]))
    PLOT.write_text(plot.svg(measured), encoding="utf-8")


def put_between(begin, end, written):
    """Replace the text between two markers of the page."""
    before, mark, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    assert mark, f"{PAGE} has no marker {begin}"
    PAGE.write_text(f"{before}{begin}\n\n{written}\n\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def _tables(database, rows):
    outcomes, figures = rows
    ratios = [
        (it.name, it.compared_with, f"**{it.ratio:.2f}**", _half(it), _bound(it.required), _bound(it.goal), it.reached)
        for it in outcomes
    ]
    counted = [
        (it.name, "", f"**{it.value:g}** {it.unit}".strip(), "", _bound(it.required), _bound(it.goal), it.reached)
        for it in figures
    ]
    return f"### {database}\n\n{table(*HEADS, rows=[*ratios, *counted])}"


def _bounds(it):
    return f"{_bound(it.required):>10}{_bound(it.goal):>6}  {it.reached}"


def _half(outcome):
    return f"{outcome.low:.2f} to {outcome.high:.2f}"


def _bound(value):
    return "" if value is None else f"{value:g}"
