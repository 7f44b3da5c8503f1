"""Devices that agents sign in with, created without any page."""

from django.db import transaction

from idp.agents import devices
from idp.agents.devices import Browser
from idp.agents.models import Kind
from idp.policies.user_agents import Family
from tests.conftest import NOW

IPHONE = Browser(Kind.MOBILE, "iPhone, Safari", Family.APPLE)
PIXEL = Browser(Kind.MOBILE, "Android phone, Chrome", Family.ANDROID)
MAC = Browser(Kind.DESKTOP, "Mac, Safari", Family.APPLE)
WINDOWS = Browser(Kind.DESKTOP, "Windows computer, Chrome", Family.OTHER)


@transaction.atomic
def a_device(agent, browser=IPHONE, now=NOW):
    """Enrol a device as if the agent had just typed a right code."""
    return devices.enrol(agent, browser, None, now).device


def a_phone(agent, now=NOW):
    return a_device(agent, IPHONE, now)


def a_desktop(agent, now=NOW):
    return a_device(agent, WINDOWS, now)
