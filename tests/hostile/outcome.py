"""Checks the outcome of a rejection: a clear page, a reference that is in the log, and nothing written."""

import json
from pathlib import Path
from tempfile import NamedTemporaryFile

from idp import background
from idp.agents.models import Device
from idp.login.models import LoginFlow
from idp.otp.models import Verification
from idp.saml.models import IssuedAssertion
from idp.sessions.models import SsoSession
from idp.tokens.models import LongLivedToken
from tests import tables

TABLES = (LoginFlow, IssuedAssertion, Verification, Device, SsoSession, LongLivedToken)
SIGN_IN = (IssuedAssertion, Device, SsoSession, LongLivedToken)
INTERNALS = (
    "Traceback",
    "django",
    "Exception",
    "sqlite",
    "psycopg",
    "SELECT ",
    "lxml",
    "signxml",
    "xmlsec",
    "idp.",
    "wanted ",
    "saml_",
    "None",
)


class Log:
    """What structlog wrote, which is the same JSON that goes to stderr."""

    def __init__(self):
        self.file = NamedTemporaryFile("w", encoding="utf-8")  # noqa: SIM115 - as long as the test

    @property
    def text(self):
        return Path(self.file.name).read_text(encoding="utf-8")

    def lines(self, reference, event=None):
        every = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in every if line.get("reference") == reference and event in (None, line["event"])]


class Outcome:
    """Remembers the tables as they are now, and compares a page with them and with the log."""

    def __init__(self, log):
        self.log = log
        self.start()

    def start(self):
        """Remember the tables, after a text that is on its way has arrived."""
        background.settle()
        self.before = _rows(TABLES)

    def refused(self, page, status, code):
        """Assert an error page, with this reason in the log, and nothing written to the tables."""
        self.error_page(page, status)
        assert not page.heading.endswith("."), page.heading
        assert [line["code"] for line in self.log.lines(page.reference, "refused")] == [code]
        self.nothing_written()

    def error_page(self, page, status):
        """Assert a status, a sentence, a reference that finds the log line, and nothing internal."""
        assert page.status == status, page.text
        assert " " in page.heading, "no sentence"
        shown = page.html.xpath("string(//*[@class='reference'])")
        assert page.reference
        assert shown == page.reference
        assert self.log.lines(page.reference, "request")
        assert [word for word in (*INTERNALS, "SAMLResponse") if word in page.response.text] == []

    def nothing_written(self, models=TABLES):
        now = _rows(models)
        assert {it.__name__: rows for it, rows in now.items() if rows != self.before[it]} == {}


def _rows(models):
    found = tables.remember(*(it._meta.db_table for it in models))
    return {it: sorted(map(repr, found[it._meta.db_table][1])) if it._meta.db_table in found else [] for it in models}
