"""More than one phone for each agent, and computers that are remembered, where the settings say so."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from idp.agents import devices
from idp.agents.models import SLOTS, Device, Kind, Reason
from idp.conf import MOST_PHONES
from tests.conftest import NOW
from tests.devices import IPHONE, MAC, PIXEL, a_desktop, a_phone

pytestmark = pytest.mark.each_database

HOUR = timedelta(hours=1)


@pytest.fixture
def allow(settings):
    """Set what an installation allows: `allow(phones_per_agent=2)`."""

    def allow(**changes):
        settings.LATCHKEY = settings.LATCHKEY.model_copy(update=changes)

    return allow


def phones_of(agent):
    return list(Device.objects.of(agent).active().phones().order_by("slot"))


def slots_of(agent):
    return [it.slot for it in phones_of(agent)]


def enrolled(agent, hours, browser=PIXEL, present=None):
    return devices.enrol(agent, browser, present, NOW + hours * HOUR)


def test_two_phones_stay_signed_in_if_two_are_allowed(agent, allow):
    allow(phones_per_agent=2)
    first = a_phone(agent)
    assert enrolled(agent, 1).ended == ()
    assert phones_of(agent)[0] == first
    assert slots_of(agent) == [1, 2]


def test_one_phone_more_ends_the_one_unused_longest_and_takes_its_slot(agent, allow):
    allow(phones_per_agent=2)
    first, second = a_phone(agent), enrolled(agent, 1).device
    devices.seen(first, NOW + 2 * HOUR)
    third = enrolled(agent, 3)
    assert [(it.pk, it.reason) for it in third.ended] == [(second.pk, Reason.REPLACED)]
    assert Device.objects.get(pk=second.pk).replaced_by == third.device
    assert phones_of(agent) == [first, third.device]
    assert slots_of(agent) == [1, 2]


def test_a_phone_that_was_ended_leaves_the_lowest_slot_to_the_next(agent, allow):
    allow(phones_per_agent=3)
    first, _ = a_phone(agent), enrolled(agent, 1)
    devices.revoke(first, Reason.AGENT, NOW + HOUR)
    assert enrolled(agent, 2).device.slot == 1


def test_a_code_on_a_phone_that_is_signed_in_keeps_its_slot_and_ends_nobody(agent, allow):
    allow(phones_per_agent=2)
    a_phone(agent)
    second = enrolled(agent, 1).device
    again = enrolled(agent, 2, present=second)
    assert (again.device.pk, again.device.slot, again.ended) == (second.pk, 2, ())
    assert slots_of(agent) == [1, 2]


def test_fewer_phones_allowed_than_before_count_from_the_next_code_on(agent, allow):
    allow(phones_per_agent=3)
    a_phone(agent)
    second, third = enrolled(agent, 1).device, enrolled(agent, 2).device
    allow(phones_per_agent=1)
    assert len(phones_of(agent)) == 3
    again = enrolled(agent, 3, present=second)
    assert third.pk in {it.pk for it in again.ended}
    assert phones_of(agent) == [second]


def test_a_computer_takes_no_slot_however_many_phones_there_are(agent, allow):
    allow(phones_per_agent=2)
    a_phone(agent)
    enrolled(agent, 1)
    assert enrolled(agent, 2, MAC).ended == ()


def test_a_computer_is_remembered_where_the_setting_says_so(agent, allow):
    allow(remember_desktops=True)
    computer = a_desktop(agent)
    assert (computer.kind, computer.slot, computer.remembered) == (Kind.DESKTOP, None, True)


def test_a_computer_that_is_remembered_no_more_says_so_from_its_next_code_on(agent, allow):
    allow(remember_desktops=True)
    computer = a_desktop(agent)
    allow(remember_desktops=False)
    assert Device.objects.get().remembered
    assert not enrolled(agent, 1, MAC, computer).device.remembered


@pytest.mark.parametrize("allowed", [1, 2, 3, MOST_PHONES])
def test_no_order_of_sign_ins_leaves_more_phones_than_are_allowed(agent, allow, allowed):
    allow(phones_per_agent=allowed)
    pick, rows = random.Random(allowed), [None]
    for hours in range(20):
        rows.append(enrolled(agent, hours, pick.choice([IPHONE, PIXEL, MAC]), pick.choice(rows)).device)
        assert len(phones_of(agent)) <= allowed
        assert set(slots_of(agent)) <= set(range(1, allowed + 1))


@pytest.mark.parametrize("slot", [None, 0, SLOTS.stop])
def test_the_database_refuses_a_slot_that_is_none(agent, slot):
    phone = a_phone(agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=phone.pk).update(slot=slot)


def test_the_database_refuses_two_active_phones_in_one_slot(agent, allow):
    allow(phones_per_agent=2)
    a_phone(agent)
    second = enrolled(agent, 1).device
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=second.pk).update(slot=1)
