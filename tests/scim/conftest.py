"""A personnel system that asks within the process."""

import json

import pytest
from django.test import Client as HttpClient

from idp.scim.models import PersonnelSystem
from tests.conftest import NOW
from tests.scim.bodies import MEDIA_TYPE

USERS = "/scim/v2/Users"


class Workday:
    """It, with its secret."""

    def __init__(self, name="Workday"):
        self.system = PersonnelSystem.objects.create(name=name)
        secret = self.system.make_secret(NOW)
        self.http = HttpClient(headers={"authorization": f"Bearer {secret}"})

    def ask(self, method, path="", body=None, **query):
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return self.http.generic(method, f"{USERS}{path}", content, content_type=MEDIA_TYPE, query_params=query)

    def add(self, body):
        return self.ask("POST", "", body)

    def patch(self, agent, body):
        return self.ask("PATCH", f"/{agent.pk}", body)

    def get(self, agent):
        return self.ask("GET", f"/{agent.pk}")

    def found(self, text, **query):
        return [it["userName"] for it in self.ask("GET", filter=text, **query).json()["Resources"]]


@pytest.fixture
def workday(db, clock):
    return Workday()
