"""The figures as text, and as the tables and the plot of docs/explanation/performance.md."""

from datetime import UTC, datetime

from tests.docs.pages import DOCS, table
from tests.speed import bars

PAGE = DOCS / "explanation" / "performance.md"
PLOT = DOCS / "explanation" / "performance.svg"
BEGIN, END = "<!-- Written by make bench-docs: -->", "<!-- Up to here. -->"
HEADS = ("What", "Compared with", "Ratio", "Middle half", "Required", "Goal", "Reached")
REACHED = {"": "", "aim": "goal", "must": "required", "not reached": "neither"}


def as_text(outcomes, figures):
    """Put the figures into lines for a terminal."""
    lines = [f"{'':48}{'compared with':34}{'ratio':>9}  {'middle half':15}{'required':>10}{'goal':>6}"]
    lines += [f"{it.name:48}{it.against:34}{it.quotient:9.2f}  {_half(it):15}{_bounds(it)}" for it in outcomes]
    lines += [f"{it.name:82}{f'{it.value:g} {it.unit}':>9}  {'':15}{_bounds(it)}" for it in figures]
    return "\n".join(lines)


def write(measured):
    """Replace the tables between the marks of the page, and the plot next to it. `measured`: by the database's name."""
    tables = [_tables(*it) for it in measured.items()]
    put_between(BEGIN, END, "\n\n".join([f"Measured on {datetime.now(UTC):%-d %B %Y}.", *tables]))
    PLOT.write_text(bars.plot(measured), encoding="utf-8")


def put_between(begin, end, written):
    """Replace the text between two marks of the page."""
    before, mark, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    assert mark, f"the page has no {begin}"
    PAGE.write_text(f"{before}{begin}\n\n{written}\n\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def _tables(database, rows):
    outcomes, figures = rows
    quotients = [
        (it.name, it.against, f"**{it.quotient:.2f}**", _half(it), _bound(it.must), _bound(it.aim), REACHED[it.verdict])
        for it in outcomes
    ]
    counted = [
        (it.name, "", f"**{it.value:g}** {it.unit}".strip(), "", _bound(it.must), _bound(it.aim), REACHED[it.verdict])
        for it in figures
    ]
    return f"### {database}\n\n{table(*HEADS, rows=[*quotients, *counted])}"


def _bounds(it):
    return f"{_bound(it.must):>10}{_bound(it.aim):>6}  {REACHED[it.verdict]}"


def _half(outcome):
    return f"{outcome.low:.2f} to {outcome.high:.2f}"


def _bound(value):
    return "" if value is None else f"{value:g}"
