"""The database after whole journeys: no readable secret that would sign anybody in."""

import hashlib
import re

import pytest
from django.db import connection

from idp import clock as our_clock
from idp.keys import keyring
from idp.keys.models import Use
from idp.web.operators import links
from tests.conftest import an_operator, later
from tests.other_codes import a_one_time_code, a_sheet, agent_of, an_app, sign_in
from tests.phone import NUMBER

COOKIES = {"device", "token", "session"}


@pytest.fixture
def secrets(phone, desktop, clock):
    """Every secret that was handed out while agents came by every way there is, by name."""
    kept = {}

    def keep(browser):
        for cookie in browser.http.cookies:
            if cookie.name.startswith("latchkey-"):
                kept[f"{cookie.name} {len(kept)}"] = cookie.value

    for browser in (phone, desktop):
        browser.sign_in()
        kept[f"code {len(kept)}"] = browser.code()
        keep(browser)
        later(clock, hours=1)
        browser.sign_in_silently()
        keep(browser)
    app, sheet, given = an_app(agent_of()), a_sheet(agent_of()), a_one_time_code(agent_of())
    for way, code in (("backup", sheet[0]), ("backup", given), ("app", app.code(1))):
        sign_in(phone.like(), way, code)
    kept |= {f"recovery code {nr}": code for nr, code in enumerate(sheet)} | {"one-time code": given}
    kept["key of the app"] = app.key.hex()
    link = links.make(an_operator("nora@acme.example"), our_clock.now())
    kept["link of an operator"] = link.rpartition("/")[2]
    for use in Use:
        if (key := keyring.active(use, our_clock.now())) is not None:
            kept[f"private key {use}"] = "".join(key.private_key.splitlines()[1:-1])
    return kept


def cells():
    """Every text and every octet in every table, with its column."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for column, value in zip(cursor.description, row, strict=True):
                    if isinstance(value, str | bytes | memoryview | dict | list):
                        yield f"{table}.{column[0]}", _text(value)


def _text(value):
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def forms(secret):
    """As it is, and hashed without a key, as anybody could who wants to try them all."""
    yield secret
    yield hashlib.sha256(secret.encode()).hexdigest()
    yield hashlib.sha1(secret.encode()).hexdigest()


def found(secrets):
    wanted = {
        name: re.compile("|".join(rf"(?<!\w){re.escape(it)}(?!\w)" for it in forms(secret)))
        for name, secret in secrets.items()
    }
    parts = {f"signature of {name}": secret.split(".")[2] for name, secret in secrets.items() if secret.count(".") == 2}
    wanted |= {name: re.compile(re.escape(part)) for name, part in parts.items()}
    return [(name, where) for where, text in cells() for name, pattern in wanted.items() if pattern.search(text)]


def test_no_table_holds_a_readable_secret_that_signs_anybody_in(secrets):
    assert {name.removeprefix("latchkey-").split(" ")[0] for name in secrets} >= COOKIES
    assert found(secrets) == []


def test_no_table_holds_a_readable_private_key(secrets):
    assert [where for where, text in cells() if "PRIVATE KEY" in text] == []


def test_a_readable_secret_in_a_table_is_found(phone):
    phone.sign_in()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE agents_device SET label = %s", [phone.cookie("device")[:100]])
    assert ("device", "agents_device.label") in found({"device": phone.cookie("device")})
    assert ("number", "otp_phoneauthenticator.number") in found({"number": NUMBER[1:]})
