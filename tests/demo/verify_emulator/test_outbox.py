"""The emulated Verify: its outbox, its phone and its counters."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.demo.verify_emulator.calls import ANA, BEN


def test_a_late_text_arrives_after_twenty_seconds(client):
    late = "+12015550193"
    client.start(late)
    client.control(advance=18)
    assert client.outbox(late) == []
    client.control(advance=2)
    assert len(client.outbox(late)) == 1


def test_the_outbox_lists_newest_first_and_only_that_number(client):
    client.start(ANA)
    client.control(advance=60)
    client.start(BEN)
    client.start(ANA, "call")
    messages = client.outbox(ANA)
    assert [message["channel"] for message in messages] == ["call", "sms"]
    assert set(messages[0]) == {"to", "channel", "code", "sent_at", "text"}
    assert messages[1]["text"] == f"Your Latchkey verification code is: {messages[1]['code']}"


def test_the_outbox_understands_a_plus_sign_that_was_not_escaped(client):
    client.start(ANA)
    assert len(client.http.get(f"{client.url}/outbox.json?to={ANA}").json()) == 1


def test_the_outbox_waits_until_another_message_comes(client):
    client.start(ANA)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.outbox, ANA, after=1, wait=30)
        client.start(ANA, "call")
        assert len(waiting.result(timeout=10)) == 2


def test_the_outbox_stops_waiting_at_its_timeout(client):
    assert client.outbox(ANA, after=0, wait=1) == []


@pytest.mark.parametrize("query", ["after=x", "wait=soon", "wait=nan"])
def test_the_outbox_rejects_an_invalid_number(client, query):
    assert client.http.get(f"{client.url}/outbox.json?{query}").status_code == 400


def test_the_phone_shows_messages_and_escapes_its_parameters(client):
    client.start(ANA)
    page = client.http.get(client.url)
    strange = client.http.get(client.url, params={"to": "<script>alert(1)</script>"})
    assert client.code(ANA) in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script>" not in strange.text


def test_the_counters_show_calls_per_path_and_per_number(client):
    sid = client.start(ANA).json()["sid"]
    client.check(sid, client.code(ANA))
    client.fetch(sid)
    counters = client.counters()
    assert counters["paths"] == {
        "POST Verifications": 1,
        "POST VerificationCheck": 1,
        "GET Verifications/{Sid}": 1,
    }
    assert counters["numbers"] == {ANA: 2}
