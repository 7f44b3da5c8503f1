"""A prepared statement does what the query set does from which it was made."""

from contextlib import suppress
from datetime import UTC, timedelta, timezone
from enum import Enum
from threading import Thread

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import CharField, DateTimeField, F, OuterRef, Subquery, UUIDField
from django.db.models.functions import Greatest
from django.db.models.signals import post_init, pre_init
from django.forms import model_to_dict

from idp.agents import provisioning
from idp.agents.models import AgentRole, Department, Device
from idp.audit.models import Kind, LoginEvent
from idp.otp.allowances import TRIES
from idp.otp.models import Verification
from idp.sessions import lifecycle as sessions
from idp.sessions.models import SsoSession
from idp.sql.joined_texts import Together, apart
from idp.sql.prepared import Insert, Select, Slot, Update
from tests.conftest import NOW, an_agent
from tests.devices import a_phone

pytestmark = pytest.mark.each_database

DEVICE = Slot("pk", UUIDField())
BY_LABEL = Select(lambda: Device.objects.filter(label=Slot("label", CharField())))
RENAME = Update(lambda: Device.objects.filter(pk=DEVICE), label=Slot("label", CharField()))
REVOKE = Update(lambda: Device.objects.filter(pk=DEVICE), revoked_at=F("enrolled_at"))
"""Which the table refuses: it wants a reason too."""


def passed(execute, *it):
    return execute(*it)


@pytest.fixture(params=["directly", "by Django's cursor"], autouse=True)
def way(request, db):
    """All tests run in both ways. Statements go through Django's cursor while something observes them."""
    if request.param == "directly":
        yield
    else:
        with connection.execute_wrapper(passed):
            yield


@pytest.fixture
def phone(agent):
    agent.department = Department.objects.create(name="Sales")
    agent.save()
    return a_phone(agent)


def facts(row):
    return {it.attname: getattr(row, it.attname) for it in row._meta.concrete_fields}


def test_rows_become_the_models_that_the_query_set_makes(phone, django_assert_num_queries):
    rows = Device.objects.select_related("agent__department", "replaced_by")
    prepared = Select(lambda: rows.filter(pk=DEVICE).annotate(again=F("label")))
    with django_assert_num_queries(1):
        (found,) = prepared(pk=phone.pk)
        assert found.agent.department.name == "Sales"
    same = rows.get(pk=phone.pk)
    assert (facts(found), facts(found.agent)) == (facts(same), facts(same.agent))
    assert (found.replaced_by, found.again, found._state.adding) == (None, phone.label, False)


def test_one_statement_takes_other_values_each_time(phone):
    prepared = Select(lambda: Device.objects.filter(pk=DEVICE))
    other = a_phone(an_agent("+12015550102", "bo@acme.example"))
    assert [prepared(pk=it.pk) for it in (phone, other)] == [[phone], [other]]
    assert prepared(pk=phone.agent_id) == []


def test_columns_are_returned_as_lists_of_values(phone):
    prepared = Select(lambda: Device.objects.filter(pk=DEVICE).values_list("pk", "agent__email", "enrolled_at"))
    assert prepared(pk=phone.pk) == [[phone.pk, phone.agent.email, phone.enrolled_at]]


def test_texts_of_many_rows_come_with_the_row_they_belong_to(phone):
    roles = AgentRole.objects.filter(agent=OuterRef("agent")).values("agent").annotate(all=Together("role"))
    prepared = Select(lambda: Device.objects.filter(pk=DEVICE).annotate(roles=Subquery(roles.values("all"))))
    provisioning.set_roles(phone.agent, ["agent", "wfo.data_analyst"])
    assert apart(prepared(pk=phone.pk)[0].roles) == {"agent", "wfo.data_analyst"}
    phone.agent.roles.all().delete()
    assert apart(prepared(pk=phone.pk)[0].roles) == set()


def test_an_update_matches_the_rows_that_the_query_set_matches(phone):
    now = Slot("now", DateTimeField())
    later = Update(lambda: Device.objects.filter(pk=DEVICE), last_seen_at=Greatest(now, F("enrolled_at")))
    assert later(pk=phone.pk, now=NOW + timedelta(hours=1)) == 1
    assert later(pk=phone.agent_id, now=NOW + timedelta(hours=2)) == 0
    assert Device.objects.get(pk=phone.pk).last_seen_at == NOW + timedelta(hours=1)


