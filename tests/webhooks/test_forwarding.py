"""The trail itself by webhook: every line, in the order of its chain, verifiable by whoever receives it."""

import hashlib
import json

import pytest

from idp import clock as clocks
from idp.audit import events
from idp.audit.events import Actor, Origin
from idp.audit.models import Kind
from idp.webhooks import registration
from idp.webhooks.models import Webhook
from tests.webhooks.receiver import send, settled

HERE = Origin("192.0.2.7", "Mozilla/5.0", "7KQ2M-9TX4D")
BOTH = ["trail.sign_in", "trail.act"]


@pytest.fixture
def told(webhook, keys, clock):
    """Write lines into the trail, let them settle and be sent."""
    Webhook.objects.update(kinds=BOTH)

    def told(*details, by=None):
        with events.acting(by):
            for it in details:
                events.record(Kind.CODE_WRONG, HERE, clocks.now(), detail=it)
        settled(clock)
        send()

    return told


def test_every_line_of_the_trail_arrives_in_order_with_its_position(receiver, told):
    told("a", "b")
    told("c")
    assert [(it["data"]["position"], it["data"]["line"]["detail"]) for it in receiver.seen] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
    ]
    assert [it["data"]["previous"] for it in receiver.seen[1:]] == [it["data"]["digest"] for it in receiver.seen[:-1]]


def test_a_receiver_can_compute_the_digest_of_a_line(receiver, told):
    told("a", "b")
    for it in receiver.seen[1:]:
        said = it["data"]["line"]
        content = {name.removesuffix("_mark"): value for name, value in said.items()}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(bytes.fromhex(it["data"]["previous"]) + canonical).hexdigest()
        assert digest == it["data"]["digest"]
    assert "192.0.2.7" not in str(receiver.seen)


def test_a_webhook_forwards_acts_or_sign_ins_alone(receiver, told):
    Webhook.objects.update(kinds=["trail.act"])
    told("a")
    told("b", by=Actor("Olivia", Origin(None, "", "7KQ2M-9TX4D")))
    assert [(it["type"], it["data"]["position"]) for it in receiver.seen] == [("trail.act", 2)]


def test_a_type_chosen_later_begins_with_later_events(receiver, told, webhook):
    Webhook.objects.update(kinds=["agent.signed_in"])
    told("a")
    webhook.refresh_from_db()
    webhook.kinds = BOTH
    registration.change(webhook, clocks.now())
    told("b")
    assert [it["data"]["line"]["detail"] for it in receiver.seen] == ["b"]


def test_a_webhook_that_also_sends_events_forwards_every_line(receiver, told, happens):
    Webhook.objects.update(kinds=[*BOTH, "agent.signed_in"])
    happens("AAAAA-11111")
    send()
    assert sorted(receiver.types) == ["agent.signed_in", "trail.sign_in"]
