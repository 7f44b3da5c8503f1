"""Lines of the log: JSON whoever says them, with the reference, and without what names a person."""

import json
import logging
import logging.config
import runpy
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from datetime import datetime, timedelta

import pytest
import structlog
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from idp import log_lines, reference
from idp.agents.models import Agent
from idp.audit import acts
from idp.audit.events import Actor, Origin, acting, record
from idp.audit.models import Kind, LoginEvent
from idp.conf import ROOT
from idp.log_lines import LONGEST, impersonal
from idp.web.middleware.references import references
from tests.conftest import NOW
from tests.log_lines import lines

__all__ = ["lines"]

SAID = {
    "UNIQUE constraint failed: agents_agent.email": None,
    "duplicate key value\nDETAIL:  Key (email)=(ana@acme.example) already exists.": "duplicate key value\nDETAIL: …",
    "no such number: +12015550101": "no such number: …",
    "no such number: +1 201-555-0101 (mobile)": "no such number: … (mobile)",
    "the code 123456 is wrong": "the code … is wrong",
    "Key (number)=(+12015550101)": "Key (number)=(…)",
    "mail to <ana.garcia+x@acme.example>, please": "mail to <…@…>, please",
    "(ana@acme.example)bob@acme.example, eva@acme.example=ana@acme.example": "(…@…)…@…, …@…=…@…",
    "bad token eyJhbGciOiJFUzI1NiJ9.eyJzdWIi.c2ln": "bad token …",
    "GET /oauth/authorize?login_hint=ana HTTP/1.1": "GET /oauth/authorize?… HTTP/1.1",
    "timed out after 8.0 s, 3 of 5 tries, port 5432, pid 16559": None,
    "Booting worker with pid: 165590": None,
    "Worker (pid:165590) was sent SIGKILL!": None,
    "number 12015550101": "number …",
    "verification VA0123456789abcdef0123456789abcdef": None,
    "reference 7KQ2M-9TX4D at 2026-11-21": None,
}


@pytest.mark.parametrize(("said", "written"), SAID.items(), ids=range(len(SAID)))
def test_personal_data_and_secrets_are_left_out_of_log_lines(said, written):
    assert impersonal(said) == (said if written is None else written)


@pytest.mark.parametrize("what", ["A", "eyJ", "1", "+1", "+1(", "a@", "?"])
def test_a_long_text_is_searched_to_its_end_and_cut(what):
    assert len(impersonal(what * 400_000)) <= LONGEST + 1


def test_a_database_error_is_logged_without_the_values_of_the_row(agent, lines):
    with pytest.raises(IntegrityError) as raised:
        Agent.objects.create_user(agent.email, full_name="Another")
    structlog.get_logger().error("unexpected", exc_info=raised.value)
    (line,) = lines()
    assert line["exception"][0]["exc_type"] in {"IntegrityError", "UniqueViolation"}
    assert agent.email not in json.dumps(line)


def test_messages_of_libraries_are_logged_in_the_same_format(lines):
    reference.begin()
    logging.getLogger("somebody").warning("cannot reach %s at +12015550101", "ana@acme.example")
    (line,) = lines()
    assert line["reference"] == reference.current()
    assert (line["level"], line["logger"], line["event"]) == ("warning", "somebody", "cannot reach …@… at …")


def test_a_line_break_in_what_is_logged_begins_no_other_line(lines):
    """A line that a stranger forges would begin after it. Each line that there is says when, in UTC."""
    forged = 'agent\n{"event": "request", "status": 200}\r\u2028{"event": "forged"}'
    structlog.get_logger().warning("refused", detail=forged)
    logging.getLogger("somebody").warning("cannot read %s", forged)
    said = lines()
    assert (said[0]["event"], said[0]["detail"]) == ("refused", forged)
    assert [it["event"].partition(" ")[0] for it in said] == ["refused", "cannot"]
    assert all(datetime.fromisoformat(it["timestamp"]).utcoffset() == timedelta(0) for it in said)


def test_gunicorn_writes_json_too():
    told = runpy.run_path(f"{ROOT}/gunicorn.conf.py")["logconfig_dict"]
    assert told["handlers"]["stderr"]["formatter"] in told["formatters"]
    assert told["loggers"]["gunicorn.error"]["level"] == "INFO"


def told(lines):
    return [line["kind"] for line in lines() if line["event"] == "event"]


def test_the_log_line_of_a_request_holds_its_events(lines):
    references(lambda _: log_lines.happened(kind="signed in", service="flex") or HttpResponse())(
        RequestFactory().get("/x")
    )
    (line,) = lines()
    assert (line["event"], line["path"], line["status"]) == ("request", "/x", 200)
    assert line["happened"] == [{"kind": "signed in", "service": "flex"}]


def test_a_stranger_does_not_decide_how_long_a_line_is(db, lines, client):
    client.post(f"/login/{'x' * 50_000}", headers={"Origin": f"https://{'y' * 30_000}"})
    client.post("/me", headers={"Origin": f"https://{'y' * 30_000}"})
    assert {line["event"] for line in lines()} == {"refused", "request"}
    assert max(len(json.dumps(line)) for line in lines()) < 3000


def test_an_event_outside_of_a_request_has_its_own_log_line(lines):
    log_lines.happened(kind="before")
    with log_lines.Gathered() as happened, ThreadPoolExecutor(1) as pool:
        pool.submit(copy_context().run, log_lines.happened, kind="beside").result()
    log_lines.happened(kind="after")
    assert told(lines) == ["before", "beside", "after"]
    assert happened == []


def test_a_request_with_thousands_of_events_logs_the_rest_one_by_one(lines):
    with log_lines.Gathered() as happened:
        for nth in range(25):
            log_lines.happened(kind=str(nth))
    assert [int(it["kind"]) for it in happened] == list(range(20))
    assert told(lines) == [str(nth) for nth in range(20, 25)]


def test_only_committed_events_are_logged(transactional_db):
    origin = Origin(None, "", "R")
    with log_lines.Gathered() as happened:
        with transaction.atomic():
            record(Kind.CODE_SENT, origin, NOW)
            with suppress(LookupError), transaction.atomic():
                record(Kind.SIGNED_IN, origin, NOW)
                raise LookupError
        record(Kind.REFUSED, origin, NOW, service="flex")
    assert [it["kind"] for it in happened] == [Kind.CODE_SENT, Kind.REFUSED]
    assert LoginEvent.objects.count() == len(happened)


def test_only_committed_acts_of_operators_are_logged(transactional_db, lines):
    operator = Actor("Olivia", Origin(None, "", "R"))
    with log_lines.Gathered() as happened, acting(operator):
        acts.record(Kind.EXPORTED, acts.NOTHING, NOW)
        for kind in (Kind.ADDED, Kind.CHANGED):
            with suppress(LookupError), transaction.atomic():
                acts.record(kind, acts.NOTHING, NOW)
                acts.record_many([(kind, acts.NOTHING, {})] * 3, NOW)
                if kind == Kind.CHANGED:
                    raise LookupError
    assert [it["kind"] for it in happened] == [Kind.EXPORTED, Kind.ADDED]
    assert [it["count"] for it in lines() if it["event"] == "events"] == [3]
