"""One phone's tokens in the real tables, moved on by `tokens.lifecycle`, and beside them by the pure rules."""

from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import jwt
from django.db import transaction

from idp.agents import devices, locks
from idp.agents.models import Agent, Device, Reason
from idp.tokens import lifecycle
from idp.tokens.models import LongLivedToken
from idp.tokens.rotation import Verdict
from tests.devices import IPHONE
from tests.tokens.tree import Row, Tree


class Crash(Exception):
    """The server dies."""


class Tables:
    """What a `Tree` offers, from rows of the database. After each step both must say the same."""

    rules = Tree

    def __init__(self, quiet):
        self.tree = self.rules(quiet)
        self.agent = Agent.objects.create(email=f"{uuid4()}@acme.example")
        self.phones, self.tokens, self.rows = [], [], []

    def __getattr__(self, name):
        """Judge by the rows of the tables whatever a tree tells of its own."""
        return getattr(replace(self.tree, rows=self.rows), name)

    def code(self, now):
        expected = self.tree.code(now)
        with transaction.atomic():
            phone = devices.enrol(self.agent, IPHONE, self.phones[-1] if self.phones else None, now).device
            self.tokens.append(lifecycle.issue(phone, now))
        if phone not in self.phones:
            self.phones.append(phone)
        self.compare()
        return expected

    def show(self, jti, now):
        expected = self.tree.show(jti, now)
        with transaction.atomic():
            verdict, token = self.visit(jti, now)
        if token is not None:
            self.tokens.append(token)
        child = None if token is None else len(self.tokens) - 1
        assert (verdict, child) == expected, f"tables and rules differ: {verdict}, {child} for {expected}"
        self.compare()
        return verdict, child

    def crash(self, jti, now):
        with suppress(Crash), transaction.atomic():
            self.visit(jti, now)
            raise Crash
        self.compare()

    def visit(self, jti, now):
        """As a sign-in does: hold the device, judge what is read after that, write."""
        pk = self.phones[self.rows[jti].device - 1].pk
        locks.hold_devices([pk])
        phone = Device.objects.get(pk=pk)
        shown = lifecycle.recognise(self.tokens[jti], phone, phone.family, now)
        if shown.verdict is Verdict.COPIED:
            devices.revoke(phone, Reason.COPIED, now)
        return shown.verdict, lifecycle.rotate(shown, phone, now)

    def compare(self):
        self.rows = self.read()
        assert self.rows == self.tree.rows, "tables and rules differ"
        revoked = Device.objects.get(pk=self.phones[-1].pk).revoked_at is not None
        assert revoked == self.tree.revoked, "tables and rules differ"

    def read(self):
        numbers = {
            jwt.decode(token, options={"verify_signature": False})["jti"]: nr for nr, token in enumerate(self.tokens)
        }
        phones = {phone.pk: nr for nr, phone in enumerate(self.phones, 1)}
        rows = [
            Row(
                jti=numbers[str(row.jti)],
                device=phones[row.device_id],
                generation=row.generation,
                parent=numbers[str(row.parent)] if row.parent else None,
                issued_at=row.issued_at,
                confirmed_at=row.confirmed_at,
                retired_at=row.retired_at,
            )
            for row in LongLivedToken.objects.filter(device__agent=self.agent)
        ]
        return sorted(rows, key=lambda row: row.jti)
