"""A monitor that asks for figures, and events for it to count."""

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from idp.audit import events
from idp.audit.events import Origin
from tests.conftest import NOW

TOKEN = "twenty-characters-at-least"
ORIGIN = Origin("192.0.2.77", "A browser of Ana's", "K7Q2M-4XW9T")


def ask(shown=f"Bearer {TOKEN}", **headers):
    return Client().get("/metrics", headers={**({"Authorization": shown} if shown else {}), **headers})


def figures():
    return {
        (it.name, *it.labels.values()): it.value
        for family in text_string_to_metric_families(ask().text)
        for it in family.samples
    }


def record(kind, **more):
    events.record(kind, ORIGIN, NOW, **more)
