"""Phones at the service as in production: processes on PostgreSQL, threads on SQLite, some of them killed."""

import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from threading import Event

import pytest
import requests

from idp.agents import device_rows
from idp.agents.models import Device
from idp.demo import seeds
from idp.demo.sp import DemoSp
from idp.policies.access.conditions import PlatformIs
from idp.policies.user_agents import Platform
from tests.other_codes import a_sheet, agent_of, at_the_code, give
from tests.phone import NUMBER, Phone
from tests.policies import publishing
from tests.races import consistency
from tests.races.concurrent import at_once
from tests.races.installation import Installation
from tests.user_agents import ANDROID, IPHONE

pytestmark = [pytest.mark.slow, pytest.mark.each_database]

PHONES, VISITS = 10, 20
FEWEST_KILLS, MOST_KILLS = 3, 20
NUMBERS = ("+12015550101", "+12015550102", "+12015550103", "+12015550104")


@pytest.fixture
def installation(transactional_db, keys, verify, tmp_path):
    """The service in processes of its own. No visit is like another, so every one of them moves the token on."""
    with Installation(tmp_path, LATCHKEY_QUIET_SECONDS="0") as running, DemoSp(running.url) as sp:
        seeds.plant(sp.url)
        running.phone = Phone(sp.url, verify, IPHONE)
        yield running


def is_signed_in(page):
    assert page.status in {200, 403, 429, 503}, f"{page.status} {page.text}"
    return page.form_with("SAMLResponse") is not None


def visits(phone):
    return is_signed_in(phone.ask_flex())


def signs_in(phone, used):
    """With a text. The phones share a code and one of them wins, so none types a code that let another in before."""
    page = phone.ask_flex(force_authn="1")
    page = page if page.form_with("identifier") is None else phone.ask_code(page)
    if page.form_with("code") is None:
        return False
    texts = phone.verify.state.messages(NUMBER, wait=10)
    if texts[0].code in used:
        texts = phone.verify.state.messages(NUMBER, after=len(texts), wait=2)
    is_let_in = is_signed_in(phone.submit(page, "code", code=texts[0].code))
    if is_let_in:
        used.add(texts[0].code)
    return is_let_in


def test_after_two_hundred_sign_ins_and_visits_of_one_agent_one_phone_is_active(installation):
    phones = [installation.phone.like(IPHONE if index % 2 else ANDROID) for index in range(PHONES)]
    sign_in = partial(signs_in, used=set())

    def a_day(phone, pick):
        acts = [sign_in, *(pick.choices([sign_in, visits], [1, 3], k=VISITS - 1))]
        return [act for act in acts if act(phone)]

    days = at_once([lambda it=it, nr=nr: a_day(it, random.Random(nr)) for nr, it in enumerate(phones)])
    done = list(chain(*days))
    assert done.count(sign_in) >= PHONES
    assert done.count(visits) >= PHONES
    consistency.check()
    last = Device.objects.active().get()
    assert [device_rows.find(it.cookie("device")) == last for it in phones] == [visits(it) for it in phones]
    consistency.check()


def test_a_published_policy_counts_at_the_next_request_of_every_process(installation):
    phone = installation.phone
    visitors = [phone.like() for _ in range(2 * installation.size)]
    assert {it.ask_flex().status for it in visitors} == {200}
    rule = publishing.in_force(PlatformIs(frozenset({Platform.IOS})))
    assert {it.ask_flex().status for it in visitors} == {403}
    publishing.withdraw(rule)
    assert {it.ask_flex().status for it in visitors} == {200}


CUT_OFF = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)  # before an answer, or within it


class CutOff(Phone):
    """A phone that may get a page to wait, and whose Flex may not reach Latchkey either."""

    def ask_flex(self, home="/", **query):
        page = super().ask_flex(home, **query)
        if page.status == 503 or (page.status == 502 and page.url.startswith(self.sp_url)):
            raise requests.ConnectionError
        return page


class Hurried:
    """An agent's phone that comes again and again, whatever becomes of its answers."""

    def __init__(self, phone, number):
        self.phone = CutOff(phone.sp_url, phone.verify, phone.user_agent)
        self.number, self.sheet = number, a_sheet(agent_of(number))
        self.pick, self.lost, self.came = random.Random(number), 0, 0

    def run(self, stop):
        while not stop.is_set():
            try:
                self.by_code() if self.pick.random() < 0.15 and len(self.sheet) > 2 else visits(self.phone)
                self.came += 1
            except CUT_OFF:
                self.lost += 1

    def by_code(self):
        page = at_the_code(self.phone, "backup", self.number, force_authn="1")
        return is_signed_in(give(self.phone, page, self.sheet.pop()))

    def gets_in(self):
        """Silently, or by one code."""
        return visits(self.phone) or self.by_code()


def test_killed_processes_leave_no_partial_writes(installation):
    agents = [Hurried(installation.phone, number) for number in NUMBERS]
    assert all(it.by_code() for it in agents)
    stop, pick = Event(), random.Random(1)
    with ThreadPoolExecutor(len(agents)) as pool:
        ways = [pool.submit(it.run, stop) for it in agents]
        try:
            for nr in range(1, MOST_KILLS + 1):
                installation.wait()
                stop.wait(pick.uniform(0.3, 1.2))
                installation.kill_a_worker(pick)
                consistency.check()
                if nr >= FEWEST_KILLS and any(it.lost for it in agents):
                    break
        finally:
            stop.set()
    assert [way.result() for way in ways] == [None] * len(ways)
    installation.wait()
    assert any(it.lost for it in agents)
    consistency.check()
    assert all(it.gets_in() for it in agents)
    assert all(visits(it.phone) for it in agents)
    consistency.check()
