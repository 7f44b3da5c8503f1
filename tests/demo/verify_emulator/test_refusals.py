"""The emulated Verify: what it rejects, as Twilio does."""

import pytest

from idp.demo.verify_emulator.refusals import BY_CODE
from tests.demo.verify_emulator.calls import ANA, BEN, refusal


def test_errors_come_as_problem_details_on_request(client):
    client.control(variants={"problem_details": True})
    problem = client.fetch("VE" + "0" * 32)
    assert {"type", "title", "status", "code", "detail"} == set(problem.json())
    assert problem.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("auth", [("", ""), ("SK" + "c" * 32, "wrong"), ("someone", "a secret of the tests")])
def test_wrong_credentials_are_refused(client, auth):
    client.http.auth = auth
    assert refusal(client.start(ANA)) == (401, 20003)
    assert client.outbox(ANA) == []


def test_a_call_without_credentials_is_refused(client):
    client.http.auth = None
    assert refusal(client.start(ANA)) == (401, 20003)


def test_another_service_is_not_found(client):
    client.service = client.service.replace("b" * 32, "d" * 32)
    assert refusal(client.start(ANA)) == (404, 20404)


def test_a_json_body_is_refused(client):
    response = client.http.post(f"{client.service}/Verifications", json={"To": ANA, "Channel": "sms"})
    assert refusal(response) == (400, 60200)


@pytest.mark.parametrize(
    "fields",
    [
        {"To": "0101"},
        {"To": ""},
        {"Channel": "pigeon"},
        {"Channel": "email"},
        {"TemplateSid": "HJ12"},
        {"Tags": "no json"},
        {"RateLimits": "[]"},
    ],
)
def test_a_start_with_a_bad_field_is_refused(client, fields):
    response = client.http.post(f"{client.service}/Verifications", data={"To": ANA, "Channel": "sms", **fields})
    assert refusal(response) == (400, 60200)


@pytest.mark.parametrize("code", ["", "123", "12345678901"])
def test_a_code_of_an_impossible_length_is_refused_and_costs_no_try(client, code):
    sid = client.start(ANA).json()["sid"]
    assert {refusal(client.check(sid, code)) for _ in range(6)} == {(400, 60200)}
    assert client.check(sid, client.code(ANA)).json()["status"] == "approved"


def test_a_service_rate_limit_counts_by_value_and_frees_with_time(client):
    client.control(buckets={"latchkey_ip": {"max": 1, "interval": 60}})
    limits = '{"latchkey_ip": "192.0.2.0/24", "unknown": "x"}'
    assert client.start(ANA, RateLimits=limits).status_code == 201
    assert refusal(client.start(BEN, RateLimits=limits)) == (429, 20429)
    client.control(advance=60)
    assert client.start(BEN, RateLimits=limits).status_code == 201


TEMPLATE = "HJ" + "e" * 32


def test_a_full_rate_limit_says_after_how_many_seconds_there_is_room(client):
    client.control(buckets={"latchkey_agent": {"max": 2, "interval": 60}})
    limits = '{"latchkey_agent": "a hash"}'
    client.start(ANA, RateLimits=limits)
    client.control(advance=20)
    client.start(ANA, RateLimits=limits)
    full = client.start(BEN, RateLimits=limits)
    assert (refusal(full), full.headers["Twilio-Reached-Rate-Limit"]) == ((429, 20429), "true")
    assert int(full.headers["Retry-After"]) in {40, 39}
    assert client.start(BEN).status_code == 201


@pytest.mark.parametrize("channel", ["sms", "call", "whatsapp"])
def test_a_channel_can_be_off(client, channel):
    client.control(channels=sorted({"sms", "call", "whatsapp"} - {channel}))
    assert refusal(client.start(ANA, channel)) == (403, 60223)


def test_countries_can_be_forbidden(client):
    client.control(countries_off=["+34"])
    assert refusal(client.start("+34600123456")) == (403, 60605)
    assert client.start(ANA).status_code == 201


def test_a_template_must_be_known_where_a_list_of_them_is_ordered(client):
    assert client.start(ANA, TemplateSid=TEMPLATE).status_code == 201
    client.control(templates=[])
    assert refusal(client.start(ANA, TemplateSid=TEMPLATE)) == (400, 60228)
    client.control(templates=[TEMPLATE])
    assert client.start(ANA, TemplateSid=TEMPLATE).status_code == 201


@pytest.mark.parametrize("known", BY_CODE.values(), ids=lambda it: str(it.code))
@pytest.mark.parametrize("details", [False, True], ids=["Twilio's body", "problem details"])
def test_every_known_refusal_can_be_ordered_by_its_number(client, known, details):
    client.control(variants={"problem_details": details}, faults=[{"kind": "error", "code": known.code, "seconds": 7}])
    refused = client.start(ANA)
    assert (*refusal(refused), refused.json()["status"]) == (known.status, known.code, known.status)
    assert refused.headers.get("Retry-After") == ("7" if known.status == 429 else None)


@pytest.mark.parametrize(
    ("line", "by_text", "by_call"),
    [
        ("0190", (403, 60205), None),
        ("0191", (429, 60203), (429, 60203)),
        ("0192", (403, 60410), None),
        ("0195", (503, 20503), (503, 20503)),
        ("0196", (400, 60200), None),
        ("0198", (401, 20003), (401, 20003)),
        ("0199", (400, 60999), (400, 60999)),
    ],
)
def test_a_number_misbehaves_in_its_own_way(client, line, by_text, by_call):
    assert refusal(client.start(f"+1201555{line}")) == by_text
    call = client.start(f"+1201555{line}", "call")
    assert call.status_code == 201 if by_call is None else refusal(call) == by_call


@pytest.mark.parametrize(("line", "expected"), [("0194", (404, 20404)), ("0197", (429, 60202))])
def test_a_number_fails_at_its_first_check(client, line, expected):
    to = f"+1201555{line}"
    sid = client.start(to).json()["sid"]
    assert refusal(client.check(sid, client.code(to))) == expected
