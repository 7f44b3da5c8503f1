"""Writes the page of what is kept for how long: python -m tests.docs.retention_page > docs/reference/retention.md."""

import sys

from tests.docs.pages import note, table

TEXT = """# For how long things are kept

{note}

`manage.py purge` removes what is past its time ([by a timer](../how-to/keep-no-longer.md)). Every table of the database
is on this page, with a time or with a reason to stay. [What each holds about people](data.md).

## What goes

Choose other days by `LATCHKEY_RETENTION_DAYS`, an object of JSON with the names below, such as
`{{"trail": 730, "answers": 15}}`. What it does not name keeps its default. Fewer days than the fewest are refused at
the start.

{periods}

## What stays

{kept}
"""


def page():
    from idp.conf.retention import PERIODS
    from idp.web.retention.rules import KEPT, RULES

    def tables(period):
        return ", ".join(dict.fromkeys(_shown(it.table) for it in RULES if it.period == period))

    rows = [
        (f"`{it.name}`", it.what, it.days, it.least, it.counted_from, tables(it.name), it.why or "") for it in PERIODS
    ]
    return TEXT.format(
        note=note("retention"),
        periods=table("Name", "What", "Days", "Fewest", "Counted from", "Tables", "Note", rows=rows),
        kept=table("Table", "Because", rows=[(_shown(name), why) for name, why in KEPT.items()]),
    )


def _shown(table):
    """Our own tables as everywhere in these pages; Django's, which have no place in our code, by name alone."""
    from django.apps import apps

    model = apps.get_model(table)
    ours = model.__module__.startswith("idp.") and not model._meta.auto_created
    return f"`{table}`" if ours else table


if __name__ == "__main__":
    import django

    import tests.environment  # noqa: F401 - made-up settings, so that Django starts

    django.setup()
    sys.stdout.write(page())
