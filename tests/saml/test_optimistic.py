"""Requests that start with the version that the process saw last."""

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from idp.agents import device_rows, devices
from idp.audit.models import Kind, LoginEvent
from idp.branding.models import Brand
from idp.errors import IdpError
from idp.policies.models import Stop
from idp.saml.optimistic import with_last_known_version
from idp.versions import version
from idp.versions.cached import Cached
from tests.conftest import NOW
from tests.devices import IPHONE
from tests.pretend_service import PretendService


class Nobody(IdpError):
    """There is no brand."""


@Cached
def names():
    return [*Brand.objects.order_by("name").values_list("name", flat=True)]


@with_last_known_version
def shown(request):
    if not names():
        raise Nobody
    return HttpResponse(", ".join(names()))


def get(rf, view=shown):
    with version.pinned():
        return view(rf.get("/")).content.decode()


def a_brand(name):
    Brand.objects.create(service=name.lower(), name=name)


def test_a_change_since_the_last_request_counts(db, rf):
    for name, told in [("Acme", "Acme"), ("Beta", "Acme, Beta")]:
        a_brand(name)
        assert get(rf) == told


def test_a_refusal_by_outdated_configuration_is_repeated(db, rf):
    with pytest.raises(Nobody):
        get(rf)
    a_brand("Acme")
    assert get(rf) == "Acme"


def test_no_query_asks_for_the_version_if_a_row_returns_it(agent, rf, django_assert_num_queries):
    a_brand("Acme")
    secret = devices.enrol(agent, IPHONE, None, NOW).secret

    @with_last_known_version
    @transaction.atomic
    def sign_in(request):
        before = names()
        device_rows.find_and_hold(secret)
        return HttpResponse(f"{before} then {names()}")

    assert get(rf, sign_in) == "['Acme'] then ['Acme']"
    with django_assert_num_queries(1 + 2 + transaction.get_connection().features.has_select_for_update):
        get(rf, sign_in)
    a_brand("Beta")
    assert get(rf, sign_in) == "['Acme', 'Beta'] then ['Acme', 'Beta']"


def test_a_post_asks_for_the_version_first(db, rf):
    """A form may write at once, and what is written is not written again."""
    a_brand("Acme")
    get(rf)
    a_brand("Beta")
    with version.pinned():
        assert shown(rf.post("/")).content == b"Acme, Beta"
        version.confirm()


def test_a_stranger_after_a_stop_is_not_recorded_as_refused_by_it(db, keys, clock):
    asked = PretendService("desk").request_path(IsPassive="true")
    stop = Stop.objects.create(since=NOW, why="stolen phones")
    Client().get(asked)
    Stop.objects.filter(pk=stop.pk).update(lifted_at=NOW)
    Client().get(asked)
    assert LoginEvent.objects.filter(kind=Kind.REFUSED).count() == 1
