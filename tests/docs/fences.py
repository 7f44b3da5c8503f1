"""The fenced code blocks of the documents, with their languages."""

import re
import shlex
from dataclasses import dataclass

from idp.conf import ROOT
from tests.docs.pages import DOCS

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
MANAGE = ".venv/bin/python manage.py "


@dataclass(frozen=True)
class Block:
    """A fenced block, and its page."""

    page: str
    language: str
    body: str

    def commands(self) -> list[str]:
        """Return its lines as a shell reads them: continued ones joined, comments left out."""
        lines = (line.strip() for line in self.body.replace("\\\n", " ").splitlines())
        return [" ".join(line.split()) for line in lines if line and not line.startswith("#")]


def of_page(page) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [Block(str(page.relative_to(ROOT)), language, body) for language, body in FENCE.findall(text)]


def all_blocks() -> list[Block]:
    return [block for page in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))] for block in of_page(page)]


def arguments(command: str) -> tuple[list[str], str]:
    """Split a line of manage.py into its arguments and the file its output goes into, '' if none."""
    words = shlex.split(command.removeprefix(MANAGE))
    return (words[:-2], words[-1]) if ">" in words else (words, "")
