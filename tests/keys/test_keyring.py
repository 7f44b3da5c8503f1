import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import IntegrityError, connection, connections, transaction

from idp.keys import keyring
from idp.keys.keyring import KeyUnreadable
from idp.keys.models import SigningKey, State, Use
from idp.tokens import jwks
from tests.conftest import NOW

pytestmark = pytest.mark.each_database

LATER = NOW + timedelta(days=30)


def a_row(**fields):
    plain = {"kid": "b" * 32, "use": Use.TOKEN, "state": State.NEXT, "private_key": "x", "made_at": NOW}
    return SigningKey.objects.create(**(plain | fields))


@pytest.fixture
def encrypted_under(settings):
    def encrypted_under(*keys):
        joined = type(settings.LATCHKEY.key_encryption_keys)(",".join(keys))
        settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"key_encryption_keys": joined})

    return encrypted_under


def retire(use, at=NOW):
    SigningKey.objects.filter(use=use).update(state=State.RETIRED, retired_at=at)


def test_a_key_is_made_once_on_first_use(db):
    first = keyring.active(Use.TOKEN, NOW)
    assert keyring.active(Use.TOKEN, LATER) == first
    assert SigningKey.objects.get().made_at == NOW


def test_each_use_has_a_key_of_its_own(db, keys):
    keyring.ensure(NOW)
    assert SigningKey.objects.count() == 2
    saml, token = keyring.active(Use.SAML, NOW), keyring.active(Use.TOKEN, NOW)
    assert saml.private_key != token.private_key
    assert saml.certificate
    assert token.certificate == ""


def test_the_keys_have_the_documented_strength(db, keys):
    saml = load_pem_private_key(keyring.active(Use.SAML, NOW).private_key.encode(), None)
    token = load_pem_private_key(keyring.active(Use.TOKEN, NOW).private_key.encode(), None)
    assert saml.key_size == 3072
    assert isinstance(token.curve, ec.SECP256R1)


def test_a_certificate_has_the_public_key_and_names_no_person(db, keys):
    key = keyring.active(Use.SAML, NOW)
    certificate = x509.load_pem_x509_certificate(key.certificate.encode())
    assert certificate.public_key() == load_pem_private_key(key.private_key.encode(), None).public_key()
    assert certificate.subject.rfc4514_string() == "CN=Acme SAML signing"
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc


def test_no_private_key_is_stored_unencrypted(db, keys):
    for row in SigningKey.objects.all():
        stored = row.private_key
        assert "PRIVATE" not in stored + row.certificate
        assert keyring.active(Use(row.use), NOW).private_key.splitlines()[1] not in stored


def test_a_key_without_its_encryption_key_is_unreadable_and_not_replaced(db, encrypted_under):
    keyring.active(Use.TOKEN, NOW)
    SigningKey.objects.update(private_key=Fernet(Fernet.generate_key()).encrypt(b"pem").decode())
    with pytest.raises(KeyUnreadable) as refused:
        keyring.active(Use.TOKEN, NOW)
    assert refused.value.status == 503
    assert SigningKey.objects.count() == 1


@pytest.mark.parametrize("stored", ["", "x", "é", "gAAAAA=="])
def test_a_damaged_key_is_unreadable(db, stored):
    a_row(private_key=stored, state=State.ACTIVE)
    with pytest.raises(KeyUnreadable):
        keyring.active(Use.TOKEN, NOW)


def test_the_first_encryption_key_encrypts_and_all_of_them_read(db, encrypted_under):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    encrypted_under(old)
    made = keyring.active(Use.TOKEN, NOW)
    encrypted_under(new, old)
    keyring._decrypt.cache_clear()
    assert keyring.active(Use.TOKEN, NOW) == made
    retire(Use.TOKEN)
    after = keyring.active(Use.TOKEN, LATER)
    assert Fernet(new).decrypt(SigningKey.objects.get(kid=after.kid).private_key).decode() == after.private_key


