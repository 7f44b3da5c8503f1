"""Writes the page of tables: python -m tests.docs.tables_page > docs/reference/tables.md."""

import sys
from itertools import groupby

from django.apps import apps
from django.db.models import ForeignKey, OneToOneField

from tests.docs.pages import note

TEXT = """# Tables

{note}

This page shows which table refers to which, package by package, for anyone who writes queries or migrations. The label
of a line is the column.

| Question | Page |
| --- | --- |
| What does a table store about people? | [data](data.md) |
| What does the database reject? | [architecture](../explanation/architecture.md#data) |
| How long do rows stay? | [retention](retention.md) |

{packages}
"""


def page():
    ours = sorted(
        (
            it
            for it in apps.get_models()
            if it.__module__.startswith("idp.") and not it.__module__.startswith("idp.demo")
        ),
        key=lambda it: (it._meta.app_label, it.__name__),
    )
    packages = [_package(label, list(models)) for label, models in groupby(ours, lambda it: it._meta.app_label)]
    return TEXT.format(note=note("tables"), packages="\n\n".join(packages))


def _package(label, models):
    lines = [f"    {it.__name__}" for it in models] + [line for it in models for line in _relations(it)]
    return "\n".join([f"## {label}", "", "```mermaid", "erDiagram", *lines, "```"])


def _relations(model):
    for field in model._meta.get_fields():
        if isinstance(field, ForeignKey) and not field.auto_created:
            many = "o|" if isinstance(field, OneToOneField) else "o{"
            one = "o|" if field.null else "||"
            yield f"    {field.related_model.__name__} {one}--{many} {model.__name__} : {field.name}"


if __name__ == "__main__":
    import django

    import tests.environment  # noqa: F401 - made-up settings, so that Django starts

    django.setup()
    sys.stdout.write(page())
