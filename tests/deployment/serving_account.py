"""A PostgreSQL account with the rights that `deploy/` gives to the serving account."""

import subprocess
from contextlib import contextmanager

from django.db import connection

from idp.conf import ROOT

NAME, PASSWORD = "latchkey_serving", "of-this-test"


@contextmanager
def serving_account(database_url):
    """Have the account as long as the block lasts, in the database of this address."""
    execute = connection.cursor().execute
    execute(f"CREATE ROLE {NAME} LOGIN PASSWORD '{PASSWORD}'")
    try:
        _run(database_url, "-v", f"account={NAME}", "-f", "deploy/postgresql/serving.sql")
        yield {"USER": NAME, "PASSWORD": PASSWORD}
    finally:
        _run(database_url, "-c", f"DROP OWNED BY {NAME}")
        execute(f"DROP ROLE {NAME}")


def _run(database_url, *words):
    subprocess.run(["psql", "-qX", *words, database_url], cwd=ROOT, check=True, capture_output=True)
