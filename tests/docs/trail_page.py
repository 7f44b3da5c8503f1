"""Writes the page of what stands in the trail: python -m tests.docs.trail_page > docs/reference/trail.md."""

import sys

from tests.docs.pages import note, table

TEXT = """# The trail

{note}

Each line says what happened, when, and under which reference; the columns are told in [data](data.md). A line about an
act names who acted: an operator, *command line* and the command, or *personnel system* and its name. What follows is
what a line can tell, by the groups that the list in the admin offers. What an operator usually does about one is told
in [Read a reference](../how-to/read-a-reference.md#what-the-events-mean).

{groups}
"""


def page():
    from idp.audit.groups import KINDS, WORDS
    from idp.audit.models import Kind

    groups = []
    for group, words in WORDS.items():
        rows = [(f"`{it.value}`", it.label) for it in Kind if it in KINDS[group]]
        groups.append(f"## {words.capitalize()}\n\n{table('Kind', 'Tells of', rows=rows)}")
    return TEXT.format(note=note("trail"), groups="\n\n".join(it.rstrip() for it in groups))


if __name__ == "__main__":
    import django

    import tests.environment  # noqa: F401 - made-up settings, so that Django starts

    django.setup()
    sys.stdout.write(page())
