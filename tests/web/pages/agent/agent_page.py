"""The page about one agent, its buttons, and operators who may open it."""

import html
import re

from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from idp.audit.models import LoginEvent
from tests.web.conftest import a_superuser, inside

BY_OLIVIA = "by Olivia Operator"
FACTOR_BUTTONS = (
    "make-recovery-codes",
    "remove-recovery-codes",
    "remove-app",
    "remove-passkey",
    "remove-passkeys",
    "lift-pause",
)
HELPER = ("view_agent", "change_agent", "view_device")


def url(agent, page="change"):
    return f"/admin/agents/agent/{agent.pk}/{page}/"


def words(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def a_helper(*rights):
    """An operator who is no superuser."""
    helper = a_superuser("helper@acme.example", is_superuser=False)
    helper.user_permissions.set(Permission.objects.filter(codename__in=rights or HELPER))
    return inside(helper)


def a_looker():
    looker = a_superuser("looker@acme.example", is_superuser=False)
    looker.user_permissions.set(Permission.objects.filter(codename="view_agent"))
    return inside(looker)


def post(browser, agent, act, **fields):
    return browser.post(url(agent, act), fields)


def recorded(kind):
    """The agent's email and detail of the only event of a kind."""
    event = LoginEvent.objects.get(kind=kind)
    return event.agent.email, event.detail


def query_count(admin, agent, page):
    admin.get(url(agent, page))  # fills the caches
    with CaptureQueriesContext(connection) as queries:
        assert admin.get(url(agent, page)).status_code == 200
    return len(queries)
