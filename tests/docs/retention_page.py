"""Writes the page of retention periods: python -m tests.docs.retention_page > docs/reference/retention.md."""

import sys

from tests.docs.pages import note, table

TEXT = """# How long data is kept

{note}

This page says how long each table keeps its rows, for operators and data protection officers. `manage.py purge`
deletes expired rows ([run it by a timer](../how-to/keep-no-longer.md)). Every table is listed, with a period or with a
reason to keep it. [What each stores about people](data.md).

## What goes

To change a period, set `LATCHKEY_RETENTION_DAYS` to a JSON object with the names below, such as `{{"trail": 730,
"answers": 15}}`. Periods that it does not name keep their default. Latchkey does not start with fewer days than the
minimum.

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
        periods=table("Name", "What", "Days", "Minimum", "Counted from", "Tables", "Note", rows=rows),
        kept=table("Table", "Because", rows=[(_shown(name), why) for name, why in KEPT.items()]),
    )


def _shown(table):
    """Format Latchkey's own tables as code, as on other pages, and Django's by name alone."""
    from django.apps import apps

    model = apps.get_model(table)
    ours = model.__module__.startswith("idp.") and not model._meta.auto_created
    return f"`{table}`" if ours else table


if __name__ == "__main__":
    import django

    import tests.environment  # noqa: F401 - made-up settings, so that Django starts

    django.setup()
    sys.stdout.write(page())
