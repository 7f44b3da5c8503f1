"""The chain of seals: what is changed, removed or put in shows, and the purge takes from its beginning."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from idp.audit import events, triggers
from idp.audit.chain import checkpoints, digests, sealing, verifying
from idp.audit.chain.checkpoints import Checkpoint, Says
from idp.audit.events import Origin
from idp.audit.models import Chain, Kind, LoginEvent, Seal
from idp.conf import retention
from idp.keys import keyring
from idp.keys.models import SigningKey, State, Use
from idp.web.retention import purge
from tests import tables
from tests.conftest import NOW

pytestmark = pytest.mark.each_database

ORIGIN = Origin("192.0.2.1", "Mozilla/5.0 (iPhone)", "7KQ2M-9TX4D")
DAYS = retention.days({})
SOON = NOW + timedelta(minutes=1)


def lines(count, at=NOW):
    return [events.record(Kind.CODE_WRONG, ORIGIN, at, detail=str(nth)) for nth in range(count)]


def sealed(count=5, at=NOW):
    written = lines(count, at)
    sealing.seal_all(at + timedelta(minutes=1))
    return written


def whys():
    return [(it.position, it.why) for it in verifying.verify().faults]


def raw(model):
    """The rows as somebody with a password of the database sees them."""
    return QuerySet(model)


@pytest.fixture(autouse=True)
def own_keys(db, keys):
    """Keys are there, so that sealing makes none."""


def test_lines_get_their_places_in_order_once():
    written = sealed(3)
    sealing.seal_all(SOON, thorough=True)
    assert list(Seal.objects.values_list("position", "event")) == [(nth + 1, it.pk) for nth, it in enumerate(written)]
    found = verifying.verify()
    assert (found.in_order, found.hold, found.unsealed, found.signed_to) == (True, 3, 0, 3)


def test_a_request_seals_a_few_batches_and_the_next_request_continues(monkeypatch):
    monkeypatch.setattr(sealing, "SEALED_AT_ONCE", 2)
    monkeypatch.setattr(sealing, "SOME", 2)
    lines(5)
    assert [sealing.seal_some(SOON) for _ in range(3)] == [4, 1, 0]
    assert verifying.verify().in_order


def test_lines_of_the_last_seconds_wait_and_are_counted_as_unsealed():
    lines(2)
    sealing.seal_all(NOW)
    found = verifying.verify()
    assert (found.in_order, found.hold, found.unsealed) == (True, 0, 2)


def test_more_than_a_batch_is_sealed_batch_by_batch_each_with_a_signature(monkeypatch):
    monkeypatch.setattr(sealing, "SEALED_AT_ONCE", 2)
    sealed(5)
    assert [it.position for it in Seal.objects.exclude(signature="")] == [2, 4, 5]
    assert verifying.verify().in_order


def numbered(line, number):
    """Give a line the number it would have had if its transaction had begun at another time."""
    with tables.unguarded():
        raw(LoginEvent).filter(pk=line.pk).update(id=number)
    return number


def test_a_line_that_becomes_visible_after_later_ones_is_sealed_all_the_same():
    first, second = lines(2)
    far = numbered(second, second.pk + 10)
    sealing.seal_all(SOON)
    late = numbered(lines(1)[0], first.pk + 5)
    sealing.seal_all(SOON)
    assert list(Seal.objects.values_list("event", flat=True)) == [first.pk, far, late]


def test_a_line_that_comes_later_than_any_look_back_is_found_by_a_thorough_pass():
    first, second = lines(2)
    numbered(second, second.pk + 10)
    later = NOW + timedelta(hours=1)
    sealing.seal_all(later)
    late = numbered(lines(1)[0], first.pk + 5)
    assert (sealing.seal_all(later), sealing.seal_all(later, thorough=True)) == (0, 1)
    assert Seal.objects.last().event_id == late


REWRITES = {
    "detail": {"detail": "nothing happened"},
    "who": {"by": "somebody else"},
    "when": {"at": NOW - timedelta(days=1)},
    "judged": {"judged": {"platform": ["ios"]}},
    "before and after": {"changes": {"name": ["a", "b"]}},
}


@pytest.mark.parametrize("rewrite", REWRITES.values(), ids=REWRITES)
def test_a_line_that_was_rewritten_is_named(rewrite):
    second = sealed()[1]
    with tables.unguarded():
        raw(LoginEvent).filter(pk=second.pk).update(**rewrite)
    assert whys() == [(2, "it was changed after it was sealed")]
    assert verifying.verify().hold == 4


def test_another_address_shows_and_so_does_one_that_was_put_in():
    first, second, *_ = sealed()
    with tables.unguarded():
        raw(LoginEvent).filter(pk=first.pk).update(address="203.0.113.9")
        raw(Seal).filter(event=second).update(user_agent_salt=b"", user_agent_mark=b"")
    assert whys() == [(1, "its address was changed"), (2, "its user agent was written after it was sealed")]


def test_a_line_that_was_removed_with_its_seal_is_missing():
    third = sealed()[2]
    with tables.unguarded():
        raw(Seal).filter(event=third).delete()
        raw(LoginEvent).filter(pk=third.pk).delete()
    found = verifying.verify()
    assert (found.missing, found.faults[0].why) == (1, "a line is missing before it")


def test_a_removed_end_is_detected_by_the_row_of_the_chain():
    sealed()
    with tables.unguarded():
        raw(Seal).filter(position__gt=3).delete()
    assert (3, "the chain ends here, and not at 5 as it was left") in whys()


def rewritten_whole():
    """What somebody can do who has the database, and time, and none of our keys: a new chain over other lines."""
    sealed(4)
    with tables.unguarded():
        raw(LoginEvent).filter(detail="1").update(detail="nothing happened")
        digest = digests.BEGINNING
        for it in verifying.sealed():
            digest = digests.following(digest, digests.content(it.line, it.marks))
            raw(Seal).filter(position=it.position).update(digest=digest)
        Chain.objects.update(digest=digest)


def test_a_forged_chain_lacks_our_signature():
    rewritten_whole()
    assert whys() == [
        (4, "the signature over the chain up to here: it says something else"),
        (4, "the last line is not signed, as the last of each batch is"),
    ]


def test_a_key_that_somebody_brings_along_signs_nothing():
    rewritten_whole()
    foreign = keyring.draw(Use.TOKEN, NOW)
    pair = keyring.read(foreign)
    chain = Chain.objects.get()
    SigningKey.objects.filter(use=Use.TOKEN).update(state=State.RETIRED, retired_at=NOW)
    foreign.state = State.ACTIVE
    foreign.save()
    signed = checkpoints.sign(Checkpoint(Says.SEALED, 4, bytes(chain.digest)), NOW)
    SigningKey.objects.filter(kid=pair.kid).update(private_key=pair.private_key)  # not encrypted under our key
    with tables.unguarded():
        raw(Seal).filter(position=4).update(signature=signed)
    assert (4, "the signature over the chain up to here: its key does not open") in whys()


def test_a_removed_end_is_detected_by_a_checkpoint_stored_elsewhere():
    sealed(2)
    sealed(2, SOON)
    known = [(4, bytes(Chain.objects.get().digest))]
    with tables.unguarded():
        raw(Seal).filter(position__gt=2).delete()
        Chain.objects.update(position=2, digest=Seal.objects.get(position=2).digest)
    assert verifying.verify().in_order
    (fault,) = verifying.verify(known).faults
    assert "the chain ends before it" in fault.why


def test_after_the_purge_the_rest_of_the_chain_is_in_order():
    sealed(3, NOW - timedelta(days=500))
    sealed(2)
    gone = {it.rule.table: it.rows for it in purge.run(DAYS, NOW + timedelta(minutes=2))}
    assert gone["audit.Seal"] == 3
    found = verifying.verify()
    assert (found.in_order, found.first, found.hold) == (True, 4, 2)
    assert checkpoints.read(Chain.objects.get().anchor_signature).says == Says.PURGED


def test_a_beginning_removed_by_hand_is_not_taken_for_the_purge():
    sealed(4)
    third = Seal.objects.get(position=3)
    with tables.unguarded():
        raw(Seal).filter(position__lte=3).delete()
        Chain.objects.update(anchor=3, anchor_digest=third.digest, anchor_signature=third.signature)
    ((position, why), *_) = whys()
    assert (position, why.startswith("there is no proof that the purge removed everything up to here")) == (3, True)


def test_a_forgotten_address_leaves_the_line_provable_and_nothing_to_guess_it_by():
    old = NOW - timedelta(days=100)
    (line,) = sealed(1, old)
    list(purge.run(DAYS, NOW))
    line.refresh_from_db()
    assert (line.address, line.user_agent, bytes(line.seal.address_salt)) == (None, "", b"")
    assert verifying.verify().in_order


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_loginevent SET detail = 'x'",
        "UPDATE audit_loginevent SET address = NULL",
        "DELETE FROM audit_loginevent",
        "UPDATE audit_seal SET position = 7",
        "DELETE FROM audit_seal",
        "INSERT OR REPLACE INTO audit_seal SELECT * FROM audit_seal"
        if connection.vendor == "sqlite"
        else "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE audit_loginevent CASCADE",
    ],
    ids=str,
)
def test_the_database_refuses_by_itself(statement):
    sealed(1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert whys() == []


def test_even_while_the_purge_works_a_line_cannot_be_rewritten():
    (line,) = sealed(1)
    Chain.objects.update(forgetting=True)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        raw(LoginEvent).filter(pk=line.pk).update(detail="nothing happened")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        raw(LoginEvent).filter(pk=line.pk).update(address="203.0.113.9")
    Chain.objects.update(forgetting=False)


def test_a_trail_without_its_triggers_is_said_to_be_unguarded():
    sealed(1)
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON audit_seal"
        cursor.execute(f"DROP TRIGGER audit_seal_refuses_delete{on}")
    assert "audit_seal_refuses_delete is missing" in whys()[0][1]
    triggers.put_in_place()
    assert whys() == []
