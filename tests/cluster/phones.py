"""Agents who sign in while servers fail, and a record of all responses."""

import base64
import itertools
import random
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Lock

import requests
from lxml import etree

from tests.phone import Phone
from tests.races.test_key_change import published, read

LONGEST = 40.0
"""Seconds for which an agent tries to sign in."""
CLEAR = {"busy", "restarting", "rate limited"}


def kind_of_answer(status, headers):
    """Classify a response: served, a clear page that says to wait, or an error."""
    if status == 503 and "Retry-After" in headers:
        return "busy" if "X-Reference" in headers else "restarting"
    if status == 429 and "Retry-After" in headers:
        return "rate limited"
    return "served" if status < 500 and status != 429 else f"error {status}"


@dataclass
class Record:
    """All responses with their phase, and all failed checks."""

    phase: str = "before"
    answers: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    odd: Counter = field(default_factory=Counter)
    certificates: set = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def heard(self, answer, *_, **__):
        with self.lock:
            kind = kind_of_answer(answer.status_code, answer.headers)
            self.answers.append((self.phase, kind, answer.elapsed.total_seconds()))

    def tell(self, sentence):
        with self.lock:
            self.wrong.append(f"[{self.phase}] {sentence}")

    def watch_metadata(self, stop):
        """Read the metadata twice a second, as a service does; only certificates that it read are trusted."""
        while not stop.is_set():
            try:
                self.certificates |= set(published())
            except (requests.RequestException, etree.XMLSyntaxError):
                self.odd["metadata not read"] += 1
            stop.wait(0.5)


class Person:
    """An agent with a phone, who signs in at one service."""

    def __init__(self, peer, verify, number, user_agent, record):
        self.peer, self.number, self.record = peer, number, record
        self.phone = Phone("", verify, user_agent)
        self.phone.http.hooks["response"].append(record.heard)

    def ask(self):
        return self.phone.open(self.peer.request_url(ID=f"_{uuid.uuid4().hex}"))

    def is_signed_in(self, page):
        """Whether this page posts a Response; its signature must match a published certificate."""
        form = page.form_with("SAMLResponse") if page.status == 200 else None
        if form is not None:
            read(base64.b64decode(form.fields["SAMLResponse"]), self.record.certificates)
        return form is not None

    def visit(self):
        """Open the service until no page says to wait. Return whether that signs in without a code."""
        for _ in self.patiently():
            page = self.ask()
            if self.is_signed_in(page):
                return True
            if page.status not in {429, 503}:
                self.heading = page.heading
                return False
        return False

    def by_code(self):
        """Sign in with a code, in as many attempts as needed; after a page to wait the code is typed again."""
        for _ in self.patiently():
            page, before = self.ask(), self.phone.messages(self.number)
            if self.is_signed_in(page):
                return True
            if page.form_with("identifier") is None:
                self.record.odd[f"{page.status} {page.heading}"] += 1
                continue
            page = self.phone.ask_code(page, self.number)
            if page.form_with("code") is not None and self.types_code(page, before):
                return True
        self.record.tell(f"{self.number} was never signed in")
        return False

    def types_code(self, page, before):
        arrived = self.phone.verify.state.messages(self.number, after=before, wait=3)
        if len(arrived) <= before:
            self.record.odd["a text did not arrive"] += 1
        if not arrived:
            return False
        code = arrived[0].code
        for _ in self.patiently():
            given = self.phone.submit(page, "code", code=code)
            if self.is_signed_in(given):
                return True
            if given.status not in {429, 503}:
                self.record.odd[f"{given.status} {given.heading}"] += 1
                return False
        return False

    @staticmethod
    def patiently():
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            yield
            time.sleep(0.5)


class Regular(Person):
    """A signed-in agent who returns again and again, and must never be asked for a code."""

    def run(self, stop):
        pick = random.Random(self.number)
        while not stop.is_set():
            if not self.visit():
                self.record.tell(f"{self.number} was asked for a code or refused: {self.heading}")
                return
            stop.wait(pick.uniform(0.05, 0.35))


class Movers:
    """Agents who sign in on one phone with a code and then on another, which must sign out the first for good."""

    def __init__(self, make, numbers):
        self.make, self.numbers, self.moved = make, iter(numbers), []

    def run(self, stop):
        for number in self.numbers:
            if stop.is_set():
                return
            self.move(number)
            stop.wait(0.3)

    def move(self, number):
        first, second = self.make(number), self.make(number)
        if first.by_code() and second.by_code():
            if first.visit():
                first.record.tell(f"{number}: two phones were signed in")
            self.moved.append((first, second))


@dataclass
class Everybody:
    """All agents who sign in during the phases."""

    regulars: list
    movers: Movers
    record: Record
    stop: Event = field(default_factory=Event)

    def runs(self):
        return [
            lambda: self.record.watch_metadata(self.stop),
            lambda: self.movers.run(self.stop),
            *(lambda it=it: it.run(self.stop) for it in self.regulars),
        ]

    def still(self):
        """Check at the end that every sign-in still counts, and that no replaced phone is signed in."""
        for it in itertools.chain(self.regulars, (second for _, second in self.movers.moved)):
            if not it.visit():
                self.record.tell(f"{it.number} lost a sign-in: {it.heading}")
        for first, _ in self.movers.moved:
            if first.visit():
                self.record.tell(f"{first.number} is still signed in on a replaced phone")


def share_of(record, phase=None):
    """Return number of requests, count of each kind, and 99th percentile in seconds, of a phase or of all."""
    chosen = [it for it in record.answers if phase in {None, it[0]}]
    kinds = Counter(kind for _, kind, _ in chosen)
    seconds = sorted(it[2] for it in chosen)
    return len(chosen), kinds, seconds[int(len(seconds) * 0.99)] if seconds else 0.0
