import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock as time
from idp.agents.models import Agent
from idp.audit.models import Kind, LoginEvent
from idp.web.operators import recent_factor
from tests.conftest import NOW
from tests.web.seeded import a_signed_in_agent
from tests.webhooks.conftest import happens, phone_of, receiver, webhook  # noqa: F401 - fixtures for what operators see


def a_superuser(email="olivia@acme.example", **fields):
    """An operator without the cost of hashing a password."""
    given = {"password": "!", "is_staff": True, "is_superuser": True, **fields}
    operator = Agent.objects.create(email=email, full_name="Olivia Operator", **given)
    TOTPDevice.objects.create(user=operator, name="authenticator app", confirmed=True)
    return operator


def inside(operator, factor=None):
    """A browser in which an operator passed password and second factor."""
    client = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"})
    session = SessionStore()  # written at once: with `force_login` it would take three times the queries
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(operator.pk), operator.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[DEVICE_ID_SESSION_KEY] = (factor or operator.totpdevice_set.get(confirmed=True)).persistent_id
    recent_factor.remember(session, time.now())
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@pytest.fixture
def operator(db):
    return a_superuser()


@pytest.fixture
def admin(operator, request):
    """An operator's browser. Whatever is done with it has to leave a line of its own in the trail."""
    if "clock" in request.fixturenames:  # set first, so that the second factor is passed by the test's clock
        request.getfixturevalue("clock")
    yield inside(operator)
    assert list(LoginEvent.objects.filter(kind=Kind.WROTE).values_list("detail", flat=True)) == []


@pytest.fixture
def signed_in(db, keys):
    """An agent who is signed in on a phone and a computer."""
    return a_signed_in_agent(NOW).agent