def test_several_rows_are_inserted_in_their_order(phone):
    lines = [
        LoginEvent(at=NOW, kind=it, device=phone, judged={"form": [it]}, address="2001:db8::1", reference="R")
        for it in (Kind.SIGNED_IN, Kind.ANSWERED, Kind.REFUSED)
    ]
    Insert(LoginEvent)(*lines)
    plain = LoginEvent.objects.create(at=NOW, kind=Kind.ANSWERED, device=phone, address="2001:db8::1", reference="R")
    found = list(LoginEvent.objects.order_by("pk"))[:3]
    assert [(it.kind, it.judged) for it in found] == [(it.kind, it.judged) for it in lines]
    assert model_to_dict(found[1], exclude=["id", "judged"]) == model_to_dict(plain, exclude=["id", "judged"])


def test_an_inserted_row_is_one_that_is_stored(phone):
    session = SsoSession(index="_1", device=phone, authenticated_at=NOW, opened_at=NOW, last_seen_at=NOW)
    Insert(SsoSession)(session)
    session.reason = "changed"
    session.ended_at = NOW
    session.save()
    assert facts(SsoSession.objects.get()) == facts(session)


def test_a_row_that_a_constraint_refuses_is_refused(phone):
    sessions.open_session(phone, "code", NOW)
    second = SsoSession(index="_2", device=phone, authenticated_at=NOW, opened_at=NOW, last_seen_at=NOW)
    with pytest.raises(IntegrityError):
        Insert(SsoSession)(second)


def test_a_row_that_is_there_is_skipped_and_one_that_breaks_a_check_is_refused(agent):
    """On SQLite too: a sign-in inserts until its row is there, and would never end."""
    insert = Insert(Verification, unless_there=True)
    assert [insert(Verification(counted_as="a number", started_at=NOW)) for _ in range(2)] == [1, 0]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Verification(counted_as="another", started_at=NOW, tries=TRIES + 1))


def test_rows_that_break_a_check_are_refused_even_if_conflicts_are_ignored():
    with pytest.raises(IntegrityError), transaction.atomic():
        Verification.objects.bulk_create(
            [Verification(counted_as="a number", started_at=NOW, tries=TRIES + 1)], ignore_conflicts=True
        )


def test_an_error_ends_the_transaction_even_if_it_is_caught(phone):
    """On SQLite too, which by itself takes back the one statement only."""
    session = SsoSession(index="_1", device=phone, authenticated_at=NOW, opened_at=NOW, last_seen_at=NOW)
    for write in (lambda: Insert(SsoSession)(session, session), lambda: REVOKE(pk=phone.pk)):
        with transaction.atomic():
            with suppress(IntegrityError):
                write()
            assert connection.needs_rollback


def test_values_are_never_part_of_the_statement(phone, django_assert_num_queries):
    assert BY_LABEL(label="' OR 1=1 -- %s") == []
    said = []
    with connection.execute_wrapper(lambda run, sql, *more: said.append(sql) or run(sql, *more)):
        BY_LABEL(label="iPhone")
    assert len(said) == 1
    assert "iPhone" not in said[0]


def test_a_thread_with_a_connection_of_its_own_uses_the_same_statement(transactional_db, phone):
    prepared, found = Select(lambda: Device.objects.filter(pk=DEVICE)), []
    prepared(pk=phone.pk)

    def look():
        found.extend(prepared(pk=phone.pk))
        connection.close()

    thread = Thread(target=look)
    thread.start()
    thread.join()
    assert facts(found[0]) == facts(Device.objects.get(pk=phone.pk))


@pytest.mark.parametrize("text", ["50 % ?", "%s $1 ?", "'; --", "Zoë\n\t\\", ""])
def test_a_text_is_stored_unchanged(phone, text):
    assert RENAME(pk=phone.pk, label=text) == 1
    assert [it.label for it in BY_LABEL(label=text)] == [text]


@pytest.mark.parametrize(
    "value",
    [
        {"address": "2001:0DB8:0::1"},
        {"address": "192.0.2.1"},
        {"judged": {"a": [1, None, "ü"]}, "changes": {}, "would_have": ["x"]},
        {"revision": 3, "kind": Kind.REFUSED, "user_agent": "50 % $1 ?"},
        {"at": NOW.astimezone(timezone(timedelta(hours=9))), "agent_id": None},
        {"at": str(NOW), "revision": "4"},
    ],
    ids="-".join,
)
def test_a_value_is_stored_as_the_model_stores_it(phone, value):
    facts_ = {"at": NOW, "kind": Kind.ANSWERED, "device": phone, "reference": "R", **value}
    Insert(LoginEvent)(LoginEvent(**facts_))
    LoginEvent(**facts_).save(force_insert=True)
    stored, usual = LoginEvent.objects.order_by("pk")
    assert facts(stored) | {"id": usual.pk} == facts(usual)


