import random
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from idp.agents import device_rows, devices
from idp.agents.models import Agent, Device, Kind, Reason
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE, MAC, PIXEL, WINDOWS, a_desktop, a_device, a_phone

pytestmark = pytest.mark.each_database

HOUR = timedelta(hours=1)


@pytest.fixture
def ben(db):
    return an_agent("+12015550102", "ben@acme.example", full_name="Ben Okafor")


def enrol(agent, browser, present=None, now=NOW + HOUR):
    return devices.enrol(agent, browser, present, now)


def fresh(device):
    return Device.objects.get(pk=device.pk)


def phones_of(agent):
    return list(Device.objects.of(agent).active().phones())


def test_a_first_phone_takes_the_slot_and_is_remembered(agent):
    enrolment = enrol(agent, IPHONE, now=NOW)
    phone = fresh(enrolment.device)
    assert (phone.kind, phone.slot, phone.remembered, phone.generation) == (Kind.MOBILE, 1, True, 1)
    assert phone.enrolled_at == phone.authenticated_at == phone.last_seen_at == NOW
    assert (phone.label, phone.family) == ("iPhone, Safari", "apple")
    assert enrolment.ended == ()


def test_a_computer_takes_no_slot_and_is_not_remembered(agent):
    computer = fresh(enrol(agent, WINDOWS).device)
    assert (computer.kind, computer.slot, computer.remembered) == (Kind.DESKTOP, None, False)


def test_a_second_phone_replaces_the_first_and_says_by_what_and_when(agent):
    first = a_phone(agent)
    second = enrol(agent, PIXEL)
    assert [ended.pk for ended in second.ended] == [first.pk]
    first = fresh(first)
    assert (first.revoked_at, first.reason, first.replaced_by) == (NOW + HOUR, Reason.REPLACED, second.device)
    assert phones_of(agent) == [second.device]


@pytest.mark.parametrize(
    ("there", "comes"),
    [
        pytest.param(WINDOWS, IPHONE, id="a phone and a computer"),
        pytest.param(IPHONE, WINDOWS, id="a computer and a phone"),
        pytest.param(WINDOWS, MAC, id="two computers"),
    ],
)
def test_a_computer_neither_evicts_nor_is_evicted(agent, there, comes):
    device = a_device(agent, there)
    assert enrol(agent, comes).ended == ()
    assert fresh(device).revoked_at is None


def test_phones_of_different_agents_leave_each_other_alone(agent, ben):
    phone = a_phone(agent)
    assert enrol(ben, PIXEL).ended == ()
    assert fresh(phone).revoked_at is None


def test_a_code_in_the_same_browser_keeps_the_device_and_evicts_nobody(agent):
    phone, computer = a_phone(agent), a_desktop(agent)
    again = enrol(agent, IPHONE, phone)
    assert (again.device.pk, again.device.generation, again.ended) == (phone.pk, 2, ())
    kept = fresh(phone)
    assert (kept.enrolled_at, kept.authenticated_at, kept.last_seen_at) == (NOW, NOW + HOUR, NOW + HOUR)
    assert fresh(computer).revoked_at is None


def test_each_code_makes_a_new_secret_and_the_old_one_names_nothing(agent):
    first = enrol(agent, IPHONE)
    second = enrol(agent, IPHONE, first.device)
    assert device_rows.find(first.secret) is None
    assert device_rows.find(second.secret) == second.device
    assert len(second.secret) >= 43


def test_only_the_hash_of_a_secret_is_kept(agent):
    enrolment = enrol(agent, IPHONE)
    assert enrolment.secret not in " ".join(map(str, Device.objects.values_list().get()))


def test_a_lost_secret_can_be_renewed_and_is_void_then(agent):
    enrolment = enrol(agent, IPHONE)
    secret = devices.renew_secret(enrolment.device)
    assert device_rows.find(enrolment.secret) is None
    assert device_rows.find(secret) == enrolment.device


