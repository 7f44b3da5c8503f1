"""A backup into an empty database, served by processes of its own: agents sign in there.

In PostgreSQL the tables' owner restores, and an account serves that can change no table.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from idp.conf import ROOT
from idp.demo import seeds
from idp.demo.sp import DemoSp
from tests.deployment.serving_account import serving_account
from tests.phone import Phone
from tests.races.installation import Installation, database_url, on_sqlite
from tests.user_agents import IPHONE

pytestmark = [pytest.mark.slow, pytest.mark.processes]


@contextmanager
def an_empty_database(folder):
    if on_sqlite():
        yield f"sqlite:///{folder}/restored.sqlite3"
        return
    execute = connection.cursor().execute
    execute("CREATE DATABASE restored")
    try:
        yield database_url().rpartition("/")[0] + "/restored"
    finally:
        execute("DROP DATABASE restored WITH (FORCE)")


@contextmanager
def served_from(url):
    """How the account that serves names the database that its owner names so. SQLite has no accounts."""
    if on_sqlite():
        yield url
        return
    owner = "{USER}:{PASSWORD}".format(**connection.settings_dict)
    with serving_account(url) as account:
        yield url.replace(owner, "{USER}:{PASSWORD}".format(**account))


def restore(file, url):
    command = [sys.executable, "manage.py", "restore", str(file)]
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_agents_sign_in_at_a_place_that_was_restored(transactional_db, keys, verify, tmp_path):
    with an_empty_database(tmp_path) as url:
        place = Installation(tmp_path, WEB_CONCURRENCY="1")
        with DemoSp(place.url) as sp:
            seeds.plant(sp.url)
            call_command("backup", tmp_path / "file", stderr=StringIO())
            assert "A strict reader takes the answer for flex." in restore(tmp_path / "file", url)
            with served_from(url) as place.environment["DATABASE_URL"], place:
                phone = Phone(sp.url, verify, IPHONE)
                assert phone.sign_in()["signed_in"]
                assert phone.sign_in_silently()["signed_in"]
