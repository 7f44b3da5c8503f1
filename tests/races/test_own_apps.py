"""An app that sends many requests at once, and an app and a browser that sign in at once."""

from datetime import timedelta

import pytest

from idp.agents.models import Device, Kind, Reason
from idp.tokens.models import LongLivedToken
from tests.native.own_app import OwnApp, a_client, post, told
from tests.races.concurrent import at_once

MANY = 8


@pytest.fixture
def app(phone):
    a_client()
    return OwnApp(phone)


def renew(app):
    return post(grant_type="refresh_token", refresh_token=app.token["refresh_token"], client_id="acme-phone")


def exchange(app, code):
    verifier, redirect_uri = app.session._code_verifier, app.redirect_uri
    return post(
        grant_type="authorization_code",
        code=code,
        client_id="acme-phone",
        redirect_uri=redirect_uri,
        code_verifier=verifier,
    )


def test_an_app_that_renews_in_many_threads_gets_one_new_token(app, clock):
    app.sign_in()
    clock.shift(timedelta(hours=2))
    answers = at_once([lambda: renew(app)] * MANY)
    assert {it.status_code for it in answers} <= {200, 503}
    assert len([it for it in answers if "refresh_token" in it.json()]) == 1
    assert LongLivedToken.objects.count() == 2
    assert Device.objects.get().revoked_at is None


def test_a_code_redeemed_many_times_at_once_makes_one_device_and_signs_it_out(app):
    code = told(app.give_code(app.ask()))["code"]
    answers = at_once([lambda: exchange(app, code)] * MANY)
    assert len([it for it in answers if it.status_code == 200]) == 1
    assert {it.json()["reason"] for it in answers if it.status_code == 400} == {"copied"}
    assert Device.objects.get().reason == Reason.COPIED


def test_an_app_and_phones_that_sign_in_at_once_leave_one_phone(app, phone):
    code = told(app.give_code(app.ask()))["code"]
    pages = [(it, it.ask_code(it.ask_flex())) for it in (phone.like(), phone.like())]
    acts = [lambda it=it, page=page: it.submit(page, "code", code=it.code(after=0)) for it, page in pages]
    at_once([*acts, lambda: exchange(app, code)])
    assert Device.objects.active().filter(kind=Kind.MOBILE).count() == 1
