"""The emulated Verify: codes sent and checked, and the end of a verification."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.demo.verify_emulator.calls import ANA, BEN, refusal


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


def test_the_sixth_check_locks_the_number_in_that_variant(client):
    client.control(variants={"sixth_check_is_429": True})
    sid = client.start(ANA).json()["sid"]
    for _ in range(5):
        client.check(sid, client.wrong_code(ANA))
    assert refusal(client.check(sid, client.code(ANA))) == (429, 60202)
    assert client.fetch(sid).json()["status"] == "max_attempts_reached"
    assert refusal(client.start(ANA)) == (429, 60202)


@pytest.mark.parametrize(("keeps_lock", "status"), [(False, 201), (True, 429)])
def test_canceling_frees_a_locked_number_except_in_one_variant(client, keeps_lock, status):
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
def test_a_check_without_a_verification_is_rejected(client, variants, expected):
    client.control(variants=variants)
    assert refusal(client.check("VE" + "0" * 32, "123456")) == expected


def test_a_finished_verification_can_be_read_in_that_variant(client):
    client.control(variants={"over_stays_readable": True})
    sid = client.start(ANA).json()["sid"]
    client.cancel(sid)
    assert client.fetch(sid).json()["status"] == "canceled"
    assert refusal(client.cancel(sid)) == (404, 20404)


def test_a_text_by_whatsapp_arrives_there(client):
    assert client.start(ANA, "whatsapp").json()["channel"] == "whatsapp"
    assert client.outbox(ANA)[0]["channel"] == "whatsapp"
