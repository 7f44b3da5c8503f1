"""Answers sent to services, and the pages that explain them."""

import pytest
from django.apps import apps

from idp.agents import devices
from idp.agents.authentication import Authentication, Method
from idp.audit.events import Origin
from idp.audit.models import LoginEvent
from idp.login.flow.sign_in import Admission
from idp.policies.models import TimeoutPolicy
from idp.saml.models import AssertionConsumer, IssuedAssertion, ReleasedAttribute, ServiceProvider
from idp.saml.requests.pending import PendingRequest
from idp.saml.responses import responding
from idp.sessions import lifecycle as sessions
from idp.sessions.models import OpenedBy
from tests.conftest import NOW, an_agent
from tests.devices import IPHONE
from tests.saml.keys import a_pair
from tests.web.seeded import REFERENCE, a_service

WOULD = "/admin/answers/would/"
CHECK = "/admin/answers/check/{}/"


@pytest.fixture
def sp(db, keys):
    return a_service()


@pytest.fixture
def ana(db):
    return an_agent()


@pytest.fixture(autouse=True)
def _morning(clock):
    """Everything happens on one morning."""


def a_general_service(**fields):
    sp = ServiceProvider.objects.create(
        slug="wiki",
        name="Wiki",
        entity_id="https://wiki.example/metadata",
        profile="generic",
        timeout_policy=TimeoutPolicy.objects.get(name="legacy"),
        **fields,
    )
    AssertionConsumer.objects.create(service_provider=sp, url="https://wiki.example/acs", is_default=True)
    ReleasedAttribute.objects.create(service_provider=sp, name="mail", source="email")
    return sp


def an_encrypting_service():
    return a_general_service(encrypt=True, encryption_certificates=a_pair("reader of secrets").certificate)


def answered(sp, agent, request_id="_request-1", opened_by=OpenedBy.CODE):
    """Sign an agent in at a service, as the protocol does."""
    device = devices.enrol(agent, IPHONE, None, NOW).device
    session, _ = sessions.open_session(device, opened_by, NOW)
    method = Method(opened_by.value)
    admission = Admission(agent, device, session.index, Authentication(agent.pk, device.pk, method, method, NOW))
    asked = PendingRequest(request_id, sp.consumers.first().url, None)
    responding.success(sp, asked, admission, Origin("192.0.2.7", "", REFERENCE), NOW)
    return IssuedAssertion.objects.get(request_id=request_id)


def page_of(issued):
    return f"/admin/answers/{issued.pk}/"


def everything_stored():
    """Every row of ours, but for the trail."""
    ours = [it for it in apps.get_models() if it.__module__.startswith("idp.") and it is not LoginEvent]
    return {it._meta.label: list(it.objects.order_by("pk").values()) for it in ours}


def ask(admin, sp, agent, **more):
    return admin.post(WOULD, {"service": sp.slug, "agent": agent.email, **more})
