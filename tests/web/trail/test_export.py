"""The trail into a file: whole, in order, within the days that were asked for."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.policies.access.conditions import PlatformIs
from idp.policies.user_agents import Platform
from tests.conftest import NOW, an_agent
from tests.web.seeded import REFERENCE, a_rule, a_signed_in_agent

pytestmark = pytest.mark.each_database

HERE = Origin("192.0.2.7", "=cmd|' /C calc'!A0", REFERENCE)


def export(capsys, *args):
    capsys.readouterr()
    call_command("export_audit", *args)
    return capsys.readouterr()


def as_json(capsys, *args):
    *lines, end = [json.loads(it) for it in export(capsys, "--format", "jsonl", *args).out.splitlines()]
    assert list(end) == ["checkpoint"]
    return lines


def as_csv(capsys, *args):
    return list(csv.DictReader(io.StringIO(export(capsys, *args).out)))


def test_every_line_is_written_the_oldest_first_as_operators_see_it(capsys, db, keys):
    events.record(Kind.CODE_WRONG, HERE, NOW - timedelta(hours=1))
    a_signed_in_agent(NOW)
    first, second, *_ = as_json(capsys)
    assert (first["kind"], first["agent"], first["address"]) == ("code wrong", "", "192.0.2.7")
    assert (second["kind"], second["agent"], second["email"]) == ("signed in", "Agent 1", "agent-1@acme.example")
    assert (second["device"], second["judged"], second["reference"]) == (
        "iPhone, Safari",
        {"platform": ["android"]},
        REFERENCE,
    )
    kinds = ["code wrong", "signed in", "signed in", "trail exported"]
    assert [it["kind"] for it in as_csv(capsys)] == kinds
    assert export(capsys).err == "5 lines of the trail.\n"


def test_an_export_names_each_rule_and_looks_it_up_once(capsys, db, keys, django_assert_max_num_queries):
    rule = a_rule("No Androids", PlatformIs(frozenset({Platform.ANDROID})))
    for _ in range(30):
        events.record(Kind.REFUSED, HERE, NOW, decided_by=str(rule.key), revision=1, effect="deny")
    with django_assert_max_num_queries(24):  # with the line of the export itself, and the seals
        found = as_json(capsys)
    assert {(it["decided_by"], it["decision"], it["revision"]) for it in found} == {("No Androids", "deny", 1)}


def test_a_spreadsheet_runs_no_cell_as_a_formula(capsys, db):
    events.record(Kind.CODE_WRONG, HERE, NOW, agent=an_agent(full_name="=1+1"))
    (line,) = as_csv(capsys)
    assert (line["user_agent"], line["agent"]) == ("'=cmd|' /C calc'!A0", "'=1+1")


@pytest.mark.parametrize(
    ("args", "days"),
    [
        ([], [19, 20, 21]),
        (["--since", "2026-11-20"], [20, 21]),
        (["--until", "2026-11-20"], [19]),
        (["--since", "2026-11-20T00:00:00", "--until", "2026-11-21T00:00:00Z"], [20]),
        (["--since", "2026-11-20T01:00+02:00", "--until", "2026-11-21"], [20]),
        (["--since", "2027-01-01"], []),
    ],
    ids=str,
)
def test_days_and_instants_limit_an_export_and_the_end_is_excluded(capsys, db, args, days):
    for day in (19, 20, 21):
        events.record(Kind.CODE_WRONG, HERE, NOW.replace(day=day, hour=0))
    assert [int(it["at"][8:10]) for it in as_json(capsys, *args)] == days


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-01", ""])
def test_text_that_is_no_day_gets_a_sentence(db, typed):
    with pytest.raises(CommandError, match="--since"):
        call_command("export_audit", "--since", typed)


def test_the_line_of_an_export_says_in_utc_from_when_to_when(capsys, db):
    as_json(capsys, "--since", "2026-11-20T01:00+02:00", "--until", "2026-11-21")
    line = LoginEvent.objects.get(kind=Kind.TRAIL_EXPORTED)
    assert line.detail == "from 2026-11-19 23:00 UTC, until 2026-11-21 00:00 UTC"
