"""The emulated Messaging API: what it accepts and rejects, and that a text reaches the phone."""

import pytest

from tests.demo.conftest import ACCOUNT

TEXT = {"To": "+12015550101", "From": "+12015550100", "Body": "Hello"}


def send(client, account=ACCOUNT, **fields):
    return client.http.post(f"{client.url}/2010-04-01/Accounts/{account}/Messages.json", data={**TEXT, **fields})


def test_a_text_reaches_the_phone_and_is_not_shown_as_a_code(client):
    answer = send(client)
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
    (message,) = client.http.get(f"{client.url}/outbox.json").json()
    assert (message["to"], message["channel"], message["code"]) == ("+12015550101", "text notice", "")
    assert "Hello" in client.http.get(f"{client.url}/").text


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"To": "201"}, 400, 21211),
        ({"Body": ""}, 400, 21602),
        ({"From": ""}, 400, 21603),
        ({"account": "AC" + "0" * 32}, 404, 20404),
    ],
)
def test_a_message_that_twilio_rejects_is_rejected(client, fields, status, code):
    answer = send(client, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_wrong_credentials_are_refused(client):
    client.http.auth = ("somebody", "else")
    assert (send(client).status_code, send(client).json()["code"]) == (401, 20003)
