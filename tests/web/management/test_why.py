"""The command `why`: what happened behind a reference."""

import pytest
from django.core.management import CommandError

from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from tests.conftest import NOW
from tests.user_agents import ANDROID
from tests.web.commands import run, run_json
from tests.web.seeded import REFERENCE, a_rule


def test_why_prints_the_events_of_a_reference(db):
    rule = a_rule("No Androids at work")
    origin = Origin("192.0.2.7", ANDROID, REFERENCE)
    judged = {"platform": ["android"], "form": ["phone"], "client": []}
    events.record(Kind.REFUSED, origin, NOW, service="flex", decided_by=str(rule.key), judged=judged)
    out, _ = run("why", "7kq2m 9tx4d")
    assert out == (
        "2026-11-21 09:00:00 UTC: refused by the access policy, somebody not yet proved at flex. "
        "Decided by: No Androids at work. Understood as platform: android; form: phone; client: unknown. "
        "From 192.0.2.7\n"
    )


def test_why_prints_events_in_order_and_as_json(signed_in):
    answer = run_json("why", REFERENCE)
    assert [it["kind"] for it in answer] == ["signed in", "signed in"]
    assert answer[0]["agent"] == "agent-1@acme.example"
    assert answer[0]["judged"] == {"platform": ["android"]}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("hello", "hello is not a reference"), ("AAAAA-BBBBB", "Nothing was recorded for AAAAA-BBBBB.")],
)
def test_why_says_when_there_is_nothing(db, typed, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("why", typed)
