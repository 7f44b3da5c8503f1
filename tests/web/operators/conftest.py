"""Operators who sign in to the admin, and what they type."""

import pytest
from django.contrib.auth.hashers import make_password
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from idp import clock as time
from idp.web.operators import links
from tests.web.conftest import a_superuser

PASSWORD = "correct horse battery"
LOGIN = "/admin/login/?next=/admin/agents/agent/"


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    """What the hashes cost is not the matter here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def olivia(db, clock):
    return a_superuser(password=make_password(PASSWORD))


def code(app, steps=0):
    """What an authenticator app shows now."""
    return f"{totp(app.bin_key, app.step, app.t0, app.digits, app.drift + steps):06}"


def sign_in(client, operator, *, password=PASSWORD, email=None, token=None, at=LOGIN):
    app = TOTPDevice.objects.filter(user=operator).first()
    typed = {"username": email or operator.email, "password": password, "otp_token": token or code(app)}
    return client.post(at, typed)


def is_signed_in(client):
    return client.get("/admin/").status_code == 200


def a_link(operator):
    """The path of a fresh one-time link."""
    return "/admin/enter/" + links.make(operator, time.now()).rsplit("/", 1)[1]
