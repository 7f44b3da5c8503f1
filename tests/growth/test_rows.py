"""The rows of `make growth`: they fit into the tables as they are, and people can sign in by them."""

import pytest
from django.db import connection

from idp.agents.models import Agent, Device
from idp.audit.models import Chain, LoginEvent, Seal
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.growth import rows
from tests.growth.sizes import Sizes
from tests.speed.place import Clock, at_a_computer, at_a_phone
from tests.web.seeded import a_service


@pytest.fixture
def filled(db):
    a_service()
    rows.fill(connection, Sizes(agents=20, services=3, events=50), NOW)


def test_every_generated_row_refers_to_existing_rows(filled):
    connection.check_constraints()
    assert (Agent.objects.count(), ServiceProvider.objects.count(), LoginEvent.objects.count()) == (20, 3, 50)


def test_every_generated_agent_has_a_number_a_phone_and_a_computer(filled):
    agent = Agent.objects.get(pk=rows.key_of("agent", 7))
    assert (agent.email, agent.numbers.get().number) == (rows.email(7), rows.number(7))
    assert {it.kind for it in Device.objects.active().of(agent)} == {"mobile", "desktop"}


def test_every_generated_entry_is_sealed(filled):
    assert Chain.objects.get().settled == LoginEvent.objects.latest("pk").pk
    assert Seal.objects.count() == LoginEvent.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_generated_agent_signs_in_on_another_computer_and_another_phone(filled):
    agent = Agent.objects.get(pk=rows.key_of("agent", 7))
    for another in (at_a_computer, at_a_phone):
        assert another(None, Clock(NOW), agent).cookies
    assert Device.objects.active().of(agent).count() == 3  # the new phone ended the other one
