"""The commands in the documents work: each is run here, or says what runs it."""

import contextlib
import io
import re
from pathlib import Path

import pytest
from django.core.management import ManagementUtility, get_commands, load_command_class

from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.conf import ROOT
from tests.conftest import NOW
from tests.docs import fences
from tests.importing.files import a_file
from tests.saml.metadata.documents import acs, an_entity
from tests.saml.metadata.sites import document, serving

BLOCKS = fences.all_blocks()
SHELL = [it for it in BLOCKS if it.language == "sh"]
PAGES = sorted({block.page for block in SHELL if any(it.startswith(fences.MANAGE) for it in block.commands())})
INLINE = re.compile(r"`(?:\.venv/bin/)?(?:python )?manage\.py ([a-z_]+)([^`<…]*)`")

ELSEWHERE = {
    "make demo": "tests/demo/test_first_minute.py",
    "make catalogues": "tests/languages/test_catalogues.py",
    "make interop": "tests/interop/",
    "make browsers": "tests/browsers/",
}
"""Lines that are not of manage.py, and what runs them."""

BY_HAND = re.compile(
    r"""(apt-get|useradd|git\ clone|git\ pull|git\ checkout|sudo|systemctl|cp)\b  # changes the machine it is typed on
    |(docker|kubectl|helm)\                              # wants an engine, a cluster: see tests/deployment
    |OWNER=|DATABASE_URL=|psql\                            # wants two accounts: see tests/deployment
    |bin/environment\ |set\ -a;                           # what `make demo` and each unit do first
    |export\ TWILIO_|curl\ |grep\ |find\   # at a place that has a name, a log, an account
    |(\.venv/bin/)?python3?\ -c\ """,
    re.VERBOSE,
)
"""Lines that nothing here runs, and why."""


def lines_of(page):
    return [command for block in SHELL if block.page == page for command in block.commands()]


@pytest.fixture
def metadata_at(db):
    """A server of metadata on this computer, in the place of one that has a name."""
    with serving({"/saml/metadata": document(an_entity(acs()))}) as site:
        yield f"http://127.0.0.1:{site.port}/saml/metadata"


@pytest.fixture
def place(flex, metadata_at, tmp_path, monkeypatch):
    """The seeded place, and a folder with the files that pages speak of: yields how a line is typed there."""
    events.record(Kind.CODE_WRONG, Origin("203.0.113.7", "", "7KQ2M-9TX4D"), NOW)
    (tmp_path / "team.csv").write_bytes(a_file(["zoe@acme.example", "Zoë", "+1 201 555 0171", "", "agent", "yes", ""]))
    (tmp_path / "workers.csv").write_text("Email,Name ID\nana@acme.example,ana.old\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def typed(line):
        if "manage.py add_agent ana@" in line:  # who is not there yet, where a page adds her
            Agent.objects.filter(email="ana@acme.example").update(email="sample@acme.example")
        return line.replace("https://wiki.example/saml/metadata", metadata_at)

    return typed


def run(line):
    """Run a line of manage.py in this process. Returns its exit code and what it said."""
    given, into = fences.arguments(line)
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            ManagementUtility(["manage.py", *given]).execute()
        except SystemExit as stop:
            code = stop.code or 0
    if into:
        Path(into).write_text(out.getvalue(), encoding="utf-8")
    return code, out.getvalue() + err.getvalue()


def test_every_code_block_names_its_language():
    assert not [(it.page, it.body[:40]) for it in BLOCKS if not it.language]


def test_every_shell_line_is_run_or_has_a_reason_why_not():
    lines = [(block.page, it) for block in SHELL for it in block.commands()]
    unknown = [
        it for it in lines if not (it[1].startswith(fences.MANAGE) or it[1] in ELSEWHERE or BY_HAND.match(it[1]))
    ]
    assert not unknown
    assert not [it for it in ELSEWHERE.values() if not (ROOT / it).exists()]


@pytest.mark.each_database
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work_in_order(place, page):
    for line in lines_of(page):
        if line.startswith(fences.MANAGE):
            code, said = run(place(line))
            assert code == 0, f"{line}\n{said}"


@pytest.mark.parametrize("page", sorted({*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"}), ids=lambda it: it.stem)
def test_a_command_within_a_sentence_exists_with_its_options(page):
    for name, more in INLINE.findall(page.read_text(encoding="utf-8")):
        assert name in get_commands(), name
        command = load_command_class(get_commands()[name], name)
        known = command.create_parser("manage.py", name)._option_string_actions
        assert not [it for it in re.findall(r"--[a-z-]+", more) if it not in known], f"{name}{more}"
