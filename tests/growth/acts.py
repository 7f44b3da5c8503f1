"""The operations that are measured: sign-ins, pages for operators, the APIs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from urllib.parse import urlsplit
from uuid import UUID

from tests.growth import rows
from tests.speed.browser import Browser
from tests.speed.place import SETTINGS, Silent, a_query, at_a_computer, at_a_phone, by_code
from tests.user_agents import DESKTOP, IPHONE

APART = timedelta(seconds=61)
SIGN_INS = (
    "sign-in by session",
    "sign-in that rotates the token",
    "first page of a sign-in with a code",
    "sign-in with a code",
)
OWN_PAGES = ("index", "alarms", "costs", "everyone_out", "policy_history", "connect_flex", "flex_requests", "safe_list")
OF_AN_AGENT = ("agents_agent_change", "agent_timeline", "why_agent")
HIGHEST = 900
"""Agents below this number exist in every installation. The first of them sign in with codes, each once."""


@dataclass(frozen=True)
class Act:
    """A function to measure. `prepare` is called before each block with its number of calls."""

    do: Callable[[], object]
    prepare: Callable[[int], object] = lambda _: None


class Acts:
    """All operations of one installation, by name; each is set up on demand."""

    def __init__(self, application, clock, emulator):
        self.application, self.clock, self.emulator = application, clock, emulator
        self.agents = count(HIGHEST, -1)
        self.numbers = map(rows.number, count(0))

    def named(self, name):
        kind, _, path = name.partition(" /")
        return {**self._sign_ins(), "page": self._page, "API": self._api}[name if name in SIGN_INS else kind](
            f"/{path}"
        )

    def names(self):
        """Name every operation: sign-ins, and every list and API with an address."""
        from django.contrib import admin
        from django.urls import reverse

        own = [reverse(f"admin:{it}") for it in OWN_PAGES]  # imports the admin, which registers the lists
        lists = sorted(
            reverse(f"admin:{it._meta.app_label}_{it._meta.model_name}_changelist") for it in admin.site._registry
        )
        of_one = [reverse(f"admin:{it}", args=[UUID(rows.key_of("agent", 7))]) for it in OF_AN_AGENT]
        pages = [*own, *lists, *of_one]
        apis = ["/api/v1/devices", "/api/v1/agents/NAME", "/scim/v2/Users", "/scim/v2/Users?filter", "/metrics"]
        return [*SIGN_INS, *(f"page {it}" for it in pages), *(f"API {it}" for it in apis)]

    def _sign_ins(self):
        return {
            SIGN_INS[0]: lambda _: self._silent(at_a_computer),
            SIGN_INS[1]: lambda _: self._silent(at_a_phone, APART),
            SIGN_INS[2]: lambda _: Act(self._first_page),
            SIGN_INS[3]: lambda _: Act(self._by_code),
        }

    def _silent(self, device, apart=timedelta()):
        from idp.agents.models import Agent

        agent = Agent.objects.get(email=rows.email(next(self.agents)))
        silent = Silent(self.application, self.clock, device(self.application, self.clock, agent), apart=apart)
        return Act(silent.sign_in, silent.prepare)

    def _first_page(self):
        browser = Browser(self.application, IPHONE)
        page = browser.get(urlsplit(browser.get("/saml/sso", a_query(self.clock.now())).location).path)
        assert page.hidden("csrfmiddlewaretoken")

    def _by_code(self):
        self.clock.on(minutes=1)
        by_code(Browser(self.application, IPHONE), self.emulator, next(self.numbers), self.clock.now())

    def _page(self, path):
        browser = an_operators_browser(self.application)
        return Act(lambda: _fine(browser.get(path), path))

    def _api(self, path):
        asked, secret, query = path.replace("NAME", a_name()), a_secret(path, self.clock.now()), ""
        if path.endswith("?filter"):
            asked, query = path.removesuffix("?filter"), f'filter=userName%20eq%20"{rows.email(7)}"'
        browser = Browser(with_secret(self.application, secret), "a program")
        return Act(lambda: _fine(browser.get(asked, query), path))


def an_operators_browser(application):
    """Return the browser of an operator who is signed in."""
    from idp.agents.models import Agent
    from tests.web.conftest import a_superuser, inside

    known = Agent.objects.filter(email="olivia@acme.example").first()
    cookies = inside(known or a_superuser()).cookies
    return Browser(application, DESKTOP, cookies={name: it.value for name, it in cookies.items()})


def with_secret(application, secret):
    """Add this secret to every request."""

    def asked(environ, begin):
        environ["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return application(environ, begin)

    return asked


def a_secret(path, now):
    """Return a secret for this API."""
    from idp.native import bearer
    from idp.native.models import Client
    from idp.scim.models import PersonnelSystem
    from tests.native.own_app import a_back_end

    if path == "/metrics":
        return SETTINGS["LATCHKEY_METRICS_TOKEN"]
    if path.startswith("/scim/"):
        system = PersonnelSystem.objects.create(name=f"Workday {PersonnelSystem.objects.count()}")
        return system.make_secret(now)
    known = Client.objects.filter(client_id="crm").first()
    return bearer.issue(known or a_back_end(now)[0], None, now)


def a_name():
    """Return the name by which services know an agent."""
    from idp.saml.models import SubjectName

    return SubjectName.objects.filter(agent__email=rows.email(7)).values_list("value", flat=True)[0]


def _fine(answer, path):
    assert answer.status == 200, (path, answer.status, answer.headers)
    return answer
