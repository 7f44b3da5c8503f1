"""No address asks the database more often for many rows than for few, and how often each may ask at most.

Which addresses there are is asked of the resolver: lists, pages of one row, and APIs, as far as they answer a GET.
"""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from idp.agents.models import AccessPass, Agent, Cutoff, Device, Supervisor
from idp.branding.models import Brand
from idp.native import bearer
from idp.native.models import Client
from idp.otp.models import SafeListing
from idp.policies.models import TimeoutPolicy
from idp.saml.models import IssuedAssertion, LogoutNotice, ServiceProvider, SubjectName
from idp.saml.models.logout import Channel, Outcome
from idp.scim.models import PersonnelSystem
from idp.webhooks.models import Delivery, Webhook
from tests.conftest import NOW
from tests.growth import rows
from tests.growth.sizes import Sizes
from tests.native.own_app import a_back_end, a_client, an_app_signed_in
from tests.policies import publishing
from tests.web import seeded
from tests.web.conftest import a_superuser, inside

pytestmark = pytest.mark.slow

FEW, MANY = 3, 30
MOST = 12
"""Queries of an address, but for those that say more."""
MORE = {
    "admin/": 20,
    "admin/agents/agent/<path:object_id>/change/": 64,  # everything there is to know of somebody
    "admin/agents/agent/<uuid:pk>/why/": 33,
    "admin/policies/accessrule/": 27,
    "admin/policies/accessrule/<path:object_id>/change/": 16,
    "admin/agents/device/<path:object_id>/change/": 16,
    "admin/keys/": 19,
    "admin/safe-list/": 13,
}
ONCE = 1
"""What a process reads once may fall on either side. What grows takes a query for each row, and there are 27 more."""
UNASKED = re.compile(
    r"(add|history|delete)/$|<path:object_id>/$|logout/$|^saml/s|^oauth/|<str:|^metrics$|^admin/\(|jsi18n|checkup"
)
"""Forms for new rows and confirmations are small; what begins a sign-in is counted by tests/speed."""


def many(count, operator):
    """Write rows into every table that has a list."""
    rows.fill(connection, Sizes(agents=count, services=count, events=count), NOW)
    agents = list(Agent.objects.filter(is_staff=False).order_by("email")[:count])
    device, sp = Device.objects.first(), ServiceProvider.objects.first()
    event = agents[0].events.first()
    webhooks = Webhook.objects.bulk_create(
        Webhook(name=f"Hook {nth}", url="https://rota.example.com/", kinds=[], sealed_secret="x", read_to=NOW)
        for nth in range(count)
    )
    Delivery.objects.bulk_create(
        Delivery(webhook=it, event=event, kind="agent.signed_in", made_at=NOW) for it in webhooks
    )
    until = NOW + timedelta(hours=1)
    AccessPass.objects.bulk_create(AccessPass(agent=it, given_at=NOW, until=until, why="A test") for it in agents)
    SafeListing.objects.bulk_create(
        SafeListing(agent=it, number=f"+120155502{nth:02}", wanted=True, asked_at=NOW) for nth, it in enumerate(agents)
    )
    LogoutNotice.objects.bulk_create(
        LogoutNotice(
            agent=it, device=device, service_provider=sp, channel=Channel.SERVER, outcome=Outcome.ENDED, made_at=NOW
        )
        for it in agents
    )
    PersonnelSystem.objects.bulk_create(PersonnelSystem(name=f"System {nth}") for nth in range(count))
    TimeoutPolicy.objects.bulk_create(
        TimeoutPolicy(name=f"policy {nth}", inactivity=timedelta(hours=1), absolute=timedelta(hours=2))
        for nth in range(count)
    )
    Cutoff.objects.bulk_create(Cutoff(at=NOW - timedelta(days=30), by=operator, why="A drill") for _ in range(count))
    Group.objects.bulk_create(Group(name=f"Group {nth}") for nth in range(count))
    Brand.objects.bulk_create(Brand(service=f"service-{nth}", colour="#e4002b") for nth in range(count))
    for nth in range(count):
        Supervisor.objects.create(person=a_superuser(f"operator-{nth}@acme.example"))
        a_client(f"app-{nth}")
        publishing.drafted(seeded.ANDROID_RULE, name=f"Rule {nth}")
    publishing.publish()
    publishing.drafted(seeded.ANDROID_RULE, name="Another")


