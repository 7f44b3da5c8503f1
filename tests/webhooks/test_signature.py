"""Signatures as the standard's own library checks them."""

import re
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from idp.conf import ROOT
from idp.webhooks import signature

BODY = b'{"type": "agent.signed_in"}'


def signed(*secrets):
    return signature.headers("message-1", datetime.now(UTC), BODY, secrets)


def test_the_standards_library_takes_our_secret_and_our_signature():
    secret = signature.new_secret()
    assert Webhook(secret).verify(BODY, signed(secret)) == {"type": "agent.signed_in"}


def test_the_signature_is_the_one_of_the_standards_library():
    secret, at = signature.new_secret(), datetime(2026, 11, 21, 9, tzinfo=UTC)
    ours = signature.headers("message-1", at, BODY, [secret])["webhook-signature"]
    assert ours == Webhook(secret).sign("message-1", at, BODY.decode())


def test_either_of_two_secrets_checks_a_message_that_both_signed():
    new, old = signature.new_secret(), signature.new_secret()
    headers = signed(new, old)
    assert headers["webhook-signature"].count("v1,") == 2
    assert Webhook(new).verify(BODY, headers)
    assert Webhook(old).verify(BODY, headers)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "body"])
def test_id_time_and_body_are_all_signed(name):
    secret = signature.new_secret()
    sent = {**signed(secret), "body": BODY.decode()}
    sent[name] = {"webhook-timestamp": str(int(sent["webhook-timestamp"]) + 1)}.get(name, f" {sent[name]}")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(sent.pop("body"), sent)


def test_the_lines_in_the_documents_check_a_message():
    text = (ROOT / "docs" / "how-to" / "webhooks.md").read_text(encoding="utf-8")
    recipe = {}
    exec(re.search("```python\n(.*?)```", text, re.DOTALL)[1], recipe)
    new, old = signature.new_secret(), signature.new_secret()
    assert recipe["is_genuine"](signed(new, old), BODY, old)
    assert not recipe["is_genuine"](signed(new), BODY, old)
    assert not recipe["is_genuine"](signed(old), BODY + b" ", old)
    assert not recipe["is_genuine"]({**signed(old), "webhook-timestamp": "1"}, BODY, old)
