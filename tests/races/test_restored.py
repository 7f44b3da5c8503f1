"""A backup into an empty database, served by processes of its own: agents sign in there.

In PostgreSQL the tables' owner restores, and an account serves that can change no table.
"""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from io import StringIO

import pytest
import requests
from django.core.management import CommandError, call_command
from django.db import connection

from idp import clock
from idp.conf import ROOT
from idp.demo import seeds
from idp.demo.sp import DemoSp
from idp.policies.models import Stop
from idp.web.checkup import database
from idp.webhooks import sending
from idp.webhooks.reading import SETTLING
from tests.another_database import an_empty_database, connected_to
from tests.deployment.serving_account import serving_account
from tests.journeys import passkey_sign_in
from tests.native.own_app import USER_AGENT, a_client, an_app_signed_in
from tests.other_codes import agent_of
from tests.passkeys.kept import a_passkey
from tests.phone import Phone
from tests.races.installation import Installation, database_url, on_sqlite
from tests.races.known_phone import is_busy
from tests.scim.conftest import USERS, Workday
from tests.user_agents import IPHONE
from tests.web.checkup.conftest import sentence
from tests.webhooks.receiver import a_webhook, receiving

pytestmark = [pytest.mark.slow, pytest.mark.each_database]


@contextmanager
def served_from(url):
    """How the account that serves names the database that its owner names so. SQLite has no accounts."""
    if on_sqlite():
        yield url
        return
    owner = "{USER}:{PASSWORD}".format(**connection.settings_dict)
    with serving_account(url) as account:
        yield url.replace(owner, "{USER}:{PASSWORD}".format(**account))


def restore(file, name, *how):
    command = [sys.executable, "manage.py", "restore", str(file), *how]
    environment = os.environ | {"DATABASE_URL": database_url(name)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_agents_sign_in_at_a_place_that_was_restored(transactional_db, keys, verify, tmp_path):
    with an_empty_database(tmp_path) as name:
        place = Installation(tmp_path, WEB_CONCURRENCY="1")
        with DemoSp(place.url) as sp:
            seeds.plant(sp.url)
            call_command("backup", tmp_path / "file", stderr=StringIO())
            assert "A strict reader takes the answer for flex." in restore(tmp_path / "file", name)
            with served_from(database_url(name)) as place.environment["DATABASE_URL"], place:
                phone = Phone(sp.url, verify, IPHONE)
                assert phone.sign_in()["signed_in"]
                assert phone.sign_in_silently()["signed_in"]


def test_passkeys_apps_webhooks_and_personnel_systems_work_at_a_place_that_was_restored(
    transactional_db, keys, verify, tmp_path, settings
):
    with an_empty_database(tmp_path) as name, receiving() as receiver:
        place = Installation(tmp_path, WEB_CONCURRENCY="1")
        with DemoSp(place.url) as sp:
            seeds.plant(sp.url)
            passkey, workday = a_passkey(agent_of()), Workday()
            a_webhook(receiver)
            settings.LATCHKEY = settings.LATCHKEY.model_copy(update={"base_url": place.url})  # which tokens name
            token = an_app_signed_in(a_client(), agent_of())
            call_command("backup", tmp_path / "file", stderr=StringIO())
            restore(tmp_path / "file", name)
            with served_from(database_url(name)) as place.environment["DATABASE_URL"], place:
                renewal = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "acme-phone"}
                app = {"User-Agent": USER_AGENT}
                refused = requests.post(f"{place.url}/api/v1/token", data=renewal, headers=app, timeout=30).json()
                assert (refused["error"], refused["reason"]) == ("invalid_grant", "signed_out")
                phone = Phone(sp.url, verify, IPHONE)
                page = passkey_sign_in.use(phone, phone.ask_flex(), passkey, origin=place.url)
                assert phone.arrive(page)["signed_in"]
                assert phone.messages() == 0
                asks = {"Authorization": workday.http.defaults["HTTP_AUTHORIZATION"]}
                assert requests.get(f"{place.url}{USERS}", headers=asks, timeout=30).json()["totalResults"] > 0
        with connected_to(NAME=name):
            list(sending.send_due(lambda: clock.now() + 2 * SETTLING))
        assert {"device.revoked", "agent.signed_in"} <= {*receiver.types}


def test_a_restore_stops_all_sign_ins_if_it_is_told_to(transactional_db, keys, tmp_path):
    with an_empty_database(tmp_path) as name:
        call_command("backup", tmp_path / "file", stderr=StringIO())
        restore(tmp_path / "file", name, "--stop-sign-ins")
        with connected_to(NAME=name):
            assert Stop.objects.in_force().get().why == "backup file restored"


KILLED = """
import os, signal, sys
from django.core.management import execute_from_command_line
from idp.web.management.commands import restore
setattr(restore, sys.argv.pop(), lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
execute_from_command_line(sys.argv)
"""


def break_off(file, name, step):
    """The process is killed where it was about to take a step."""
    command = [sys.executable, "-c", f"import django; django.setup(){KILLED}", "restore", str(file), step]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": database_url(name)}, check=False)
    assert done.returncode == -signal.SIGKILL


def test_an_interrupted_restore_serves_nobody(browser, tmp_path):
    call_command("backup", tmp_path / "file", stderr=StringIO())
    with an_empty_database(tmp_path) as name:
        break_off(tmp_path / "file", name, "sign_out")
        with connected_to(NAME=name):
            assert is_busy(browser.get(browser.address))
            assert browser.get("/readyz").status_code == 503
            with pytest.raises(CommandError, match="has not finished"):
                call_command("restore", tmp_path / "file")
            assert sentence(database.check()) == "A restore into this database has not finished, so nobody is served."