def routes(patterns, before=""):
    for it in patterns:
        here = before + str(it.pattern)
        yield from routes(it.url_patterns, here) if hasattr(it, "url_patterns") else [here]


def addresses():
    """Every route with an address of it: where it names a row, one of the rows there are."""
    known = dict.fromkeys(routes(get_resolver().url_patterns))  # loads the admin, and with it what has a list
    tables = {f"admin/{it._meta.app_label}/{it._meta.model_name}/": it for it in admin.site._registry}
    for route in known:
        if UNASKED.search(route) or route.startswith("admin/^"):
            continue
        yield route, "/" + re.sub("<[^>]*>", lambda it, route=route: _of_a_row(it.group(), route, tables), route)


def _of_a_row(placeholder, route, tables):
    if placeholder in ("<slug:slug>", "<name_id>"):
        return "flex" if "slug" in placeholder else SubjectName.objects.order_by("pk")[0].value
    if route.startswith("scim/"):
        return str(Agent.objects.order_by("email")[0].pk)
    table = next((model for start, model in tables.items() if route.startswith(start)), IssuedAssertion)
    found = publishing.edited().rules.all() if table._meta.model_name == "accessrule" else table.objects.order_by("pk")
    row = (found.filter(is_staff=False) if table is Agent else found).first()
    return quote(str(row.pk)) if row else "none"


def counted(operator):
    """Return how many queries each route takes that answers a GET, with whatever secret it wants."""
    browsers = {"admin/": inside(operator), "api/": a_back_ends(), "scim/": a_personnel_system()}
    found = {}
    for route, address in addresses():
        browser = next((it for start, it in browsers.items() if route.startswith(start)), Browser())
        if route == "api/v1/device":
            browser = an_app()
        with CaptureQueriesContext(connection) as asked:
            if browser.get(address).status_code == 200:
                found[route] = len(asked)
    return found


def a_back_ends():
    client = Client.objects.filter(client_id="crm").first() or a_back_end(NOW)[0]
    return Browser(headers={"authorization": f"Bearer {bearer.issue(client, None, NOW)}"})


def an_app():
    client, agent = Client.objects.get(client_id="app-0"), Agent.objects.get(email=rows.email(0))
    an_app_signed_in(client, agent)
    device = Device.objects.active().get(agent=agent, client="app-0")
    return Browser(headers={"authorization": f"Bearer {bearer.issue(client, device, NOW)}"})


def a_personnel_system():
    return Browser(headers={"authorization": f"Bearer {PersonnelSystem.objects.all()[0].make_secret(NOW)}"})


@pytest.fixture
def queries(db, keys, clock):
    """How many queries each address takes for few rows and for many."""
    operator = a_superuser()
    seeded.a_service()
    found = []
    for count in (FEW, MANY):
        with transaction.atomic():
            many(count, operator)
            found.append(counted(operator))
            transaction.set_rollback(True)
    return found


def test_no_address_runs_more_queries_for_more_rows_or_more_than_its_limit(queries):
    few, many_rows = queries
    assert {
        it: (few[it], many_rows[it]) for it in few.keys() & many_rows.keys() if few[it] + ONCE < many_rows[it]
    } == {}
    assert {it: taken for it, taken in many_rows.items() if taken > MORE.get(it, MOST)} == {}
    lists = {f"admin/{it._meta.app_label}/{it._meta.model_name}/" for it in admin.site._registry}
    assert {*lists, "api/v1/devices", "api/v1/agents/<name_id>", "api/v1/device", "scim/v2/Users"} <= {*many_rows}
