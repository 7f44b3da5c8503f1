"""The emulated Verify: its settings, and the faults that can be ordered."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.demo.verify_emulator.calls import ANA, BEN, refusal


def test_settings_of_the_emulator_stay_until_they_are_changed(client):
    client.control(countries_off=["+1"])
    client.control(channels=["sms"])
    assert refusal(client.start(ANA)) == (403, 60605)
    assert client.control(reset=True).json()["channels"] == ["call", "sms", "whatsapp"]
    assert client.start(ANA).status_code == 201


def test_a_reset_forgets_everything(client):
    client.control(advance=3600, variants={"check_answers_200": True}, faults=[{"kind": "503"}])
    client.start(BEN)
    client.start(ANA)
    after = client.control(reset=True).json()
    assert (after["paths"], after["numbers"], any(after["variants"].values())) == ({}, {}, False)
    assert client.outbox(ANA) == []


@pytest.mark.parametrize(
    "orders",
    [
        {"advance": "soon"},
        {"advance": 1e12},
        {"explode": True},
        {"variants": {"no_such": True}},
        {"faults": {"kind": "503"}},
        {"faults": [{"kind": "earthquake"}]},
        {"faults": [{"kind": "503", "status": 999}]},
        {"faults": [{"kind": "503", "colour": "red"}]},
        {"buckets": {"latchkey_ip": {}}},
        {"channels": ["pigeon"]},
        {"channels": "sms"},
        {"countries_off": [34]},
        {"templates": None},
    ],
)
def test_an_invalid_order_changes_nothing(client, orders):
    client.start(ANA)
    assert client.control(reset=True, **orders).status_code == 400
    assert len(client.outbox(ANA)) == 1


def test_faults_last_for_as_many_calls_as_ordered(client):
    client.control(faults=[{"kind": "503", "calls": 2}, {"kind": "html"}])
    statuses = [client.start(ANA).status_code for _ in range(4)]
    assert statuses == [503, 503, 502, 201]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("truncated", requests.exceptions.ChunkedEncodingError),
        ("drop", requests.exceptions.ConnectionError),
        ("hang", requests.exceptions.ConnectionError),
    ],
)
@pytest.mark.parametrize("processed", [True, False])
def test_a_call_without_an_answer_may_have_taken_effect(client, fault, error, processed):
    client.control(faults=[{"kind": fault, "processed": processed}])
    with pytest.raises(error):
        client.start(ANA)
    assert len(client.outbox(ANA)) == processed


def test_a_slow_answer_is_complete(client):
    client.control(faults=[{"kind": "slow", "seconds": 0.1}])
    assert client.start(ANA).status_code == 201


def test_closing_the_emulator_ends_a_hanging_call(client, verify):
    client.control(faults=[{"kind": "hang", "seconds": 30}])
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(client.start, ANA)
        verify.state.messages(ANA, wait=10)
        verify.close()
        assert isinstance(hanging.exception(timeout=10), requests.ConnectionError)
