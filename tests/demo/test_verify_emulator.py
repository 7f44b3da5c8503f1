import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from idp.demo.verify_emulator.refusals import BY_CODE

ANA = "+12015550101"
BEN = "+12015550102"


def refusal(response):
    return response.status_code, response.json()["code"]


def test_a_start_answers_201_with_a_pending_verification(client):
    response = client.start(ANA)
    verification = response.json()
    assert (response.status_code, verification["status"], verification["to"]) == (201, "pending", ANA)
    assert re.fullmatch("VE[0-9a-f]{32}", verification["sid"])
    assert verification["send_code_attempts"][0]["channel"] == "SMS"


def test_a_resend_keeps_sid_and_code_on_every_channel(client):
    answers = [client.start(ANA, channel).json() for channel in ("sms", "call", "sms")]
    assert len({answer["sid"] for answer in answers}) == 1
    assert len({message["code"] for message in client.outbox(ANA)}) == 1
    assert len(answers[-1]["send_code_attempts"]) == 3


def test_two_numbers_have_two_verifications(client):
    assert client.start(ANA).json()["sid"] != client.start(BEN).json()["sid"]


@pytest.mark.parametrize(("variants", "code"), [({}, 60203), ({"sixth_start_is_60202": True}, 60202)])
def test_the_sixth_send_is_refused(client, variants, code):
    client.control(variants=variants)
    assert [client.start(ANA).status_code for _ in range(5)] == [201] * 5
    sixth = client.start(ANA)
    assert refusal(sixth) == (429, code)
    assert {"Retry-After", "Twilio-Reached-Rate-Limit"} <= set(sixth.headers)


def test_sends_are_free_again_after_expiry(client):
    for _ in range(5):
        client.start(ANA)
    client.control(advance=600)
    assert client.start(ANA).status_code == 201


@pytest.mark.parametrize("end", ["approval", "cancellation"])
def test_sends_are_free_again_after(client, end):
    sids = [client.start(ANA).json()["sid"] for _ in range(5)]
    client.check(sids[0], client.code(ANA)) if end == "approval" else client.cancel(sids[0])
    assert client.start(ANA).json()["sid"] != sids[0]


def test_the_sixth_check_finds_the_verification_deleted(client):
    sid = client.start(ANA).json()["sid"]
    wrong = [client.check(sid, client.wrong_code(ANA)) for _ in range(5)]
    assert {(response.status_code, response.json()["status"]) for response in wrong} == {(201, "pending")}
    assert refusal(client.check(sid, client.code(ANA))) == (404, 20404)
    assert refusal(client.fetch(sid)) == (404, 20404)


def test_the_sixth_check_locks_the_number_where_reports_say_so(client):
    client.control(variants={"sixth_check_is_429": True})
    sid = client.start(ANA).json()["sid"]
    for _ in range(5):
        client.check(sid, client.wrong_code(ANA))
    assert refusal(client.check(sid, client.code(ANA))) == (429, 60202)
    assert client.fetch(sid).json()["status"] == "max_attempts_reached"
    assert refusal(client.start(ANA)) == (429, 60202)


@pytest.mark.parametrize(("keeps_lock", "status"), [(False, 201), (True, 429)])
def test_canceling_a_locked_number_frees_it_or_not(client, keeps_lock, status):
    client.control(variants={"sixth_check_is_429": True, "cancel_keeps_lock": keeps_lock})
    sid = client.start(ANA).json()["sid"]
    for _ in range(6):
        client.check(sid, client.wrong_code(ANA))
    assert client.cancel(sid).json()["status"] == "canceled"
    assert client.start(ANA).status_code == status


def test_fifty_parallel_checks_count_exactly(client):
    sid, wrong = client.start(ANA).json()["sid"], client.wrong_code(ANA)
    with ThreadPoolExecutor(50) as threads:
        statuses = [r.status_code for r in threads.map(lambda _: client.check(sid, wrong), range(50))]
    assert (statuses.count(201), statuses.count(404)) == (5, 45)


@pytest.mark.parametrize(("seconds", "status"), [(599, 201), (600, 404)])
def test_a_code_lives_ten_minutes(client, seconds, status):
    sid, code = client.start(ANA).json()["sid"], client.code(ANA)
    client.control(advance=seconds)
    assert client.check(sid, code).status_code == status


@pytest.mark.parametrize(("variants", "status"), [({}, 201), ({"check_answers_200": True}, 200)])
def test_a_right_code_is_approved_once(client, variants, status):
    client.control(variants=variants)
    sid, code = client.start(ANA).json()["sid"], client.code(ANA)
    approved = client.check(sid, code)
    assert (approved.status_code, approved.json()["status"], approved.json()["to"]) == (
        status,
        "approved",
        ANA,
    )
    assert refusal(client.check(sid, code)) == (404, 20404)


@pytest.mark.parametrize(("variants", "expected"), [({}, (404, 20404)), ({"unknown_check_is_400": True}, (400, 60200))])
def test_a_check_of_what_was_never_started_is_refused(client, variants, expected):
    client.control(variants=variants)
    assert refusal(client.check("VE" + "0" * 32, "123456")) == expected


def test_what_is_over_can_be_read_where_reports_say_so(client):
    client.control(variants={"over_stays_readable": True})
    sid = client.start(ANA).json()["sid"]
    client.cancel(sid)
    assert client.fetch(sid).json()["status"] == "canceled"
    assert refusal(client.cancel(sid)) == (404, 20404)


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


def test_a_text_by_whatsapp_arrives_there(client):
    assert client.start(ANA, "whatsapp").json()["channel"] == "whatsapp"
    assert client.outbox(ANA)[0]["channel"] == "whatsapp"


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


def test_what_is_set_up_stays_until_it_is_set_up_otherwise(client):
    client.control(countries_off=["+1"])
    client.control(channels=["sms"])
    assert refusal(client.start(ANA)) == (403, 60605)
    assert client.control(reset=True).json()["channels"] == ["call", "sms", "whatsapp"]
    assert client.start(ANA).status_code == 201


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


def test_a_late_text_arrives_twenty_seconds_after(client):
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


def test_the_outbox_stops_waiting_when_the_time_is_out(client):
    assert client.outbox(ANA, after=0, wait=1) == []


@pytest.mark.parametrize("query", ["after=x", "wait=soon", "wait=nan"])
def test_the_outbox_refuses_what_is_no_number(client, query):
    assert client.http.get(f"{client.url}/outbox.json?{query}").status_code == 400


def test_the_phone_shows_messages_and_escapes_what_it_is_asked_for(client):
    client.start(ANA)
    page = client.http.get(client.url)
    strange = client.http.get(client.url, params={"to": "<script>alert(1)</script>"})
    assert client.code(ANA) in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "<script>" not in strange.text


def test_the_counters_tell_calls_per_path_and_per_number(client):
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
def test_an_order_that_cannot_be_read_changes_nothing(client, orders):
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
def test_a_lost_answer_may_have_been_carried_out(client, fault, error, processed):
    client.control(faults=[{"kind": fault, "processed": processed}])
    with pytest.raises(error):
        client.start(ANA)
    assert len(client.outbox(ANA)) == processed


def test_a_slow_answer_comes_whole(client):
    client.control(faults=[{"kind": "slow", "seconds": 0.1}])
    assert client.start(ANA).status_code == 201


def test_closing_lets_go_of_a_call_that_hangs(client, verify):
    client.control(faults=[{"kind": "hang", "seconds": 30}])
    with ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(client.start, ANA)
        verify.state.messages(ANA, wait=10)
        verify.close()
        assert isinstance(hanging.exception(timeout=10), requests.ConnectionError)
