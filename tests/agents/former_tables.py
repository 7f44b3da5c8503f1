"""The tables as they were before a migration of devices, and what the version of then wrote into them."""

from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.conftest import NOW


@contextmanager
def tables_of(migration):
    """Within this block the tables are those after a migration of agents. Yields the models of then."""
    call_command("migrate", "agents", migration, verbosity=0)
    try:
        yield MigrationLoader(connection).project_state(("agents", migration)).apps
    finally:
        call_command("migrate", verbosity=0)  # and what depends on it


def a_former_phone(models, agent, now=NOW):
    then = {"authenticated_at": now, "enrolled_at": now, "last_seen_at": now}
    phone = {"kind": "mobile", "slot": 1, "remembered": True, "label": "iPhone, Safari", "secret_hash": str(agent.pk)}
    return models.get_model("agents", "Device").objects.create(agent_id=agent.pk, **phone, **then)
