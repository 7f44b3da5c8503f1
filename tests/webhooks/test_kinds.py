"""What a line of the trail is told as."""

from datetime import timedelta

import pytest

from idp import clock as clocks
from idp.agents import devices
from idp.agents.models import Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login.endings import signing_out
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy
from idp.webhooks import kinds
from tests.devices import IPHONE

ORIGIN = Origin(None, "", "AAAAA-BBBBB")


def told(event):
    return [it.value for it in kinds.of(LoginEvent.objects.select_related("device").get(pk=event.pk))]


@pytest.fixture
def device(agent, clock):
    return devices.enrol(agent, IPHONE, None, clocks.now()).device


def record(kind, device, at, **more):
    return events.record(kind, ORIGIN, at, agent=device.agent, device=device, **more)


def test_the_first_sign_in_of_a_phone_enrols_it(device):
    assert told(record(Kind.SIGNED_IN, device, device.enrolled_at)) == ["device.enrolled", "agent.signed_in"]


def test_later_sign_ins_do_not_enrol_the_phone(device):
    assert told(record(Kind.SIGNED_IN, device, device.enrolled_at + timedelta(seconds=1))) == ["agent.signed_in"]


@pytest.mark.parametrize("reason", Reason)
def test_a_device_that_ended_was_replaced_or_revoked(device, reason):
    signing_out.sign_out(Device.objects.all(), reason, "Olivia", ORIGIN, clocks.now())
    wanted = "device.replaced" if reason == Reason.REPLACED else "device.revoked"
    assert told(LoginEvent.objects.get()) == [wanted]


def test_a_copied_sign_in_revokes_its_device(device):
    now = clocks.now()
    devices.revoke(device, Reason.COPIED, now)
    assert told(record(Kind.TOKEN_COPIED, device, now)) == ["device.revoked"]


def test_the_end_of_a_session_leaves_the_device(device):
    sessions.open_session(device, OpenedBy.CODE, clocks.now())
    signing_out.end_sessions(Device.objects.all(), Reason.AGENT, "at Flex", ORIGIN, clocks.now())
    assert told(LoginEvent.objects.get()) == []
    signing_out.sign_out(Device.objects.all(), Reason.AGENT, "at Flex", ORIGIN, clocks.now())
    assert [told(it) for it in LoginEvent.objects.order_by("pk")] == [[], ["device.revoked"]]


@pytest.mark.parametrize("kind", [Kind.CODE_SENT, Kind.REFUSED, Kind.ANSWERED, Kind.SIGNED_OUT, Kind.VALUES_SHOWN])
def test_other_lines_of_the_trail_make_no_message(device, kind):
    assert told(record(kind, device, device.enrolled_at)) == []


def test_only_the_lines_that_the_types_come_from_are_read():
    assert kinds.lines_for(["device.replaced"]) == {Kind.DEVICE_ENDED}
    assert kinds.lines_for([]) == set()
