"""A plot of each figure that has a required value: the ratio to that value, on a logarithmic scale."""

import math
from html import escape

WIDE, LEFT, RIGHT, ROW, TOP = 860, 380, 70, 24, 56
SCALE = (0.25, 0.5, 1, 2, 4, 8, 16)
"""Multiples of the required value on the axis; 1 is the required value."""
COLOURS = {"goal": "#1b7a43", "required": "#2f6fb3", "neither": "#b3541e"}


def svg(measured):
    """Return the SVG. `measured`: outcomes and figures by the database's name."""
    rows = [
        (f"{it.name} ({database})", _excess(it), it.reached)
        for database, (outcomes, figures) in measured.items()
        for it in (*outcomes, *figures)
        if it.required is not None
    ]
    high = TOP + ROW * len(rows) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12">',
        "<title>How far each figure is from its required value</title>",
        f'<rect width="{WIDE}" height="{high}" fill="#fff"/>',
        *_legend(),
        *(_tick(it, high) for it in SCALE),
        *(line for nth, row in enumerate(rows) for line in _row(TOP + ROW * nth, *row)),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _excess(it):
    """Return value / required value; for speeds the inverse, so that more is always worse."""
    value = getattr(it, "ratio", None) or getattr(it, "value", 0)
    return it.required / value if getattr(it, "is_speed", False) else value / it.required


def _at(excess):
    """Return the x of a multiple; a value beyond the axis is drawn at its end."""
    first, last = math.log(SCALE[0]), math.log(SCALE[-1])
    share = (min(max(math.log(excess or SCALE[0]), first), last) - first) / (last - first)
    return LEFT + share * (WIDE - LEFT - RIGHT)


def _legend():
    for nth, (reached, colour) in enumerate(COLOURS.items()):
        x = LEFT + 140 * nth
        yield f'<rect x="{x}" y="8" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 18}" y="18" fill="#1a1a1a">{reached}</text>'


def _tick(multiple, high):
    x, colour = _at(multiple), "#1a1a1a" if multiple == 1 else "#d5dbe3"
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{high - 8}" stroke="{colour}"/>'
        f'<text x="{x:.1f}" y="{TOP - 14}" fill="#414a57" text-anchor="middle">'
        f"{'required' if multiple == 1 else f'{multiple:g} times'}</text>"
    )


def _row(top, name, excess, reached):
    begin, end = sorted((_at(1), _at(excess)))
    yield f'<text x="{LEFT - 10}" y="{top + 15}" text-anchor="end" fill="#1a1a1a">{escape(name)}</text>'
    yield (
        f'<rect x="{begin:.1f}" y="{top + 4}" width="{max(end - begin, 2):.1f}" height="{ROW - 9}" '
        f'fill="{COLOURS[reached]}"/>'
    )
    yield f'<text x="{WIDE - RIGHT + 8}" y="{top + 15}" fill="#414a57">{excess:.2f}</text>'
