"""A PostgreSQL account with the rights that `deploy/` gives to the serving account."""

import subprocess
from contextlib import contextmanager

from django.db import connection

from idp.conf import ROOT

PASSWORD = "of-this-test"


@contextmanager
def serving_account(database_url):
    """Have the account as long as the block lasts, in the database of this address. No other worker uses its name."""
    name, execute = f"serving_{connection.settings_dict['NAME']}", connection.cursor().execute
    execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    try:
        _run(database_url, "-v", f"account={name}", "-f", "deploy/postgresql/serving.sql")
        yield {"USER": name, "PASSWORD": PASSWORD}
    finally:
        _run(database_url, "-c", f"DROP OWNED BY {name}")
        execute(f"DROP ROLE {name}")


def _run(database_url, *words):
    subprocess.run(["psql", "-qX", *words, database_url], cwd=ROOT, check=True, capture_output=True)
