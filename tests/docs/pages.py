"""What the generated pages share."""

from collections.abc import Iterable

from idp.conf import ROOT

DOCS = ROOT / "docs"
CLONE = "<the clone>"
"""Replaces the folder of the installation, so that no page names one."""


def note(name):
    again = f"python -m tests.docs.{name}_page > docs/reference/{name}.md"
    return f"<!-- Generated from the code; do not edit. To regenerate: {again} -->"


def table(*heads: str, rows: Iterable[Iterable[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(it) for it in line)} |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace(str(ROOT), CLONE).replace("|", "\\|").replace("\n", " ")
