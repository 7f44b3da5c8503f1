"""Which passkeys are accepted when created and used, as tables of single faults, each next to a case without one."""

import json
from secrets import token_bytes

import pytest

from idp.passkeys import verification
from idp.passkeys.verification import LONGEST, Known, Refused, Registered, RelyingParty, Used
from tests.passkeys.authenticator import BACKED_UP, ELIGIBLE, HOST, PRESENT, VERIFIED, Authenticator, text
from tests.pretend_service import BASE_URL

RP = RelyingParty(HOST, BASE_URL, "Acme")
CHALLENGE = token_bytes(32)
OPTIONS = {"challenge": text(CHALLENGE), "user": {"id": text(b"somebody")}}
FAULTS = {
    "another origin": {"origin": "https://login.acme.example.evil.example"},
    "a longer origin": {"origin": BASE_URL + "/"},
    "another port": {"origin": "http://localhost:1"},
    "a line break in the origin": {"origin": f"{BASE_URL}\n\x00"},
    "another host's key": {"host": "evil.example"},
    "another challenge": {"challenge": text(token_bytes(32))},
    "no challenge": {"challenge": ""},
    "another ceremony": {"type": "payment.get"},
    "nobody at the lock": {"flags": PRESENT},
    "nobody there": {"flags": VERIFIED},
    "backed up though it may not be": {"flags": PRESENT | VERIFIED | BACKED_UP},
    "requested from another site's frame": {"frame": True},
}
each_fault = pytest.mark.parametrize("bent", FAULTS.values(), ids=FAULTS)
GARBAGE = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "a number": "7",
    "deep": "[" * 5_000,
    "no response": '{"id": "a", "rawId": "a", "type": "public-key"}',
    "numbers for texts": '{"id": 1, "rawId": 2, "type": "public-key", "response": {}}',
    "half a surrogate": json.dumps({"id": "\ud800", "rawId": "\ud800", "type": "public-key", "response": {}}),
    "no base64": json.dumps(
        {
            "id": "é",
            "rawId": "é",
            "type": "public-key",
            "response": {"clientDataJSON": "é", "authenticatorData": "é", "signature": "é", "userHandle": "é"},
        }
    ),
    "too long": '{"id": "' + "a" * LONGEST + '"}',
}


def made(authenticator, **bent):
    return verification.check_new(authenticator.make(OPTIONS, **bent), CHALLENGE, RP)


def used(authenticator, known=None, **bent):
    made_first = known or made(authenticator)
    shown = verification.read(authenticator.use(OPTIONS, **bent))
    known = Known(made_first.public_key, made_first.sign_count, made_first.eligible)
    return verification.check_use(shown, known, CHALLENGE, RP)


@pytest.mark.parametrize("synced", [True, False])
def test_a_genuine_passkey_is_created_and_used(synced):
    authenticator = Authenticator(synced=synced)
    new = made(authenticator)
    assert (new.credential_id, new.transports) == (authenticator.id, ("internal",))
    assert (new.eligible, new.backed_up) == (synced, synced)
    assert used(authenticator, new) == Used(0, synced)


@each_fault
def test_one_fault_rejects_a_new_passkey(bent):
    assert isinstance(made(Authenticator(), **bent), Refused)


@each_fault
def test_one_fault_rejects_the_use_of_a_passkey_with_a_printable_reason(bent):
    refused = used(Authenticator(), **bent)
    assert isinstance(refused, Refused)
    assert (refused.copied, refused.why.isprintable(), len(refused.why) <= 200) == (False, True, True)


def test_a_signature_of_another_key_or_none_proves_nothing():
    authenticator, other = Authenticator(), Authenticator()
    assert isinstance(used(authenticator, key=other.key), Refused)
    assert isinstance(used(authenticator, signature=b""), Refused)
    assert isinstance(used(authenticator, signature=b"\x30\x06\x02\x01\x00\x02\x01\x00"), Refused)


@pytest.mark.parametrize("shown", GARBAGE.values(), ids=GARBAGE)
def test_garbage_from_a_browser_is_rejected_without_a_crash(shown):
    assert verification.read(shown).unreadable
    assert isinstance(verification.check_new(shown, CHALLENGE, RP), Refused)


@pytest.mark.parametrize(
    "bent",
    [
        {"public": {1: 2, 3: -7}},
        {"public": {1: 1, 3: -65535}},
        {"public": b"key"},
        {"fmt": "tpm"},
        {"fmt": "of ours"},
        {"fmt": 7},
        {"id": b"another"},
    ],
    ids=str,
)
def test_a_new_passkey_with_an_unsupported_key_or_id_is_rejected(bent):
    assert isinstance(made(Authenticator(), **bent), Refused)


COUNTS = {
    "on by one": (7, 8, False, True),
    "on by many": (7, 900, False, True),
    "never counts": (0, 0, False, True),
    "the same": (7, 7, False, False),
    "back": (7, 6, False, False),
    "back to nothing": (7, 0, False, False),
    "back, but copied by its keeper itself": (7, 6, True, True),
}


@pytest.mark.parametrize(("before", "after", "synced", "counts"), COUNTS.values(), ids=COUNTS)
def test_the_signature_count_of_a_device_bound_key_must_grow(before, after, synced, counts):
    authenticator = Authenticator(synced=synced, count=before)
    outcome = used(authenticator, made(authenticator), count=after)
    assert isinstance(outcome, Used) is counts
    assert counts or outcome.copied


def test_a_forged_signature_raises_no_alarm_about_a_copied_key():
    authenticator = Authenticator(count=7)
    outcome = used(authenticator, made(authenticator), count=1, key=Authenticator().key)
    assert not outcome.copied


def test_a_passkey_stays_synchronisable_or_device_bound():
    authenticator = Authenticator()
    assert isinstance(used(authenticator, made(authenticator), flags=PRESENT | VERIFIED | ELIGIBLE), Refused)


def test_the_longest_genuine_response_is_far_below_the_size_limit():
    assert isinstance(made(Authenticator()), Registered)
    assert len(Authenticator().make(OPTIONS)) * 8 < LONGEST
