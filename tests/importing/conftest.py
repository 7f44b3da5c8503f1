"""Who imports, and an agent whom an import changes."""

import pytest

from idp.agents.models import Agent
from idp.audit.events import Origin
from idp.importing.imports import Importer
from tests.conftest import NOW
from tests.web.seeded import a_signed_in_agent


@pytest.fixture
def who(db):
    return Importer(None, Agent.objects.all(), operators=True, origin=Origin(None, "", "7KQ2M-9TX4D"))


@pytest.fixture
def signed_in(db, keys):
    """Agent 1, who is signed in on a phone and a computer."""
    return a_signed_in_agent(NOW).agent
