"""Writes the page of what the trail records: python -m tests.docs.trail_page > docs/reference/trail.md."""

import sys

from tests.docs.pages import note, table

TEXT = """# The trail

{note}

This page lists every kind of entry in the trail, grouped as in the admin's filter. [Read a
reference](../how-to/read-a-reference.md#what-the-events-mean) says what operators usually do about each.

An entry says what happened, when, and under which reference ([columns](data.md)). An entry about an action names who
acted: an operator, *command line* and the command, or *personnel system* and its name.

{groups}
"""


def page():
    from idp.audit.groups import KINDS, WORDS
    from idp.audit.models import Kind

    groups = []
    for group, words in WORDS.items():
        rows = [(f"`{it.value}`", it.label) for it in Kind if it in KINDS[group]]
        groups.append(f"## {words.capitalize()}\n\n{table('Kind', 'Meaning', rows=rows)}")
    return TEXT.format(note=note("trail"), groups="\n\n".join(it.rstrip() for it in groups))


if __name__ == "__main__":
    import django

    import tests.environment  # noqa: F401 - made-up settings, so that Django starts

    django.setup()
    sys.stdout.write(page())