def test_a_computer_that_turns_out_to_be_a_phone_takes_the_slot(agent):
    phone, tablet = a_phone(agent), a_desktop(agent)
    enrolment = enrol(agent, IPHONE, tablet)
    assert enrolment.device.pk == tablet.pk
    assert (enrolment.device.kind, enrolment.device.slot, enrolment.device.remembered) == (Kind.MOBILE, 1, True)
    assert [ended.pk for ended in enrolment.ended] == [phone.pk]


def test_a_phone_that_asks_for_the_desktop_site_stays_a_phone(agent):
    phone = a_phone(agent)
    enrolment = enrol(agent, MAC, phone)
    assert (enrolment.device.pk, enrolment.device.kind, enrolment.device.slot) == (phone.pk, Kind.MOBILE, 1)
    assert [it.pk for it in phones_of(agent)] == [phone.pk]


def test_a_browser_handed_to_another_agent_signs_the_first_one_out(agent, ben):
    anas, bens_old = a_phone(agent), a_phone(ben)
    enrolment = enrol(ben, IPHONE, anas)
    assert fresh(anas).reason == Reason.HANDED_OVER
    assert fresh(bens_old).reason == Reason.REPLACED
    assert {ended.pk for ended in enrolment.ended} == {anas.pk, bens_old.pk}
    assert enrolment.device.pk != anas.pk
    assert (enrolment.device.agent, enrolment.device.generation) == (ben, 1)


def test_a_shared_computer_handed_over_ends_only_that_sign_in(agent, ben):
    shared, phone = a_desktop(agent), a_phone(agent)
    enrol(ben, WINDOWS, shared)
    assert fresh(shared).reason == Reason.HANDED_OVER
    assert fresh(phone).revoked_at is None


def test_an_evicted_phone_that_signs_in_again_is_a_new_row_and_evicts_the_other(agent):
    first = a_phone(agent)
    second = enrol(agent, PIXEL).device
    third = enrol(agent, IPHONE, first, NOW + 2 * HOUR)
    assert third.device.pk not in {first.pk, second.pk}
    assert [ended.pk for ended in third.ended] == [second.pk]
    assert fresh(first).replaced_by == second


def test_a_device_read_before_it_was_held_is_read_again(agent):
    stale = a_phone(agent)
    devices.revoke(fresh(stale), Reason.OPERATOR, NOW)
    enrolment = enrol(agent, IPHONE, stale)
    assert enrolment.device.pk != stale.pk
    assert fresh(stale).reason == Reason.OPERATOR


def test_a_revoked_device_is_still_found_so_that_its_page_can_say_why(agent):
    enrolment = enrol(agent, IPHONE)
    devices.revoke(enrolment.device, Reason.COPIED, NOW + 2 * HOUR)
    assert device_rows.find(enrolment.secret).reason == Reason.COPIED


@pytest.mark.parametrize("secret", [None, "", "x", "é" * 300, "\0"], ids=ascii)
def test_any_other_secret_names_no_device(agent, secret):
    a_phone(agent)
    assert device_rows.find(secret) is None


def test_a_second_revocation_does_not_change_the_first(agent):
    phone = a_phone(agent)
    devices.revoke(fresh(phone), Reason.AGENT, NOW + HOUR)
    devices.revoke(fresh(phone), Reason.OPERATOR, NOW + 2 * HOUR)
    assert (fresh(phone).revoked_at, fresh(phone).reason) == (NOW + HOUR, Reason.AGENT)


def test_a_worker_whose_clock_is_behind_revokes_no_earlier_than_enrolment(agent):
    phone = a_phone(agent)
    enrol(agent, PIXEL, now=NOW - HOUR)
    assert fresh(phone).revoked_at == NOW


def test_the_last_use_only_grows(agent):
    phone = a_phone(agent)
    devices.seen(phone, NOW + HOUR)
    devices.seen(phone, NOW)
    assert fresh(phone).last_seen_at == NOW + HOUR
    enrol(agent, IPHONE, fresh(phone), NOW)
    assert fresh(phone).last_seen_at == NOW + HOUR