@pytest.mark.parametrize("other", [{}, {"microsecond": 500_000}, {"microsecond": 1}, {"year": 1}, {"year": 9999}])
def test_an_instant_comes_back_as_it_was(phone, other):
    at = NOW.replace(**other)
    Insert(LoginEvent)(LoginEvent(at=at, kind=Kind.ANSWERED, device=phone, reference="R"))
    assert [it.at for it in LoginEvent.objects.all()] == [at]
    assert LoginEvent.objects.get().at.tzinfo is UTC


@pytest.mark.parametrize("signal", [pre_init, post_init], ids=["before", "after"])
def test_a_model_with_a_signal_receiver_is_made_the_usual_way(phone, signal):
    senders = []

    def note(sender, **_):
        senders.append(sender)

    signal.connect(note, sender=Device)
    try:
        assert Select(lambda: Device.objects.filter(pk=DEVICE))(pk=phone.pk) == [phone]
    finally:
        signal.disconnect(note, sender=Device)
    assert senders == [Device]


@pytest.mark.parametrize("ask", [BY_LABEL, RENAME, RENAME.later], ids=["a query", "an update", "one to come"])
def test_a_broken_transaction_accepts_no_more_statements(phone, ask):
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            ask(pk=phone.pk, label="new")
    assert not Device.objects.filter(label="new").exists()


def test_the_next_query_sees_a_write_that_was_put_off(phone):
    for nth, ask in enumerate(
        [
            lambda label: BY_LABEL(label=label),
            lambda label: list(Device.objects.filter(label=label)),
            lambda label: REVOKE(pk=phone.agent_id) or list(Device.objects.filter(label=label)),
        ]
    ):
        with transaction.atomic():
            RENAME.later(pk=phone.pk, label=f"{nth}")
            assert ask(f"{nth}") == [phone]


def test_writes_that_were_put_off_are_committed_in_order(transactional_db, phone):
    line = LoginEvent(at=NOW, kind=Kind.ANSWERED, device=phone, reference="R")
    with transaction.atomic():
        for label in ("one", "two"):
            RENAME.later(pk=phone.pk, label=label)
        Insert(LoginEvent).later(line)
    assert not line._state.adding
    assert (Device.objects.get().label, LoginEvent.objects.count()) == ("two", 1)
    RENAME.later(pk=phone.pk, label="at once, where there is no transaction")
    assert Device.objects.get().label.startswith("at once")


def test_a_write_that_was_put_off_is_rolled_back_with_its_savepoint(transactional_db, phone):
    with transaction.atomic():
        RENAME.later(pk=phone.pk, label="stays")
        with suppress(LookupError), transaction.atomic():
            RENAME.later(pk=phone.pk, label="goes")
            raise LookupError
    assert Device.objects.get().label == "stays"
    with suppress(LookupError), transaction.atomic():
        RENAME.later(pk=phone.pk, label="goes too")
        raise LookupError
    assert Device.objects.get().label == "stays"


def give_up():
    raise LookupError


@pytest.mark.parametrize("end", [lambda: None, give_up])
def test_a_refused_write_rolls_back_its_savepoint_alone(transactional_db, phone, end):
    with transaction.atomic():
        RENAME.later(pk=phone.pk, label="stays")
        with suppress(LookupError, IntegrityError), transaction.atomic():
            REVOKE.later(pk=phone.pk)
            end()
        assert BY_LABEL(label="stays") == [phone]
        RENAME.later(pk=phone.pk, label="follows")
    assert Device.objects.get().label == "follows"


def test_an_older_cursor_sees_a_write_that_was_put_off(transactional_db, phone):
    with transaction.atomic(), connection.cursor() as cursor:
        RENAME.later(pk=phone.pk, label="new")
        cursor.execute("SELECT label FROM agents_device")
        assert cursor.fetchone() == ("new",)


@pytest.mark.parametrize("ask", [lambda: None, lambda: BY_LABEL(label=""), Device.objects.count])
def test_a_refused_write_that_was_put_off_rolls_back_the_transaction(transactional_db, phone, ask):
    @transaction.atomic
    def sign_in():
        RENAME(pk=phone.pk, label="goes")
        REVOKE.later(pk=phone.pk)
        ask()

    with pytest.raises(IntegrityError):
        sign_in()
    assert Device.objects.get().label == phone.label


def test_an_invalid_value_raises_the_same_error_as_in_django(phone):
    """Each database has texts of its own that it refuses: SQLite a lone half of a character, PostgreSQL a zero too."""
    rejected = {"sqlite": ("\ud800", UnicodeEncodeError), "postgresql": ("\0", DataError)}
    text, error = rejected[connection.vendor]
    with pytest.raises(error):
        RENAME(pk=phone.pk, label=text)


def test_the_value_of_an_enumeration_member_is_stored(phone):
    RENAME(pk=phone.pk, label=Enum("Label", {"ONE": "first"}, type=str).ONE)
    assert [it.label for it in BY_LABEL(label="first")] == ["first"]
