"""`manage.py verify_trail`, over the tables and over a file that left them."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.test import Client

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from tests import tables
from tests.conftest import NOW, an_agent

pytestmark = pytest.mark.each_database

ORIGIN = Origin("192.0.2.1", "Mozilla/5.0 (iPhone)", "7KQ2M-9TX4D")


@pytest.fixture
def written(db, keys):
    agent = an_agent()
    return [events.record(kind, ORIGIN, NOW, agent=agent) for kind in (Kind.CODE_SENT, Kind.CODE_WRONG, Kind.REFUSED)]


@pytest.fixture
def file(written, tmp_path):
    """The trail in a file, which anybody may have had in their hands since."""
    path = tmp_path / "trail.jsonl"
    out = StringIO()
    call_command("export_audit", "--format", "jsonl", stdout=out, stderr=StringIO())
    path.write_text(out.getvalue())
    return path


def verify(*args):
    """What the command tells as JSON, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command("verify_trail", "--json", *args, stdout=out)
    except SystemExit as ended:
        code = ended.code
    return json.loads(out.getvalue()), code


def test_a_trail_in_order_ends_with_0_and_says_how_many_lines_hold(written):
    told, code = verify()
    assert (code, told["in_order"], told["lines_that_hold"], told["unsealed"]) == (0, True, 3, 0)


def test_a_line_that_was_changed_ends_with_1_and_is_named_by_its_reference(written):
    verify()
    with tables.unguarded():
        QuerySet(LoginEvent).filter(pk=written[1].pk).update(detail="nothing happened")
    told, code = verify()
    assert (code, told["lines_that_hold"], told["faults"]) == (1, 2, 1)
    assert told["first_faults"][0]["reference"] == "7KQ2M-9TX4D"


def test_a_noted_checkpoint_is_compared_with_the_chain(written):
    told, _ = verify()
    assert verify("--known", f"3:{told['digest']}")[1] == 0
    assert verify("--known", f"3:{'00' * 32}")[1] == 1
    assert verify("--known", f"9:{told['digest']}")[1] == 1


def test_a_file_is_verified_by_itself_with_the_published_keys(file, tmp_path):
    keys = tmp_path / "jwks.json"
    keys.write_text(Client().get("/.well-known/jwks.json").text)
    told, code = verify("--file", str(file), "--keys", str(keys))
    assert (code, told["lines_that_hold"], told["signed_to"]) == (0, 3, 3)


def tampered(file, act):
    lines = file.read_text().splitlines()
    file.write_text("\n".join(act(lines)) + "\n")


SPOILT = {
    "a detail": lambda it: [it[0].replace("code sent", "signed in"), *it[1:]],
    "a name that no digest covers": lambda it: [it[0].replace("ana@acme.example", "eve@acme.example"), *it[1:]],
    "a line out": lambda it: [it[0], *it[2:]],
    "the last line out": lambda it: [*it[:-2], it[-1]],
    "two lines the other way round": lambda it: [it[1], it[0], *it[2:]],
    "the end": lambda it: it[:-1],
    "a line twice": lambda it: [it[0], *it],
    "something after the end": lambda it: [*it, it[0]],
}


@pytest.mark.parametrize("act", SPOILT.values(), ids=SPOILT)
def test_a_changed_file_fails_verification(file, act):
    before = file.read_text()
    tampered(file, act)
    assert file.read_text() != before
    told, code = verify("--file", str(file))
    assert (code, told["in_order"]) == (1, False)


def test_a_file_of_some_events_is_verified_and_the_missing_ones_are_counted(written, tmp_path):
    events.record(Kind.CODE_SENT, ORIGIN, NOW.replace(day=23))
    out = StringIO()
    call_command("export_audit", "--format", "jsonl", "--since", "2026-11-22", stdout=out, stderr=StringIO())
    path = tmp_path / "part.jsonl"
    path.write_text(out.getvalue())
    told, code = verify("--file", str(path))
    assert (code, told["lines_that_hold"], told["first_position"]) == (0, 1, 4)


@pytest.mark.parametrize("content", ["", "no trail\n", "[]\n", '{"position": 1}\n', '{"checkpoint": "x"}\n'])
def test_a_file_that_is_no_trail_is_rejected_in_a_sentence(db, keys, tmp_path, content):
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises((CommandError, SystemExit), match=r"cannot be read|1"):
        call_command("verify_trail", "--file", str(path), stdout=StringIO(), stderr=StringIO())


@pytest.mark.parametrize("options", [["--file", "trail.jsonl", "--known", f"1:{'00' * 32}"], ["--keys", "keys.json"]])
def test_an_option_without_effect_is_rejected(options):
    with pytest.raises(CommandError, match=f"{options[-2]} "):
        call_command("verify_trail", *options)