@pytest.mark.parametrize("seed", range(10))
def test_no_order_of_sign_ins_leaves_two_phones_or_ends_a_computer(agent, ben, seed):
    pick, rows, now = random.Random(seed), [None], NOW
    for _ in range(25):
        now += HOUR
        who, browser, present = pick.choice([agent, ben]), pick.choice([IPHONE, PIXEL, WINDOWS]), pick.choice(rows)
        rows.append(devices.enrol(who, browser, present, now).device)
        assert len(phones_of(agent)) <= 1
        assert len(phones_of(ben)) <= 1
    ended_computers = Device.objects.filter(kind=Kind.DESKTOP).exclude(reason__in=["", Reason.HANDED_OVER])
    assert not ended_computers.exists()


def a_row(agent, **fields):
    plain = {
        "kind": Kind.MOBILE,
        "slot": 1,
        "remembered": True,
        "label": "iPhone",
        "family": "apple",
        "secret_hash": "a" * 64,
        "authenticated_at": NOW,
        "enrolled_at": NOW,
        "last_seen_at": NOW,
    }
    return Device.objects.create(agent=agent, **(plain | fields))


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"slot": None}, id="a phone without slot"),
        pytest.param({"kind": Kind.DESKTOP}, id="a computer in a slot"),
        pytest.param({"kind": "watch"}, id="another kind"),
        pytest.param({"revoked_at": NOW}, id="revoked without reason"),
        pytest.param({"reason": Reason.AGENT}, id="a reason without revocation"),
        pytest.param({"revoked_at": NOW, "reason": "bored"}, id="revoked for an unknown reason"),
        pytest.param({"revoked_at": NOW - HOUR, "reason": Reason.AGENT}, id="revoked before enrolment"),
    ],
)
def test_the_database_refuses_a_device_that_cannot_be(agent, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(agent, **fields)


def test_the_database_refuses_two_active_phones_of_an_agent(agent):
    a_row(agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(agent, secret_hash="b" * 64)
    a_row(agent, secret_hash="b" * 64, revoked_at=NOW, reason=Reason.REPLACED)


def test_the_database_refuses_one_secret_on_two_active_devices(agent, ben):
    a_row(agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        a_row(ben)


@pytest.fixture
def meanwhile():
    """Have something happen just before the first lock, as another worker may that was faster to the row.

    On SQLite it is before the first statement: a transaction is the only writer from its beginning.
    """

    @contextmanager
    def meanwhile(act):
        waiting = [act]

        def first(execute, sql, *rest):
            if waiting and (
                sql.startswith("UPDATE") or sql.endswith("FOR NO KEY UPDATE") or connection.vendor == "sqlite"
            ):
                waiting.pop()()
            return execute(sql, *rest)

        with connection.execute_wrapper(first):
            yield

    return meanwhile


def test_a_device_that_is_held_tells_what_other_workers_did_until_then(agent, meanwhile):
    enrolment = enrol(agent, IPHONE)
    with meanwhile(lambda: devices.revoke(fresh(enrolment.device), Reason.REPLACED, NOW + HOUR)):
        held = device_rows.find_and_hold(enrolment.secret)
    assert held.reason == Reason.REPLACED


def test_an_agent_switched_off_while_we_waited_for_the_device_is_seen_so(agent, meanwhile):
    secret = enrol(agent, IPHONE).secret
    with meanwhile(lambda: Agent.objects.update(is_active=False)):
        held = device_rows.find_and_hold(secret)
    assert not held.agent.is_active


def test_a_secret_that_was_renewed_while_we_waited_names_no_device(agent, meanwhile):
    enrolment = enrol(agent, IPHONE)
    with meanwhile(lambda: devices.renew_secret(enrolment.device)):
        assert device_rows.find_and_hold(enrolment.secret) is None


def test_a_phone_that_was_replaced_during_the_wait_is_enrolled_again(agent, meanwhile):
    phone = a_phone(agent)
    with meanwhile(lambda: devices.enrol(agent, PIXEL, None, NOW + HOUR)):
        enrolment = enrol(agent, IPHONE, phone, NOW + 2 * HOUR)
    assert enrolment.device.pk != phone.pk
    assert phones_of(agent) == [enrolment.device]