def test_the_active_key_is_published_first(db):
    active = keyring.active(Use.TOKEN, NOW)
    for kid, state, retired_at in [("1" * 32, State.NEXT, None), ("2" * 32, State.RETIRED, NOW)]:
        encrypted = SigningKey.objects.get(kid=active.kid).private_key
        a_row(kid=kid, state=state, retired_at=retired_at, private_key=encrypted)
    assert [key.kid for key in keyring.published(Use.TOKEN, NOW)] == [active.kid, "1" * 32, "2" * 32]
    assert keyring.published(Use.SAML, NOW) == []


def test_after_the_active_key_was_retired_another_is_made_and_both_are_published(db):
    old = keyring.active(Use.TOKEN, NOW)
    retire(Use.TOKEN)
    new = keyring.active(Use.TOKEN, LATER)
    assert new.kid != old.kid
    assert [key.kid for key in keyring.published(Use.TOKEN, NOW)] == [new.kid, old.kid]


def test_a_key_is_found_only_by_its_own_use_and_id(db):
    key = keyring.active(Use.TOKEN, NOW)
    assert keyring.find(Use.TOKEN, key.kid, retired_after=NOW) == key
    assert keyring.find(Use.SAML, key.kid, retired_after=NOW) is None
    assert keyring.find(Use.TOKEN, "c" * 32, retired_after=NOW) is None


def test_a_key_retired_long_ago_is_not_found(db):
    key = keyring.active(Use.TOKEN, NOW)
    retire(Use.TOKEN, LATER)
    assert keyring.find(Use.TOKEN, key.kid, retired_after=LATER - timedelta(microseconds=1)) == key
    assert keyring.find(Use.TOKEN, key.kid, retired_after=LATER) is None


def test_the_key_set_has_public_keys_only(db):
    key = keyring.active(Use.TOKEN, NOW)
    (shown,) = jwks.key_set(NOW)["keys"]
    assert shown.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (shown["kid"], shown["use"], shown["alg"], shown["crv"]) == (key.kid, "sig", "ES256", "P-256")
    assert "PRIVATE" not in json.dumps(shown)


def test_a_token_key_leaves_the_key_set_a_week_after_it_was_replaced(db):
    old = keyring.active(Use.TOKEN, NOW)
    retire(Use.TOKEN)
    new = keyring.active(Use.TOKEN, NOW)
    week = timedelta(days=7)
    for at, kids in ((NOW + week - timedelta(microseconds=1), [new.kid, old.kid]), (NOW + week, [new.kid])):
        assert [it["kid"] for it in jwks.key_set(at)["keys"]] == kids


def test_two_workers_that_need_a_key_at_once_use_the_same_one(transactional_db):
    barrier = Barrier(2)

    def need(_):
        barrier.wait()
        try:
            return keyring.active(Use.TOKEN, NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(need, range(2))
    assert first == second
    assert SigningKey.objects.count() == 1


def test_a_worker_that_is_too_late_uses_the_key_of_the_faster_one(db):
    faster = []

    def just_before_the_write(execute, sql, *rest):
        if sql.startswith("SAVEPOINT") and not faster:
            faster.append(None)
            faster[0] = keyring.active(Use.TOKEN, NOW)
        return execute(sql, *rest)

    with connection.execute_wrapper(just_before_the_write):
        assert keyring.active(Use.TOKEN, NOW) == faster[0]
    assert SigningKey.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"use": Use.SAML}, id="a SAML key without certificate"),
        pytest.param({"state": State.RETIRED}, id="retired without its instant"),
        pytest.param({"retired_at": NOW}, id="an instant without retirement"),
        pytest.param({"use": "both"}, id="an unknown use"),
        pytest.param({"state": "lost"}, id="an unknown state"),
    ],
)
def test_the_database_rejects_an_inconsistent_key(db, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(**fields)


def test_the_database_rejects_two_active_keys_of_one_use(db):
    a_row(state=State.ACTIVE)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(kid="c" * 32, state=State.ACTIVE)
    a_row(kid="d" * 32, state=State.ACTIVE, use=Use.SAML, certificate="made up")
